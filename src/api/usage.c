/* /system/df (Engine API v1.51): the sizes of all that is kept. */
#include "api/api.h"

#include "base/error.h"

#include <string.h>

static bool wanted(Request *request, const char *type)
{
	return request->repeated[0] == NULL ||
	       g_strv_contains((const char *const *)request->repeated, type);
}

/* How many containers each image has, and what its layers share with others. */
static void complete_images(Engine *engine, json_t *images, const json_t *containers)
{
	size_t i, c;
	json_t *image, *container;
	json_array_foreach (images, i, image) {
		const char *id = json_str(image, "Id");
		gint64 count = 0;
		json_array_foreach (containers, c, container)
			count += strcmp(json_str(container, "ImageID"), id) == 0;
		json_object_set_new(image, "Containers", json_integer(count));
		json_object_set_new(image, "SharedSize",
			json_integer(image_store_shared_size(engine->store, id)));
	}
}

bool system_df(Request *request, GError **error)
{
	static const char *const types[] = {"container", "image", "volume", "build-cache", NULL};
	Engine *engine = request->engine;
	g_autoptr(json_t) none = json_object();
	for (int i = 0; request->repeated[i] != NULL; i++)
		if (!g_strv_contains(types, request->repeated[i]))
			return fail(error, BERTH_ERROR_INVALID, "unknown object type: %s",
				request->repeated[i]);
	g_autoptr(json_t) containers =
		container_list_json(engine, none, true, 0, wanted(request, "container"), error);
	g_autoptr(json_t) images =
		containers != NULL ? image_list(engine, none, false, error) : NULL;
	if (images == NULL)
		return false;
	complete_images(engine, images, containers);
	json_t *usage = json_pack("{s:I}", "LayersSize",
		(json_int_t)(wanted(request, "image") ? layer_store_total(engine->store) : 0));
	const struct {
		const char *type, *key;
		json_t *list;
	} parts[] = {{"image", "Images", json_incref(images)},
		{"container", "Containers", json_incref(containers)},
		{"volume", "Volumes", volume_usage(engine)},
		{"build-cache", "BuildCache", json_array()}};
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		json_object_set(usage, parts[i].key,
			wanted(request, parts[i].type) ? parts[i].list : json_null());
		json_decref(parts[i].list);
	}
	return reply_json(request, 200, usage);
}
