/* `pull`: a reference to a manifest, its layers, an image. */
#include "engine/image/images.h"
#include "engine/object/event.h"
#include "engine/transfer/layer_fetch.h"

#include "base/error.h"

#include <string.h>

enum { MAX_INDEX_DEPTH = 4 };

/* The state of a pull, owned by its thread. */
typedef struct {
	Reference *reference;
	Credentials *credentials;
	Platform platform;
	bool all_tags;
	char *shown; /* "busybox:latest", for the last line */
	bool newer;
} Pull;

static void pull_free(gpointer data)
{
	Pull *pull = data;
	g_clear_pointer(&pull->reference, reference_free);
	g_clear_pointer(&pull->credentials, credentials_free);
	platform_clear(&pull->platform);
	g_free(pull->shown);
	g_free(pull);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pull, pull_free)

/* Argument of the use() callback of repository_open: a tag or digest. */
typedef struct {
	Pull *pull;
	Transfer *transfer;
	const char *name; /* tag or digest */
} One;

/* Resolves an index, possibly nested, to the manifest of the platform. */
static bool choose(Repository *repository, const Pull *pull, ManifestText *text, json_t **manifest,
	Stop *stop, GError **error)
{
	for (int depth = 0; manifest_is_index(*manifest, text->media_type); depth++) {
		const json_t *entry = index_choose(*manifest, &pull->platform);
		g_autofree char *platform = platform_text(&pull->platform);
		if (entry == NULL || depth == MAX_INDEX_DEPTH)
			return fail(error, BERTH_ERROR_NOT_FOUND,
				"no matching manifest for %s in the manifest list entries",
				platform);
		g_autofree char *digest = g_strdup(json_str(entry, "digest"));
		if (!digest_is_valid(digest))
			return fail(error, BERTH_ERROR_INVALID,
				"invalid digest \"%s\" in the index", digest);
		manifest_text_clear(text);
		*text = (ManifestText){0};
		if (!repository_get_manifest(repository, digest, text, stop, error))
			return false;
		json_decref(*manifest);
		*manifest = json_parse(text->text, text->length, error);
		if (*manifest == NULL)
			return false;
	}
	return manifest_check(*manifest, error);
}

static bool keep_image(One *one, Repository *repository, const ManifestText *text,
	const json_t *manifest, char **id, GError **error)
{
	Store *store = transfer_engine(one->transfer)->store;
	const Reference *reference = one->pull->reference;
	g_autofree char *config_text =
		config_fetch(repository, manifest, transfer_stop(one->transfer), error);
	g_autoptr(json_t) config =
		config_text != NULL ? json_parse(config_text, strlen(config_text), error) : NULL;
	if (config == NULL || !image_config_check(config,
				      json_array_size(json_object_get(manifest, "layers")), error))
		return false;
	g_autofree char *source = reference_name(reference);
	g_autoptr(LayerPins) pins = layer_pins_new(store);
	LayersWanted wanted = {.transfer = one->transfer,
		.repository = repository,
		.source = source,
		.pins = pins,
		.descriptors = json_object_get(manifest, "layers"),
		.diff_ids = json_at(config, "rootfs.diff_ids")};
	g_autoptr(GPtrArray) layers = layers_fetch(&wanted, error);
	if (layers == NULL)
		return false;
	NewImage image = {layers, config_text};
	return image_add(transfer_engine(one->transfer), &image, NULL, id, error) &&
	       manifest_store_set(store, *id, text->media_type, text->text, error);
}

/* The index that a name means, as it was fetched. */
typedef struct {
	char *text, *media_type;
} IndexText;

static void index_text_clear(IndexText *index)
{
	g_free(index->text);
	g_free(index->media_type);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IndexText, index_text_clear)

/* Adds the image to the index; *id becomes the image that the index's names mean. */
static bool keep_index(One *one, const IndexText *index, const char *digest,
	const ManifestText *manifest, char **id, GError **error)
{
	IndexRow row = {
		.digest = (char *)digest, .media_type = index->media_type, .text = index->text};
	IndexImage image = {.manifest = manifest->digest,
		.media_type = manifest->media_type,
		.text = manifest->text,
		.image_id = *id};
	char *lead = NULL;
	if (!image_index_keep(transfer_engine(one->transfer), &row, &image, &lead, error))
		return false;
	g_free(*id);
	*id = lead;
	return true;
}

/* Names are set last, when everything is complete. */
static bool name_image(One *one, const char *id, const char *digest, bool is_index, GError **error)
{
	Engine *engine = transfer_engine(one->transfer);
	const Reference *reference = one->pull->reference;
	g_autofree char *repository = reference_name(reference),
			*by_digest = g_strconcat(repository, "@", digest, NULL),
			*by_tag = g_strconcat(repository, ":", one->name, NULL);
	bool tagged = strchr(one->name, ':') == NULL;
	g_autofree char *before = tagged ? tag_store_get(engine->store, by_tag)
					 : repo_digest_get(engine->store, by_digest);
	bool newer = g_strcmp0(before, id) != 0;
	one->pull->newer = one->pull->newer || newer;
	if (!repo_digest_set(engine->store, by_digest, id, error) ||
		(tagged && newer && !tag_store_set(engine->store, by_tag, id, error)) ||
		(tagged && !index_tag_set(engine->store, by_tag, is_index ? digest : "", error)) ||
		!store_sync(engine->store, error))
		return false;
	g_autofree char *shown = reference_shorten(tagged ? by_tag : by_digest),
			*name = reference_familiar_name(reference);
	event_publish(engine, "image", "pull", shown, json_pack("{s:s}", "name", name));
	return true;
}

static bool pull_one(Repository *repository, gpointer data, Stop *stop, GError **error)
{
	One *one = data;
	g_auto(ManifestText) text = {0};
	if (!repository_get_manifest(repository, one->name, &text, stop, error))
		return false;
	g_autofree char *digest = g_strdup(text.digest), *id = NULL;
	g_autoptr(json_t) manifest = json_parse(text.text, text.length, error);
	bool is_index = manifest_is_index(manifest, text.media_type);
	g_auto(IndexText) index = {0};
	if (is_index)
		index = (IndexText){g_strdup(text.text), g_strdup(text.media_type)};
	if (manifest == NULL || !choose(repository, one->pull, &text, &manifest, stop, error))
		return false;
	g_autofree char *from = g_strconcat("Pulling from ", one->pull->reference->path, NULL);
	/* Lines without a progress bar have no detail. */
	transfer_say_json(one->transfer, json_pack("{s:s, s:s}", "status", from, "id", one->name));
	g_autoptr(ImageRow) row = image_store_get(
		transfer_engine(one->transfer)->store, json_str(manifest, "config.digest"));
	if (row != NULL)
		id = g_strdup(row->id);
	else if (!keep_image(one, repository, &text, manifest, &id, error))
		return false;
	if ((is_index && !keep_index(one, &index, digest, &text, &id, error)) ||
		!name_image(one, id, digest, is_index, error))
		return false;
	g_autofree char *line = g_strconcat("Digest: ", digest, NULL);
	transfer_say(one->transfer, NULL, line);
	return true;
}

/* Docker's words for something that a registry lacks, or hides. */
static void explain(const Pull *pull, const char *name, GError **error)
{
	g_autofree char *familiar = reference_familiar_name(pull->reference);
	if (!registry_said_no(*error))
		return;
	g_autoptr(GError) said = g_steal_pointer(error);
	if (g_str_has_prefix(said->message, "no matching manifest")) {
		g_propagate_error(error, g_steal_pointer(&said));
		return;
	}
	if (g_str_has_prefix(said->message, "name unknown"))
		fail(error, BERTH_ERROR_NOT_FOUND,
			"repository %s not found: does not exist or no pull access", familiar);
	else if (g_error_matches(said, BERTH_ERROR, BERTH_ERROR_NOT_FOUND))
		fail(error, BERTH_ERROR_NOT_FOUND, "manifest for %s%s%s not found: %s", familiar,
			strchr(name, ':') != NULL ? "@" : ":", name, said->message);
	else
		fail(error, BERTH_ERROR_NOT_FOUND,
			"pull access denied for %s, repository does not exist or may require "
			"'docker "
			"login': %s",
			familiar, said->message);
}

static bool pull_named(
	Transfer *transfer, Pull *pull, GPtrArray *candidates, const char *name, GError **error)
{
	One one = {.pull = pull, .transfer = transfer, .name = name};
	if (repository_open(candidates, pull_one, &one, transfer_stop(transfer), error))
		return true;
	explain(pull, name, error);
	return false;
}

static bool list_tags(Repository *repository, gpointer data, Stop *stop, GError **error)
{
	char ***tags = data;
	*tags = repository_tags(repository, stop, error);
	return *tags != NULL;
}

static bool work(Transfer *transfer, gpointer data, GError **error)
{
	Pull *pull = data;
	const Reference *reference = pull->reference;
	g_autoptr(GPtrArray) candidates =
		candidates_of(transfer_engine(transfer), reference, pull->credentials, false);
	g_auto(GStrv) tags = NULL;
	if (pull->all_tags) {
		if (!repository_open(
			    candidates, list_tags, &tags, transfer_stop(transfer), error)) {
			explain(pull, "", error);
			return false;
		}
		for (int i = 0; tags[i] != NULL; i++)
			if (!pull_named(transfer, pull, candidates, tags[i], error))
				return false;
	} else if (!pull_named(transfer, pull, candidates,
			   reference->digest != NULL ? reference->digest : reference->tag, error)) {
		return false;
	}
	g_autofree char *line = g_strconcat(pull->newer ? "Status: Downloaded newer image for "
							: "Status: Image is up to date for ",
		pull->shown, NULL);
	transfer_say(transfer, NULL, line);
	return true;
}

bool image_pull(Engine *engine, const PullRequest *request, TransferSay say, gpointer data,
	int peer_fd, GError **error)
{
	g_autoptr(Pull) pull = g_new0(Pull, 1);
	pull->reference = reference_parse(request->reference, error);
	pull->credentials =
		pull->reference != NULL ? credentials_parse(request->auth, error) : NULL;
	const char *platform = *request->platform != '\0' ? request->platform : "linux";
	if (pull->credentials == NULL || !platform_parse(platform, &pull->platform, error))
		return false;
	g_autofree char *familiar = reference_familiar_name(pull->reference);
	if (strcmp(familiar, "scratch") == 0)
		return fail(error, BERTH_ERROR_FORBIDDEN, "'scratch' is a reserved name");
	platform_complete(&pull->platform);
	pull->all_tags = request->all_tags;
	pull->shown = request->all_tags ? reference_familiar_name(pull->reference)
					: reference_familiar(pull->reference);
	g_autofree char *full = reference_full(pull->reference);
	g_autofree char *key = g_strdup_printf(
		"pull %s %d %s %s", full, request->all_tags, platform, request->auth);
	return transfer_follow(
		engine, key, work, g_steal_pointer(&pull), pull_free, say, data, peer_fd, error);
}
