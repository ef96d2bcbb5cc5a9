#include "store/store.h"

#include "base/error.h"

bool network_store_add(Store *store, const char *id, const char *name, gint64 created,
	const char *spec, GError **error)
{
	return db_run(store->db, error, "INSERT INTO networks VALUES (?, ?, ?, ?)", "ssis", id,
		name, created, spec);
}

bool network_store_remove(Store *store, const char *id, GError **error)
{
	return db_run(store->db, error, "DELETE FROM networks WHERE id = ?", "s", id);
}

typedef struct {
	NetworkRow each;
	gpointer data;
} Walk;

static void read_network(sqlite3_stmt *row, gpointer data)
{
	Walk *walk = data;
	walk->each(db_text(row, 0), db_text(row, 1), sqlite3_column_int64(row, 2), db_text(row, 3),
		walk->data);
}

void network_store_each(Store *store, NetworkRow each, gpointer data)
{
	Walk walk = {each, data};
	db_query(store->db, NULL, read_network, &walk,
		"SELECT id, name, created, spec FROM networks ORDER BY created", "");
}

bool endpoint_store_set(Store *store, const char *container, const char *endpoints, GError **error)
{
	return db_run(store->db, error, "INSERT OR REPLACE INTO endpoints VALUES (?, ?)", "ss",
		container, endpoints);
}

bool endpoint_store_remove(Store *store, const char *container, GError **error)
{
	return db_run(
		store->db, error, "DELETE FROM endpoints WHERE container = ?", "s", container);
}

static void read_text(sqlite3_stmt *row, gpointer data)
{
	*(char **)data = g_strdup(db_text(row, 0));
}

char *endpoint_store_get(Store *store, const char *container)
{
	char *text = NULL;
	db_query(store->db, NULL, read_text, &text,
		"SELECT endpoints FROM endpoints WHERE container = ?", "s", container);
	return text;
}

void endpoint_store_sweep(Store *store)
{
	/* 1 and 2: running and paused (engine.h, Status). */
	db_run(store->db, NULL,
		"DELETE FROM endpoints WHERE container NOT IN"
		" (SELECT id FROM containers WHERE status IN (1, 2))",
		"");
}
