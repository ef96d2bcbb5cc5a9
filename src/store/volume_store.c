#include "store/store.h"

#include "base/error.h"

#include <fcntl.h>

void volume_row_free(VolumeRow *row)
{
	g_free(row->name);
	g_free(row->driver);
	g_free(row->labels);
	g_free(row->options);
	g_free(row);
}

bool volume_store_add(Store *store, const VolumeRow *row, GError **error)
{
	return db_run(store->db, error, "INSERT INTO volumes VALUES (?, ?, ?, ?, ?, ?)", "sisssi",
		row->name, row->created, row->driver, row->labels, row->options,
		(gint64)row->anonymous);
}

static void append_volume(sqlite3_stmt *row, gpointer data)
{
	VolumeRow *volume = g_new0(VolumeRow, 1);
	volume->name = g_strdup(db_text(row, 0));
	volume->created = sqlite3_column_int64(row, 1);
	volume->driver = g_strdup(db_text(row, 2));
	volume->labels = g_strdup((const char *)sqlite3_column_text(row, 3));
	volume->options = g_strdup((const char *)sqlite3_column_text(row, 4));
	volume->anonymous = sqlite3_column_int(row, 5) != 0;
	g_ptr_array_add(data, volume);
}

VolumeRow *volume_store_get(Store *store, const char *name)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new();
	db_query(store->db, NULL, append_volume, rows,
		"SELECT name, created, driver, labels, options, anonymous FROM volumes WHERE name "
		"= ?",
		"s", name);
	return rows->len > 0 ? rows->pdata[0] : NULL;
}

GPtrArray *volume_store_list(Store *store)
{
	GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)volume_row_free);
	db_query(store->db, NULL, append_volume, rows,
		"SELECT name, created, driver, labels, options, anonymous FROM volumes ORDER BY "
		"name",
		"");
	return rows;
}

bool volume_store_remove(Store *store, const char *name, GError **error)
{
	if (!db_begin(store->db, error))
		return false;
	bool ok = db_run(store->db, error, "DELETE FROM volumes WHERE name = ?", "s", name);
	/* Before the row has gone for good: whoever makes a volume of this name again must not find the old data, also
	 * where the engine was killed in between. */
	if (ok && !store_discard(store, store->volumes_fd, name))
		ok = fail(error, BERTH_ERROR_SYSTEM, "cannot remove the folder of volume %s", name);
	return db_end(store->db, ok, ok ? error : NULL) && ok;
}

static void append_text(sqlite3_stmt *row, gpointer data)
{
	g_strv_builder_add(data, db_text(row, 0));
}

static void drop_empty(Store *store, const char *name)
{
	g_autofree char *data = g_build_filename(name, "_data", NULL);
	unlinkat(store->volumes_fd, data, AT_REMOVEDIR);
	unlinkat(store->volumes_fd, name, AT_REMOVEDIR);
}

void volume_folders_sweep(Store *store)
{
	store_sweep(store, store->volumes_fd, "SELECT name FROM volumes", drop_empty);
}

char **volume_store_users(Store *store, const char *name)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	db_query(store->db, NULL, append_text, list,
		"SELECT container FROM volume_uses WHERE volume = ?", "s", name);
	return g_strv_builder_end(list);
}

char *volume_store_path(Store *store, const char *name)
{
	return g_build_filename(store->root, "volumes", name, "_data", NULL);
}
