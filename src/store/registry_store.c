/* Registries: digests by which images were pulled or pushed, their manifests, and which repositories have a blob. */
#include "store/store.h"

#include <string.h>

bool repo_digest_set(Store *store, const char *name, const char *image_id, GError **error)
{
	return db_run(store->db, error, "INSERT OR REPLACE INTO repo_digests VALUES (?, ?)", "ss",
		name, image_id);
}

bool repo_digest_remove(Store *store, const char *name, GError **error)
{
	return db_run(store->db, error, "DELETE FROM repo_digests WHERE name = ?", "s", name);
}

char *repo_digest_get(Store *store, const char *name)
{
	g_auto(GStrv) found =
		db_strings(store->db, "SELECT image_id FROM repo_digests WHERE name = ?", name);
	return g_strdup(found[0]);
}

char **repo_digests_of(Store *store, const char *image_id)
{
	return db_strings(store->db,
		"SELECT name FROM repo_digests WHERE image_id = ? ORDER BY name", image_id);
}

static void read_manifest(sqlite3_stmt *row, gpointer data)
{
	char **texts = data;
	texts[0] = g_strdup(db_text(row, 0));
	texts[1] = g_strdup(db_text(row, 1));
}

char *manifest_store_get(Store *store, const char *image_id, char **media_type)
{
	char *texts[2] = {NULL, NULL};
	db_query(store->db, NULL, read_manifest, texts,
		"SELECT media_type, text FROM manifests WHERE image_id = ?", "s", image_id);
	*media_type = texts[0];
	return texts[1];
}

bool manifest_store_set(Store *store, const char *image_id, const char *media_type,
	const char *text, GError **error)
{
	return db_run(store->db, error, "INSERT OR REPLACE INTO manifests VALUES (?, ?, ?)", "sss",
		image_id, media_type, text);
}

void blob_source_add(Store *store, const char *blob, const char *repository)
{
	db_run(store->db, NULL, "INSERT OR IGNORE INTO blob_sources VALUES (?, ?)", "ss", blob,
		repository);
}

char **blob_sources(Store *store, const char *blob)
{
	return db_strings(store->db, "SELECT repository FROM blob_sources WHERE blob = ?", blob);
}
