/* Images of an OCI layout (OCI image-spec, image-layout.md). An index is kept with all of its images in the archive,
 * and its attestations. */
#include "engine/image/load_archive.h"

#include "base/digest.h"
#include "base/error.h"

#include <string.h>

/* "sha256:abc" becomes "blobs/sha256/abc"; NULL for an invalid digest. */
static char *blob_path(const char *digest)
{
	return digest_is_valid(digest) ? g_strconcat("blobs/sha256/", digest + 7, NULL) : NULL;
}

/* A document that a descriptor names. NULL with error. */
static char *descriptor_text(Load *load, const json_t *descriptor, GError **error)
{
	const char *digest = json_str(descriptor, "digest");
	g_autofree char *path = blob_path(digest);
	if (path != NULL)
		return load_text(load, path, error);
	fail(error, BERTH_ERROR_INVALID, "invalid digest \"%s\" in the index", digest);
	return NULL;
}

static bool descriptor_is_here(Load *load, const json_t *descriptor)
{
	g_autofree char *path = blob_path(json_str(descriptor, "digest"));
	return path != NULL && load_find(load, path) != NULL;
}

/* The paths of what a manifest lists. */
static char **layer_paths(const json_t *manifest)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	size_t i;
	json_t *layer;
	json_array_foreach (json_object_get(manifest, "layers"), i, layer) {
		g_autofree char *path = blob_path(json_str(layer, "digest"));
		g_strv_builder_add(list, path != NULL ? path : "");
	}
	return g_strv_builder_end(list);
}

static bool take_image(
	Load *load, const json_t *manifest, char *const *tags, char **id, GError **error)
{
	g_autofree char *config = blob_path(json_str(manifest, "config.digest"));
	g_auto(GStrv) paths = layer_paths(manifest);
	return load_content(load, config != NULL ? config : "", paths, tags, id, error);
}

static bool keep_blob(Load *load, const char *index, const json_t *descriptor, GError **error)
{
	const char *digest = json_str(descriptor, "digest");
	g_autofree char *path = blob_path(digest);
	LoadFile *file = path != NULL ? load_get(load, path, error) : NULL;
	if (path == NULL)
		return fail(
			error, BERTH_ERROR_INVALID, "invalid digest \"%s\" in the index", digest);
	return file != NULL && blob_writer_keep(file->blob, true, error) &&
	       index_store_add_blob(load->engine->store, index, digest, error);
}

/* The attestations of an image: their manifest, and the documents that it names. */
static bool take_attestation(Load *load, const char *index, const json_t *entry, GError **error)
{
	g_autofree char *text = descriptor_text(load, entry, error);
	g_autoptr(json_t) manifest = text != NULL ? json_parse(text, strlen(text), error) : NULL;
	const json_t *layers = json_object_get(manifest, "layers");
	if (manifest == NULL || !keep_blob(load, index, json_object_get(manifest, "config"), error))
		return false;
	for (size_t i = 0; i < json_array_size(layers); i++)
		if (!keep_blob(load, index, json_array_get(layers, i), error))
			return false;
	return keep_blob(load, index, entry, error);
}

static bool take_entry(
	Load *load, const IndexRow *index, const json_t *entry, char **lead, GError **error)
{
	g_autofree char *text = descriptor_text(load, entry, error), *id = NULL, *now = NULL;
	g_autoptr(json_t) manifest = text != NULL ? json_parse(text, strlen(text), error) : NULL;
	if (manifest == NULL || !manifest_check(manifest, error) ||
		!take_image(load, manifest, NULL, &id, error))
		return false;
	if (id == NULL)
		return true;
	IndexImage image = {.manifest = (char *)json_str(entry, "digest"),
		.media_type = (char *)json_str(entry, "mediaType"),
		.text = text,
		.image_id = id};
	if (!image_index_keep(load->engine, index, &image, &now, error))
		return false;
	g_free(*lead);
	*lead = g_steal_pointer(&now);
	return true;
}

/* Images first: without one, nothing is kept. */
static bool take_entries(
	Load *load, const IndexRow *index, const json_t *entries, char **lead, GError **error)
{
	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < json_array_size(entries); i++) {
			const json_t *entry = json_array_get(entries, i);
			bool about = index_entry_is_attestation(entry);
			if (about != (pass == 1) || !descriptor_is_here(load, entry))
				continue;
			if (about ? *lead != NULL && load->wanted->len == 0 &&
						!take_attestation(load, index->digest, entry, error)
				  : !take_entry(load, index, entry, lead, error))
				return false;
		}
	return true;
}

static bool name_index(
	Load *load, const char *digest, const char *lead, char *const *tags, GError **error)
{
	Store *store = load->engine->store;
	g_autoptr(Reference) reference = tags[0] != NULL ? reference_parse(tags[0], error) : NULL;
	if (tags[0] == NULL)
		return load_report(load, lead, tags);
	g_autofree char *full = reference != NULL ? reference_full(reference) : NULL;
	g_auto(GStrv) meanings = load_meanings(load, tags);
	if (full == NULL || !tag_store_set(store, full, lead, error) ||
		!index_tag_set(store, full, digest, error) || !store_sync(store, error))
		return false;
	load_tell_renamed(load, tags, meanings, lead);
	return load_report(load, lead, tags);
}

static bool take_index(Load *load, const json_t *descriptor, char *const *tags, GError **error)
{
	g_autofree char *text = descriptor_text(load, descriptor, error), *lead = NULL;
	g_autoptr(json_t) json = text != NULL ? json_parse(text, strlen(text), error) : NULL;
	if (json == NULL)
		return false;
	const char *type = json_str(json, "mediaType");
	IndexRow index = {.digest = (char *)json_str(descriptor, "digest"),
		.media_type = (char *)(*type != '\0' ? type : json_str(descriptor, "mediaType")),
		.text = text};
	if (!take_entries(load, &index, json_object_get(json, "manifests"), &lead, error))
		return false;
	if (lead != NULL)
		return name_index(load, index.digest, lead, tags, error);
	return load->wanted->len > 0
		       ? load_lacks(load, tags[0], error)
		       : fail(error, BERTH_ERROR_INVALID,
				 "invalid archive: it has no image of those that its index lists");
}

static bool take_descriptor(Load *load, const json_t *descriptor, const char *name, GError **error)
{
	char *tags[] = {(char *)(*name != '\0' ? name : NULL), NULL};
	g_autofree char *text = descriptor_text(load, descriptor, error), *id = NULL;
	g_autoptr(json_t) manifest = text != NULL ? json_parse(text, strlen(text), error) : NULL;
	if (*load->request->tag != '\0')
		tags[0] = (char *)load->request->tag;
	if (manifest == NULL)
		return false;
	if (manifest_is_index(manifest, json_str(descriptor, "mediaType")))
		return take_index(load, descriptor, tags, error);
	json_t *annotations = json_object_get(manifest, "annotations");
	if (!manifest_annotations_check(annotations, error) ||
		!take_image(load, manifest, tags, &id, error) ||
		(id != NULL && json_object_size(annotations) > 0 &&
			!image_manifest_annotate(load->engine, id, annotations, error)))
		return false;
	return id != NULL ? load_report(load, id, tags) : load_lacks(load, tags[0], error);
}

/* containerd's annotation; OCI's own is often a tag alone, which is no reference. */
static const char *name_of(const json_t *descriptor)
{
	const json_t *annotations = json_object_get(descriptor, "annotations");
	const char *name =
		json_string_value(json_object_get(annotations, "io.containerd.image.name"));
	if (name == NULL)
		name = json_string_value(
			json_object_get(annotations, "org.opencontainers.image.ref.name"));
	g_autoptr(Reference) reference = name != NULL ? reference_parse(name, NULL) : NULL;
	return reference != NULL && strpbrk(name, ":/") != NULL ? name : "";
}

bool load_oci(Load *load, const json_t *index, GError **error)
{
	size_t i;
	json_t *descriptor;
	json_array_foreach (json_object_get(index, "manifests"), i, descriptor)
		if (!take_descriptor(load, descriptor, name_of(descriptor), error))
			return false;
	return true;
}

/* What manifest.json does not show. */
static bool says_more(Load *load, const json_t *descriptor)
{
	const char *type = json_str(descriptor, "mediaType");
	if (*type != '\0' && manifest_is_index(NULL, type))
		return true;
	g_autofree char *text = descriptor_is_here(load, descriptor)
					? descriptor_text(load, descriptor, NULL)
					: NULL;
	g_autoptr(json_t) manifest = text != NULL ? json_parse(text, strlen(text), NULL) : NULL;
	return json_object_size(json_object_get(manifest, "annotations")) > 0;
}

bool load_oci_says_more(Load *load, const json_t *index)
{
	const json_t *list = json_object_get(index, "manifests");
	for (size_t i = 0; i < json_array_size(list); i++)
		if (says_more(load, json_array_get(list, i)))
			return true;
	return false;
}
