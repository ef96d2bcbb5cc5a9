/* Facts about an installation: a value for each name. */
#include "store/store.h"

static void read_text(sqlite3_stmt *row, gpointer data)
{
	*(char **)data = g_strdup(db_text(row, 0));
}

char *fact_get(Store *store, const char *name)
{
	char *value = NULL;
	db_query(store->db, NULL, read_text, &value, "SELECT value FROM facts WHERE name = ?", "s",
		name);
	return value;
}

bool fact_set(Store *store, const char *name, const char *value, GError **error)
{
	return db_run(
		store->db, error, "INSERT OR REPLACE INTO facts VALUES (?, ?)", "ss", name, value);
}
