/* Entries of the store's folders: renamed away at once and deleted later; those that no row names are removed. */
#include "store/store.h"

#include "base/fd.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>

static void note_name(sqlite3_stmt *row, gpointer known)
{
	g_hash_table_add(known, g_strdup(db_text(row, 0)));
}

void store_sweep(
	Store *store, int dir_fd, const char *sql, void (*drop)(Store *store, const char *name))
{
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) names = folder_names(dir_fd);
	if (!db_query(store->db, NULL, note_name, known, sql, ""))
		return;
	for (guint i = 0; i < names->len; i++)
		if (!g_hash_table_contains(known, names->pdata[i]))
			drop(store, names->pdata[i]);
}

bool store_discard(Store *store, int dir_fd, const char *name)
{
	static gint counter;
	g_autofree char *trash = g_strdup_printf(
		"%" G_GINT64_FORMAT "-%d", g_get_real_time(), g_atomic_int_add(&counter, 1));
	if (renameat(dir_fd, name, store->trash_fd, trash) == 0) {
		g_async_queue_push(store->work, g_steal_pointer(&trash));
		return true;
	}
	if (errno == ENOENT || ((errno == ENOSPC || errno == EDQUOT) && tree_remove(dir_fd, name)))
		return true;
	log_warn("cannot discard %s: %s", name, g_strerror(errno));
	return false;
}
