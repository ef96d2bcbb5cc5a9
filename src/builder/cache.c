/* The build cache: results of steps, found by what they were made of: base tree, instruction, environment, copied
 * content. */
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

/* Where a layer is in the list, which it joins; -1: there are too many. */
static int layer_index(GPtrArray *layers, Layer *layer)
{
	for (guint i = 0; i < layers->len; i++)
		if (strcmp(((Layer *)layers->pdata[i])->chain_id, layer->chain_id) == 0)
			return (int)i;
	if (layers->len == MAX_LAYERS)
		return -1;
	g_ptr_array_add(layers, layer);
	return (int)layers->len - 1;
}

/* The first layers of a stage as numbers in the list; NULL: there are too many. */
static json_t *chain_numbers(const Stage *stage, guint count, GPtrArray *layers)
{
	g_autoptr(json_t) chain = json_array();
	for (guint i = 0; i < count; i++) {
		int index = layer_index(layers, stage->layers->pdata[i]);
		if (index < 0)
			return NULL;
		json_array_append_new(chain, json_integer(index));
	}
	return g_steal_pointer(&chain);
}

/* What does not fit into an image is found by nobody, and does no harm. */
static void export_stage(const Stage *stage, GHashTable *told, GPtrArray *layers, json_t *list)
{
	for (guint i = 0; i < stage->keys->len; i++) {
		const StageKey *key = stage->keys->pdata[i];
		json_t *chain = g_hash_table_add(told, key->key)
					? chain_numbers(stage, key->layers, layers)
					: NULL;
		if (chain != NULL)
			json_array_append_new(
				list, json_pack("{s:s, s:o, s:I}", "key", key->key, "chain", chain,
					      "created", (json_int_t)key->created));
	}
}

json_t *cache_export_others(const Build *build, bool whole, GPtrArray *layers)
{
	json_t *list = json_array();
	const Stage *first = ((Lane *)build->lanes->pdata[0])->target;
	g_autoptr(GHashTable) told = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < first->keys->len; i++)
		g_hash_table_add(told, ((StageKey *)first->keys->pdata[i])->key);
	for (guint l = 0; l < build->lanes->len; l++) {
		const Lane *lane = build->lanes->pdata[l];
		for (guint i = 0; i < lane->stages->len; i++) {
			const Stage *stage = lane->stages->pdata[i];
			if (stage->state == STAGE_DONE && (whole || stage == lane->target))
				export_stage(stage, told, layers, list);
		}
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

/* The layers of an image of caches, and what each is where it belongs: on another one than the one before it. */
typedef struct {
	Build *build;
	GPtrArray *layers;  /* of Layer, as the image has them */
	GPtrArray *stacked; /* of Layer or NULL, as many */
} Stacks;

/* A layer belongs to one place: who says otherwise of it makes us unpack it as often as he likes. */
static Layer *stack_layer(Stacks *stacks, gint64 number, const char *parent, GError **error)
{
	if (number < 0 || number >= stacks->layers->len)
		return NULL;
	const Layer *layer = stacks->layers->pdata[number];
	Layer *there = stacks->stacked->pdata[number];
	if (there == NULL)
		return stacks->stacked->pdata[number] = layer_restack(stacks->build->engine->store,
			       stacks->build->pins, layer, parent, error);
	g_autofree char *chain = layer_chain_id(parent, layer->diff_id);
	return strcmp(chain, there->chain_id) == 0 ? there : NULL;
}

static void import_chain(Stacks *stacks, const json_t *record)
{
	Store *store = stacks->build->engine->store;
	const char *key = json_str(record, "key"), *parent = NULL;
	const json_t *chain = json_object_get(record, "chain");
	gint64 created;
	g_autoptr(GError) problem = NULL;
	g_autoptr(GPtrArray) known = NULL, part = g_ptr_array_new();
	if (!digest_is_valid(key) || !json_is_array(chain) ||
		(known = cache_store_find(store, key, &created)) != NULL)
		return;
	for (size_t i = 0; i < json_array_size(chain); i++) {
		Layer *layer = stack_layer(
			stacks, json_integer_value(json_array_get(chain, i)), parent, &problem);
		if (layer == NULL)
			return;
		g_ptr_array_add(part, layer);
		parent = layer->chain_id;
	}
	cache_store_add(store, key, "imported", json_int(record, "created"),
		part->len > 0 ? ((Layer *)part->pdata[part->len - 1])->size : 0, part, NULL);
}

static void import_chains(Build *build, const json_t *image, GPtrArray *layers)
{
	const json_t *records = json_object_get(image, "berth.cache.stages.v1");
	Stacks stacks = {build, layers, g_ptr_array_new_with_free_func((GDestroyNotify)layer_free)};
	g_ptr_array_set_size(stacks.stacked, (gint)layers->len);
	for (size_t i = 0; i < json_array_size(records); i++)
		import_chain(&stacks, json_array_get(records, i));
	g_ptr_array_unref(stacks.stacked);
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
	/* A missing source does not fail the build. */
	if (image == NULL) {
		vertex_fail(vertex, problem->message);
		return;
	}
	g_autoptr(GPtrArray) layers = image_store_layers(build->engine->store, id);
	json_array_foreach (json_object_get(image, "berth.cache.v1"), i, record)
		import_record(build, record, layers);
	import_chains(build, image, layers);
	if (fresh)
		json_decref(image_remove(build->engine, id, true, false, NULL));
	vertex_done(vertex, NULL);
}

/* Pinned before they become the stage's, so that nobody prunes them meanwhile. False if one is gone already. */
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
