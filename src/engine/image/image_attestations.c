/* Attestations of an image: in-toto statements in its index (moby/buildkit, docs/attestations; Engine API 1.55,
 * ImageAttestations). */
#include "engine/image/images.h"

#include "base/error.h"
#include "base/fd.h"

#include <string.h>

enum { MAX_DOCUMENT = 16 << 20 };
static const char statement_type[] = "application/vnd.in-toto+json";

/* Names of annotations contain dots. */
static const char *annotation(const json_t *descriptor, const char *key)
{
	const char *text =
		json_string_value(json_object_get(json_object_get(descriptor, "annotations"), key));
	return text != NULL ? text : "";
}

/* A stored document of the index; NULL: it is missing. */
static json_t *read_document(Engine *engine, const char *index, const json_t *descriptor)
{
	const char *digest = json_str(descriptor, "digest");
	if (!index_store_has_blob(engine->store, index, digest))
		return NULL;
	autofd fd = blob_open(engine->store, digest, NULL, NULL);
	g_autofree char *text = fd >= 0 ? fd_read_all(fd, MAX_DOCUMENT, NULL) : NULL;
	return text != NULL ? json_parse(text, strlen(text), NULL) : NULL;
}

static void add_statements(Engine *engine, const char *index, const json_t *entry,
	const AttestationQuery *query, json_t *list)
{
	g_autoptr(json_t) manifest = read_document(engine, index, entry);
	size_t i;
	json_t *layer;
	json_array_foreach (json_object_get(manifest, "layers"), i, layer) {
		const char *type = annotation(layer, "in-toto.io/predicate-type");
		if (strcmp(json_str(layer, "mediaType"), statement_type) != 0 ||
			(query->types[0] != NULL &&
				!g_strv_contains((const char *const *)query->types, type)))
			continue;
		json_array_append_new(list,
			json_pack("{s:O, s:s, s:o*}", "Descriptor", layer, "PredicateType", type,
				"Statement",
				query->statements ? read_document(engine, index, layer) : NULL));
	}
}

static const char *manifest_of(const GPtrArray *images, const char *id)
{
	for (guint i = 0; i < images->len; i++) {
		const IndexImage *image = images->pdata[i];
		if (strcmp(image->image_id, id) == 0)
			return image->manifest;
	}
	return "";
}

json_t *image_attestations(
	Engine *engine, const char *reference, const AttestationQuery *query, GError **error)
{
	g_autofree char *id = image_find_on(engine, reference, query->platform, error);
	if (id == NULL)
		return NULL;
	g_autofree char *digest = image_index_named(engine, reference);
	g_autoptr(IndexRow) index = digest != NULL ? index_store_get(engine->store, digest) : NULL;
	json_t *list = json_array(), *entry;
	if (index == NULL)
		return list;
	g_autoptr(GPtrArray) images = index_store_images(engine->store, digest);
	g_autoptr(json_t) json = json_parse(index->text, strlen(index->text), NULL);
	const char *manifest = manifest_of(images, id);
	size_t i;
	json_array_foreach (json_object_get(json, "manifests"), i, entry)
		if (index_entry_is_attestation(entry) &&
			strcmp(annotation(entry, "vnd.docker.reference.digest"), manifest) == 0)
			add_statements(engine, digest, entry, query, list);
	return list;
}
