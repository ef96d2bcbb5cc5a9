/* What steps have made, found by what they were made of: base tree, instruction, environment, copied content. */
#include "builder/internal.h"
#include "engine/image/images.h"

#include "base/timefmt.h"

#include <string.h>

char *cache_key(json_t *parts)
{
	g_autoptr(json_t) owned = parts;
	g_autofree char *text = json_text(owned);
	return digest_of(text, strlen(text));
}

bool stage_caches(const Stage *stage)
{
	const json_t *filter = json_object_get(stage->build->request->more, "noCacheFilter");
	size_t i;
	json_t *name;
	if (stage->build->request->no_cache)
		return false;
	json_array_foreach (filter, i, name)
		if (g_ascii_strcasecmp(json_elem(filter, i), stage->name) == 0)
			return false;
	return true;
}

void stage_key_free(gpointer data)
{
	StageKey *key = data;
	g_free(key->key);
	g_free(key);
}

void stage_key_add(Stage *stage, const char *text, guint layers, gint64 created)
{
	StageKey *key = g_new(StageKey, 1);
	*key = (StageKey){g_strdup(text), layers, created};
	g_ptr_array_add(stage->keys, key);
}

json_t *cache_export(const Stage *stage)
{
	json_t *list = json_array();
	for (guint i = 0; i < stage->keys->len; i++) {
		const StageKey *key = stage->keys->pdata[i];
		json_array_append_new(list,
			json_pack("{s:s, s:I, s:I}", "key", key->key, "layers",
				(json_int_t)key->layers, "created", (json_int_t)key->created));
	}
	return list;
}

/* One record of an image that says what its layers were made by. What it says is a claim, as is all that an image
 * holds: who names it as a source trusts it. */
static void import_record(Build *build, const json_t *record, GPtrArray *layers)
{
	const char *key = json_str(record, "key");
	gint64 count = json_int(record, "layers"), created;
	g_autoptr(GPtrArray) known = NULL;
	if (!digest_is_valid(key) || count < 0 || count > layers->len ||
		(known = cache_store_find(build->engine->store, key, &created)) != NULL)
		return;
	g_autoptr(GPtrArray) part = g_ptr_array_new();
	for (guint i = 0; i < (guint)count; i++)
		g_ptr_array_add(part, layers->pdata[i]);
	cache_store_add(build->engine->store, key, "imported", json_int(record, "created"),
		count > 0 ? ((Layer *)layers->pdata[count - 1])->size : 0, part, NULL);
}

/* The id of the image that is named as a source. */
static char *find_image(
	Build *build, const char *reference, Vertex *vertex, bool *fresh, GError **error)
{
	const BuildClient *client = build->request->client;
	const Lane *lane = build->lanes->pdata[0];
	*fresh = false;
	if (client != NULL && g_str_has_prefix(reference, BUILD_CACHE_LOCAL))
		return client->cache(build->request->session, reference, fresh, error);
	return source_image(build, reference, &lane->platform, vertex, error);
}

void cache_import(Build *build, const char *reference)
{
	g_autoptr(GError) problem = NULL;
	g_autofree char *title = g_strdup_printf("importing cache manifest from %s", reference);
	Vertex *vertex = vertex_new(build->progress, 0, title, "");
	size_t i;
	json_t *record;
	vertex_start(vertex);
	bool fresh;
	g_autofree char *id = find_image(build, reference, vertex, &fresh, &problem);
	g_autoptr(json_t) image = id != NULL ? image_config(build->engine, id, &problem) : NULL;
	/* A source that is not there is no reason not to build. */
	if (image == NULL) {
		vertex_fail(vertex, problem->message);
		return;
	}
	g_autoptr(GPtrArray) layers = image_store_layers(build->engine->store, id);
	json_array_foreach (json_object_get(image, "berth.cache.v1"), i, record)
		import_record(build, record, layers);
	if (fresh)
		json_decref(image_remove(build->engine, id, true, false, NULL));
	vertex_done(vertex, NULL);
}

/* Pinned before they are the stage's: nobody prunes them meanwhile. False if one has gone already. */
static bool pin(Build *build, GPtrArray *layers)
{
	for (guint i = 0; i < layers->len; i++) {
		const Layer *layer = layers->pdata[i];
		g_autoptr(Layer) there = layer_pins_add(build->pins, layer->chain_id, NULL)
						 ? layer_find(build->engine->store, layer->chain_id)
						 : NULL;
		if (there == NULL || there->number != layer->number)
			return false;
	}
	return true;
}

bool cache_apply(Stage *stage, const char *key)
{
	gint64 created;
	Build *build = stage->build;
	if (!stage_caches(stage))
		return false;
	g_autoptr(GPtrArray) layers = cache_store_find(build->engine->store, key, &created);
	if (layers == NULL || !pin(build, layers))
		return false;
	g_ptr_array_unref(stage->layers);
	stage->layers = g_steal_pointer(&layers);
	stage->created = created;
	stage_key_add(stage, key, stage->layers->len, created);
	return true;
}

void cache_remember(Stage *stage, const char *key, const char *description, gint64 size)
{
	g_autoptr(GError) error = NULL;
	Build *build = stage->build;
	stage->created = build->epoch >= 0 ? build->epoch * 1000000000 : time_now();
	stage_key_add(stage, key, stage->layers->len, stage->created);
	if (!cache_store_add(build->engine->store, key, description, stage->created, size,
		    stage->layers, &error))
		progress_warn(build->progress, error->message);
}

bool stage_add_layer(Stage *stage, const char *folder, const char *const *keys,
	const char *description, GError **error)
{
	Build *build = stage->build;
	Layer *layer = layer_of_folder(
		build->engine, build->pins, folder, stage_chain(stage), build->epoch, error);
	if (layer == NULL)
		return false;
	g_ptr_array_add(stage->layers, layer);
	for (int i = 0; keys[i] != NULL; i++)
		cache_remember(stage, keys[i], i == 0 ? description : "", i == 0 ? layer->size : 0);
	return true;
}
