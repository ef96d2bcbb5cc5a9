#include "image/image.h"

#include "base/digest.h"
#include "base/error.h"

#include <string.h>

enum { MAX_LAYERS = 127 };

static const char *const index_types[] = {"application/vnd.oci.image.index.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json", NULL};
static const char *const manifest_types[] = {"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.v2+json", NULL};
static const char *const layer_types[] = {"application/vnd.oci.image.layer.v1.tar",
	"application/vnd.oci.image.layer.v1.tar+gzip",
	"application/vnd.oci.image.layer.v1.tar+zstd",
	"application/vnd.oci.image.layer.nondistributable.v1.tar",
	"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
	"application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
	"application/vnd.docker.image.rootfs.diff.tar",
	"application/vnd.docker.image.rootfs.diff.tar.gzip",
	"application/vnd.docker.image.rootfs.diff.tar.zstd",
	"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", NULL};

bool manifest_is_index(const json_t *manifest, const char *media_type)
{
	const char *type = json_str(manifest, "mediaType");
	if (*type == '\0')
		type = media_type;
	return g_strv_contains(index_types, type) ||
	       (!g_strv_contains(manifest_types, type) &&
		       json_is_array(json_object_get(manifest, "manifests")));
}

bool index_entry_is_attestation(const json_t *entry)
{
	const json_t *type =
		json_object_get(json_object_get(entry, "annotations"), "vnd.docker.reference.type");
	return g_strcmp0(json_string_value(type), "attestation-manifest") == 0;
}

bool layer_is_foreign(const char *media_type)
{
	return strstr(media_type, "nondistributable") != NULL ||
	       strstr(media_type, ".foreign.") != NULL;
}

const json_t *index_choose(const json_t *index, const Platform *wanted)
{
	const json_t *best = NULL;
	json_t *entry;
	int best_score = 0;
	size_t i;
	json_array_foreach (json_object_get(index, "manifests"), i, entry) {
		g_auto(Platform) offered = {0};
		platform_read(json_object_get(entry, "platform"), &offered);
		/* Attestations have the architecture "unknown", or none. */
		int score = *offered.architecture != '\0' ? platform_suits(&offered, wanted) : 0;
		const char *type = json_str(entry, "mediaType");
		if (score > best_score && (*type == '\0' || g_strv_contains(manifest_types, type) ||
						  g_strv_contains(index_types, type))) {
			best = entry;
			best_score = score;
		}
	}
	return best;
}

static bool check_descriptor(const json_t *descriptor, gint64 max, const char *what, GError **error)
{
	gint64 size = json_int(descriptor, "size");
	const char *digest = json_str(descriptor, "digest");
	if (!digest_is_valid(digest))
		return fail(
			error, BERTH_ERROR_INVALID, "invalid digest \"%s\" of %s", digest, what);
	if (size < 0 || size > max)
		return fail(error, BERTH_ERROR_INVALID, "invalid size %" G_GINT64_FORMAT " of %s",
			size, what);
	return true;
}

/* A manifest with an OCI media type may lack its schema version, as some layouts do. */
static bool is_schema_2(const json_t *manifest)
{
	gint64 schema = json_int(manifest, "schemaVersion");
	return schema == 2 ||
	       (schema == 0 && strcmp(json_str(manifest, "mediaType"),
				       "application/vnd.oci.image.manifest.v1+json") == 0);
}

bool manifest_annotations_check(const json_t *annotations, GError **error)
{
	const char *name;
	json_t *value;
	if (annotations != NULL && !json_is_null(annotations) && !json_is_object(annotations))
		return fail(
			error, BERTH_ERROR_INVALID, "invalid manifest: annotations are no object");
	json_object_foreach ((json_t *)annotations, name, value)
		if (!json_is_string(value))
			return fail(error, BERTH_ERROR_INVALID,
				"invalid manifest: annotation \"%s\" is no string", name);
	return true;
}

bool manifest_check(const json_t *manifest, GError **error)
{
	enum { MAX_CONFIG = 8 << 20 };
	const gint64 max_layer = G_GINT64_CONSTANT(1) << 40;
	const json_t *layers = json_object_get(manifest, "layers");
	json_t *layer;
	size_t i;
	if (!is_schema_2(manifest) || !json_is_array(layers))
		return fail(error, BERTH_ERROR_INVALID,
			"unsupported manifest: schema 2 or an OCI image manifest is wanted");
	if (json_array_size(layers) > MAX_LAYERS)
		return fail(error, BERTH_ERROR_INVALID,
			"max depth exceeded: the image has more than %d layers", MAX_LAYERS);
	if (!check_descriptor(json_object_get(manifest, "config"), MAX_CONFIG,
		    "the image's configuration", error))
		return false;
	if (!manifest_annotations_check(json_object_get(manifest, "annotations"), error))
		return false;
	json_array_foreach (layers, i, layer) {
		if (!check_descriptor(layer, max_layer, "a layer", error))
			return false;
		if (!g_strv_contains(layer_types, json_str(layer, "mediaType")))
			return fail(error, BERTH_ERROR_INVALID,
				"unsupported layer type \"%s\": this is no image of a container",
				json_str(layer, "mediaType"));
	}
	return true;
}

/* A member that is an array of strings, or absent. */
static bool is_list(const json_t *object, const char *key)
{
	const json_t *list = json_object_get(object, key);
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!json_is_string(json_array_get(list, i)))
			return false;
	return list == NULL || json_is_null(list) || json_is_array(list);
}

bool image_config_check(const json_t *image, size_t layers, GError **error)
{
	const json_t *config = json_object_get(image, "config"),
		     *diff_ids = json_at(image, "rootfs.diff_ids");
	static const char *const lists[] = {"Env", "Cmd", "Entrypoint", "OnBuild", "Shell"};
	if (!json_is_object(image) ||
		(config != NULL && !json_is_null(config) && !json_is_object(config)) ||
		!is_list(json_object_get(image, "rootfs"), "diff_ids"))
		return fail(error, BERTH_ERROR_INVALID, "invalid configuration of the image");
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		if (!is_list(config, lists[i]))
			return fail(error, BERTH_ERROR_INVALID,
				"invalid configuration of the image: %s is no list of strings",
				lists[i]);
	if (json_array_size(diff_ids) != layers)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid manifest, layers length mismatch: expected %u, got %u",
			(guint)layers, (guint)json_array_size(diff_ids));
	for (size_t i = 0; i < layers; i++)
		if (!digest_is_valid(json_elem(diff_ids, i)))
			return fail(error, BERTH_ERROR_INVALID,
				"invalid digest \"%s\" in the image's configuration",
				json_elem(diff_ids, i));
	return true;
}
