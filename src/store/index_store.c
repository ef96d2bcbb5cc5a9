/* Rows of indexes, of their images that are present, and of the names that refer to them. */
#include "store/store.h"

void index_row_free(IndexRow *index)
{
	g_free(index->digest);
	g_free(index->media_type);
	g_free(index->text);
	g_free(index->image_id);
	g_free(index);
}

void index_image_free(IndexImage *image)
{
	g_free(image->manifest);
	g_free(image->media_type);
	g_free(image->text);
	g_free(image->image_id);
	g_free(image);
}

/* Runs statements that have the same parameter in one transaction. */
static bool run_all(
	Store *store, const char *const *statements, const char *parameter, GError **error)
{
	bool ok = true;
	if (!db_begin(store->db, error))
		return false;
	for (; ok && *statements != NULL; statements++)
		ok = db_run(store->db, error, *statements, "s", parameter);
	return db_end(store->db, ok, error);
}

bool index_store_set(Store *store, const IndexRow *index, GError **error)
{
	if (!db_begin(store->db, error))
		return false;
	bool ok = db_run(store->db, error, "INSERT OR REPLACE INTO indexes VALUES (?, ?, ?, ?)",
			  "ssss", index->digest, index->media_type, index->text, index->image_id) &&
		  db_run(store->db, error,
			  "UPDATE tags SET image_id = ? WHERE name IN "
			  "(SELECT name FROM index_tags WHERE digest = ?)",
			  "ss", index->image_id, index->digest) &&
		  db_run(store->db, error,
			  "UPDATE repo_digests SET image_id = ?1 WHERE "
			  "substr(name, -length(?2) - 1) = '@' || ?2",
			  "ss", index->image_id, index->digest);
	return db_end(store->db, ok, error);
}

static void read_index(sqlite3_stmt *row, gpointer data)
{
	IndexRow *index = g_new0(IndexRow, 1);
	index->digest = g_strdup(db_text(row, 0));
	index->media_type = g_strdup(db_text(row, 1));
	index->text = g_strdup(db_text(row, 2));
	index->image_id = g_strdup(db_text(row, 3));
	*(IndexRow **)data = index;
}

IndexRow *index_store_get(Store *store, const char *digest)
{
	IndexRow *index = NULL;
	db_query(store->db, NULL, read_index, &index,
		"SELECT digest, media_type, text, image_id FROM indexes WHERE digest = ?", "s",
		digest);
	return index;
}

char *index_store_match(Store *store, const char *prefix)
{
	g_autofree char *pattern = g_strconcat("sha256:", prefix, "*", NULL);
	g_auto(GStrv) found = db_strings(
		store->db, "SELECT digest FROM indexes WHERE digest GLOB ? LIMIT 2", pattern);
	return found[0] != NULL && found[1] == NULL ? g_strdup(found[0]) : NULL;
}

bool index_store_add_image(
	Store *store, const char *digest, const IndexImage *image, GError **error)
{
	return db_run(store->db, error,
		"INSERT OR REPLACE INTO index_images VALUES (?, ?, ?, ?, ?)", "sssss", digest,
		image->manifest, image->image_id, image->media_type, image->text);
}

bool index_store_remove_image(
	Store *store, const char *digest, const char *manifest, GError **error)
{
	return db_run(store->db, error,
		"DELETE FROM index_images WHERE digest = ? AND manifest = ?", "ss", digest,
		manifest);
}

static void append_image(sqlite3_stmt *row, gpointer data)
{
	IndexImage *image = g_new0(IndexImage, 1);
	image->manifest = g_strdup(db_text(row, 0));
	image->media_type = g_strdup(db_text(row, 1));
	image->text = g_strdup(db_text(row, 2));
	image->image_id = g_strdup(db_text(row, 3));
	g_ptr_array_add(data, image);
}

GPtrArray *index_store_images(Store *store, const char *digest)
{
	GPtrArray *images = g_ptr_array_new_with_free_func((GDestroyNotify)index_image_free);
	db_query(store->db, NULL, append_image, images,
		"SELECT manifest, media_type, text, image_id FROM index_images WHERE digest = ?",
		"s", digest);
	return images;
}

bool index_store_add_blob(Store *store, const char *digest, const char *blob, GError **error)
{
	return db_run(store->db, error, "INSERT OR IGNORE INTO index_blobs VALUES (?, ?)", "ss",
		digest, blob);
}

char **index_store_blobs(Store *store, const char *digest)
{
	return db_strings(store->db, "SELECT blob FROM index_blobs WHERE digest = ?", digest);
}

bool index_store_has_blob(Store *store, const char *digest, const char *blob)
{
	g_auto(GStrv) blobs = index_store_blobs(store, digest);
	return g_strv_contains((const char *const *)blobs, blob);
}

bool index_store_remove(Store *store, const char *digest, GError **error)
{
	static const char *const statements[] = {"DELETE FROM index_tags WHERE digest = ?",
		"DELETE FROM index_images WHERE digest = ?",
		"DELETE FROM index_blobs WHERE digest = ?", "DELETE FROM indexes WHERE digest = ?",
		NULL};
	g_auto(GStrv) blobs = db_strings(store->db,
		"SELECT blob FROM index_blobs WHERE digest = ?1 AND blob NOT IN "
		"(SELECT blob FROM index_blobs WHERE digest <> ?1) AND blob NOT IN "
		"(SELECT blob FROM layers)",
		digest);
	if (!run_all(store, statements, digest, error))
		return false;
	for (int i = 0; blobs[i] != NULL; i++)
		blob_remove(store, blobs[i]);
	return true;
}

bool index_tag_set(Store *store, const char *name, const char *digest, GError **error)
{
	return *digest == '\0'
		       ? db_run(store->db, error, "DELETE FROM index_tags WHERE name = ?", "s",
				 name)
		       : db_run(store->db, error, "INSERT OR REPLACE INTO index_tags VALUES (?, ?)",
				 "ss", name, digest);
}

char *index_tag_get(Store *store, const char *name)
{
	g_auto(GStrv) found =
		db_strings(store->db, "SELECT digest FROM index_tags WHERE name = ?", name);
	return g_strdup(found[0]);
}

char **index_tags_of(Store *store, const char *digest)
{
	return db_strings(
		store->db, "SELECT name FROM index_tags WHERE digest = ? ORDER BY name", digest);
}

bool index_store_is_named(Store *store, const char *digest)
{
	g_auto(GStrv) names = db_strings(store->db,
		"SELECT name FROM index_tags WHERE digest = ?1 UNION SELECT name FROM repo_digests "
		"WHERE substr(name, -length(?1) - 1) = '@' || ?1 LIMIT 1",
		digest);
	return names[0] != NULL;
}

char **indexes_of_image(Store *store, const char *image_id)
{
	return db_strings(
		store->db, "SELECT DISTINCT digest FROM index_images WHERE image_id = ?", image_id);
}

char **indexes_led_by(Store *store, const char *image_id)
{
	return db_strings(store->db,
		"SELECT digest FROM indexes WHERE image_id = ? ORDER BY digest", image_id);
}
