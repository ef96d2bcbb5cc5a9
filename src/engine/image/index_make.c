/* Combines images of several platforms and their attestations under one name, as BuildKit does (moby/buildkit,
 * docs/attestations/attestation-storage.md). */
#include "engine/image/images.h"

#include "base/error.h"

#include <string.h>

static const char index_type[] = "application/vnd.oci.image.index.v1+json",
		  manifest_type[] = "application/vnd.oci.image.manifest.v1+json";

typedef struct {
	Engine *engine;
	GPtrArray *images; /* of IndexImage */
	json_t *entries;   /* of the index: images, then statements */
	json_t *statements;
	GPtrArray *blobs; /* of char *: of statements */
} Making;

static json_t *descriptor_of(const char *media_type, const char *digest, size_t size)
{
	return json_pack("{s:s, s:s, s:I}", "mediaType", media_type, "digest", digest, "size",
		(json_int_t)size);
}

static json_t *platform_json(const json_t *config)
{
	json_t *platform = json_pack("{s:s, s:s}", "architecture", json_str(config, "architecture"),
		"os", json_str(config, "os"));
	if (*json_str(config, "variant") != '\0')
		json_object_set_new(platform, "variant", json_string(json_str(config, "variant")));
	return platform;
}

/* Stores a document as part of the index. */
static char *keep_document(Making *making, const char *text, GError **error)
{
	char *digest = NULL;
	if (!blob_keep_text(making->engine->store, text, &digest, error))
		return NULL;
	g_ptr_array_add(making->blobs, g_strdup(digest));
	return digest;
}

static bool add_statement(Making *making, const char *statement, const char *of, GError **error)
{
	g_autofree char *digest = keep_document(making, statement, error);
	if (digest == NULL)
		return false;
	g_autoptr(json_t) config =
		json_pack("{s:s, s:s, s:{}, s:{s:s, s:[s]}}", "architecture", "unknown", "os",
			"unknown", "config", "rootfs", "type", "layers", "diff_ids", digest);
	g_autofree char *config_text = json_text(config),
			*config_digest = keep_document(making, config_text, error);
	if (config_digest == NULL)
		return false;
	g_autoptr(json_t) said = json_parse(statement, strlen(statement), error);
	json_t *layer = descriptor_of("application/vnd.in-toto+json", digest, strlen(statement));
	json_object_set_new(layer, "annotations",
		json_pack("{s:s}", "in-toto.io/predicate-type", json_str(said, "predicateType")));
	g_autoptr(json_t) manifest = json_pack("{s:i, s:s, s:o, s:[o]}", "schemaVersion", 2,
		"mediaType", manifest_type, "config",
		descriptor_of("application/vnd.oci.image.config.v1+json", config_digest,
			strlen(config_text)),
		"layers", layer);
	g_autofree char *text = json_text(manifest), *kept = keep_document(making, text, error);
	if (said == NULL || kept == NULL)
		return false;
	json_t *entry = descriptor_of(manifest_type, kept, strlen(text));
	json_object_set_new(entry, "annotations",
		json_pack("{s:s, s:s}", "vnd.docker.reference.digest", of,
			"vnd.docker.reference.type", "attestation-manifest"));
	json_object_set_new(entry, "platform",
		json_pack("{s:s, s:s}", "architecture", "unknown", "os", "unknown"));
	json_array_append_new(making->statements, entry);
	return true;
}

static bool add_part(Making *making, const IndexPart *part, GError **error)
{
	Engine *engine = making->engine;
	g_autoptr(json_t) config = image_config(engine, part->id, error);
	if (config == NULL || !image_compress(engine, part->id, error))
		return false;
	IndexImage *image = g_new0(IndexImage, 1);
	g_ptr_array_add(making->images, image);
	image->image_id = g_strdup(part->id);
	image->text = image_manifest(engine, part->id, &image->media_type, error);
	if (image->text == NULL)
		return false;
	image->manifest = digest_of(image->text, strlen(image->text));
	json_t *entry = descriptor_of(image->media_type, image->manifest, strlen(image->text));
	if (json_object_size(part->annotations) > 0)
		json_object_set(entry, "annotations", (json_t *)part->annotations);
	json_object_set_new(entry, "platform", platform_json(config));
	json_array_append_new(making->entries, entry);
	g_autofree char *statement =
		part->state != NULL ? part->state(part->data, image->manifest) : NULL;
	return manifest_store_set(engine->store, part->id, image->media_type, image->text, error) &&
	       (statement == NULL || add_statement(making, statement, image->manifest, error));
}

static bool name_index(
	Store *store, const char *digest, const char *lead, char *const *tags, GError **error)
{
	for (; tags != NULL && *tags != NULL; tags++) {
		g_autoptr(Reference) reference = reference_parse(*tags, error);
		g_autofree char *full = reference != NULL ? reference_full(reference) : NULL;
		if (full == NULL || !tag_store_set(store, full, lead, error) ||
			!index_tag_set(store, full, digest, error))
			return false;
	}
	return store_sync(store, error);
}

static bool keep(Making *making, const IndexPlan *plan, char **digest, GError **error)
{
	Store *store = making->engine->store;
	json_array_extend(making->entries, making->statements);
	g_autoptr(json_t) json = json_pack("{s:i, s:s, s:O}", "schemaVersion", 2, "mediaType",
		index_type, "manifests", making->entries);
	if (json_object_size(plan->annotations) > 0)
		json_object_set(json, "annotations", plan->annotations);
	g_autofree char *text = json_text(json), *own = digest_of(text, strlen(text)), *lead = NULL;
	IndexRow row = {.digest = own, .media_type = (char *)index_type, .text = text};
	for (guint i = 0; i < making->blobs->len; i++)
		if (!index_store_add_blob(store, own, making->blobs->pdata[i], error))
			return false;
	for (guint i = 0; i < making->images->len; i++) {
		g_free(lead);
		lead = NULL;
		if (!image_index_keep(making->engine, &row, making->images->pdata[i], &lead, error))
			return false;
	}
	*digest = g_steal_pointer(&own);
	return name_index(store, *digest, lead, plan->tags, error);
}

bool image_index_make(Engine *engine, const IndexPlan *plan, char **digest, GError **error)
{
	g_autoptr(json_t) entries = json_array(), statements = json_array();
	g_autoptr(GPtrArray) blobs = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) images =
		g_ptr_array_new_with_free_func((GDestroyNotify)index_image_free);
	Making making = {engine, images, entries, statements, blobs};
	for (size_t i = 0; i < plan->count; i++)
		if (!add_part(&making, &plan->parts[i], error))
			return false;
	return keep(&making, plan, digest, error);
}
