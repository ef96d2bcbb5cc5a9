#include "store/store.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void layer_free(Layer *layer)
{
	if (layer == NULL)
		return;
	g_free(layer->chain_id);
	g_free(layer->diff_id);
	g_free(layer->blob);
	g_free(layer->media_type);
	g_free(layer);
}

Layer *layer_copy(const Layer *layer)
{
	Layer *copy = g_new(Layer, 1);
	*copy = (Layer){layer->number, layer->size, g_strdup(layer->chain_id),
		g_strdup(layer->diff_id), g_strdup(layer->blob), g_strdup(layer->media_type)};
	return copy;
}

/* Columns as read_layer expects them. */
#define LAYER_COLUMNS "number, chain_id, diff_id, size, blob, media_type"

static void read_layer(sqlite3_stmt *row, gpointer data)
{
	Layer *layer = g_new0(Layer, 1);
	layer->number = sqlite3_column_int64(row, 0);
	layer->chain_id = g_strdup(db_text(row, 1));
	layer->diff_id = g_strdup(db_text(row, 2));
	layer->size = sqlite3_column_int64(row, 3);
	layer->blob = g_strdup(db_text(row, 4));
	layer->media_type = g_strdup(db_text(row, 5));
	*(Layer **)data = layer;
}

static void append_layer(sqlite3_stmt *row, gpointer data)
{
	Layer *layer;
	read_layer(row, &layer);
	g_ptr_array_add(data, layer);
}

Layer *layer_find(Store *store, const char *chain_id)
{
	Layer *layer = NULL;
	db_query(store->db, NULL, read_layer, &layer,
		"SELECT " LAYER_COLUMNS " FROM layers WHERE chain_id = ?", "s", chain_id);
	return layer;
}

static void read_size(sqlite3_stmt *row, gpointer data)
{
	*(gint64 *)data = sqlite3_column_int64(row, 0);
}

gint64 layer_store_total(Store *store)
{
	gint64 total = 0;
	db_query(store->db, NULL, read_size, &total, "SELECT SUM(size) FROM layers", "");
	return total;
}

gint64 image_store_shared_size(Store *store, const char *id)
{
	gint64 shared = 0;
	db_query(store->db, NULL, read_size, &shared,
		"SELECT SUM(size) FROM layers WHERE number IN (SELECT layer FROM image_layers WHERE"
		" image_id = ?1) AND EXISTS (SELECT 1 FROM image_layers WHERE layer = number AND"
		" image_id <> ?1)",
		"s", id);
	return shared;
}

static GPtrArray *layers_by(Store *store, const char *sql, const char *value)
{
	GPtrArray *layers = g_ptr_array_new_with_free_func((GDestroyNotify)layer_free);
	db_query(store->db, NULL, append_layer, layers, sql, "s", value);
	return layers;
}

GPtrArray *image_store_layers(Store *store, const char *id)
{
	return layers_by(store,
		"SELECT " LAYER_COLUMNS " FROM image_layers"
		" JOIN layers ON layer = number WHERE image_id = ? ORDER BY position",
		id);
}

GPtrArray *layers_of_cache(Store *store, const char *key)
{
	return layers_by(store,
		"SELECT " LAYER_COLUMNS " FROM build_cache_layers"
		" JOIN layers ON layer = number WHERE key = ? ORDER BY position",
		key);
}

char *layer_begin(Store *store, int *dir_fd, GError **error)
{
	static gint counter;
	g_autofree char *name = g_strdup_printf("layer-%d", g_atomic_int_add(&counter, 1));
	if (mkdirat(store->tmp_fd, name, 0755) < 0 ||
		(dir_fd != NULL && (*dir_fd = openat(store->tmp_fd, name,
					    O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)) {
		fail_errno(error, "cannot make a folder in %s/tmp", store->root);
		return NULL;
	}
	return g_steal_pointer(&name);
}

/* First the rename, then the row: a layer is complete or absent. */
Layer *layer_finish(Store *store, const char *folder, const Layer *facts, GError **error)
{
	Layer *there = layer_find(store, facts->chain_id);
	if (there != NULL) {
		store_discard(store, store->tmp_fd, folder);
		return there;
	}
	if (!db_begin(store->db, error))
		return NULL;
	bool ok = db_run(store->db, error,
		"INSERT INTO layers (chain_id, diff_id, size, blob, media_type, synced) VALUES (?, "
		"?, ?, ?, ?, 0)",
		"ssiss", facts->chain_id, facts->diff_id, facts->size, facts->blob,
		facts->media_type);
	g_autoptr(Layer) layer = ok ? layer_find(store, facts->chain_id) : NULL;
	if (layer != NULL) {
		char name[24];
		snprintf(name, sizeof name, "%" G_GINT64_FORMAT, layer->number);
		/* A folder of this number can only be left by a crash between rename and commit. */
		store_discard(store, store->layers_fd, name);
		ok = renameat(store->tmp_fd, folder, store->layers_fd, name) == 0 ||
		     fail_errno(error, "cannot keep the layer");
	}
	if (!db_end(store->db, ok && layer != NULL, error))
		return NULL;
	return g_steal_pointer(&layer);
}

bool layers_sync(Store *store, GError **error)
{
	gint64 newest = 0;
	if (!db_query(store->db, error, read_size, &newest,
		    "SELECT MAX(number) FROM layers WHERE synced = 0", ""))
		return false;
	if (newest == 0)
		return true;
	if (syncfs(store->layers_fd) < 0)
		return fail_errno(error, "cannot write the layers to disk");
	return db_run(
		store->db, error, "UPDATE layers SET synced = 1 WHERE number <= ?", "i", newest);
}

/* A row may have reached the disk before the files that it speaks of: only if the host has not been down
 * since is it worth anything. */
void layers_drop_lost(Store *store)
{
	static const char *const statements[] = {"DELETE FROM build_cache WHERE key IN (SELECT key "
						 "FROM build_cache_layers JOIN layers"
						 " ON layer = number WHERE synced = 0)",
		"DELETE FROM build_cache_layers WHERE key NOT IN (SELECT key FROM build_cache)"};
	g_autofree char *boot = file_read("/proc/sys/kernel/random/boot_id", 64),
			*before = fact_get(store, "boot-id");
	if (boot == NULL || g_strcmp0(boot, before) == 0)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(statements); i++)
		db_run(store->db, NULL, statements[i], "");
	fact_set(store, "boot-id", boot, NULL);
}

char *layer_chain_id(const char *parent_chain_id, const char *diff_id)
{
	if (parent_chain_id == NULL)
		return g_strdup(diff_id);
	g_autofree char *both = g_strconcat(parent_chain_id, " ", diff_id, NULL);
	return digest_of(both, strlen(both));
}

/* The blob is removed unless another layer or an index has the same. */
static void blob_discard(Store *store, const char *blob)
{
	gint64 users = 0;
	db_query(store->db, NULL, read_size, &users,
		"SELECT (SELECT COUNT(*) FROM layers WHERE blob = ?1) + "
		"(SELECT COUNT(*) FROM index_blobs WHERE blob = ?1)",
		"s", blob);
	if (users > 0)
		return;
	blob_remove(store, blob);
	db_run(store->db, NULL, "DELETE FROM blob_sources WHERE blob = ?", "s", blob);
}

bool layer_set_blob(
	Store *store, const Layer *layer, const char *blob, const char *media_type, GError **error)
{
	if (!db_run(store->db, error, "UPDATE layers SET blob = ?, media_type = ? WHERE number = ?",
		    "ssi", blob, media_type, layer->number))
		return false;
	blob_discard(store, layer->blob);
	return true;
}

void layer_store_sweep(Store *store)
{
	g_autoptr(GPtrArray) idle = g_ptr_array_new_with_free_func((GDestroyNotify)layer_free);
	if (!db_begin(store->db, NULL))
		return;
	bool ok = db_query(store->db, NULL, append_layer, idle,
		"SELECT " LAYER_COLUMNS " FROM layers WHERE NOT "
		"EXISTS"
		" (SELECT 1 FROM image_layers WHERE layer = number) AND NOT EXISTS"
		" (SELECT 1 FROM build_cache_layers WHERE layer = number) AND chain_id NOT IN"
		" (SELECT chain_id FROM pins)",
		"");
	for (guint i = 0; ok && i < idle->len; i++)
		ok = db_run(store->db, NULL, "DELETE FROM layers WHERE number = ?", "i",
			((Layer *)idle->pdata[i])->number);
	if (!db_end(store->db, ok, NULL))
		return;
	for (guint i = 0; i < idle->len; i++) {
		const Layer *layer = idle->pdata[i];
		char name[24];
		snprintf(name, sizeof name, "%" G_GINT64_FORMAT, layer->number);
		store_discard(store, store->layers_fd, name);
		blob_discard(store, layer->blob);
	}
}

static void drop_folder(Store *store, const char *name)
{
	store_discard(store, store->layers_fd, name);
}

void layer_folders_sweep(Store *store)
{
	store_sweep(store, store->layers_fd, "SELECT number FROM layers UNION SELECT 'empty'",
		drop_folder);
}

struct LayerPins {
	Store *store;
	gint64 owner;
};

LayerPins *layer_pins_new(Store *store)
{
	static gint counter;
	LayerPins *pins = g_new(LayerPins, 1);
	*pins = (LayerPins){store, g_atomic_int_add(&counter, 1)};
	return pins;
}

bool layer_pins_add(LayerPins *pins, const char *chain_id, GError **error)
{
	return db_run(pins->store->db, error, "INSERT INTO pins VALUES (?, ?)", "is", pins->owner,
		chain_id);
}

bool layer_pins_add_all(LayerPins *pins, const GPtrArray *layers, GError **error)
{
	for (guint i = 0; i < layers->len; i++)
		if (!layer_pins_add(pins, ((Layer *)layers->pdata[i])->chain_id, error))
			return false;
	return true;
}

void layer_pins_free(LayerPins *pins)
{
	db_run(pins->store->db, NULL, "DELETE FROM pins WHERE owner = ?", "i", pins->owner);
	layer_store_sweep(pins->store);
	g_free(pins);
}
