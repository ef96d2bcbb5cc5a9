#include "store/store.h"

#include <string.h>

void container_row_clear(ContainerRow *row)
{
	g_free(row->id);
	g_free(row->name);
	g_free(row->image);
	g_free(row->image_id);
	g_free(row->error);
	*row = (ContainerRow){0};
}

/* A container's volumes and mounted images are rows, so that "in use" is an index lookup. */
static bool add_uses(Store *store, const char *id, const char *mounts, GError **error)
{
	static const char *const uses[][3] = {
		{"volume", "Name", "INSERT OR IGNORE INTO volume_uses VALUES (?, ?)"},
		{"image", "Source", "INSERT OR IGNORE INTO image_uses VALUES (?, ?)"}};
	g_autoptr(json_t) list = json_parse(mounts, strlen(mounts), error);
	size_t i;
	json_t *mount;
	json_array_foreach (list, i, mount)
		for (size_t k = 0; k < G_N_ELEMENTS(uses); k++)
			if (strcmp(json_str(mount, "Type"), uses[k][0]) == 0 &&
				!db_run(store->db, error, uses[k][2], "ss", id,
					json_str(mount, uses[k][1])))
				return false;
	return list != NULL;
}

bool container_store_add(
	Store *store, const ContainerRow *row, const char *spec, const char *mounts, GError **error)
{
	if (!db_begin(store->db, error))
		return false;
	bool ok = db_run(store->db, error,
			  "INSERT INTO containers (id, name, created, image, image_id, spec, "
			  "mounts, status)"
			  " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			  "ssissssi", row->id, row->name, row->created, row->image, row->image_id,
			  spec, mounts, (gint64)row->status) &&
		  add_uses(store, row->id, mounts, error);
	return db_end(store->db, ok, error);
}

bool container_store_save(Store *store, const ContainerRow *row, GError **error)
{
	return db_run(store->db, error,
		"UPDATE containers SET status = ?, pid = ?, exit_code = ?, oom = ?, error = ?, "
		"started = ?,"
		" finished = ?, restarts = ?, stopped_by_user = ? WHERE id = ?",
		"iiiisiiiis", (gint64)row->status, (gint64)row->pid, (gint64)row->exit_code,
		(gint64)row->oom, row->error != NULL ? row->error : "", row->started, row->finished,
		(gint64)row->restarts, (gint64)row->stopped_by_user, row->id);
}

bool container_store_rename(Store *store, const char *id, const char *name, GError **error)
{
	return db_run(
		store->db, error, "UPDATE containers SET name = ? WHERE id = ?", "ss", name, id);
}

bool container_store_set_spec(Store *store, const char *id, const char *spec, GError **error)
{
	return db_run(
		store->db, error, "UPDATE containers SET spec = ? WHERE id = ?", "ss", spec, id);
}

bool container_store_remove(Store *store, const char *id, GError **error)
{
	if (!db_begin(store->db, error))
		return false;
	bool ok =
		db_run(store->db, error, "DELETE FROM volume_uses WHERE container = ?", "s", id) &&
		db_run(store->db, error, "DELETE FROM image_uses WHERE container = ?", "s", id) &&
		db_run(store->db, error, "DELETE FROM containers WHERE id = ?", "s", id);
	return db_end(store->db, ok, error);
}

static void read_text(sqlite3_stmt *row, gpointer data)
{
	*(char **)data = g_strdup(db_text(row, 0));
}

char *container_store_spec(Store *store, const char *id)
{
	char *text = NULL;
	db_query(store->db, NULL, read_text, &text, "SELECT spec FROM containers WHERE id = ?", "s",
		id);
	return text;
}

char *container_store_mounts(Store *store, const char *id)
{
	char *text = NULL;
	db_query(store->db, NULL, read_text, &text, "SELECT mounts FROM containers WHERE id = ?",
		"s", id);
	return text;
}

static void read_container(sqlite3_stmt *row, gpointer rows)
{
	ContainerRow c = {
		.id = g_strdup(db_text(row, 0)),
		.name = g_strdup(db_text(row, 1)),
		.created = sqlite3_column_int64(row, 2),
		.image = g_strdup(db_text(row, 3)),
		.image_id = g_strdup(db_text(row, 4)),
		.status = sqlite3_column_int(row, 5),
		.pid = sqlite3_column_int(row, 6),
		.exit_code = sqlite3_column_int(row, 7),
		.oom = sqlite3_column_int(row, 8) != 0,
		.error = g_strdup(db_text(row, 9)),
		.started = sqlite3_column_int64(row, 10),
		.finished = sqlite3_column_int64(row, 11),
		.restarts = sqlite3_column_int(row, 12),
		.stopped_by_user = sqlite3_column_int(row, 13) != 0,
	};
	g_array_append_val(rows, c);
}

void container_store_each(
	Store *store, void (*each)(ContainerRow *row, gpointer data), gpointer data)
{
	g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(ContainerRow));
	g_array_set_clear_func(rows, (GDestroyNotify)container_row_clear);
	db_query(store->db, NULL, read_container, rows,
		"SELECT id, name, created, image, image_id, status, pid, exit_code, oom, error, "
		"started,"
		" finished, restarts, stopped_by_user FROM containers ORDER BY created",
		"");
	/* Without the database's lock, which other code takes last. */
	for (guint i = 0; i < rows->len; i++)
		each(&g_array_index(rows, ContainerRow, i), data);
}

static void append_text(sqlite3_stmt *row, gpointer data)
{
	g_strv_builder_add(data, db_text(row, 0));
}

char **container_store_using(Store *store, const char *image_id)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	db_query(store->db, NULL, append_text, list,
		"SELECT id FROM containers WHERE image_id = ?1 UNION"
		" SELECT container FROM image_uses WHERE image = ?1",
		"s", image_id);
	return g_strv_builder_end(list);
}
