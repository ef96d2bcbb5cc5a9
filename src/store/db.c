#include "store/db.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

enum {
	BUSY_MS = 5000,
	RESERVED_LOG = 4194304 /* journal_size_limit */,
	RESERVED_ROOM = 1048576,
	SAFE_PAGES =
		768, /* pages of the log: the rest of its reserve holds the largest transaction */
	MUCH_ROOM = 67108864,
	HEAD_PAGES = 1 /* what db_begin_log writes */
};

struct Db {
	sqlite3 *handle;
	GRecMutex lock;
	GHashTable *statements; /* SQL text -> sqlite3_stmt * */
	int log_pages;		/* atomic */
	bool log_begun;	     /* its head was written since the last checkpoint, by db_begin_log */
	int file_fd, log_fd; /* for reserve(); -1 in memory */
};

/* What each version of the state adds to the one before. */
static const char *const schemas[] = {
	"CREATE TABLE containers (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created INTEGER,"
	" image TEXT, image_id TEXT, spec TEXT, mounts TEXT, status INTEGER, pid INTEGER DEFAULT 0,"
	" exit_code INTEGER DEFAULT 0, oom INTEGER DEFAULT 0, error TEXT DEFAULT '',"
	" started INTEGER DEFAULT 0, finished INTEGER DEFAULT 0, restarts INTEGER DEFAULT 0,"
	" stopped_by_user INTEGER DEFAULT 0) WITHOUT ROWID;"
	"CREATE INDEX containers_image ON containers (image_id);"
	"CREATE TABLE layers (number INTEGER PRIMARY KEY AUTOINCREMENT, chain_id TEXT NOT NULL "
	"UNIQUE,"
	" diff_id TEXT NOT NULL, size INTEGER, blob TEXT NOT NULL, media_type TEXT NOT NULL);"
	"CREATE TABLE images (id TEXT PRIMARY KEY, config TEXT, created INTEGER, size INTEGER,"
	" tagged INTEGER) WITHOUT ROWID;"
	"CREATE TABLE image_layers (image_id TEXT, position INTEGER, layer INTEGER,"
	" PRIMARY KEY (image_id, position)) WITHOUT ROWID;"
	"CREATE INDEX image_layers_layer ON image_layers (layer);"
	"CREATE TABLE tags (name TEXT PRIMARY KEY, image_id TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX tags_image ON tags (image_id);"
	"CREATE TABLE volumes (name TEXT PRIMARY KEY, created INTEGER, driver TEXT, labels TEXT,"
	" options TEXT, anonymous INTEGER) WITHOUT ROWID;"
	"CREATE TABLE volume_uses (container TEXT, volume TEXT, PRIMARY KEY (container, volume))"
	" WITHOUT ROWID;"
	"CREATE INDEX volume_uses_volume ON volume_uses (volume);"
	"CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;",

	"CREATE TABLE networks (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created INTEGER,"
	" spec TEXT) WITHOUT ROWID;"
	"CREATE TABLE endpoints (container TEXT PRIMARY KEY, endpoints TEXT) WITHOUT ROWID;",

	"CREATE TABLE repo_digests (name TEXT PRIMARY KEY, image_id TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX repo_digests_image ON repo_digests (image_id);"
	"CREATE TABLE manifests (image_id TEXT PRIMARY KEY, media_type TEXT, text TEXT) WITHOUT "
	"ROWID;"
	"CREATE TABLE blob_sources (blob TEXT, repository TEXT, PRIMARY KEY (blob, repository))"
	" WITHOUT ROWID;",

	"ALTER TABLE layers ADD COLUMN synced INTEGER NOT NULL DEFAULT 1;"
	"CREATE TABLE build_cache (key TEXT PRIMARY KEY, id TEXT NOT NULL, description TEXT,"
	" created INTEGER, used INTEGER, uses INTEGER DEFAULT 0, size INTEGER) WITHOUT ROWID;"
	"CREATE TABLE build_cache_layers (key TEXT, position INTEGER, layer INTEGER,"
	" PRIMARY KEY (key, position)) WITHOUT ROWID;"
	"CREATE INDEX build_cache_layers_layer ON build_cache_layers (layer);"
	"CREATE TABLE cache_mounts (name TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, created "
	"INTEGER,"
	" used INTEGER, uses INTEGER DEFAULT 0) WITHOUT ROWID;",

	"CREATE TABLE indexes (digest TEXT PRIMARY KEY, media_type TEXT NOT NULL, text TEXT NOT "
	"NULL,"
	" image_id TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX indexes_image ON indexes (image_id);"
	"CREATE TABLE index_images (digest TEXT, manifest TEXT, image_id TEXT NOT NULL, media_type "
	"TEXT NOT NULL,"
	" text TEXT NOT NULL, PRIMARY KEY (digest, manifest)) WITHOUT ROWID;"
	"CREATE INDEX index_images_image ON index_images (image_id);"
	"CREATE TABLE index_tags (name TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX index_tags_digest ON index_tags (digest);"
	"CREATE TABLE index_blobs (digest TEXT, blob TEXT, PRIMARY KEY (digest, blob)) WITHOUT "
	"ROWID;"
	"CREATE INDEX index_blobs_blob ON index_blobs (blob);",

	"CREATE TABLE image_uses (container TEXT, image TEXT, PRIMARY KEY (container, image)) "
	"WITHOUT ROWID;"
	"CREATE INDEX image_uses_image ON image_uses (image);"
	"INSERT OR IGNORE INTO image_uses SELECT container.id, json_extract(mount.value, "
	"'$.Source')"
	" FROM containers AS container, json_each(container.mounts) AS mount"
	" WHERE json_extract(mount.value, '$.Type') = 'image';",

	/* Private fields were stored in the JSON that inspect shows of a network. */
	"ALTER TABLE networks ADD COLUMN chosen INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE networks ADD COLUMN chosen6 INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE networks ADD COLUMN parent_made INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE networks ADD COLUMN bridge_found INTEGER NOT NULL DEFAULT 0;"
	"UPDATE networks SET chosen = json_extract(spec, '$._Chosen') IS 1,"
	" chosen6 = json_extract(spec, '$._Chosen6') IS 1,"
	" parent_made = json_extract(spec, '$._ParentMade') IS 1,"
	" bridge_found = json_extract(spec, '$._BridgeFound') IS 1,"
	" spec = json_remove(spec, '$._Chosen', '$._Chosen6', '$._ParentMade', '$._BridgeFound')"
	" WHERE json_valid(spec);",
};

static bool db_fail(Db *db, GError **error)
{
	int why = errno, code = sqlite3_extended_errcode(db->handle);
	if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
		return fail(error, BERTH_ERROR_CONFLICT, "%s", sqlite3_errmsg(db->handle));
	/* "disk I/O error" says little; sqlite3_system_errno() knows nothing of failed writes. */
	bool of_kernel = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
	return fail(error, BERTH_ERROR_SYSTEM, "the state database: %s%s%s",
		sqlite3_errmsg(db->handle), of_kernel ? ": " : "",
		of_kernel ? g_strerror(why) : "");
}

static bool execute(Db *db, const char *sql, GError **error)
{
	return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK || db_fail(db, error);
}

static void read_int(sqlite3_stmt *row, gpointer data)
{
	*(gint64 *)data = sqlite3_column_int64(row, 0);
}

static bool prepare_schema(Db *db, GError **error)
{
	gint64 version = 0;
	if (!db_query(db, error, read_int, &version, "PRAGMA user_version", ""))
		return false;
	if (version > (gint64)G_N_ELEMENTS(schemas))
		return fail(error, BERTH_ERROR_SYSTEM,
			"the state was written by a newer berthd: start that one, or use another "
			"--data-root");
	for (; version < (gint64)G_N_ELEMENTS(schemas); version++) {
		g_autofree char *set =
			g_strdup_printf("PRAGMA user_version = %d", (int)version + 1);
		if (!db_begin(db, error) ||
			!db_end(db, execute(db, schemas[version], error) && execute(db, set, error),
				error))
			return false;
	}
	return true;
}

static void finalize(gpointer prepared)
{
	sqlite3_finalize(prepared);
}

/* sqlite3_wal_hook: after each commit. */
static int note_log(void *data, sqlite3 *handle, const char *name, int pages)
{
	Db *db = data;
	(void)handle, (void)name;
	g_atomic_int_set(&db->log_pages, pages);
	return SQLITE_OK;
}

/* Readable by the engine alone, whoever created it; files that SQLite creates beside it get the same mode. */
static bool make_private(const char *path, GError **error)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
	for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *name = g_strconcat(path, suffixes[i], NULL);
		autofd fd =
			open(name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | (i == 0 ? O_CREAT : 0), 0600);
		if (fd < 0 ? i == 0 || errno != ENOENT : fchmod(fd, 0600) < 0)
			return fail_errno(error, "cannot open %s", name);
	}
	return true;
}

/* Blocks for the log and for the database's growth, beyond what is written: removing has to work on a
 * full disk. Best effort: a filesystem that cannot, or is full already, keeps what it has. */
static void reserve(Db *db)
{
	struct stat file;
	if (db->log_fd >= 0)
		fallocate(db->log_fd, FALLOC_FL_KEEP_SIZE, 0, RESERVED_LOG);
	if (db->file_fd >= 0 && fstat(db->file_fd, &file) == 0)
		fallocate(db->file_fd, FALLOC_FL_KEEP_SIZE, file.st_size, RESERVED_ROOM);
}

/* The log stays when the engine ends, or its blocks would be somebody else's at the next start. The
 * descriptors stay open: closing one would drop SQLite's locks on the file. */
static void reserve_first(Db *db, const char *path)
{
	if (strcmp(path, ":memory:") == 0)
		return;
	g_autofree char *log = g_strconcat(path, "-wal", NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	db->file_fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	db->log_fd = open(log, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	reserve(db);
}

Db *db_open(const char *path, GError **error)
{
	if (strcmp(path, ":memory:") != 0 && !make_private(path, error))
		return NULL;
	g_autoptr(Db) db = g_new0(Db, 1);
	db->file_fd = db->log_fd = -1;
	g_rec_mutex_init(&db->lock);
	db->statements = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, finalize);
	if (sqlite3_open(path, &db->handle) != SQLITE_OK) {
		fail(error, BERTH_ERROR_SYSTEM, "cannot open %s: %s", path,
			sqlite3_errmsg(db->handle));
		return NULL;
	}
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	/* No fsync when a container starts: WAL frames reach the disk at checkpoints (db_sync), which
	 * a thread in the background makes. A crash of the engine loses nothing either way. */
	/* The data root is locked for us: no file locks around each statement, which would be 60 system
	 * calls in a container's life. */
	if (!execute(db, "PRAGMA locking_mode = EXCLUSIVE", error) ||
		!execute(db, "PRAGMA journal_mode = WAL", error) ||
		!execute(db, "PRAGMA synchronous = NORMAL", error) ||
		!execute(db, "PRAGMA wal_autocheckpoint = 0", error) ||
		!execute(db, "PRAGMA journal_size_limit = 4194304", error) ||
		!execute(db, "PRAGMA cache_size = -512", error) ||
		!execute(db, "PRAGMA temp_store = MEMORY", error) || !prepare_schema(db, error) ||
		!execute(db, "CREATE TEMP TABLE pins (owner INTEGER, chain_id TEXT)", error))
		return NULL;
	sqlite3_wal_hook(db->handle, note_log, db);
	reserve_first(db, path);
	return g_steal_pointer(&db);
}

void db_free(Db *db)
{
	g_hash_table_unref(db->statements);
	sqlite3_close(db->handle);
	fd_clear(&db->file_fd);
	fd_clear(&db->log_fd);
	g_rec_mutex_clear(&db->lock);
	g_free(db);
}

/* Before something is written: a log that leaves its reserve on a disk that has little room is carried over, and
 * begins again. */
static void stay_in_reserve(Db *db)
{
	struct statvfs disk;
	if (g_atomic_int_get(&db->log_pages) > SAFE_PAGES && db->log_fd >= 0 &&
		fstatvfs(db->log_fd, &disk) == 0 &&
		(guint64)disk.f_bavail * disk.f_frsize < MUCH_ROOM)
		db_sync(db, NULL);
}

static bool is_write_alone(Db *db, sqlite3_stmt *prepared)
{
	return sqlite3_get_autocommit(db->handle) && !sqlite3_stmt_readonly(prepared);
}

static sqlite3_stmt *statement(Db *db, const char *sql, const char *types, va_list args)
{
	sqlite3_stmt *prepared = g_hash_table_lookup(db->statements, sql);
	if (prepared == NULL) {
		if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared,
			    NULL) != SQLITE_OK)
			return NULL;
		g_hash_table_insert(db->statements, (char *)sql, prepared);
	}
	for (int i = 0; types[i] != '\0'; i++) {
		if (types[i] == 's')
			sqlite3_bind_text(
				prepared, i + 1, va_arg(args, const char *), -1, SQLITE_TRANSIENT);
		else
			sqlite3_bind_int64(prepared, i + 1, va_arg(args, gint64));
	}
	return prepared;
}

static bool query(Db *db, GError **error, DbRow each, gpointer data, const char *sql,
	const char *types, va_list args)
{
	gint64 began = trace_on(TRACE_STORE) ? g_get_monotonic_time() : 0;
	g_rec_mutex_lock(&db->lock);
	sqlite3_stmt *prepared = statement(db, sql, types, args);
	int code = SQLITE_ERROR;
	if (prepared != NULL && is_write_alone(db, prepared))
		stay_in_reserve(db);
	while (prepared != NULL && (code = sqlite3_step(prepared)) == SQLITE_ROW)
		if (each != NULL)
			each(prepared, data);
	bool ok = code == SQLITE_DONE || db_fail(db, error);
	if (prepared != NULL) {
		sqlite3_reset(prepared);
		sqlite3_clear_bindings(prepared);
	}
	g_rec_mutex_unlock(&db->lock);
	if (began != 0)
		trace(TRACE_STORE, "%s: %s after %" G_GINT64_FORMAT " us", sql,
			ok ? "done" : "failed", g_get_monotonic_time() - began);
	return ok;
}

bool db_run(Db *db, GError **error, const char *sql, const char *types, ...)
{
	va_list args;
	va_start(args, types);
	bool ok = query(db, error, NULL, NULL, sql, types, args);
	va_end(args);
	return ok;
}

bool db_query(
	Db *db, GError **error, DbRow each, gpointer data, const char *sql, const char *types, ...)
{
	va_list args;
	va_start(args, types);
	bool ok = query(db, error, each, data, sql, types, args);
	va_end(args);
	return ok;
}

static void append_text(sqlite3_stmt *row, gpointer list)
{
	g_strv_builder_add(list, db_text(row, 0));
}

char **db_strings(Db *db, const char *sql, const char *parameter)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	db_query(db, NULL, append_text, list, sql, "s", parameter);
	return g_strv_builder_end(list);
}

const char *db_text(sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);
	return text != NULL ? text : "";
}

bool db_begin(Db *db, GError **error)
{
	g_rec_mutex_lock(&db->lock);
	stay_in_reserve(db);
	if (execute(db, "BEGIN IMMEDIATE", error))
		return true;
	g_rec_mutex_unlock(&db->lock);
	return false;
}

bool db_end(Db *db, bool commit, GError **error)
{
	bool ok = commit && execute(db, "COMMIT", error);
	if (!ok)
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
	g_rec_mutex_unlock(&db->lock);
	return ok;
}

int db_log_length(Db *db)
{
	int pages = g_atomic_int_get(&db->log_pages);
	return db->log_begun && pages == HEAD_PAGES ? 0 : pages;
}

void db_begin_log(Db *db)
{
	g_autofree char *same =
		g_strdup_printf("PRAGMA user_version = %d", (int)G_N_ELEMENTS(schemas));
	g_rec_mutex_lock(&db->lock);
	if (g_atomic_int_get(&db->log_pages) == 0)
		db->log_begun = execute(db, same, NULL);
	g_rec_mutex_unlock(&db->lock);
}

bool db_sync(Db *db, GError **error)
{
	g_rec_mutex_lock(&db->lock);
	int code =
		sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	bool ok = code == SQLITE_OK || code == SQLITE_BUSY || db_fail(db, error);
	if (code == SQLITE_OK) {
		g_atomic_int_set(&db->log_pages, 0);
		db->log_begun = false;
	}
	reserve(db);
	g_rec_mutex_unlock(&db->lock);
	return ok;
}
