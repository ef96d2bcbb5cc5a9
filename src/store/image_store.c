#include "store/store.h"

#include "base/error.h"
#include "base/timefmt.h"

#include <string.h>

void image_row_free(ImageRow *image)
{
	g_free(image->id);
	g_free(image->config);
	g_free(image);
}

static void append_image(sqlite3_stmt *row, gpointer data)
{
	ImageRow *image = g_new0(ImageRow, 1);
	image->id = g_strdup(db_text(row, 0));
	image->config = g_strdup(db_text(row, 1));
	image->created = sqlite3_column_int64(row, 2);
	image->size = sqlite3_column_int64(row, 3);
	image->tagged = sqlite3_column_int64(row, 4);
	g_ptr_array_add(data, image);
}

bool image_store_add(Store *store, const ImageRow *image, GPtrArray *layers, GError **error)
{
	if (!layers_sync(store, error) || !db_begin(store->db, error))
		return false;
	bool ok = db_run(store->db, error,
			  "INSERT OR IGNORE INTO images (id, config, created, size, tagged) VALUES "
			  "(?, ?, ?, ?, 0)",
			  "ssii", image->id, image->config, image->created, image->size) &&
		  db_run(store->db, error, "DELETE FROM image_layers WHERE image_id = ?", "s",
			  image->id);
	for (guint i = 0; ok && i < layers->len; i++) {
		Layer *layer = layers->pdata[i];
		ok = db_run(store->db, error, "INSERT INTO image_layers VALUES (?, ?, ?)", "sii",
			image->id, (gint64)i, layer->number);
	}
	return db_end(store->db, ok, error);
}

ImageRow *image_store_get(Store *store, const char *id)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new();
	db_query(store->db, NULL, append_image, rows,
		"SELECT id, config, created, size, tagged FROM images WHERE id = ?", "s", id);
	return rows->len > 0 ? rows->pdata[0] : NULL;
}

GPtrArray *image_store_list(Store *store)
{
	GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)image_row_free);
	db_query(store->db, NULL, append_image, rows,
		"SELECT id, config, created, size, tagged FROM images ORDER BY created DESC, id",
		"");
	return rows;
}

char **image_store_match(Store *store, const char *id_prefix)
{
	g_autofree char *pattern = g_strconcat("sha256:", id_prefix, "*", NULL);
	return db_strings(store->db,
		"SELECT id FROM images WHERE id GLOB ?1 UNION "
		"SELECT image_id FROM indexes WHERE digest GLOB ?1 UNION "
		"SELECT image_id FROM index_images WHERE manifest GLOB ?1 LIMIT 2",
		pattern);
}

bool image_store_remove(Store *store, const char *id, GError **error)
{
	static const char *const statements[] = {
		"DELETE FROM index_tags WHERE name IN (SELECT name FROM tags WHERE image_id = ?)",
		"DELETE FROM tags WHERE image_id = ?",
		"DELETE FROM index_images WHERE image_id = ?",
		"DELETE FROM repo_digests WHERE image_id = ?",
		"DELETE FROM manifests WHERE image_id = ?",
		"DELETE FROM image_layers WHERE image_id = ?", "DELETE FROM images WHERE id = ?"};
	bool ok = true;
	if (!db_begin(store->db, error))
		return false;
	for (size_t i = 0; ok && i < G_N_ELEMENTS(statements); i++)
		ok = db_run(store->db, error, statements[i], "s", id);
	if (!db_end(store->db, ok, error))
		return false;
	layer_store_sweep(store);
	blob_remove(store, id);
	return true;
}

bool tag_store_set(Store *store, const char *name, const char *image_id, GError **error)
{
	return db_run(store->db, error, "INSERT OR REPLACE INTO tags VALUES (?, ?)", "ss", name,
		       image_id) &&
	       index_tag_set(store, name, "", error);
}

bool image_store_note_tag(Store *store, const char *image_id, GError **error)
{
	return db_run(store->db, error, "UPDATE images SET tagged = ? WHERE id = ?", "is",
		time_now(), image_id);
}

bool tag_store_remove(Store *store, const char *name, GError **error)
{
	return index_tag_set(store, name, "", error) &&
	       db_run(store->db, error, "DELETE FROM tags WHERE name = ?", "s", name);
}

char *tag_store_get(Store *store, const char *name)
{
	g_auto(GStrv) found =
		db_strings(store->db, "SELECT image_id FROM tags WHERE name = ?", name);
	return g_strdup(found[0]);
}

char **tag_store_of(Store *store, const char *image_id)
{
	return db_strings(
		store->db, "SELECT name FROM tags WHERE image_id = ? ORDER BY name", image_id);
}

char **tag_store_with_prefix(Store *store, const char *prefix)
{
	return db_strings(store->db,
		"SELECT name FROM tags WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name",
		prefix);
}
