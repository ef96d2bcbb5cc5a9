/* system/df (Engine API): disk usage. */
#include "api/api.h"
#include "builder/build.h"
#include "engine/image/images.h"
#include "engine/volume/volume.h"

#include "base/error.h"

#include <string.h>

/* The totals of one kind of object, as 1.52 and later report it. */
typedef struct {
	gint64 active, total, size, reclaimable;
} Sum;

static json_t *images_usage(Engine *engine, GError **error)
{
	g_autoptr(json_t) none = json_object();
	json_t *images = image_list(engine, none, false, false, error), *image;
	size_t i;
	json_array_foreach (images, i, image)
		json_object_set_new(image, "SharedSize",
			json_integer(
				image_store_shared_size(engine->store, json_str(image, "Id"))));
	return images;
}

static json_t *containers_usage(Engine *engine, GError **error)
{
	g_autoptr(json_t) none = json_object();
	return container_list_json(engine, none, true, 0, true, error);
}

static json_t *volumes_usage(Engine *engine, GError **error)
{
	(void)error;
	return volume_usage(engine);
}

static json_t *build_cache_usage(Engine *engine, GError **error)
{
	(void)error;
	return build_cache_json(engine, NULL);
}

static void count(Sum *sum, bool active, gint64 size)
{
	sum->total++;
	sum->size += size;
	if (active)
		sum->active++;
	else
		sum->reclaimable += size;
}

/* The size that only unused images need: shared layers count once all of their images are unused. */
static Sum images_sum(Engine *engine, const json_t *list)
{
	Sum sum = {.size = layer_store_total(engine->store)};
	gint64 used = 0;
	size_t i;
	json_t *image;
	json_array_foreach (list, i, image) {
		bool active = json_int(image, "Containers") > 0;
		sum.total++;
		sum.active += active;
		used += active ? json_int(image, "Size") - json_int(image, "SharedSize") : 0;
	}
	sum.reclaimable = MAX(sum.size - used, 0);
	return sum;
}

static Sum containers_sum(Engine *engine, const json_t *list)
{
	static const char *const living[] = {"running", "paused", "restarting", NULL};
	Sum sum = {0};
	size_t i;
	json_t *container;
	(void)engine;
	json_array_foreach (list, i, container)
		count(&sum, g_strv_contains(living, json_str(container, "State")),
			json_int(container, "SizeRw"));
	return sum;
}

static Sum volumes_sum(Engine *engine, const json_t *list)
{
	Sum sum = {0};
	size_t i;
	json_t *volume;
	(void)engine;
	json_array_foreach (list, i, volume)
		count(&sum, json_int(volume, "UsageData.RefCount") > 0,
			json_int(volume, "UsageData.Size"));
	return sum;
}

/* Layers that are also an image's cannot be reclaimed from the cache. */
static Sum build_cache_sum(Engine *engine, const json_t *list)
{
	Sum sum = {0};
	size_t i;
	json_t *record;
	(void)engine;
	json_array_foreach (list, i, record) {
		count(&sum, json_bool(record, "InUse"), json_int(record, "Size"));
		if (json_bool(record, "Shared") && !json_bool(record, "InUse"))
			sum.reclaimable -= json_int(record, "Size");
	}
	return sum;
}

/* In the order of the answer. Sizes of containers and volumes require walking their trees. */
static const struct {
	const char *type, *old_key, *key;
	json_t *(*list)(Engine *engine, GError **error);
	Sum (*sum)(Engine *engine, const json_t *list);
} parts[] = {
	{"image", "Images", "ImageUsage", images_usage, images_sum},
	{"container", "Containers", "ContainerUsage", containers_usage, containers_sum},
	{"volume", "Volumes", "VolumeUsage", volumes_usage, volumes_sum},
	{"build-cache", "BuildCache", "BuildCacheUsage", build_cache_usage, build_cache_sum},
};

static bool known(const char *type)
{
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		if (strcmp(parts[i].type, type) == 0)
			return true;
	return false;
}

/* What is asked for, by the names of parts; none: all. */
static char *const *types_of(const Request *request)
{
	enum { TYPES_SINCE = 42 };
	return request_params_since(request, "type", TYPES_SINCE);
}

/* 1.51 and older: lists only. Where a list was not asked for it is null, and from 1.52 on it is not there. */
static void add_old(const Request *request, json_t *usage, size_t part, json_t *list)
{
	enum { NULL_UNTIL = 51 };
	if (part == 0 && (list != NULL || request->version <= NULL_UNTIL))
		json_object_set_new(usage, "LayersSize",
			json_integer(list != NULL ? layer_store_total(request->engine->store) : 0));
	if (list != NULL)
		json_object_set(usage, parts[part].old_key, list);
	else if (request->version <= NULL_UNTIL)
		json_object_set_new(usage, parts[part].old_key, json_null());
}

static void add_new(Engine *engine, json_t *usage, size_t part, json_t *list, bool verbose)
{
	Sum sum = parts[part].sum(engine, list);
	json_t *report = json_pack("{s:I, s:I, s:I, s:I}", "ActiveCount", (json_int_t)sum.active,
		"TotalCount", (json_int_t)sum.total, "Reclaimable", (json_int_t)sum.reclaimable,
		"TotalSize", (json_int_t)sum.size);
	if (verbose && json_array_size(list) > 0)
		json_object_set(report, "Items", list);
	json_object_set_new(usage, parts[part].key, report);
}

/* 1.52 answers in both forms, unless `verbose` asks for the new one. */
bool system_df(Request *request, GError **error)
{
	enum { NEW_SINCE = 52, OLD_UNTIL = 52 };
	Engine *engine = request->engine;
	char *const *types = types_of(request);
	bool verbose = request_flag(request, "verbose"), is_new = request->version >= NEW_SINCE,
	     is_old = request->version <= OLD_UNTIL && !(is_new && verbose);
	for (int i = 0; types[i] != NULL; i++)
		if (!known(types[i]))
			return fail(
				error, BERTH_ERROR_INVALID, "unknown object type: %s", types[i]);
	g_autoptr(json_t) usage = json_object();
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		bool wanted = types[0] == NULL ||
			      g_strv_contains((const char *const *)types, parts[i].type);
		g_autoptr(json_t) list = wanted ? parts[i].list(engine, error) : NULL;
		if (wanted && list == NULL)
			return false;
		if (is_old)
			add_old(request, usage, i, list);
		if (is_new && wanted)
			add_new(engine, usage, i, list, verbose);
	}
	return reply_json(request, 200, g_steal_pointer(&usage));
}
