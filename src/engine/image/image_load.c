/* `load`: Docker's archives with or without manifest.json, and OCI layouts. */
#include "engine/image/load_archive.h"

#include "base/error.h"
#include "image/image.h"

#include <string.h>

enum { MAX_V1_LAYERS = 127 };

static bool load_docker(Load *load, const json_t *manifest, GError **error)
{
	size_t i;
	json_t *entry;
	if (json_array_size(manifest) == 0)
		return fail(error, BERTH_ERROR_INVALID, "invalid manifest.json in the archive");
	json_array_foreach (manifest, i, entry) {
		const json_t *paths = json_object_get(entry, "Layers");
		if (!json_is_object(entry) ||
			(paths != NULL && !json_is_array(paths) && !json_is_null(paths)))
			return fail(
				error, BERTH_ERROR_INVALID, "invalid manifest.json in the archive");
		g_auto(GStrv) layers = json_strv(paths),
			      tags = json_strv(json_object_get(entry, "RepoTags"));
		if (!load_image(load, json_str(entry, "Config"), layers, tags, error))
			return false;
	}
	return true;
}

/* An image without manifest.json: a folder for each layer, named by an id, whose "json" names the parent. Both lists begin
 * with the lowest. */
typedef struct {
	GPtrArray *paths;     /* of the layers */
	GPtrArray *documents; /* of json_t */
} V1Image;

static void v1_image_clear(V1Image *image)
{
	g_ptr_array_unref(image->paths);
	g_ptr_array_unref(image->documents);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(V1Image, v1_image_clear)

static void decref(gpointer json)
{
	json_decref(json);
}

static bool v1_read(Load *load, const char *id, V1Image *image, GError **error)
{
	g_autofree char *next = g_strdup(id);
	for (guint depth = 0; *next != '\0'; depth++) {
		g_autofree char *path = g_strconcat(next, "/json", NULL);
		json_t *document = load_json(load, path, error);
		if (document == NULL)
			return false;
		g_ptr_array_insert(image->documents, 0, document);
		if (depth == MAX_V1_LAYERS)
			return fail(
				error, BERTH_ERROR_INVALID, "image %s has no end of parents", id);
		g_ptr_array_insert(image->paths, 0, g_strconcat(next, "/layer.tar", NULL));
		g_free(next);
		next = g_strdup(json_str(document, "parent"));
	}
	return true;
}

static GPtrArray *v1_unpack(Load *load, LayerPins *pins, GPtrArray *paths, GError **error)
{
	g_autoptr(GPtrArray) layers = g_ptr_array_new_with_free_func((GDestroyNotify)layer_free);
	const char *chain = NULL;
	for (guint i = 0; i < paths->len; i++) {
		LoadFile *file = load_get(load, paths->pdata[i], error);
		Layer *layer = file != NULL ? image_unpack(load->engine, pins, file->blob, chain,
						      NULL, error)
					    : NULL;
		if (layer == NULL)
			return NULL;
		g_ptr_array_add(layers, layer);
		chain = layer->chain_id;
	}
	return g_steal_pointer(&layers);
}

/* A layer's line of the history, out of its "json". */
static json_t *v1_history(const json_t *old)
{
	static const char *const kept[] = {"created", "author", "comment"};
	g_auto(GStrv) words = json_strv(json_at(old, "container_config.Cmd"));
	g_autofree char *command = g_strjoinv(" ", words);
	json_t *line = json_object();
	for (size_t i = 0; i < G_N_ELEMENTS(kept); i++)
		if (*json_str(old, kept[i]) != '\0')
			json_object_set(line, kept[i], json_object_get(old, kept[i]));
	if (*command != '\0')
		json_object_set_new(line, "created_by", json_lenient(command));
	return line;
}

/* An image document made from the topmost layer's "json" and the unpacked layers: without what says how they were kept. */
static char *v1_document(const V1Image *image, const GPtrArray *layers)
{
	static const char *const dropped[] = {
		"id", "parent", "Size", "parent_id", "layer_id", "throwaway"};
	const json_t *old = image->documents->pdata[image->documents->len - 1];
	json_t *document = json_deep_copy(old), *ids = json_array(), *history = json_array();
	for (size_t i = 0; i < G_N_ELEMENTS(dropped); i++)
		json_object_del(document, dropped[i]);
	for (guint i = 0; i < layers->len; i++) {
		json_array_append_new(ids, json_string(((Layer *)layers->pdata[i])->diff_id));
		json_array_append_new(history, v1_history(image->documents->pdata[i]));
	}
	json_object_set_new(document, "history", history);
	json_object_set_new(
		document, "rootfs", json_pack("{s:s, s:o}", "type", "layers", "diff_ids", ids));
	char *text = json_text(document);
	json_decref(document);
	return text;
}

static bool load_v1_image(Load *load, const char *id, const char *name, GError **error)
{
	g_auto(V1Image) old = {.paths = g_ptr_array_new_with_free_func(g_free),
		.documents = g_ptr_array_new_with_free_func(decref)};
	g_autoptr(LayerPins) pins = layer_pins_new(load->engine->store);
	g_autofree char *made = NULL;
	g_autoptr(GPtrArray) layers =
		v1_read(load, id, &old, error) ? v1_unpack(load, pins, old.paths, error) : NULL;
	if (layers == NULL)
		return false;
	if (layers->len == 0)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid repositories in the archive: an image without a name");
	g_autofree char *text = v1_document(&old, layers);
	g_autoptr(json_t) document = json_parse(text, strlen(text), error);
	NewImage image = {layers, text};
	char *tags[] = {(char *)(*load->request->tag != '\0' ? load->request->tag : name), NULL};
	if (document == NULL || !image_config_check(document, layers->len, error) ||
		!load_add(load, &image, tags, &made, error))
		return false;
	return load_report(load, made, tags);
}

static bool load_v1(Load *load, const json_t *repositories, GError **error)
{
	const char *name, *tag;
	json_t *tags, *id;
	json_object_foreach ((json_t *)repositories, name, tags) {
		json_object_foreach (tags, tag, id) {
			g_autofree char *full = g_strconcat(name, ":", tag, NULL);
			if (!json_is_string(id))
				return fail(error, BERTH_ERROR_INVALID,
					"invalid repositories in the archive");
			if (!load_v1_image(load, json_string_value(id), full, error))
				return false;
		}
	}
	return load->loaded > 0 ||
	       fail(error, BERTH_ERROR_INVALID, "the archive's repositories name no image");
}

/* Chooses the format by the content of the archive. */
static bool load_all(Load *load, GError **error)
{
	bool docker = load_find(load, "manifest.json") != NULL,
	     oci = load_find(load, "index.json") != NULL;
	g_autoptr(json_t) index = oci ? load_json(load, "index.json", error) : NULL;
	if (oci && index == NULL)
		return false;
	if (oci && (!docker || load_oci_says_more(load, index)))
		return load_oci(load, index, error);
	if (docker) {
		g_autoptr(json_t) manifest = load_json(load, "manifest.json", error);
		return manifest != NULL && load_docker(load, manifest, error);
	}
	if (load_find(load, "repositories") != NULL) {
		g_autoptr(json_t) repositories = load_json(load, "repositories", error);
		return repositories != NULL && load_v1(load, repositories, error);
	}
	return fail(error, BERTH_ERROR_INVALID,
		"invalid archive: it has neither manifest.json nor index.json");
}

bool image_load(Engine *engine, const LoadRequest *request, ByteSource read, gpointer stream,
	GError **error)
{
	enum { BLOCK = 256 * 1024 };
	g_autoptr(GArray) wanted = g_array_new(FALSE, TRUE, sizeof(Platform));
	g_array_set_clear_func(wanted, (GDestroyNotify)platform_clear);
	for (int i = 0; request->platforms[i] != NULL; i++) {
		g_array_set_size(wanted, wanted->len + 1);
		if (!platform_parse(request->platforms[i],
			    &g_array_index(wanted, Platform, wanted->len - 1), error))
			return false;
	}
	Load load = {.engine = engine,
		.request = request,
		.wanted = wanted,
		.source = {read, stream, g_malloc(BLOCK), BLOCK, NULL}};
	load.files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, load_file_free);
	load.links = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	bool ok = load_read_archive(&load, error) && load_all(&load, error);
	g_hash_table_unref(load.files);
	g_hash_table_unref(load.links);
	g_free(load.source.buffer);
	return ok;
}
