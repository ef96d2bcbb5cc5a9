#include "store/store.h"

#include "base/error.h"
#include "base/timefmt.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

void cache_row_free(CacheRow *row)
{
	g_free(row->key);
	g_free(row->id);
	g_free(row->description);
	g_free(row);
}

/* An id for lists and prune: 25 letters and digits, as BuildKit's. */
static char *new_id(void)
{
	static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	char *id = g_malloc0(26);
	for (int i = 0; i < 25; i++)
		id[i] = letters[g_random_int_range(0, (gint32)strlen(letters))];
	return id;
}

bool cache_store_add(Store *store, const char *key, const char *description, gint64 created,
	gint64 size, GPtrArray *layers, GError **error)
{
	g_autofree char *id = new_id();
	if (!db_begin(store->db, error))
		return false;
	bool ok =
		db_run(store->db, error, "DELETE FROM build_cache_layers WHERE key = ?", "s",
			key) &&
		db_run(store->db, error,
			"INSERT OR REPLACE INTO build_cache (key, id, description, created, used, "
			"size) VALUES (?, ?, ?, ?, ?, ?)",
			"sssiii", key, id, description, created, time_now(), size);
	for (guint i = 0; ok && i < layers->len; i++)
		ok = db_run(store->db, error, "INSERT INTO build_cache_layers VALUES (?, ?, ?)",
			"sii", key, (gint64)i, ((Layer *)layers->pdata[i])->number);
	return db_end(store->db, ok, error);
}

static void read_time(sqlite3_stmt *row, gpointer data)
{
	*(gint64 *)data = sqlite3_column_int64(row, 0);
}

GPtrArray *cache_store_find(Store *store, const char *key, gint64 *created)
{
	*created = 0;
	if (!db_query(store->db, NULL, read_time, created,
		    "SELECT created FROM build_cache WHERE key = ?", "s", key) ||
		*created == 0)
		return NULL;
	db_run(store->db, NULL, "UPDATE build_cache SET used = ?, uses = uses + 1 WHERE key = ?",
		"is", time_now(), key);
	return layers_of_cache(store, key);
}

/* Columns as add_row reads them. */
static void add_row(sqlite3_stmt *row, gpointer list)
{
	CacheRow *cache = g_new0(CacheRow, 1);
	cache->key = g_strdup(db_text(row, 0));
	cache->id = g_strdup(db_text(row, 1));
	cache->description = g_strdup(db_text(row, 2));
	cache->created = sqlite3_column_int64(row, 3);
	cache->used = sqlite3_column_int64(row, 4);
	cache->uses = sqlite3_column_int64(row, 5);
	cache->size = sqlite3_column_int64(row, 6);
	cache->shared = sqlite3_column_int64(row, 7) != 0;
	g_ptr_array_add(list, cache);
}

/* Shared: the last layer, the step's own, belongs to an image as well. */
GPtrArray *cache_store_list(Store *store)
{
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)cache_row_free);
	db_query(store->db, NULL, add_row, list,
		"SELECT key, id, description, created, used, uses, size, EXISTS (SELECT 1 FROM"
		" image_layers i WHERE i.layer = (SELECT layer FROM build_cache_layers l WHERE"
		" l.key = build_cache.key ORDER BY position DESC LIMIT 1)) FROM build_cache ORDER "
		"BY"
		" used, created",
		"");
	return list;
}

typedef struct {
	gint64 size, oldest;
} Total;

static void read_total(sqlite3_stmt *row, gpointer data)
{
	*(Total *)data = (Total){sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1)};
}

gint64 cache_store_total(Store *store, gint64 *oldest)
{
	Total total = {0};
	db_query(store->db, NULL, read_total, &total,
		"SELECT SUM(size), MIN(used) FROM build_cache", "");
	*oldest = total.oldest;
	return total.size;
}

bool cache_store_remove(Store *store, const char *key, GError **error)
{
	if (!db_begin(store->db, error))
		return false;
	bool ok = db_run(store->db, error, "DELETE FROM build_cache_layers WHERE key = ?", "s",
			  key) &&
		  db_run(store->db, error, "DELETE FROM build_cache WHERE key = ?", "s", key);
	return db_end(store->db, ok, error);
}

static void read_id(sqlite3_stmt *row, gpointer data)
{
	*(char **)data = g_strdup(db_text(row, 0));
}

char *cache_mount_open(Store *store, const char *name, GError **error)
{
	g_autofree char *id = NULL, *fresh = new_id();
	if (!db_run(store->db, error,
		    "INSERT INTO cache_mounts (name, id, created, used) VALUES (?1, ?2, ?3, ?3) ON"
		    " CONFLICT (name) DO UPDATE SET used = ?3, uses = uses + 1",
		    "ssi", name, fresh, time_now()) ||
		!db_query(store->db, error, read_id, &id,
			"SELECT id FROM cache_mounts WHERE name = ?", "s", name))
		return NULL;
	if (mkdirat(store->caches_fd, id, 0755) < 0 && errno != EEXIST) {
		fail_errno(error, "cannot make a cache in %s/caches", store->root);
		return NULL;
	}
	return g_steal_pointer(&id);
}

GPtrArray *cache_mount_list(Store *store)
{
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)cache_row_free);
	db_query(store->db, NULL, add_row, list,
		"SELECT name, id, name, created, used, uses, 0, 0 FROM cache_mounts ORDER BY used",
		"");
	return list;
}

bool cache_mount_remove(Store *store, const char *name, GError **error)
{
	g_autofree char *id = NULL;
	if (!db_query(store->db, error, read_id, &id, "SELECT id FROM cache_mounts WHERE name = ?",
		    "s", name) ||
		!db_run(store->db, error, "DELETE FROM cache_mounts WHERE name = ?", "s", name))
		return false;
	if (id != NULL)
		store_discard(store, store->caches_fd, id);
	return true;
}
