/* `push`: layers that the registry does not have, then the manifest. */
#include "engine/image/layer_pack.h"
#include "engine/object/event.h"
#include "engine/transfer/batch.h"

#include "base/error.h"
#include "base/fd.h"

#include <string.h>

enum { SHORT_ID = 12, BLOCK = 256 * 1024 };

typedef struct {
	Reference *reference;
	Credentials *credentials;
	GPtrArray *tags; /* of char * */
} Push;

static void push_free(gpointer data)
{
	Push *push = data;
	g_clear_pointer(&push->reference, reference_free);
	g_clear_pointer(&push->credentials, credentials_free);
	g_clear_pointer(&push->tags, g_ptr_array_unref);
	g_free(push);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Push, push_free)

/* The layers of one image on their way. */
typedef struct {
	Batch batch;
	Repository *repository;
	const char *target; /* "localhost:5000/x" */
} Sending;

typedef struct {
	PoolTask task;
	Sending *sending;
	Layer *layer; /* borrowed; its blob may become a compressed one */
	char *short_id;
	gint64 size;
} LayerSend;

static void sent(gpointer data, gint64 bytes)
{
	LayerSend *send = data;
	if (bytes > 0)
		transfer_progress(send->sending->batch.transfer, send->short_id, "Pushing", bytes,
			MAX(send->size, 1));
}

static bool is_compressed(const Layer *layer)
{
	return g_str_has_suffix(layer->media_type, "gzip") ||
	       g_str_has_suffix(layer->media_type, "zstd");
}

/* A tar becomes a gzip file, and stays one: the next push, and `save`, take it as it is. */
static bool compress(Store *store, Layer *layer, Stop *stop, GError **error)
{
	autofd fd = blob_open(store, layer->blob, NULL, error);
	g_autoptr(LayerPack) pack = fd >= 0 ? layer_pack_new(store, error) : NULL;
	g_autofree char *block = g_malloc(BLOCK);
	ssize_t n = pack != NULL ? 1 : -1;
	while (n > 0) {
		n = byte_source_fd(&fd, block, BLOCK, error);
		if (g_atomic_int_get(stop))
			return fail(error, BERTH_ERROR_SYSTEM, "context canceled");
		if (n > 0 && !layer_pack_add(pack, block, (size_t)n, error))
			return false;
	}
	g_autoptr(BlobWriter) blob = n == 0 ? layer_pack_end(pack, error) : NULL;
	if (blob == NULL || !blob_writer_keep(blob, true, error) ||
		!layer_set_blob(store, layer, blob_writer_digest(blob), layer_pack_type, error))
		return false;
	g_free(layer->blob);
	layer->blob = g_strdup(blob_writer_digest(blob));
	g_free(layer->media_type);
	layer->media_type = g_strdup(layer_pack_type);
	return true;
}

/* Another repository of the same registry that has the blob: its path, or NULL. */
static char *mount_source(const Sending *sending, const Layer *layer)
{
	g_auto(GStrv) sources =
		blob_sources(transfer_engine(sending->batch.transfer)->store, layer->blob);
	size_t domain = strcspn(sending->target, "/") + 1;
	for (int i = 0; sources[i] != NULL; i++)
		if (strncmp(sources[i], sending->target, domain) == 0 &&
			strcmp(sources[i], sending->target) != 0)
			return g_strdup(sources[i] + domain);
	return NULL;
}

static bool put_blob(LayerSend *send, GError **error)
{
	Sending *sending = send->sending;
	Store *store = transfer_engine(sending->batch.transfer)->store;
	bool mounted;
	autofd fd = blob_open(store, send->layer->blob, &send->size, error);
	if (fd < 0)
		return false;
	g_autofree char *from = mount_source(sending, send->layer);
	BlobSend blob = {.digest = send->layer->blob,
		.fd = fd,
		.size = send->size,
		.mount_from = from,
		.sent = sent,
		.data = send};
	if (!repository_put_blob(sending->repository, &blob, &mounted, &sending->batch.stop, error))
		return false;
	g_autofree char *status =
		mounted ? g_strconcat("Mounted from ", from, NULL) : g_strdup("Pushed");
	transfer_say(sending->batch.transfer, send->short_id, status);
	return true;
}

static bool send_layer(LayerSend *send, GError **error)
{
	Sending *sending = send->sending;
	Store *store = transfer_engine(sending->batch.transfer)->store;
	g_autoptr(GError) problem = NULL;
	if (!is_compressed(send->layer) &&
		!compress(store, send->layer, &sending->batch.stop, error))
		return false;
	if (repository_has_blob(
		    sending->repository, send->layer->blob, &sending->batch.stop, &problem))
		transfer_say(sending->batch.transfer, send->short_id, "Layer already exists");
	else if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	} else if (!put_blob(send, error))
		return false;
	blob_source_add(store, send->layer->blob, sending->target);
	return true;
}

static void run(PoolTask *task)
{
	LayerSend *send = (LayerSend *)task;
	Batch *batch = &send->sending->batch;
	g_autoptr(GError) error = NULL;
	bool ok = batch_going(batch) && send_layer(send, &error);
	g_free(send->short_id);
	g_free(send);
	batch_done(batch, ok, error);
}

static void start(Sending *sending, Layer *layer)
{
	Transfer *transfer = sending->batch.transfer;
	LayerSend *send = g_new0(LayerSend, 1);
	*send = (LayerSend){.task = {run},
		.sending = sending,
		.layer = layer,
		.short_id = g_strndup(layer->diff_id + strlen("sha256:"), SHORT_ID)};
	transfer_say(transfer, send->short_id, "Preparing");
	batch_push(&sending->batch, transfer_engine(transfer)->registries->uploads, &send->task);
	/* cppcheck-suppress memleak ; run frees it */
}

static bool send_layers(Transfer *transfer, Repository *repository, const char *target,
	GPtrArray *layers, GError **error)
{
	Sending sending = {.repository = repository, .target = target};
	g_autoptr(GHashTable) begun = g_hash_table_new(g_str_hash, g_str_equal);
	batch_init(&sending.batch, transfer);
	/* An image may have one layer twice. */
	for (guint i = 0; i < layers->len; i++)
		if (g_hash_table_add(begun, ((Layer *)layers->pdata[i])->diff_id))
			start(&sending, layers->pdata[i]);
	return batch_end(&sending.batch, error);
}

/* The one that the image came with, as long as it names the blobs that we have: its digest stays. */
static char *known_manifest(Store *store, const char *id, GPtrArray *layers, char **media_type)
{
	g_autofree char *text = manifest_store_get(store, id, media_type);
	g_autoptr(json_t) manifest = text != NULL ? json_parse(text, strlen(text), NULL) : NULL;
	const json_t *descriptors = json_object_get(manifest, "layers");
	bool same = manifest != NULL && json_array_size(descriptors) == layers->len;
	for (guint i = 0; same && i < layers->len; i++)
		same = strcmp(json_str(json_array_get(descriptors, i), "digest"),
			       ((Layer *)layers->pdata[i])->blob) == 0;
	return same ? g_steal_pointer(&text) : NULL;
}

static char *new_manifest(
	Store *store, const ImageRow *row, GPtrArray *layers, char **media_type, GError **error)
{
	json_t *descriptors = json_array();
	g_autoptr(json_t) manifest = json_pack("{s:i, s:s, s:{s:s, s:I, s:s}, s:o}",
		"schemaVersion", 2, "mediaType", "application/vnd.oci.image.manifest.v1+json",
		"config", "mediaType", "application/vnd.oci.image.config.v1+json", "size",
		(json_int_t)strlen(row->config), "digest", row->id, "layers", descriptors);
	for (guint i = 0; i < layers->len; i++) {
		const Layer *layer = layers->pdata[i];
		gint64 size;
		autofd fd = blob_open(store, layer->blob, &size, error);
		if (fd < 0)
			return NULL;
		json_array_append_new(
			descriptors, json_pack("{s:s, s:I, s:s}", "mediaType", layer->media_type,
					     "size", (json_int_t)size, "digest", layer->blob));
	}
	g_free(*media_type);
	*media_type = g_strdup("application/vnd.oci.image.manifest.v1+json");
	return json_text(manifest);
}

static bool send_config(
	Transfer *transfer, Repository *repository, const ImageRow *row, GError **error)
{
	g_autoptr(GError) problem = NULL;
	bool mounted;
	gint64 size;
	if (repository_has_blob(repository, row->id, transfer_stop(transfer), &problem))
		return true;
	autofd fd = problem == NULL
			    ? blob_open(transfer_engine(transfer)->store, row->id, &size, error)
			    : -1;
	if (problem != NULL)
		g_propagate_error(error, g_steal_pointer(&problem));
	BlobSend blob = {.digest = row->id, .fd = fd, .size = size};
	return fd >= 0 &&
	       repository_put_blob(repository, &blob, &mounted, transfer_stop(transfer), error);
}

/* What use() of repository_open works on. */
typedef struct {
	const Push *push;
	Transfer *transfer;
	const char *tag;
} One;

static bool push_tag(Repository *repository, gpointer data, Stop *stop, GError **error)
{
	One *one = data;
	Engine *engine = transfer_engine(one->transfer);
	const Reference *reference = one->push->reference;
	g_autofree char *target = reference_name(reference);
	g_autofree char *full = g_strconcat(target, ":", one->tag, NULL), *media_type = NULL;
	g_autofree char *id = tag_store_get(engine->store, full);
	g_autoptr(ImageRow) row = id != NULL ? image_store_get(engine->store, id) : NULL;
	if (row == NULL)
		return fail(error, BERTH_ERROR_SYSTEM, "tag does not exist: %s", one->tag);
	g_autoptr(GPtrArray) layers = image_store_layers(engine->store, id);
	if (!send_layers(one->transfer, repository, target, layers, error) ||
		!send_config(one->transfer, repository, row, error))
		return false;
	g_autofree char *text = known_manifest(engine->store, id, layers, &media_type);
	if (text == NULL)
		text = new_manifest(engine->store, row, layers, &media_type, error);
	if (text == NULL ||
		!repository_put_manifest(repository, one->tag, media_type, text, stop, error))
		return false;
	g_autofree char *digest = digest_of(text, strlen(text));
	g_autofree char *by_digest = g_strconcat(target, "@", digest, NULL);
	g_autofree char *line =
		g_strdup_printf("%s: digest: %s size: %zu", one->tag, digest, strlen(text));
	transfer_say(one->transfer, NULL, line);
	transfer_say_json(one->transfer,
		json_pack("{s:{}, s:{s:s, s:s, s:I}}", "progressDetail", "aux", "Tag", one->tag,
			"Digest", digest, "Size", (json_int_t)strlen(text)));
	g_autofree char *shown = reference_shorten(full),
			*name = reference_familiar_name(reference);
	event_publish(engine, "image", "push", shown, json_pack("{s:s}", "name", name));
	return manifest_store_set(engine->store, id, media_type, text, error) &&
	       repo_digest_set(engine->store, by_digest, id, error);
}

static bool work(Transfer *transfer, gpointer data, GError **error)
{
	Push *push = data;
	g_autofree char *name = reference_name(push->reference);
	g_autofree char *line = g_strdup_printf("The push refers to repository [%s]", name);
	transfer_say(transfer, NULL, line);
	g_autoptr(GPtrArray) candidates =
		candidates_of(transfer_engine(transfer), push->reference, push->credentials, true);
	for (guint i = 0; i < push->tags->len; i++) {
		One one = {push, transfer, push->tags->pdata[i]};
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
	if (id == NULL)
		return fail(error, BERTH_ERROR_NOT_FOUND,
			"An image does not exist locally with the tag: %s", familiar);
	g_autofree char *key = g_strdup_printf(
		"push %s %s %s", full, request->tag != NULL ? request->tag : "*", request->auth);
	return transfer_follow(
		engine, key, work, g_steal_pointer(&push), push_free, say, data, peer_fd, error);
}
