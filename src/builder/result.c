/* The result of a build: an image of the target stage, tagged, or its files in an archive. */
#include "builder/internal.h"
#include "engine/image/images.h"

#include "base/json_names.h"
#include "base/platform.h"
#include "base/timefmt.h"

#include <string.h>

/* Fields of the base that say how it was made: dropped. */
static const char *const stale[] = {"container", "container_config", "docker_version", "parent",
	"id", "parent_id", "Size", NULL};

/* The image's platform is the requested one, whatever its base has (BuildKit, dockerfile2llb). */
static void set_platform(json_t *image, const Platform *platform)
{
	json_object_set_new(image, "os", json_string(platform->os));
	json_object_set_new(image, "architecture", json_string(platform->architecture));
	if (*platform->variant != '\0')
		json_object_set_new(image, "variant", json_string(platform->variant));
	else
		json_object_del(image, "variant");
}

/* The order of names is part of an image's id: clients in Go send labels in a different one each time. */
static void sort_maps(json_t *config)
{
	static const char *const maps[] = {"Labels", "ExposedPorts", "Volumes"};
	for (size_t i = 0; i < G_N_ELEMENTS(maps); i++)
		if (json_is_object(json_object_get(config, maps[i])))
			json_object_set_new(
				config, maps[i], json_sorted(json_object_get(config, maps[i])));
}

json_t *result_document(Build *build, const Stage *target, bool with_cache)
{
	json_t *image = json_deep_copy(target->image);
	json_t *config = json_object_get(image, "config"), *diff_ids = json_array(), *value;
	const char *key;
	g_autofree char *created = build_time(build, build->epoch >= 0 ? build->epoch * 1000000000
						     : target->created != 0 ? target->created
									    : time_now());
	for (int i = 0; stale[i] != NULL; i++)
		json_object_del(image, stale[i]);
	for (guint i = 0; i < target->layers->len; i++)
		json_array_append_new(
			diff_ids, json_string(((Layer *)target->layers->pdata[i])->diff_id));
	json_object_set_new(
		image, "rootfs", json_pack("{s:s, s:o}", "type", "layers", "diff_ids", diff_ids));
	json_object_set_new(image, "created", json_string(created));
	if (*build->request->platform != '\0')
		set_platform(image, &target->lane->platform);
	if (json_object_size(build->request->labels) > 0 &&
		!json_is_object(json_object_get(config, "Labels")))
		json_object_set_new(config, "Labels", json_object());
	json_object_foreach ((json_t *)build->request->labels, key, value)
		json_object_set(json_object_get(config, "Labels"), key, value);
	sort_maps(config);
	if (with_cache)
		json_object_set_new(image, "berth.cache.v1", cache_export(target));
	return image;
}

static char *document(Build *build, const Stage *target, bool with_cache)
{
	g_autoptr(json_t) image = result_document(build, target, with_cache);
	return json_text(image);
}

static char **full_tags(Build *build)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	for (int i = 0; build->request->tags[i] != NULL; i++) {
		g_autoptr(Reference) reference = reference_parse(build->request->tags[i], NULL);
		g_autofree char *familiar = reference_familiar(reference);
		g_strv_builder_add(list, familiar);
	}
	return g_strv_builder_end(list);
}

static bool image_is_there(Build *build, const char *text)
{
	g_autofree char *id = digest_of(text, strlen(text));
	g_autoptr(ImageRow) row = image_store_get(build->engine->store, id);
	return row != NULL;
}

static json_t *cache_exporter(const Build *build, const char *type)
{
	const json_t *exports = json_object_get(build->request->more, "cacheTo");
	for (size_t i = 0; i < json_array_size(exports); i++)
		if (strcmp(json_str(json_array_get(exports, i), "type"), type) == 0)
			return json_array_get(exports, i);
	return NULL;
}

static bool wants_inline_cache(const Build *build)
{
	const char *asked =
		json_string_value(json_object_get(build->request->args, "BUILDKIT_INLINE_CACHE"));
	return g_strcmp0(asked, "1") == 0 || cache_exporter(build, "inline") != NULL;
}

/* An image that nobody runs: the layers of all that is kept, and by which keys they are found. */
static char *cache_document(Build *build, bool whole, GPtrArray *layers)
{
	const Stage *target = ((Lane *)build->lanes->pdata[0])->target;
	for (guint i = 0; i < target->layers->len; i++)
		g_ptr_array_add(layers, target->layers->pdata[i]);
	g_autoptr(json_t) image = result_document(build, target, true);
	json_object_set_new(
		image, "berth.cache.stages.v1", cache_export_others(build, whole, layers));
	json_t *diff_ids = json_at(image, "rootfs.diff_ids");
	for (guint i = target->layers->len; i < layers->len; i++)
		json_array_append_new(diff_ids, json_string(((Layer *)layers->pdata[i])->diff_id));
	return json_text(image);
}

static bool wants_whole_cache(const Build *build)
{
	const json_t *exports = json_object_get(build->request->more, "cacheTo");
	for (size_t i = 0; i < json_array_size(exports); i++)
		if (strcmp(json_str(json_array_get(exports, i), "mode"), "max") == 0)
			return true;
	return false;
}

/* Under a name of its own, for a client that fetches it: --cache-to of Berth's command line. */
static bool keep_cache(Build *build, GError **error)
{
	const char *name = json_str(build->request->more, "cacheTag");
	char *tags[] = {(char *)name, NULL};
	if (*name == '\0')
		return true;
	g_autoptr(GPtrArray) layers = g_ptr_array_new();
	g_autofree char *text = cache_document(build, wants_whole_cache(build), layers), *id = NULL;
	NewImage image = {layers, text};
	return image_add(build->engine, &image, tags, &id, error);
}

/* The manifest of an image that was built before may have others, or some where there are none now. */
static bool annotate(Build *build, const Lane *lane, const char *id, GError **error)
{
	g_autofree char *platform = platform_text(&lane->platform);
	g_autoptr(json_t) annotations = annotations_of(build, "manifest", platform);
	return image_manifest_annotate(build->engine, id, annotations, error);
}

static bool keep_image(
	Build *build, Stage *target, char *const *tags, char **id, bool *fresh, GError **error)
{
	g_autofree char *text = document(build, target, wants_inline_cache(build));
	NewImage image = {target->layers, text};
	*fresh = !image_is_there(build, text);
	if (!image_add(build->engine, &image, tags, id, error) ||
		!annotate(build, target->lane, *id, error))
		return false;
	image_event(build->engine, "create", *id, *id);
	image_tags_published(build->engine, *id, tags);
	return true;
}

bool result_is_index(const Build *build)
{
	return build->lanes->len > 1 || *json_str(build->request->more, "provenance") != '\0';
}

/* Images first, without a name; the index gets the names. *id is its digest. */
static bool keep_index(Build *build, char **id, bool *fresh, GError **error)
{
	size_t count = build->lanes->len;
	g_autofree IndexPart *parts = g_new0(IndexPart, count);
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	g_autofree Statement *statements = g_new0(Statement, count);
	g_autoptr(GPtrArray) annotations =
		g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
	g_autoptr(json_t) of_index = annotations_of(build, "index", "");
	*fresh = false;
	for (size_t i = 0; i < count; i++) {
		const Lane *lane = build->lanes->pdata[i];
		char *own = NULL;
		bool new_image;
		g_autofree char *platform = platform_text(&lane->platform);
		json_t *entry = annotations_of(build, "manifest-descriptor", platform);
		g_ptr_array_add(annotations, entry);
		if (!keep_image(build, lane->target, NULL, &own, &new_image, error))
			return false;
		g_ptr_array_add(ids, own);
		*fresh = *fresh || new_image;
		statements[i] = (Statement){build, lane};
		bool said = *json_str(build->request->more, "provenance") != '\0';
		parts[i] = (IndexPart){own, entry, said ? provenance_state : NULL, &statements[i]};
	}
	IndexPlan plan = {parts, count, of_index, build->request->tags};
	if (!image_index_make(build->engine, &plan, id, error))
		return false;
	image_tags_published(build->engine, ids->pdata[0], build->request->tags);
	return true;
}

static bool keep_result(Build *build, char **id, bool *fresh, GError **error)
{
	bool ok = result_is_index(build)
			  ? keep_index(build, id, fresh, error)
			  : keep_image(build, ((Lane *)build->lanes->pdata[0])->target,
				    build->request->tags, id, fresh, error);
	return ok && keep_cache(build, error);
}

static ssize_t read_inflated(gpointer data, void *buffer, size_t size, GError **error)
{
	return inflate_read(data, buffer, size, error);
}

static bool apply_blob(Build *build, const Layer *layer, int root_fd, GError **error)
{
	int fd = blob_open(build->engine->store, layer->blob, NULL, error);
	autofd owned = fd;
	g_autoptr(Inflate) inflate = fd >= 0 ? inflate_new(byte_source_fd, &fd) : NULL;
	(void)owned;
	return inflate != NULL && layer_apply_live(root_fd, read_inflated, inflate, error);
}

/* --squash: everything that the build has added, as one layer on its base. */
static bool squash(Build *build, Stage *target, GError **error)
{
	g_auto(NewLayer) layer = {.root_fd = -1};
	guint base = target->base_layers;
	size_t i;
	json_t *line;
	if (!build->request->squash || target->layers->len <= base + 1)
		return true;
	g_autoptr(GPtrArray) all = g_steal_pointer(&target->layers);
	target->layers = g_ptr_array_new_with_free_func((GDestroyNotify)layer_free);
	for (guint l = 0; l < base; l++)
		g_ptr_array_add(target->layers, layer_copy(all->pdata[l]));
	if (!new_layer_open(&layer, target, false, error))
		return false;
	for (guint l = base; l < all->len; l++)
		if (!apply_blob(build, all->pdata[l], layer.root_fd, error))
			return false;
	const char *keys[] = {NULL};
	if (!new_layer_keep(&layer, target, keys, "", error))
		return false;
	guint seen = 0;
	json_array_foreach (json_object_get(target->image, "history"), i, line)
		if (!json_bool(line, "empty_layer") && ++seen > base)
			json_object_set_new(line, "empty_layer", json_true());
	return stage_add_history(target, "squashed", true);
}

/* The last line, which announces that the result follows. */
static bool announce(Build *build, const char *kind)
{
	return build->request->say(
		build->request->who, json_pack("{s:{s:s}}", "build", "output", kind));
}

static bool send_tree(Build *build, GError **error)
{
	const ArchiveSink sink = {
		.bytes = build->request->output, .data = build->request->output_data};
	if (build->lanes->len > 1)
		return fail(error, BERTH_ERROR_INVALID,
			"files of several platforms cannot be one archive: choose one --platform");
	autofd root = stage_open(((Lane *)build->lanes->pdata[0])->target, error);
	return root >= 0 && announce(build, "tar") &&
	       tree_archive(root, TREE_WHOLE, NULL, &sink, error);
}

/* The meaning of a tag, while the tag is lent to an image that is exported. */
typedef struct {
	char *full, *id, *index;
} Lent;

static void lent_clear(gpointer data)
{
	Lent *lent = data;
	g_free(lent->full);
	g_free(lent->id);
	g_free(lent->index);
}

/* The names are valid. */
static GArray *lend_names(Build *build, char *const *tags)
{
	Store *store = build->engine->store;
	GArray *names = g_array_new(FALSE, FALSE, sizeof(Lent));
	g_array_set_clear_func(names, lent_clear);
	for (int i = 0; tags[i] != NULL; i++) {
		g_autoptr(Reference) reference = reference_parse(tags[i], NULL);
		Lent lent = {.full = reference_full(reference)};
		lent.id = tag_store_get(store, lent.full);
		lent.index = index_tag_get(store, lent.full);
		g_array_append_val(names, lent);
	}
	return names;
}

static void give_names_back(Build *build, GArray *names)
{
	Store *store = build->engine->store;
	for (guint i = 0; i < names->len; i++) {
		const Lent *lent = &g_array_index(names, Lent, i);
		if (lent->id == NULL)
			tag_store_remove(store, lent->full, NULL);
		else
			tag_store_set(store, lent->full, lent->id, NULL);
		if (lent->index != NULL)
			index_tag_set(store, lent->full, lent->index, NULL);
	}
}

/* The image is gone afterwards, if it was not here before; so is what the tags mean. */
static bool lend_cache(Build *build, bool whole, char *const *tags, BuildCacheUse use,
	gpointer data, GError **error)
{
	g_autoptr(GArray) names = lend_names(build, tags);
	g_autoptr(GPtrArray) layers = g_ptr_array_new();
	g_autofree char *text = cache_document(build, whole, layers), *id = NULL;
	NewImage image = {layers, text};
	bool fresh = !image_is_there(build, text);
	bool ok = image_add(build->engine, &image, tags, &id, error) && use(data, id, error);
	give_names_back(build, names);
	if (fresh && id != NULL)
		json_decref(image_remove(build->engine, id, true, false, NULL));
	return ok;
}

bool build_lend_cache(Build *build, bool whole, BuildCacheUse use, gpointer data, GError **error)
{
	char *tags[] = {NULL};
	return lend_cache(build, whole, tags, use, data, error);
}

typedef struct {
	Build *build;
	const char *tag;
} PushedCache;

static bool push_lent(gpointer data, const char *id, GError **error)
{
	const PushedCache *pushed = data;
	g_autofree char *digest = NULL;
	(void)id;
	return build_push(pushed->build, pushed->tag, &digest, error);
}

bool build_push_cache(Build *build, bool whole, const char *tag, GError **error)
{
	char *tags[] = {(char *)tag, NULL};
	g_autoptr(Reference) reference = reference_parse(tag, error);
	PushedCache pushed = {build, tag};
	return reference != NULL && lend_cache(build, whole, tags, push_lent, &pushed, error);
}

static bool send_image(Build *build, GError **error)
{
	g_autofree char *id = NULL;
	g_autoptr(GArray) names = lend_names(build, build->request->tags);
	bool fresh;
	if (!keep_result(build, &id, &fresh, error))
		return false;
	char *references[] = {build->request->tags[0] != NULL ? build->request->tags[0] : id, NULL},
	     *whole[] = {NULL};
	bool ok = announce(build, "image") &&
		  image_save(build->engine, references, whole, build->request->output,
			  build->request->output_data, error);
	give_names_back(build, names);
	if (fresh)
		json_decref(image_remove(build->engine, id, true, false, NULL));
	return ok;
}

char *build_tag_name(const char *tag)
{
	g_autoptr(Reference) reference = reference_parse(tag, NULL);
	g_autofree char *full = reference_full(reference), *name = reference_name(reference);
	const char *last = strrchr(tag, '/');
	return strchr(last != NULL ? last : tag, ':') != NULL ? g_steal_pointer(&full)
							      : g_steal_pointer(&name);
}

/* For the metadata file of who asks for it: all of it (max), or without what differs from build to build. */
static void tell_provenance(const Build *build)
{
	const char *detail = json_str(build->request->more, "metadata");
	if (*detail == '\0' || build->lanes->len > 1)
		return;
	json_t *predicate = build_provenance(build, true);
	if (strcmp(detail, "max") != 0)
		json_object_del(predicate, "metadata");
	build->request->say(
		build->request->who, json_pack("{s:{s:o}}", "build", "provenance", predicate));
}

bool result_keep(Build *build, char **id, GError **error)
{
	if (!annotations_check(build, result_is_index(build), error))
		return false;
	for (guint i = 0; i < build->lanes->len; i++)
		if (!squash(build, ((Lane *)build->lanes->pdata[i])->target, error))
			return false;
	const char *output = json_str(build->request->more, "output");
	bool fresh;
	if (strcmp(output, "tar") == 0)
		return send_tree(build, error);
	if (strcmp(output, "image") == 0)
		return send_image(build, error);
	Vertex *vertex = vertex_new(build->progress, 0, "exporting to image", "");
	vertex_start(vertex);
	if (!keep_result(build, id, &fresh, error))
		return false;
	if (build->request->client != NULL)
		vertex_status(vertex,
			json_pack("{s:s, s:s}", "id", "exporting layers", "status", "done"));
	vertex_note(
		vertex, result_is_index(build) ? "exporting manifest list" : "writing image", *id);
	for (int i = 0; build->request->tags[i] != NULL; i++) {
		g_autofree char *name = build_tag_name(build->request->tags[i]);
		vertex_note(vertex, "naming to", name);
	}
	vertex_done(vertex, NULL);
	tell_provenance(build);
	g_auto(GStrv) tags = full_tags(build);
	progress_end(build->progress, *id, tags);
	return true;
}
