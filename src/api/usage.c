/* /system/df (Engine API v1.51): the sizes of all that is kept. */
#include "api/api.h"
#include "builder/build.h"
#include "engine/image/images.h"
#include "engine/volume/volume.h"

#include "base/error.h"

#include <string.h>

static bool wanted(Request *request, const char *type)
{
	return request->repeated[0] == NULL ||
	       g_strv_contains((const char *const *)request->repeated, type);
}

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

/* In the order of the answer. Sizes of containers and volumes are walks of their trees. */
static const struct {
	const char *type, *key;
	json_t *(*usage)(Engine *engine, GError **error);
} parts[] = {
	{"image", "Images", images_usage},
	{"container", "Containers", containers_usage},
	{"volume", "Volumes", volumes_usage},
	{"build-cache", "BuildCache", build_cache_usage},
};

static bool known(const char *type)
{
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		if (strcmp(parts[i].type, type) == 0)
			return true;
	return false;
}

bool system_df(Request *request, GError **error)
{
	Engine *engine = request->engine;
	for (int i = 0; request->repeated[i] != NULL; i++)
		if (!known(request->repeated[i]))
			return fail(error, BERTH_ERROR_INVALID, "unknown object type: %s",
				request->repeated[i]);
	g_autoptr(json_t) usage = json_pack("{s:I}", "LayersSize",
		(json_int_t)(wanted(request, "image") ? layer_store_total(engine->store) : 0));
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		json_t *list = wanted(request, parts[i].type) ? parts[i].usage(engine, error)
							      : json_null();
		if (list == NULL)
			return false;
		json_object_set_new(usage, parts[i].key, list);
	}
	return reply_json(request, 200, g_steal_pointer(&usage));
}
