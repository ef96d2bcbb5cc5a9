#include "store/store.h"

#include "base/error.h"

bool network_store_add(Store *store, const NetworkRow *row, GError **error)
{
	return db_run(store->db, error, "INSERT INTO networks VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		"ssisiiii", row->id, row->name, row->created, row->spec, (gint64)row->chosen,
		(gint64)row->chosen6, (gint64)row->parent_made, (gint64)row->bridge_found);
}

bool network_store_remove(Store *store, const char *id, GError **error)
{
	return db_run(store->db, error, "DELETE FROM networks WHERE id = ?", "s", id);
}

typedef struct {
	void (*each)(const NetworkRow *row, gpointer data);
	gpointer data;
} Walk;

static void read_network(sqlite3_stmt *row, gpointer data)
{
	Walk *walk = data;
	walk->each(&(NetworkRow){.id = db_text(row, 0),
			   .name = db_text(row, 1),
			   .created = sqlite3_column_int64(row, 2),
			   .spec = db_text(row, 3),
			   .chosen = sqlite3_column_int(row, 4) != 0,
			   .chosen6 = sqlite3_column_int(row, 5) != 0,
			   .parent_made = sqlite3_column_int(row, 6) != 0,
			   .bridge_found = sqlite3_column_int(row, 7) != 0},
		walk->data);
}

void network_store_each(
	Store *store, void (*each)(const NetworkRow *row, gpointer data), gpointer data)
{
	Walk walk = {each, data};
	db_query(store->db, NULL, read_network, &walk,
		"SELECT id, name, created, spec, chosen, chosen6, parent_made, bridge_found FROM "
		"networks ORDER BY created",
		"");
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
	/* 1 and 2 are running and paused (engine.h, Status). */
	db_run(store->db, NULL,
		"DELETE FROM endpoints WHERE container NOT IN"
		" (SELECT id FROM containers WHERE status IN (1, 2))",
		"");
}
