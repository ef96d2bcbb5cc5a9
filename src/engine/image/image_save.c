/* `save`: an OCI layout with Docker's manifest.json beside it, which every docker can load. */
#include "engine/image/images.h"
#include "engine/object/event.h"

#include "base/error.h"
#include "base/fd.h"
#include "image/image.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

enum { BLOCK = 256 * 1024 };

typedef struct {
	Engine *engine;
	ByteSink write;
	gpointer stream;
	GError *problem;
	struct archive *archive;
	GHashTable *written;	    /* names, each once */
	json_t *manifests, *docker; /* index.json's list, and manifest.json */
	json_t *repositories; /* name -> tag -> id of the topmost layer, as before manifest.json */
} Save;

static la_ssize_t output(struct archive *archive, void *data, const void *buffer, size_t length)
{
	Save *save = data;
	if (save->write(save->stream, buffer, length, &save->problem))
		return (la_ssize_t)length;
	archive_set_error(archive, EIO, "the client is gone");
	return -1;
}

static bool begin(Save *save, const char *name, mode_t type, gint64 size, GError **error)
{
	struct archive_entry *entry = archive_entry_new();
	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, type);
	archive_entry_set_perm(entry, type == AE_IFDIR ? 0755 : 0644);
	archive_entry_set_size(entry, size);
	bool ok = archive_write_header(save->archive, entry) == ARCHIVE_OK;
	archive_entry_free(entry);
	return ok || fail(error, BERTH_ERROR_SYSTEM, "cannot write the archive: %s",
			     archive_error_string(save->archive));
}

static bool put_text(Save *save, const char *name, const char *text, GError **error)
{
	if (!g_hash_table_add(save->written, g_strdup(name)))
		return true;
	return begin(save, name, AE_IFREG, (gint64)strlen(text), error) &&
	       (archive_write_data(save->archive, text, strlen(text)) >= 0 ||
		       fail(error, BERTH_ERROR_SYSTEM, "cannot write the archive: %s",
			       archive_error_string(save->archive)));
}

static char *blob_name(const char *digest)
{
	return g_strconcat("blobs/sha256/", digest + 7, NULL);
}

static bool put_blob(Save *save, const char *digest, gint64 *size, GError **error)
{
	autofd fd = blob_open(save->engine->store, digest, size, error);
	g_autofree char *name = blob_name(digest), *block = g_malloc(BLOCK);
	if (fd < 0)
		return false;
	if (!g_hash_table_add(save->written, g_strdup(name)))
		return true;
	if (!begin(save, name, AE_IFREG, *size, error))
		return false;
	for (ssize_t n; (n = read(fd, block, BLOCK)) != 0;)
		if (n < 0 || archive_write_data(save->archive, block, (size_t)n) < 0)
			return fail(error, BERTH_ERROR_SYSTEM, "cannot write the archive: %s",
				archive_error_string(save->archive));
	return true;
}

static void add_index_entry(Save *save, const char *digest, size_t size, const char *full)
{
	json_t *descriptor = json_pack("{s:s, s:s, s:I}", "mediaType",
		"application/vnd.oci.image.manifest.v1+json", "digest", digest, "size",
		(json_int_t)size);
	if (full != NULL)
		json_object_set_new(descriptor, "annotations",
			json_pack("{s:s, s:s}", "io.containerd.image.name", full,
				"org.opencontainers.image.ref.name", strrchr(full, ':') + 1));
	json_array_append_new(save->manifests, descriptor);
}

static void add_repository(Save *save, const char *familiar, const GPtrArray *layers)
{
	const char *colon = strrchr(familiar, ':');
	const Layer *top = layers->len > 0 ? layers->pdata[layers->len - 1] : NULL;
	g_autofree char *name = g_strndup(familiar, (gsize)(colon - familiar));
	if (top == NULL)
		return;
	if (json_object_get(save->repositories, name) == NULL)
		json_object_set_new(save->repositories, name, json_object());
	json_object_set_new(json_object_get(save->repositories, name), colon + 1,
		json_string(top->diff_id + strlen("sha256:")));
}

static bool save_image(Save *save, const char *id, char *const *names, GError **error)
{
	g_autoptr(ImageRow) row = image_store_get(save->engine->store, id);
	g_autoptr(GPtrArray) layers = image_store_layers(save->engine->store, id);
	json_t *descriptors = json_array(), *paths = json_array(), *tags = json_array();
	g_autofree char *config_name = blob_name(id);
	g_autoptr(json_t) docker = json_pack(
		"{s:s, s:o, s:o}", "Config", config_name, "RepoTags", tags, "Layers", paths);
	g_autoptr(json_t) manifest = json_pack("{s:i, s:s, s:{s:s, s:s, s:I}, s:o}",
		"schemaVersion", 2, "mediaType", "application/vnd.oci.image.manifest.v1+json",
		"config", "mediaType", "application/vnd.oci.image.config.v1+json", "digest", id,
		"size", (json_int_t)(row != NULL ? strlen(row->config) : 0), "layers", descriptors);
	if (row == NULL)
		return fail(error, BERTH_ERROR_NOT_FOUND, "No such image: %s", id);
	if (!put_text(save, config_name, row->config, error))
		return false;
	for (guint i = 0; i < layers->len; i++) {
		const Layer *layer = layers->pdata[i];
		gint64 size;
		g_autofree char *name = blob_name(layer->blob);
		if (!put_blob(save, layer->blob, &size, error))
			return false;
		json_array_append_new(paths, json_string(name));
		json_array_append_new(
			descriptors, json_pack("{s:s, s:s, s:I}", "mediaType", layer->media_type,
					     "digest", layer->blob, "size", (json_int_t)size));
	}
	g_autofree char *text = json_text(manifest), *digest = digest_of(text, strlen(text)),
			*name = blob_name(digest);
	for (int i = 0; names[i] != NULL; i++) {
		g_autofree char *familiar = reference_shorten(names[i]);
		json_array_append_new(tags, json_string(familiar));
		add_repository(save, familiar, layers);
		add_index_entry(save, digest, strlen(text), names[i]);
	}
	if (names[0] == NULL) {
		json_object_set_new(docker, "RepoTags", json_null());
		add_index_entry(save, digest, strlen(text), NULL);
	}
	json_array_append(save->docker, docker);
	return put_text(save, name, text, error);
}

/* What to save: images in the order of first mention, each with the names that were asked for. */
typedef struct {
	GPtrArray *ids, *names; /* names: of GPtrArray */
} Wanted;

static GPtrArray *names_of(Wanted *wanted, const char *id)
{
	guint at = 0;
	while (at < wanted->ids->len && strcmp(wanted->ids->pdata[at], id) != 0)
		at++;
	if (at == wanted->ids->len) {
		g_ptr_array_add(wanted->ids, g_strdup(id));
		g_ptr_array_add(wanted->names, g_ptr_array_new_with_free_func(g_free));
	}
	return wanted->names->pdata[at];
}

static void want_name(Wanted *wanted, const char *id, const char *full)
{
	GPtrArray *names = names_of(wanted, id);
	if (!g_ptr_array_find_with_equal_func(names, full, g_str_equal, NULL))
		g_ptr_array_add(names, g_strdup(full));
}

/* A repository without a tag means all that it has. False: it has none. */
static bool want_repository(Engine *engine, Wanted *wanted, const Reference *reference)
{
	g_autofree char *name = reference_name(reference), *prefix = g_strconcat(name, ":", NULL);
	g_auto(GStrv) all = tag_store_with_prefix(engine->store, prefix);
	for (int i = 0; all[i] != NULL; i++) {
		g_autofree char *id = tag_store_get(engine->store, all[i]);
		if (id != NULL)
			want_name(wanted, id, all[i]);
	}
	return all[0] != NULL;
}

static bool is_repository(const char *text)
{
	const char *slash = strrchr(text, '/'), *colon = strrchr(text, ':');
	return strchr(text, '@') == NULL && (colon == NULL || (slash != NULL && colon < slash));
}

static bool want(Engine *engine, Wanted *wanted, const char *text, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(Reference) parsed = reference_parse(text, NULL);
	if (parsed != NULL && is_repository(text) &&
		want_repository(engine, wanted, parsed))
		return true;
	g_autofree char *id = image_find(engine, text, &problem);
	if (id == NULL && problem->code == BERTH_ERROR_NOT_FOUND)
		return fail(error, BERTH_ERROR_NOT_FOUND, "No such image: %s", text);
	if (id == NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	g_autofree char *full = parsed != NULL ? reference_full(parsed) : NULL;
	g_autofree char *tagged = full != NULL ? tag_store_get(engine->store, full) : NULL;
	if (tagged != NULL && strcmp(tagged, id) == 0)
		want_name(wanted, id, full);
	else
		names_of(wanted, id);
	return true;
}

static bool collect(Engine *engine, char *const *references, Wanted *wanted, GError **error)
{
	for (; *references != NULL; references++)
		if (!want(engine, wanted, *references, error))
			return false;
	return true;
}

static bool put_documents(Save *save, GError **error)
{
	g_autoptr(json_t) index = json_pack("{s:i, s:s, s:O}", "schemaVersion", 2, "mediaType",
		"application/vnd.oci.image.index.v1+json", "manifests", save->manifests);
	g_autofree char *index_text = json_text(index), *docker_text = json_text(save->docker),
			*repositories = json_text(save->repositories);
	return (json_object_size(save->repositories) == 0 ||
		       put_text(save, "repositories", repositories, error)) &&
	       put_text(save, "index.json", index_text, error) &&
	       put_text(save, "manifest.json", docker_text, error) &&
	       put_text(save, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}", error);
}

bool image_save(
	Engine *engine, char *const *references, ByteSink write, gpointer stream, GError **error)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) names =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	Wanted wanted = {ids, names};
	if (!collect(engine, references, &wanted, error))
		return false;
	Save save = {.engine = engine,
		.write = write,
		.stream = stream,
		.archive = archive_write_new(),
		.manifests = json_array(),
		.docker = json_array(),
		.repositories = json_object()};
	save.written = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	archive_write_set_format_pax_restricted(save.archive);
	archive_write_set_bytes_per_block(save.archive, BLOCK);
	archive_write_set_bytes_in_last_block(save.archive, 1);
	archive_write_open(save.archive, &save, NULL, output, NULL);
	bool ok = begin(&save, "blobs/", AE_IFDIR, 0, error) &&
		  begin(&save, "blobs/sha256/", AE_IFDIR, 0, error);
	for (guint i = 0; ok && i < ids->len; i++) {
		GPtrArray *of = names->pdata[i];
		g_ptr_array_add(of, NULL);
		ok = save_image(&save, ids->pdata[i], (char *const *)of->pdata, error);
		image_event(engine, "save", ids->pdata[i], ids->pdata[i]);
	}
	ok = ok && put_documents(&save, error);
	if (ok && archive_write_close(save.archive) != ARCHIVE_OK)
		ok = fail(error, BERTH_ERROR_SYSTEM, "cannot write the archive: %s",
			archive_error_string(save.archive));
	archive_write_free(save.archive);
	g_clear_error(&save.problem);
	json_decref(save.manifests);
	json_decref(save.docker);
	json_decref(save.repositories);
	g_hash_table_unref(save.written);
	return ok;
}
