/* An archive of images is one stream whose entries may have any order: all are kept until it is known what they are. */
#include "engine/image/load_archive.h"
#include "engine/object/event.h"

#include "base/error.h"
#include "base/fd.h"
#include "image/image.h"

#include <errno.h>
#include <string.h>

enum {
	MAX_ENTRIES = 100000,
	MAX_DOCUMENT = 8 << 20,
	MAX_LINKS = 8,
	SMALLEST_LAYER = 1024, /* of a tar; a smaller file is a document */
};

void load_file_free(gpointer data)
{
	LoadFile *file = data;
	if (file->incoming != NULL)
		incoming_free(file->incoming);
	else if (file->blob != NULL)
		blob_writer_free(file->blob);
	g_free(file);
}

/* The normalised name of an entry: no leading "./", no "..". It is never used as a path (CVE-2014-9356). */
static char *entry_name(const char *path)
{
	g_autofree char *rooted = g_strconcat("/", path, NULL), *clean = path_normal(rooted, "/");
	return g_strdup(clean + 1);
}

static LoadFile *file_new(Load *load, gint64 size, GError **error)
{
	g_autoptr(LoadFile) file = g_new0(LoadFile, 1);
	if (size >= SMALLEST_LAYER) {
		file->incoming = incoming_new(load->engine->store, NULL, NULL, error);
		file->blob = file->incoming != NULL ? incoming_blob(file->incoming) : NULL;
	} else {
		file->blob = blob_writer_new(load->engine->store, error);
	}
	return file->blob != NULL ? g_steal_pointer(&file) : NULL;
}

static bool keep_entry(
	Load *load, struct archive *archive, struct archive_entry *entry, GError **error)
{
	const void *block;
	size_t length;
	la_int64_t offset;
	int code;
	g_autofree char *name = entry_name(la.entry_pathname(entry));
	const char *target = la.entry_symlink(entry) != NULL ? la.entry_symlink(entry)
							     : la.entry_hardlink(entry);
	if (target != NULL) {
		g_autofree char *folder = g_path_get_dirname(name);
		g_autofree char *joined = la.entry_symlink(entry) != NULL
						  ? g_build_filename(folder, target, NULL)
						  : g_strdup(target);
		g_hash_table_insert(load->links, g_steal_pointer(&name), entry_name(joined));
		return true;
	}
	if (la.entry_filetype(entry) != AE_IFREG)
		return true;
	g_autoptr(LoadFile) file = file_new(load, la.entry_size(entry), error);
	if (file == NULL)
		return false;
	while ((code = la.read_data_block(archive, &block, &length, &offset)) == ARCHIVE_OK)
		if (!(file->incoming != NULL ? incoming_add(file->incoming, block, length, error)
					     : blob_writer_add(file->blob, block, length, error)))
			return false;
	if (file->incoming != NULL)
		incoming_end(file->incoming, code == ARCHIVE_EOF);
	if (code != ARCHIVE_EOF)
		return fail(error, BERTH_ERROR_INVALID, "the archive is damaged or cut off: %s",
			la.error_string(archive));
	/* An archive may have more files than the engine may have open descriptors. */
	blob_writer_rest(file->blob);
	g_hash_table_insert(load->files, g_steal_pointer(&name), g_steal_pointer(&file));
	return true;
}

bool load_read_archive(Load *load, GError **error)
{
	if (!archive_load(error))
		return false;
	struct archive *archive = la.read_new();
	struct archive_entry *entry;
	int code = ARCHIVE_OK, entries = 0;
	bool ok = true;
	la.read_support_format_tar(archive);
	archive_filters(archive);
	la.read_open(archive, &load->source, NULL, archive_source_read, NULL);
	while (ok && (code = la.read_next_header(archive, &entry)) != ARCHIVE_EOF) {
		if (code < ARCHIVE_WARN)
			ok = fail(error, BERTH_ERROR_INVALID,
				"the archive is damaged or cut off: %s", la.error_string(archive));
		else if (++entries > MAX_ENTRIES)
			ok = fail(error, BERTH_ERROR_INVALID,
				"the archive has more than %d entries", MAX_ENTRIES);
		else
			ok = keep_entry(load, archive, entry, error);
	}
	if (load->source.problem != NULL) {
		g_clear_error(error);
		g_propagate_error(error, g_steal_pointer(&load->source.problem));
		ok = false;
	}
	la.read_free(archive);
	return ok;
}

LoadFile *load_find(Load *load, const char *path)
{
	g_autofree char *name = entry_name(path);
	for (int i = 0; i < MAX_LINKS; i++) {
		LoadFile *file = g_hash_table_lookup(load->files, name);
		const char *next = g_hash_table_lookup(load->links, name);
		if (file != NULL || next == NULL)
			return file;
		g_free(name);
		name = g_strdup(next);
	}
	return NULL;
}

/* A file by its path; one that is named by its digest must match it (OCI image-spec, image-layout.md). Borrowed; NULL
 * with error. */
LoadFile *load_get(Load *load, const char *path, GError **error)
{
	static const char blobs[] = "blobs/sha256/";
	LoadFile *file = load_find(load, path);
	g_autofree char *name = entry_name(path);
	if (file == NULL) {
		fail(error, BERTH_ERROR_INVALID, "invalid archive: it has no %s", path);
		return NULL;
	}
	const char *digest = blob_writer_digest(file->blob);
	if (g_str_has_prefix(name, blobs) &&
		strcmp(name + strlen(blobs), digest + strlen("sha256:")) != 0) {
		fail(error, BERTH_ERROR_INVALID, "invalid archive: the digest of %s is %s", name,
			digest);
		return NULL;
	}
	return file;
}

char *load_text(Load *load, const char *path, GError **error)
{
	const LoadFile *file = load_get(load, path, error);
	if (file == NULL)
		return NULL;
	int fd = blob_writer_fd(file->blob);
	lseek(fd, 0, SEEK_SET);
	char *text = fd_read_all(fd, MAX_DOCUMENT, NULL);
	if (text == NULL)
		fail_errno(error, "%s", path);
	blob_writer_rest(file->blob);
	return text;
}

json_t *load_json(Load *load, const char *path, GError **error)
{
	g_autofree char *text = load_text(load, path, error);
	json_t *json = text != NULL ? json_parse(text, strlen(text), error) : NULL;
	if (text != NULL && json == NULL)
		g_prefix_error(error, "%s: ", path);
	return json;
}

/* Takes the layer that was unpacked while it arrived; unpacks again if the parent differs. */
static Layer *keep_layer(Load *load, LayerPins *pins, LoadFile *file, const char *chain,
	const char *diff_id, GError **error)
{
	if (file->incoming == NULL || file->kept)
		return image_unpack(load->engine, pins, file->blob, chain, diff_id, error);
	/* A damaged file stays, to be reported again. */
	file->kept = incoming_unpack_error(file->incoming) == NULL;
	return incoming_keep(file->incoming, pins, chain, diff_id, error);
}

/* An existing layer is not read, but its file in the archive must have the right digest. */
static Layer *take_layer(Load *load, LayerPins *pins, const char *path, const char *parent,
	const char *diff_id, GError **error)
{
	g_autofree char *chain = layer_chain_id(parent, diff_id);
	if (!layer_pins_add(pins, chain, error))
		return NULL;
	g_autoptr(Layer) layer = layer_find(load->engine->store, chain);
	if (layer != NULL && load_find(load, path) == NULL)
		return g_steal_pointer(&layer);
	LoadFile *file = load_get(load, path, error);
	if (file == NULL)
		return NULL;
	if (layer == NULL)
		layer = keep_layer(load, pins, file, parent, diff_id, error);
	blob_writer_rest(file->blob);
	return g_steal_pointer(&layer);
}

char **load_meanings(const Load *load, char *const *tags)
{
	g_autoptr(GStrvBuilder) ids = g_strv_builder_new();
	for (int i = 0; tags != NULL && tags[i] != NULL; i++) {
		g_autofree char *id = image_find(load->engine, tags[i], NULL);
		g_strv_builder_add(ids, id != NULL ? id : "");
	}
	return g_strv_builder_end(ids);
}

void load_tell_renamed(const Load *load, char *const *tags, char *const *meanings, const char *id)
{
	for (int i = 0; tags != NULL && tags[i] != NULL; i++) {
		g_autofree char *name = reference_shorten(tags[i]);
		g_autofree char *line = g_strdup_printf("The image %s already exists, renaming the "
							"old one with ID %s to empty string",
			name, meanings[i]);
		if (*meanings[i] != '\0' && strcmp(meanings[i], id) != 0)
			load->request->said(line, load->request->data);
	}
}

bool load_add(Load *load, const NewImage *image, char *const *tags, char **id, GError **error)
{
	g_auto(GStrv) meanings = load_meanings(load, tags);
	bool ok = image_add(load->engine, image, tags, id, error);
	if (ok)
		load_tell_renamed(load, tags, meanings, *id);
	return ok;
}

/* Reports a loaded image to the client and as an event; always true. */
bool load_report(Load *load, const char *id, char *const *tags)
{
	load->loaded++;
	for (int i = 0; tags[i] != NULL; i++) {
		g_autofree char *name = reference_shorten(tags[i]),
				*line = g_strconcat("Loaded image: ", name, NULL);
		load->request->said(line, load->request->data);
	}
	g_autofree char *line = g_strconcat("Loaded image ID: ", id, NULL);
	if (tags[0] == NULL)
		load->request->said(line, load->request->data);
	image_event(load->engine, "load", id, id);
	return true;
}

/* Its layers (of Layer), lowest first. */
static GPtrArray *take_layers(
	Load *load, LayerPins *pins, const json_t *config, char *const *layer_paths, GError **error)
{
	json_t *diff_ids = json_at(config, "rootfs.diff_ids");
	g_autoptr(GPtrArray) layers = g_ptr_array_new_with_free_func((GDestroyNotify)layer_free);
	const char *chain = NULL;
	for (size_t i = 0; i < json_array_size(diff_ids); i++) {
		Layer *layer = take_layer(
			load, pins, layer_paths[i], chain, json_elem(diff_ids, i), error);
		if (layer == NULL)
			return NULL;
		g_ptr_array_add(layers, layer);
		chain = layer->chain_id;
	}
	return g_steal_pointer(&layers);
}

bool load_suits(const Load *load, const json_t *config)
{
	g_auto(Platform) own = {0};
	if (load->wanted->len == 0)
		return true;
	platform_read(config, &own);
	for (guint i = 0; i < load->wanted->len; i++)
		if (platform_suits(&own, &g_array_index(load->wanted, Platform, i)) > 0)
			return true;
	return false;
}

bool load_content(Load *load, const char *config_path, char *const *layer_paths, char *const *tags,
	char **id, GError **error)
{
	g_autofree char *text = load_text(load, config_path, error);
	g_autoptr(json_t) config = text != NULL ? json_parse(text, strlen(text), error) : NULL;
	g_autoptr(LayerPins) pins = layer_pins_new(load->engine->store);
	if (config == NULL ||
		!image_config_check(config, g_strv_length((char **)layer_paths), error))
		return false;
	if (!load_suits(load, config))
		return true;
	g_autoptr(GPtrArray) layers = take_layers(load, pins, config, layer_paths, error);
	NewImage image = {layers, text};
	return layers != NULL && load_add(load, &image, tags, id, error);
}

bool load_image(Load *load, const char *config_path, char *const *layer_paths, char *const *tags,
	GError **error)
{
	g_autofree char *id = NULL;
	char *own[] = {(char *)load->request->tag, NULL};
	if (*load->request->tag != '\0')
		tags = own;
	if (!load_content(load, config_path, layer_paths, tags, &id, error))
		return false;
	return id != NULL ? load_report(load, id, tags) : load_lacks(load, tags[0], error);
}

bool load_lacks(const Load *load, const char *name, GError **error)
{
	g_autoptr(GString) platforms = g_string_new("");
	for (guint i = 0; i < load->wanted->len; i++) {
		g_autofree char *one = platform_text(&g_array_index(load->wanted, Platform, i));
		g_string_append_printf(platforms, "%s%s", i > 0 ? ", " : "", one);
	}
	g_autofree char *shown = name != NULL ? reference_shorten(name) : g_strdup("");
	return fail(error, BERTH_ERROR_NOT_FOUND,
		"image %s was loaded, but doesn't provide the requested platform (%s)", shown,
		platforms->str);
}
