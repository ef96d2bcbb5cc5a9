/* The entries of an index and which of them are stored (Engine API v1.48, ImageManifestSummary). */
#include "engine/image/images.h"
#include "engine/image/layer_pack.h"

#include "base/error.h"
#include "base/fd.h"

#include <string.h>

#define OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"

static json_t *read_index(const IndexRow *index)
{
	return json_parse(index->text, strlen(index->text), NULL);
}

json_t *image_index_descriptor(Engine *engine, const char *digest)
{
	g_autoptr(IndexRow) index = index_store_get(engine->store, digest);
	return index != NULL ? json_pack("{s:s, s:s, s:I}", "mediaType", index->media_type,
				       "digest", digest, "size", (json_int_t)strlen(index->text))
			     : json_null();
}

static const IndexImage *find_image(const GPtrArray *images, const char *manifest, const char *id)
{
	for (guint i = 0; i < images->len; i++) {
		const IndexImage *image = images->pdata[i];
		if (manifest != NULL ? strcmp(image->manifest, manifest) == 0
				     : strcmp(image->image_id, id) == 0)
			return image;
	}
	return NULL;
}

json_t *image_index_entry(Engine *engine, const char *digest, const char *id)
{
	g_autoptr(IndexRow) index = index_store_get(engine->store, digest);
	g_autoptr(GPtrArray) images = index_store_images(engine->store, digest);
	const IndexImage *image = find_image(images, NULL, id);
	g_autoptr(json_t) json = index != NULL && image != NULL ? read_index(index) : NULL;
	size_t i;
	json_t *entry;
	json_array_foreach (json_object_get(json, "manifests"), i, entry)
		if (strcmp(json_str(entry, "digest"), image->manifest) == 0)
			return json_incref(entry);
	return json_null();
}

/* The size of a manifest with the blobs that it names. */
static gint64 content_size(const char *text)
{
	g_autoptr(json_t) manifest = json_parse(text, strlen(text), NULL);
	gint64 size = (gint64)strlen(text) + json_int(manifest, "config.size");
	size_t i;
	json_t *layer;
	json_array_foreach (json_object_get(manifest, "layers"), i, layer)
		size += json_int(layer, "size");
	return size;
}

static char *read_blob(Engine *engine, const char *digest)
{
	enum { MAX_MANIFEST = 4 << 20 };
	autofd fd = blob_open(engine->store, digest, NULL, NULL);
	return fd >= 0 ? fd_read_all(fd, MAX_MANIFEST, NULL) : NULL;
}

static json_t *attestation(Engine *engine, const char *index, const json_t *entry)
{
	const char *digest = json_str(entry, "digest"),
		   *of = json_string_value(json_object_get(
			   json_object_get(entry, "annotations"), "vnd.docker.reference.digest"));
	bool there = index_store_has_blob(engine->store, index, digest);
	g_autofree char *text = there ? read_blob(engine, digest) : NULL;
	json_int_t size = text != NULL ? (json_int_t)content_size(text) : 0;
	return json_pack("{s:s, s:O, s:b, s:{s:I, s:I}, s:s, s:{s:s}}", "ID", digest, "Descriptor",
		entry, "Available", text != NULL, "Size", "Content", size, "Total", size, "Kind",
		"attestation", "AttestationData", "For", of != NULL ? of : "");
}

static json_t *users_of(Engine *engine, const char *id)
{
	g_auto(GStrv) users = container_store_using(engine->store, id);
	return users[0] != NULL ? json_strings(users) : json_null();
}

static json_t *image_of(Engine *engine, const json_t *entry, const IndexImage *image)
{
	const char *digest = json_str(entry, "digest");
	g_autoptr(ImageRow) row =
		image != NULL ? image_store_get(engine->store, image->image_id) : NULL;
	json_int_t content = row != NULL ? (json_int_t)content_size(image->text) : 0,
		   unpacked = row != NULL ? (json_int_t)row->size : 0;
	json_t *platform = json_object_get(entry, "platform");
	return json_pack("{s:s, s:O, s:b, s:{s:I, s:I}, s:s, s:{s:o, s:{s:I}, s:o}}", "ID", digest,
		"Descriptor", entry, "Available", row != NULL, "Size", "Content", content, "Total",
		content + unpacked, "Kind", "image", "ImageData", "Platform",
		json_is_object(platform) ? json_incref(platform) : json_object(), "Size",
		"Unpacked", unpacked, "Containers",
		row != NULL ? users_of(engine, row->id) : json_null());
}

json_t *image_index_manifests(Engine *engine, const char *digest)
{
	g_autoptr(IndexRow) index = index_store_get(engine->store, digest);
	g_autoptr(json_t) json = index != NULL ? read_index(index) : NULL;
	g_autoptr(GPtrArray) images = index_store_images(engine->store, digest);
	json_t *list = json_array(), *entry;
	size_t i;
	json_array_foreach (json_object_get(json, "manifests"), i, entry)
		json_array_append_new(list,
			index_entry_is_attestation(entry)
				? attestation(engine, digest, entry)
				: image_of(engine, entry,
					  find_image(images, json_str(entry, "digest"), NULL)));
	return list;
}

gint64 image_index_size(Engine *engine, const char *digest)
{
	g_autoptr(GPtrArray) images = index_store_images(engine->store, digest);
	gint64 size = 0;
	for (guint i = 0; i < images->len; i++) {
		g_autoptr(ImageRow) row =
			image_store_get(engine->store, ((IndexImage *)images->pdata[i])->image_id);
		size += row != NULL ? row->size : 0;
	}
	return size;
}

bool image_manifest_fits(Engine *engine, const char *id, const char *text)
{
	g_autoptr(json_t) manifest = json_parse(text, strlen(text), NULL);
	g_autoptr(GPtrArray) layers = image_store_layers(engine->store, id);
	const json_t *descriptors = json_object_get(manifest, "layers");
	bool fits = manifest != NULL && json_array_size(descriptors) == layers->len;
	for (guint i = 0; fits && i < layers->len; i++)
		fits = strcmp(json_str(json_array_get(descriptors, i), "digest"),
			       ((Layer *)layers->pdata[i])->blob) == 0;
	return fits;
}

static char *new_manifest(
	Engine *engine, const ImageRow *row, GPtrArray *layers, json_t *annotations, GError **error)
{
	json_t *descriptors = json_array();
	g_autoptr(json_t) manifest = json_pack("{s:i, s:s, s:{s:s, s:s, s:I}, s:o}",
		"schemaVersion", 2, "mediaType", OCI_MANIFEST, "config", "mediaType",
		"application/vnd.oci.image.config.v1+json", "digest", row->id, "size",
		(json_int_t)strlen(row->config), "layers", descriptors);
	for (guint i = 0; i < layers->len; i++) {
		const Layer *layer = layers->pdata[i];
		gint64 size;
		autofd fd = blob_open(engine->store, layer->blob, &size, error);
		if (fd < 0)
			return NULL;
		json_array_append_new(
			descriptors, json_pack("{s:s, s:s, s:I}", "mediaType", layer->media_type,
					     "digest", layer->blob, "size", (json_int_t)size));
	}
	if (json_object_size(annotations) > 0)
		json_object_set(manifest, "annotations", annotations);
	return json_text(manifest);
}

bool image_compress(Engine *engine, const char *id, GError **error)
{
	g_autoptr(GPtrArray) layers = image_store_layers(engine->store, id);
	for (guint i = 0; i < layers->len; i++)
		if (!layer_compress(engine->store, layers->pdata[i], NULL, error))
			return false;
	return true;
}

json_t *image_annotations(Engine *engine, const char *id)
{
	g_autofree char *type = NULL, *text = manifest_store_get(engine->store, id, &type);
	g_autoptr(json_t) manifest = text != NULL ? json_parse(text, strlen(text), NULL) : NULL;
	json_t *annotations = json_object_get(manifest, "annotations");
	return json_is_object(annotations) ? json_incref(annotations) : json_object();
}

bool image_manifest_annotate(Engine *engine, const char *id, json_t *annotations, GError **error)
{
	g_autoptr(json_t) before = image_annotations(engine, id);
	if (json_object_size(annotations) == 0 && json_object_size(before) == 0)
		return true;
	if (!image_compress(engine, id, error))
		return false;
	g_autoptr(ImageRow) row = image_store_get(engine->store, id);
	g_autoptr(GPtrArray) layers = image_store_layers(engine->store, id);
	if (row == NULL)
		return fail(error, BERTH_ERROR_NOT_FOUND, "No such image: %s", id);
	g_autofree char *text = new_manifest(engine, row, layers, annotations, error);
	return text != NULL && manifest_store_set(engine->store, id, OCI_MANIFEST, text, error);
}

char *image_manifest(Engine *engine, const char *id, char **media_type, GError **error)
{
	char *text = manifest_store_get(engine->store, id, media_type);
	if (text != NULL && image_manifest_fits(engine, id, text))
		return text;
	g_free(text);
	g_free(*media_type);
	*media_type = g_strdup(OCI_MANIFEST);
	g_autoptr(ImageRow) row = image_store_get(engine->store, id);
	g_autoptr(GPtrArray) layers = image_store_layers(engine->store, id);
	g_autoptr(json_t) annotations = image_annotations(engine, id);
	if (row != NULL)
		return new_manifest(engine, row, layers, annotations, error);
	fail(error, BERTH_ERROR_NOT_FOUND, "No such image: %s", id);
	return NULL;
}

static bool is_here(Engine *engine, const char *index, const GPtrArray *images, const json_t *entry)
{
	const char *digest = json_str(entry, "digest");
	const IndexImage *image = find_image(images, digest, NULL);
	return image != NULL ? image_manifest_fits(engine, image->image_id, image->text)
			     : index_store_has_blob(engine->store, index, digest);
}

bool image_index_is_whole(Engine *engine, const char *digest)
{
	g_autoptr(IndexRow) index = index_store_get(engine->store, digest);
	g_autoptr(json_t) json = index != NULL ? read_index(index) : NULL;
	g_autoptr(GPtrArray) images = index_store_images(engine->store, digest);
	const json_t *entries = json_object_get(json, "manifests");
	bool whole = json != NULL;
	for (size_t i = 0; whole && i < json_array_size(entries); i++)
		whole = is_here(engine, digest, images, json_array_get(entries, i));
	return whole;
}
