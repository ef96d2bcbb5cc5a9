/* `load`: docker-archive and OCI layout, in one stream, in any order of entries. */
#include "engine/image/images.h"
#include "engine/image/layer_incoming.h"
#include "engine/object/event.h"

#include "base/error.h"
#include "base/fd.h"
#include "image/image.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

enum {
	BLOCK = 256 * 1024,
	MAX_ENTRIES = 100000,
	MAX_DOCUMENT = 8 << 20,
	MAX_LINKS = 8,
	MAX_V1_LAYERS = 127,
	SMALLEST_LAYER = 1024, /* of a tar; what is smaller is a document */
};

/* A file of the archive. Which are layers is said at its end: each is unpacked on suspicion. */
typedef struct {
	BlobWriter *blob;
	Incoming *incoming; /* whose the blob is; NULL for a document */
	bool kept;	    /* as a layer */
} File;

static void file_free(gpointer data)
{
	File *file = data;
	if (file->incoming != NULL)
		incoming_free(file->incoming);
	else if (file->blob != NULL)
		blob_writer_free(file->blob);
	g_free(file);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(File, file_free)

typedef struct {
	Engine *engine;
	const char *tag; /* instead of the archive's names, or \"\" */
	ByteSource read;
	gpointer stream;
	char *block;
	GError *problem;
	GHashTable *files; /* name in the archive -> File */
	GHashTable *links; /* name -> name it points to */
	void (*said)(const char *line, gpointer data);
	gpointer data;
	guint loaded;
} Load;

static la_ssize_t outer_input(struct archive *archive, void *data, const void **buffer)
{
	Load *load = data;
	*buffer = load->block;
	ssize_t n = load->read(load->stream, load->block, BLOCK, &load->problem);
	if (n < 0)
		archive_set_error(archive, EIO, "%s", load->problem->message);
	return n;
}

/* A name as a key: no leading "./", no "..". It never becomes a path (CVE-2014-9356). */
static char *entry_name(const char *path)
{
	g_autofree char *rooted = g_strconcat("/", path, NULL),
			*clean = path_normal(rooted, "/");
	return g_strdup(clean + 1);
}

static File *file_new(Load *load, gint64 size, GError **error)
{
	g_autoptr(File) file = g_new0(File, 1);
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
	g_autofree char *name = entry_name(archive_entry_pathname(entry));
	const char *target = archive_entry_symlink(entry) != NULL ? archive_entry_symlink(entry)
								  : archive_entry_hardlink(entry);
	if (target != NULL) {
		g_autofree char *folder = g_path_get_dirname(name);
		g_autofree char *joined = archive_entry_symlink(entry) != NULL
						  ? g_build_filename(folder, target, NULL)
						  : g_strdup(target);
		g_hash_table_insert(load->links, g_steal_pointer(&name), entry_name(joined));
		return true;
	}
	if (archive_entry_filetype(entry) != AE_IFREG)
		return true;
	g_autoptr(File) file = file_new(load, archive_entry_size(entry), error);
	if (file == NULL)
		return false;
	while ((code = archive_read_data_block(archive, &block, &length, &offset)) == ARCHIVE_OK)
		if (!(file->incoming != NULL ? incoming_add(file->incoming, block, length, error)
					     : blob_writer_add(file->blob, block, length, error)))
			return false;
	if (file->incoming != NULL)
		incoming_end(file->incoming, code == ARCHIVE_EOF);
	if (code != ARCHIVE_EOF)
		return fail(error, BERTH_ERROR_INVALID, "the archive is damaged or cut off: %s",
			archive_error_string(archive));
	g_hash_table_insert(load->files, g_steal_pointer(&name), g_steal_pointer(&file));
	return true;
}

static bool read_archive(Load *load, GError **error)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	int code = ARCHIVE_OK, entries = 0;
	bool ok = true;
	archive_read_support_format_tar(archive);
	archive_filters(archive);
	archive_read_open(archive, load, NULL, outer_input, NULL);
	while (ok && (code = archive_read_next_header(archive, &entry)) != ARCHIVE_EOF) {
		if (code < ARCHIVE_WARN)
			ok = fail(error, BERTH_ERROR_INVALID,
				"the archive is damaged or cut off: %s",
				archive_error_string(archive));
		else if (++entries > MAX_ENTRIES)
			ok = fail(error, BERTH_ERROR_INVALID,
				"the archive has more than %d entries", MAX_ENTRIES);
		else
			ok = keep_entry(load, archive, entry, error);
	}
	if (load->problem != NULL) {
		g_clear_error(error);
		g_propagate_error(error, g_steal_pointer(&load->problem));
		ok = false;
	}
	archive_read_free(archive);
	return ok;
}

static File *find_file(Load *load, const char *path)
{
	g_autofree char *name = entry_name(path);
	for (int i = 0; i < MAX_LINKS; i++) {
		File *file = g_hash_table_lookup(load->files, name);
		const char *next = g_hash_table_lookup(load->links, name);
		if (file != NULL || next == NULL)
			return file;
		g_free(name);
		name = g_strdup(next);
	}
	return NULL;
}

/* The file that is asked for by a path; what is asked for by its digest has to have it (OCI image-spec,
 * image-layout.md). Borrowed; NULL with error. */
static File *get_file(Load *load, const char *path, GError **error)
{
	static const char blobs[] = "blobs/sha256/";
	File *file = find_file(load, path);
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

static char *read_text(Load *load, const char *path, GError **error)
{
	const File *file = get_file(load, path, error);
	if (file == NULL)
		return NULL;
	int fd = blob_writer_fd(file->blob);
	lseek(fd, 0, SEEK_SET);
	char *text = fd_read_all(fd, MAX_DOCUMENT, NULL);
	if (text == NULL)
		fail_errno(error, "%s", path);
	return text;
}

static json_t *read_json(Load *load, const char *path, GError **error)
{
	g_autofree char *text = read_text(load, path, error);
	json_t *json = text != NULL ? json_parse(text, strlen(text), error) : NULL;
	if (text != NULL && json == NULL)
		g_prefix_error(error, "%s: ", path);
	return json;
}

/* From what was unpacked while it came; anew where that is another layer of another image already. */
static Layer *keep_layer(Load *load, LayerPins *pins, File *file, const char *chain,
	const char *diff_id, GError **error)
{
	const GError *damage =
		file->incoming != NULL ? incoming_unpack_error(file->incoming) : NULL;
	if (file->incoming == NULL || file->kept)
		return image_unpack(load->engine, pins, file->blob, chain, diff_id, error);
	if (damage != NULL) {
		g_propagate_error(error, g_error_copy(damage));
		return NULL;
	}
	file->kept = true;
	return layer_keep(
		pins, file->blob, incoming_unpacked(file->incoming), chain, diff_id, error);
}

/* A layer that is there already is not needed again, but what the archive has in its place may not be called what it is not. */
static Layer *take_layer(Load *load, LayerPins *pins, const char *path, const char *parent,
	const char *diff_id, GError **error)
{
	g_autofree char *chain = layer_chain_id(parent, diff_id);
	if (!layer_pins_add(pins, chain, error))
		return NULL;
	g_autoptr(Layer) layer = layer_find(load->engine->store, chain);
	if (layer != NULL && find_file(load, path) == NULL)
		return g_steal_pointer(&layer);
	File *file = get_file(load, path, error);
	if (file == NULL)
		return NULL;
	return layer != NULL ? g_steal_pointer(&layer)
			     : keep_layer(load, pins, file, parent, diff_id, error);
}

/* Tells the client, and who follows. True. */
static bool loaded(Load *load, const char *id, char *const *tags)
{
	load->loaded++;
	for (int i = 0; tags[i] != NULL; i++) {
		g_autofree char *name = reference_shorten(tags[i]),
				*line = g_strconcat("Loaded image: ", name, NULL);
		load->said(line, load->data);
	}
	g_autofree char *line = g_strconcat("Loaded image ID: ", id, NULL);
	if (tags[0] == NULL)
		load->said(line, load->data);
	image_event(load->engine, "load", id, id);
	return true;
}

/* One image: its configuration's path, its layers' paths (lowest first), its names. */
static bool load_image(Load *load, const char *config_path, char *const *layer_paths,
	char *const *tags, GError **error)
{
	g_autofree char *text = read_text(load, config_path, error), *chain = NULL, *id = NULL;
	g_autoptr(json_t) config = text != NULL ? json_parse(text, strlen(text), error) : NULL;
	json_t *diff_ids = json_at(config, "rootfs.diff_ids");
	g_autoptr(GPtrArray) layers = g_ptr_array_new_with_free_func((GDestroyNotify)layer_free);
	g_autoptr(LayerPins) pins = layer_pins_new(load->engine->store);
	if (config == NULL ||
		!image_config_check(config, g_strv_length((char **)layer_paths), error))
		return false;
	for (size_t i = 0; i < json_array_size(diff_ids); i++) {
		const char *diff_id = json_elem(diff_ids, i);
		g_autofree char *next = layer_chain_id(chain, diff_id);
		Layer *layer = take_layer(load, pins, layer_paths[i], chain, diff_id, error);
		if (layer == NULL)
			return false;
		g_ptr_array_add(layers, layer);
		g_free(chain);
		chain = g_steal_pointer(&next);
	}
	char *own[] = {(char *)load->tag, NULL};
	if (*load->tag != '\0')
		tags = own;
	NewImage image = {layers, text};
	if (!image_add(load->engine, &image, tags, &id, error))
		return false;
	return loaded(load, id, tags);
}

static bool load_docker(Load *load, const json_t *manifest, GError **error)
{
	size_t i;
	json_t *entry;
	if (json_array_size(manifest) == 0)
		return fail(error, BERTH_ERROR_INVALID, "invalid manifest.json in the archive");
	json_array_foreach (manifest, i, entry) {
		const json_t *paths = json_object_get(entry, "Layers");
		if (!json_is_object(entry) ||
			(paths != NULL && !json_is_array(paths) && !json_is_null(paths)))
			return fail(
				error, BERTH_ERROR_INVALID, "invalid manifest.json in the archive");
		g_auto(GStrv) layers = json_strv(paths),
			      tags = json_strv(json_object_get(entry, "RepoTags"));
		if (!load_image(load, json_str(entry, "Config"), layers, tags, error))
			return false;
	}
	return true;
}

/* An image of before manifest.json: a folder for each layer, named by an id, that says its parent's in "json". Its layers from the
 * lowest on are put into paths. */
static bool v1_layers(Load *load, const char *id, GPtrArray *paths, GError **error)
{
	g_autofree char *next = g_strdup(id);
	for (guint depth = 0; *next != '\0'; depth++) {
		g_autofree char *path = g_strconcat(next, "/json", NULL);
		g_autoptr(json_t) document = read_json(load, path, error);
		if (document == NULL)
			return false;
		if (depth == MAX_V1_LAYERS)
			return fail(error, BERTH_ERROR_INVALID, "image %s has no end of parents", id);
		g_ptr_array_insert(paths, 0, g_strconcat(next, "/layer.tar", NULL));
		g_free(next);
		next = g_strdup(json_str(document, "parent"));
	}
	return true;
}

static GPtrArray *v1_unpack(Load *load, LayerPins *pins, GPtrArray *paths, GError **error)
{
	g_autoptr(GPtrArray) layers = g_ptr_array_new_with_free_func((GDestroyNotify)layer_free);
	const char *chain = NULL;
	for (guint i = 0; i < paths->len; i++) {
		File *file = get_file(load, paths->pdata[i], error);
		Layer *layer = file != NULL ? image_unpack(load->engine, pins, file->blob, chain,
						      NULL, error)
					    : NULL;
		if (layer == NULL)
			return NULL;
		g_ptr_array_add(layers, layer);
		chain = layer->chain_id;
	}
	return g_steal_pointer(&layers);
}

/* What of its "json" an image's document has, with the layers that it turned out to be made of. */
static char *v1_document(const json_t *old, const GPtrArray *layers)
{
	static const char *const kept[] = {"architecture", "author", "config", "created", "os"};
	json_t *document = json_object(), *ids = json_array(), *history = json_array();
	for (size_t i = 0; i < G_N_ELEMENTS(kept); i++)
		if (json_object_get(old, kept[i]) != NULL)
			json_object_set(document, kept[i], json_object_get(old, kept[i]));
	for (guint i = 0; i < layers->len; i++) {
		json_array_append_new(ids, json_string(((Layer *)layers->pdata[i])->diff_id));
		json_array_append_new(
			history, json_pack("{s:O*}", "created", json_object_get(old, "created")));
	}
	json_object_set_new(document, "history", history);
	json_object_set_new(document, "rootfs", json_pack("{s:s, s:o}", "type", "layers", "diff_ids", ids));
	char *text = json_text(document);
	json_decref(document);
	return text;
}

static bool load_v1_image(Load *load, const char *id, const char *name, GError **error)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(LayerPins) pins = layer_pins_new(load->engine->store);
	g_autofree char *path = g_strconcat(id, "/json", NULL), *made = NULL;
	g_autoptr(json_t) old = read_json(load, path, error);
	g_autoptr(GPtrArray) layers = old != NULL && v1_layers(load, id, paths, error)
					      ? v1_unpack(load, pins, paths, error)
					      : NULL;
	if (layers == NULL)
		return false;
	g_autofree char *text = v1_document(old, layers);
	g_autoptr(json_t) document = json_parse(text, strlen(text), error);
	NewImage image = {layers, text};
	char *tags[] = {(char *)(*load->tag != '\0' ? load->tag : name), NULL};
	if (document == NULL || !image_config_check(document, layers->len, error) ||
		!image_add(load->engine, &image, tags, &made, error))
		return false;
	return loaded(load, made, tags);
}

static bool load_v1(Load *load, const json_t *repositories, GError **error)
{
	const char *name, *tag;
	json_t *tags, *id;
	json_object_foreach ((json_t *)repositories, name, tags) {
		json_object_foreach (tags, tag, id) {
			g_autofree char *full = g_strconcat(name, ":", tag, NULL);
			if (!json_is_string(id))
				return fail(error, BERTH_ERROR_INVALID,
					"invalid repositories in the archive");
			if (!load_v1_image(load, json_string_value(id), full, error))
				return false;
		}
	}
	return load->loaded > 0 ||
	       fail(error, BERTH_ERROR_INVALID, "the archive's repositories name no image");
}

/* "sha256:abc" to "blobs/sha256/abc" (OCI image-spec, image-layout.md); NULL for what is no digest. */
static char *blob_path(const char *digest)
{
	return digest_is_valid(digest) ? g_strconcat("blobs/sha256/", digest + 7, NULL) : NULL;
}

static bool load_oci_manifest(
	Load *load, const json_t *descriptor, const char *name, int depth, GError **error)
{
	g_autofree char *path = blob_path(json_str(descriptor, "digest"));
	g_autoptr(json_t) manifest = path != NULL ? read_json(load, path, error) : NULL;
	size_t i;
	json_t *layer, *child;
	if (path == NULL)
		return fail(error, BERTH_ERROR_INVALID, "invalid digest \"%s\" in the index",
			json_str(descriptor, "digest"));
	if (manifest == NULL)
		return false;
	json_array_foreach (json_object_get(manifest, "manifests"), i, child) {
		const char *os = json_str(child, "platform.os");
		g_autofree char *child_path = blob_path(json_str(child, "digest"));
		/* Attestations and images of other platforms are often listed, but not in the archive. */
		if (depth > 0 && (*os == '\0' || strcmp(os, "linux") == 0) && child_path != NULL &&
			find_file(load, child_path) != NULL)
			return load_oci_manifest(load, child, name, depth - 1, error);
	}
	g_autoptr(GStrvBuilder) layers = g_strv_builder_new();
	json_array_foreach (json_object_get(manifest, "layers"), i, layer) {
		g_autofree char *layer_path = blob_path(json_str(layer, "digest"));
		g_strv_builder_add(layers, layer_path != NULL ? layer_path : "");
	}
	g_auto(GStrv) paths = g_strv_builder_end(layers);
	g_autofree char *config = blob_path(json_str(manifest, "config.digest"));
	char *tags[] = {(char *)(*name != '\0' ? name : NULL), NULL};
	return load_image(load, config != NULL ? config : "", paths, tags, error);
}

static bool load_oci(Load *load, const json_t *index, GError **error)
{
	size_t i;
	json_t *descriptor;
	json_array_foreach (json_object_get(index, "manifests"), i, descriptor) {
		const json_t *annotations = json_object_get(descriptor, "annotations");
		const char *name =
			json_string_value(json_object_get(annotations, "io.containerd.image.name"));
		if (name == NULL)
			name = json_string_value(
				json_object_get(annotations, "org.opencontainers.image.ref.name"));
		g_autoptr(Reference) reference = name != NULL ? reference_parse(name, NULL) : NULL;
		if (!load_oci_manifest(load, descriptor,
			    reference != NULL && strpbrk(name, ":/") != NULL ? name : "", 2, error))
			return false;
	}
	return true;
}

bool image_load(Engine *engine, const char *tag, ByteSource read, gpointer stream,
	void (*said)(const char *line, gpointer data), gpointer data, GError **error)
{
	Load load = {.engine = engine,
		.tag = tag,
		.read = read,
		.stream = stream,
		.block = g_malloc(BLOCK),
		.said = said,
		.data = data};
	load.files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, file_free);
	load.links = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	bool ok = read_archive(&load, error);
	if (ok && find_file(&load, "manifest.json") != NULL) {
		g_autoptr(json_t) manifest = read_json(&load, "manifest.json", error);
		ok = manifest != NULL && load_docker(&load, manifest, error);
	} else if (ok && find_file(&load, "index.json") != NULL) {
		g_autoptr(json_t) index = read_json(&load, "index.json", error);
		ok = index != NULL && load_oci(&load, index, error);
	} else if (ok && find_file(&load, "repositories") != NULL) {
		g_autoptr(json_t) repositories = read_json(&load, "repositories", error);
		ok = repositories != NULL && load_v1(&load, repositories, error);
	} else if (ok) {
		ok = fail(error, BERTH_ERROR_INVALID,
			"invalid archive: it has neither manifest.json nor index.json");
	}
	g_hash_table_unref(load.files);
	g_hash_table_unref(load.links);
	g_free(load.block);
	return ok;
}
