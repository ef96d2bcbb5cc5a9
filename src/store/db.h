/* The few SQLite operations that the engine needs: statements are cached, parameters typed. */
#pragma once
#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>

typedef struct Db Db;

/* Opens or creates the database and its tables. Fails with a message if it was written by a newer program. */
Db *db_open(const char *path, GError **error);
void db_free(Db *db);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Db, db_free)

/* Runs one statement. types has a letter for each parameter: s (const char *, NULL is NULL),
 * i (gint64). A violated UNIQUE is BERTH_ERROR_CONFLICT. */
bool db_run(Db *db, GError **error, const char *sql, const char *types, ...);

/* Runs a query and calls each for every row, under the database's lock. */
typedef void (*DbRow)(sqlite3_stmt *row, gpointer data);
bool db_query(
	Db *db, GError **error, DbRow each, gpointer data, const char *sql, const char *types, ...);

/* The first column of all rows, for a query with one parameter; the caller frees the list. */
char **db_strings(Db *db, const char *sql, const char *parameter);

/* A column's text, "" for NULL; borrowed until the row is left. */
const char *db_text(sqlite3_stmt *row, int column);

/* A transaction: db_begin takes the database's lock, db_end releases it. */
bool db_begin(Db *db, GError **error);
bool db_end(Db *db, bool commit, GError **error);

/* Everything committed so far is on the disk when this returns. Not for the path of `run`. */
bool db_sync(Db *db, GError **error);
/* Number of pages in the log that are not in the database yet. */
int db_log_length(Db *db);
/* After a checkpoint the next write begins the log anew, and SQLite waits for the disk then (synchronous=NORMAL syncs its head). Makes
 * that write, which changes nothing, if none was made yet: for a thread that nobody waits for. */
void db_begin_log(Db *db);
