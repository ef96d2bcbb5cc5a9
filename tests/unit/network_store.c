#include "store/db.h"
#include "store/store.h"

#include <glib/gstdio.h>
#include <string.h>

/* As the engines before this one made it: the fourth version of the state. */
static const char before[] =
	"CREATE TABLE containers (id TEXT, mounts TEXT);"
	"CREATE TABLE networks (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created INTEGER,"
	" spec TEXT) WITHOUT ROWID;"
	"INSERT INTO networks VALUES ('1', 'mine', 1, '{\"Driver\":\"bridge\",\"_Chosen\":true}');"
	"INSERT INTO networks VALUES ('2', 'lan', 2,"
	" '{\"_ParentMade\":true,\"Driver\":\"macvlan\",\"_Chosen6\":true,\"Labels\":{}}');"
	"INSERT INTO networks VALUES ('3', 'own', 3, "
	"'{\"Driver\":\"bridge\",\"_BridgeFound\":true}');"
	"INSERT INTO networks VALUES ('4', 'torn', 4, '{\"Driver');"
	"PRAGMA user_version = 4;";

static void show(const NetworkRow *row, gpointer text)
{
	g_string_append_printf(text, "%s %s %d%d%d%d\n", row->name, row->spec, row->chosen,
		row->chosen6, row->parent_made, row->bridge_found);
}

static void make_old(const char *path)
{
	sqlite3 *handle = NULL;
	g_assert_cmpint(sqlite3_open(path, &handle), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(handle, before, NULL, NULL, NULL), ==, SQLITE_OK);
	sqlite3_close(handle);
}

static void test_migration(void)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *folder = g_dir_make_tmp("berth-unit-XXXXXX", NULL),
			*path = g_build_filename(folder, "state.db", NULL);
	g_autoptr(GString) rows = g_string_new("");
	make_old(path);
	Store store = {.db = db_open(path, &error)};
	g_assert_no_error(error);
	NetworkRow added = {"5", "new", "{}", 5, true, false, false, true};
	g_assert_true(network_store_add(&store, &added, &error));
	network_store_each(&store, show, rows);
	g_assert_cmpstr(rows->str, ==,
		"mine {\"Driver\":\"bridge\"} 1000\n"
		"lan {\"Driver\":\"macvlan\",\"Labels\":{}} 0110\n"
		"own {\"Driver\":\"bridge\"} 0001\n"
		"torn {\"Driver 0000\n"
		"new {} 1001\n");
	db_free(store.db);
	g_autofree char *remove = g_strdup_printf("rm -r %s", folder);
	g_assert_cmpint(system(remove), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/network_store/migration", test_migration);
	return g_test_run();
}
