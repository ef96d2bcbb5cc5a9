/* `push`: content that the registry lacks, then a manifest, or an index. */
#include "engine/image/images.h"
#include "engine/object/event.h"
#include "engine/transfer/push_content.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/fd.h"

#include <string.h>

typedef struct {
	Reference *reference;
	Credentials *credentials;
	GPtrArray *tags; /* of char * */
	char *platform;	 /* the image of this platform only, or "" */
} Push;

static void push_free(gpointer data)
{
	Push *push = data;
	g_clear_pointer(&push->reference, reference_free);
	g_clear_pointer(&push->credentials, credentials_free);
	g_clear_pointer(&push->tags, g_ptr_array_unref);
	g_free(push->platform);
	g_free(push);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Push, push_free)

/* Argument of the use() callback of repository_open. */
typedef struct {
	const Push *push;
	Transfer *transfer;
	const char *tag;
	bool shrunk; /* the name means an index here, but a single image in the registry */
} One;

static bool fetch_text(Engine *engine, const char *digest, char **text, GError **error)
{
	enum { MAX_MANIFEST = 4 << 20 };
	autofd fd = blob_open(engine->store, digest, NULL, error);
	*text = fd >= 0 ? fd_read_all(fd, MAX_MANIFEST, NULL) : NULL;
	return *text != NULL || fd < 0 || fail_errno(error, "blob %s", digest);
}

/* Sends an index's entry that is no image: a manifest whose blobs were stored unchanged. */
static bool push_other(
	One *one, Repository *repository, const json_t *entry, Stop *stop, GError **error)
{
	const char *digest = json_str(entry, "digest");
	g_autofree char *text = NULL;
	if (!fetch_text(transfer_engine(one->transfer), digest, &text, error))
		return false;
	g_autoptr(json_t) manifest = text != NULL ? json_parse(text, strlen(text), error) : NULL;
	const json_t *layers = json_object_get(manifest, "layers");
	if (manifest == NULL ||
		!push_blob(one->transfer, repository, json_str(manifest, "config.digest"), error))
		return false;
	for (size_t i = 0; i < json_array_size(layers); i++)
		if (!push_blob(one->transfer, repository,
			    json_str(json_array_get(layers, i), "digest"), error))
			return false;
	return repository_put_manifest(
		repository, digest, json_str(entry, "mediaType"), text, stop, error);
}

static bool push_parts(One *one, Repository *repository, const char *target, const IndexRow *index,
	Stop *stop, GError **error)
{
	Store *store = transfer_engine(one->transfer)->store;
	g_autoptr(GPtrArray) images = index_store_images(store, index->digest);
	g_autoptr(json_t) json = json_parse(index->text, strlen(index->text), error);
	size_t i;
	json_t *entry;
	for (guint n = 0; n < images->len; n++) {
		const IndexImage *image = images->pdata[n];
		g_autofree char *type = NULL, *own = push_image(one->transfer, repository, target,
						      image->image_id, &type, error);
		if (own == NULL || !repository_put_manifest(repository, image->manifest,
					   image->media_type, image->text, stop, error))
			return false;
	}
	json_array_foreach (json_object_get(json, "manifests"), i, entry)
		if (index_store_has_blob(store, index->digest, json_str(entry, "digest")) &&
			!push_other(one, repository, entry, stop, error))
			return false;
	return json != NULL;
}

/* The content that the name will mean in the registry. */
typedef struct {
	char *media_type, *text;
	bool is_index;
} Pushed;

static void pushed_clear(Pushed *pushed)
{
	g_free(pushed->media_type);
	g_free(pushed->text);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pushed, pushed_clear)

static bool push_index(One *one, Repository *repository, const char *target, const char *digest,
	Pushed *pushed, Stop *stop, GError **error)
{
	g_autoptr(IndexRow) index = index_store_get(transfer_engine(one->transfer)->store, digest);
	if (index == NULL)
		return fail(error, BERTH_ERROR_NOT_FOUND, "No such image: %s", digest);
	*pushed = (Pushed){g_strdup(index->media_type), g_strdup(index->text), true};
	return push_parts(one, repository, target, index, stop, error);
}

/* Docker's client uses it to warn that only a part of an index was pushed. */
static void tell_shrunk(One *one, const char *index, const Pushed *pushed)
{
	Engine *engine = transfer_engine(one->transfer);
	g_autofree char *digest = digest_of(pushed->text, strlen(pushed->text));
	transfer_say_json(
		one->transfer, json_pack("{s:{}, s:{s:b, s:o, s:{s:s, s:s, s:I}}}",
				       "progressDetail", "aux", "manifestPushedInsteadOfIndex", 1,
				       "originalIndex", image_index_descriptor(engine, index),
				       "selectedManifest", "mediaType", pushed->media_type,
				       "digest", digest, "size", (json_int_t)strlen(pushed->text)));
}

/* An incomplete index is pushed as the image that its name means. */
static bool push_content(One *one, Repository *repository, const char *target, const char *id,
	const char *index, Pushed *pushed, Stop *stop, GError **error)
{
	Engine *engine = transfer_engine(one->transfer);
	if (index != NULL && image_index_is_whole(engine, index))
		return push_index(one, repository, target, index, pushed, stop, error);
	pushed->text =
		push_image(one->transfer, repository, target, id, &pushed->media_type, error);
	g_autoptr(GPtrArray) images =
		index != NULL ? index_store_images(engine->store, index) : NULL;
	if (pushed->text != NULL && images != NULL && images->len > 1)
		one->shrunk = true;
	return pushed->text != NULL;
}

static bool tell_pushed(One *one, const char *full, const char *id, const char *index,
	const Pushed *pushed, GError **error)
{
	Engine *engine = transfer_engine(one->transfer);
	const Reference *reference = one->push->reference;
	size_t size = strlen(pushed->text);
	g_autofree char *digest = digest_of(pushed->text, size),
			*target = reference_name(reference),
			*by_digest = g_strconcat(target, "@", digest, NULL),
			*line = g_strdup_printf("%s: digest: %s size: %zu", one->tag, digest, size),
			*shown = reference_shorten(full),
			*name = reference_familiar_name(reference);
	transfer_say(one->transfer, NULL, line);
	transfer_say_json(one->transfer,
		json_pack("{s:{}, s:{s:s, s:s, s:I}}", "progressDetail", "aux", "Tag", one->tag,
			"Digest", digest, "Size", (json_int_t)size));
	if (one->shrunk)
		tell_shrunk(one, index, pushed);
	event_publish(engine, "image", "push", shown, json_pack("{s:s}", "name", name));
	return (pushed->is_index || manifest_store_set(engine->store, id, pushed->media_type,
					    pushed->text, error)) &&
	       repo_digest_set(engine->store, by_digest, id, error);
}

static bool push_tag(Repository *repository, gpointer data, Stop *stop, GError **error)
{
	One *one = data;
	Engine *engine = transfer_engine(one->transfer);
	const Push *push = one->push;
	g_autofree char *target = reference_name(push->reference),
			*full = g_strconcat(target, ":", one->tag, NULL),
			*shown = reference_shorten(full),
			*named = tag_store_get(engine->store, full);
	if (named == NULL)
		return fail(error, BERTH_ERROR_SYSTEM, "tag does not exist: %s", one->tag);
	g_autofree char *id = image_find_on(engine, shown, push->platform, error),
			*index =
				*push->platform == '\0' ? index_tag_get(engine->store, full) : NULL;
	g_auto(Pushed) pushed = {0};
	return id != NULL &&
	       push_content(one, repository, target, id, index, &pushed, stop, error) &&
	       repository_put_manifest(
		       repository, one->tag, pushed.media_type, pushed.text, stop, error) &&
	       tell_pushed(one, full, id, index, &pushed, error);
}

/* The first line of every push, even one that fails at once. */
static char *headline(const Push *push)
{
	g_autofree char *name = reference_name(push->reference);
	return g_strdup_printf("The push refers to repository [%s]", name);
}

static bool work(Transfer *transfer, gpointer data, GError **error)
{
	Push *push = data;
	g_autofree char *line = headline(push);
	transfer_say(transfer, NULL, line);
	g_autoptr(GPtrArray) candidates =
		candidates_of(transfer_engine(transfer), push->reference, push->credentials, true);
	for (guint i = 0; i < push->tags->len; i++) {
		One one = {push, transfer, push->tags->pdata[i], false};
		if (!repository_open(candidates, push_tag, &one, transfer_stop(transfer), error))
			return false;
	}
	return true;
}

/* The tags of a repository that this engine has. */
static void add_tags(Store *store, const Reference *reference, GPtrArray *tags)
{
	g_autofree char *prefix = g_strconcat(reference->domain, "/", reference->path, ":", NULL);
	g_auto(GStrv) all = tag_store_with_prefix(store, prefix);
	for (int i = 0; all[i] != NULL; i++)
		g_ptr_array_add(tags, g_strdup(all[i] + strlen(prefix)));
}

bool image_push(Engine *engine, const PushRequest *request, TransferSay say, gpointer data,
	int peer_fd, GError **error)
{
	g_autoptr(Push) push = g_new0(Push, 1);
	push->reference = reference_parse(request->name, error);
	push->credentials =
		push->reference != NULL ? credentials_parse(request->auth, error) : NULL;
	push->tags = g_ptr_array_new_with_free_func(g_free);
	push->platform = g_strdup(request->platform);
	if (push->credentials == NULL)
		return false;
	if (push->reference->digest != NULL)
		return fail(error, BERTH_ERROR_INVALID, "cannot push a digest reference");
	if (request->tag != NULL)
		g_ptr_array_add(push->tags, g_strdup(request->tag));
	else
		add_tags(engine->store, push->reference, push->tags);
	g_autofree char *full = push->tags->len == 0 ? NULL
						     : g_strconcat(push->reference->domain, "/",
							       push->reference->path, ":",
							       (char *)push->tags->pdata[0], NULL);
	g_autofree char *id = full != NULL ? tag_store_get(engine->store, full) : NULL;
	g_autofree char *familiar = reference_familiar_name(push->reference);
	if (id == NULL) {
		g_autofree char *line = headline(push);
		say(data, json_pack("{s:s}", "status", line));
		return fail(error, BERTH_ERROR_NOT_FOUND,
			"An image does not exist locally with the tag: %s", familiar);
	}
	g_autofree char *key = g_strdup_printf("push %s %s %s %s", full,
		request->tag != NULL ? request->tag : "*", request->platform, request->auth);
	return transfer_follow(
		engine, key, work, g_steal_pointer(&push), push_free, say, data, peer_fd, error);
}
