/* `save`: an OCI layout with Docker's manifest.json beside it, which every docker can load. */
#include "engine/image/images.h"
#include "engine/object/event.h"

#include "base/error.h"
#include "base/fd.h"
#include "image/archive_load.h"
#include "image/image.h"

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
	gint64 time;		    /* sum of the entries' sizes: the image's, or 0 */
	json_t *manifests, *docker; /* the lists of index.json and manifest.json */
	json_t *repositories; /* name -> tag -> id of the topmost layer: the older "repositories" file */
} Save;

static la_ssize_t output(struct archive *archive, void *data, const void *buffer, size_t length)
{
	Save *save = data;
	if (save->write(save->stream, buffer, length, &save->problem))
		return (la_ssize_t)length;
	la.set_error(archive, EIO, "the client is gone");
	return -1;
}

static bool begin(Save *save, const char *name, mode_t type, gint64 size, GError **error)
{
	struct archive_entry *entry = la.entry_new();
	la.entry_set_pathname(entry, name);
	la.entry_set_filetype(entry, type);
	la.entry_set_perm(entry, type == AE_IFDIR ? 0755 : 0644);
	la.entry_set_size(entry, size);
	la.entry_set_mtime(entry, save->time / 1000000000, 0);
	bool ok = la.write_header(save->archive, entry) == ARCHIVE_OK;
	la.entry_free(entry);
	return ok || fail(error, BERTH_ERROR_SYSTEM, "cannot write the archive: %s",
			     la.error_string(save->archive));
}

static bool put_text(Save *save, const char *name, const char *text, GError **error)
{
	if (!g_hash_table_add(save->written, g_strdup(name)))
		return true;
	return begin(save, name, AE_IFREG, (gint64)strlen(text), error) &&
	       (la.write_data(save->archive, text, strlen(text)) >= 0 ||
		       fail(error, BERTH_ERROR_SYSTEM, "cannot write the archive: %s",
			       la.error_string(save->archive)));
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
		if (n < 0 || la.write_data(save->archive, block, (size_t)n) < 0)
			return fail(error, BERTH_ERROR_SYSTEM, "cannot write the archive: %s",
				la.error_string(save->archive));
	return true;
}

static void add_index_entry(
	Save *save, const char *media_type, const char *digest, size_t size, const char *full)
{
	json_t *descriptor = json_pack("{s:s, s:s, s:I}", "mediaType", media_type, "digest", digest,
		"size", (json_int_t)size);
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

/* Writes configuration and layers; adds descriptors and paths of the layers to the lists. */
static bool save_content(Save *save, const ImageRow *row, GPtrArray *layers, json_t *descriptors,
	json_t *paths, GError **error)
{
	g_autofree char *config_name = blob_name(row->id);
	save->time = MAX(row->created, 0);
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
	return true;
}

/* Adds the image's names to manifest.json, "repositories" and index.json. */
static void add_names(Save *save, const char *id, json_t *paths, GPtrArray *layers,
	char *const *names, const json_t *target)
{
	json_t *tags = json_array();
	g_autofree char *config_name = blob_name(id);
	const char *type = json_str(target, "mediaType"), *digest = json_str(target, "digest");
	size_t size = (size_t)json_int(target, "size");
	for (int i = 0; names[i] != NULL; i++) {
		g_autofree char *familiar = reference_shorten(names[i]);
		json_array_append_new(tags, json_string(familiar));
		add_repository(save, familiar, layers);
		add_index_entry(save, type, digest, size, names[i]);
	}
	if (names[0] == NULL)
		add_index_entry(save, type, digest, size, NULL);
	json_array_append_new(save->docker,
		json_pack("{s:s, s:o, s:O}", "Config", config_name, "RepoTags",
			names[0] != NULL ? json_incref(tags) : json_null(), "Layers", paths));
	json_decref(tags);
}

static ImageRow *find_row(Save *save, const char *id, GError **error)
{
	ImageRow *row = image_store_get(save->engine->store, id);
	if (row == NULL)
		fail(error, BERTH_ERROR_NOT_FOUND, "No such image: %s", id);
	return row;
}

static bool save_image(Save *save, const char *id, char *const *names, GError **error)
{
	static const char type[] = "application/vnd.oci.image.manifest.v1+json";
	g_autoptr(ImageRow) row = find_row(save, id, error);
	g_autoptr(GPtrArray) layers = image_store_layers(save->engine->store, id);
	g_autoptr(json_t) descriptors = json_array(), paths = json_array();
	if (row == NULL || !save_content(save, row, layers, descriptors, paths, error))
		return false;
	g_autoptr(json_t) manifest = json_pack("{s:i, s:s, s:{s:s, s:s, s:I}, s:O}",
		"schemaVersion", 2, "mediaType", type, "config", "mediaType",
		"application/vnd.oci.image.config.v1+json", "digest", id, "size",
		(json_int_t)strlen(row->config), "layers", descriptors);
	g_autoptr(json_t) annotations = image_annotations(save->engine, id);
	if (json_object_size(annotations) > 0)
		json_object_set(manifest, "annotations", annotations);
	g_autofree char *text = json_text(manifest), *digest = digest_of(text, strlen(text)),
			*name = blob_name(digest);
	g_autoptr(json_t) target = json_pack("{s:s, s:s, s:I}", "mediaType", type, "digest", digest,
		"size", (json_int_t)strlen(text));
	add_names(save, id, paths, layers, names, target);
	return put_text(save, name, text, error);
}

/* Writes an image of an index, with the manifest that the index lists. */
static bool save_part(Save *save, const IndexImage *image, json_t *paths, GError **error)
{
	g_autoptr(ImageRow) row = find_row(save, image->image_id, error);
	g_autoptr(GPtrArray) layers = image_store_layers(save->engine->store, image->image_id);
	g_autoptr(json_t) descriptors = json_array();
	g_autofree char *name = blob_name(image->manifest);
	return row != NULL && save_content(save, row, layers, descriptors, paths, error) &&
	       put_text(save, name, image->text, error);
}

static bool save_index(
	Save *save, const IndexRow *index, GPtrArray *images, char *const *names, GError **error)
{
	Store *store = save->engine->store;
	g_autofree char *name = blob_name(index->digest);
	g_auto(GStrv) blobs = index_store_blobs(store, index->digest);
	g_autoptr(json_t) target = image_index_descriptor(save->engine, index->digest),
			  lead_paths = json_array();
	gint64 size;
	for (guint i = 0; i < images->len; i++) {
		const IndexImage *image = images->pdata[i];
		bool leads = strcmp(image->image_id, index->image_id) == 0;
		g_autoptr(json_t) paths = json_array();
		if (!save_part(save, image, leads ? lead_paths : paths, error))
			return false;
	}
	for (int i = 0; blobs[i] != NULL; i++)
		if (!put_blob(save, blobs[i], &size, error))
			return false;
	g_autoptr(GPtrArray) layers = image_store_layers(store, index->image_id);
	add_names(save, index->image_id, lead_paths, layers, names, target);
	return put_text(save, name, index->text, error);
}

/* The images of an index that are stored in the form that it lists. */
static GPtrArray *fitting_images(Engine *engine, const char *index)
{
	GPtrArray *images = index_store_images(engine->store, index);
	for (guint i = images->len; i-- > 0;) {
		const IndexImage *image = images->pdata[i];
		if (!image_manifest_fits(engine, image->image_id, image->text))
			g_ptr_array_remove_index(images, i);
	}
	return images;
}

/* An index of which only one image is stored is saved as that image, as by an engine without indexes. */
static bool save_named(
	Save *save, const char *id, const char *index, char *const *names, GError **error)
{
	g_autoptr(IndexRow) row =
		index != NULL ? index_store_get(save->engine->store, index) : NULL;
	g_autoptr(GPtrArray) images = row != NULL ? fitting_images(save->engine, index) : NULL;
	bool whole =
		images != NULL && (images->len > 1 || image_index_is_whole(save->engine, index));
	return whole ? save_index(save, row, images, names, error)
		     : save_image(save, id, names, error);
}

/* An image to save, the index that names it (or NULL), and the requested names, in order of first mention. */
typedef struct {
	char *id, *index;
	GPtrArray *names; /* of char * */
} Item;

static void item_free(gpointer data)
{
	Item *item = data;
	g_free(item->id);
	g_free(item->index);
	g_ptr_array_unref(item->names);
	g_free(item);
}

typedef struct {
	Engine *engine;
	char *const *platforms; /* none: the meaning of each name */
	GPtrArray *items;
} Wanted;

static Item *item_of(Wanted *wanted, const char *id, const char *index)
{
	for (guint i = 0; i < wanted->items->len; i++) {
		Item *item = wanted->items->pdata[i];
		if (strcmp(item->id, id) == 0 && g_strcmp0(item->index, index) == 0)
			return item;
	}
	Item *item = g_new(Item, 1);
	*item = (Item){g_strdup(id), g_strdup(index), g_ptr_array_new_with_free_func(g_free)};
	g_ptr_array_add(wanted->items, item);
	return item;
}

/* An image that is there, but of another platform, in dockerd's words. */
static bool no_target(const Wanted *wanted, const char *reference, const char *platform,
	GError *problem, GError **error)
{
	g_auto(Platform) asked = {0};
	g_autofree char *other = image_find(wanted->engine, reference, NULL),
			*index = image_index_named(wanted->engine, reference);
	if (other == NULL || *platform == '\0' || !platform_parse(platform, &asked, NULL)) {
		g_propagate_error(error, problem);
		return false;
	}
	if (index != NULL) {
		g_propagate_prefixed_error(error, problem, "no suitable export target found: ");
		return false;
	}
	g_error_free(problem);
	g_autofree char *text = platform_text(&asked);
	return fail(
		error, BERTH_ERROR_SYSTEM, "no suitable export target found for platform %s", text);
}

/* platform: "" for everything that the reference means. */
static bool want_platform(Wanted *wanted, const char *reference, const char *platform,
	const char *full, GError **error)
{
	g_autofree char *index = image_index_named(wanted->engine, reference);
	GError *problem = NULL;
	g_autofree char *id = image_find_on(wanted->engine, reference, platform, &problem);
	if (id == NULL)
		return no_target(wanted, reference, platform, problem, error);
	Item *item = item_of(wanted, id, *platform == '\0' ? index : NULL);
	if (full != NULL && !g_ptr_array_find_with_equal_func(item->names, full, g_str_equal, NULL))
		g_ptr_array_add(item->names, g_strdup(full));
	return true;
}

/* full: NULL if it has no name. */
static bool want_image(Wanted *wanted, const char *reference, const char *full, GError **error)
{
	if (wanted->platforms[0] == NULL)
		return want_platform(wanted, reference, "", full, error);
	for (int i = 0; wanted->platforms[i] != NULL; i++)
		if (!want_platform(wanted, reference, wanted->platforms[i], full, error))
			return false;
	return true;
}

/* A repository without a tag means all of its tags. *none: it has none. */
static bool want_repository(Wanted *wanted, const Reference *reference, bool *none, GError **error)
{
	g_autofree char *name = reference_name(reference), *prefix = g_strconcat(name, ":", NULL);
	g_auto(GStrv) all = tag_store_with_prefix(wanted->engine->store, prefix);
	*none = all[0] == NULL;
	for (int i = 0; all[i] != NULL; i++)
		if (!want_image(wanted, all[i], all[i], error))
			return false;
	return true;
}

static bool is_repository(const char *text)
{
	const char *slash = strrchr(text, '/'), *colon = strrchr(text, ':');
	return strchr(text, '@') == NULL && (colon == NULL || (slash != NULL && colon < slash));
}

static bool want(Wanted *wanted, const char *text, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(Reference) parsed = reference_parse(text, NULL);
	bool none = true;
	if (parsed != NULL && is_repository(text) && !want_repository(wanted, parsed, &none, error))
		return false;
	if (!none)
		return true;
	g_autofree char *id = image_find(wanted->engine, text, &problem);
	if (id == NULL && problem->code == BERTH_ERROR_NOT_FOUND)
		return parsed == NULL || is_repository(text)
			       ? fail(error, BERTH_ERROR_NOT_FOUND, "No such image: %s", text)
			       : fail(error, BERTH_ERROR_NOT_FOUND, "reference does not exist");
	if (id == NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	g_autofree char *full = parsed != NULL ? reference_full(parsed) : NULL;
	g_autofree char *tagged = full != NULL ? tag_store_get(wanted->engine->store, full) : NULL;
	bool by_tag = tagged != NULL && strcmp(tagged, id) == 0;
	return want_image(wanted, text, by_tag ? full : NULL, error);
}

static bool collect(Wanted *wanted, char *const *references, GError **error)
{
	for (; *references != NULL; references++)
		if (!want(wanted, *references, error))
			return false;
	return true;
}

static bool put_documents(Save *save, GError **error)
{
	g_autoptr(json_t) index = json_pack("{s:i, s:s, s:O}", "schemaVersion", 2, "mediaType",
		"application/vnd.oci.image.index.v1+json", "manifests", save->manifests);
	g_autofree char *index_text = json_text(index), *docker_text = json_text(save->docker),
			*repositories = json_text(save->repositories);
	save->time = 0;
	return (json_object_size(save->repositories) == 0 ||
		       put_text(save, "repositories", repositories, error)) &&
	       put_text(save, "index.json", index_text, error) &&
	       put_text(save, "manifest.json", docker_text, error) &&
	       put_text(save, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}", error);
}

bool image_save(Engine *engine, char *const *references, char *const *platforms, ByteSink write,
	gpointer stream, GError **error)
{
	g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(item_free);
	Wanted wanted = {engine, platforms, items};
	if (!archive_load(error) || !collect(&wanted, references, error))
		return false;
	Save save = {.engine = engine,
		.write = write,
		.stream = stream,
		.archive = la.write_new(),
		.manifests = json_array(),
		.docker = json_array(),
		.repositories = json_object()};
	save.written = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	la.write_set_format_pax_restricted(save.archive);
	la.write_set_bytes_per_block(save.archive, BLOCK);
	la.write_set_bytes_in_last_block(save.archive, 1);
	la.write_open(save.archive, &save, NULL, output, NULL);
	bool ok = begin(&save, "blobs/", AE_IFDIR, 0, error) &&
		  begin(&save, "blobs/sha256/", AE_IFDIR, 0, error);
	for (guint i = 0; ok && i < items->len; i++) {
		Item *item = items->pdata[i];
		g_ptr_array_add(item->names, NULL);
		ok = save_named(
			&save, item->id, item->index, (char *const *)item->names->pdata, error);
		image_event(engine, "save", item->id, item->id);
	}
	ok = ok && put_documents(&save, error);
	if (ok && la.write_close(save.archive) != ARCHIVE_OK)
		ok = fail(error, BERTH_ERROR_SYSTEM, "cannot write the archive: %s",
			la.error_string(save.archive));
	/* Else the library fills up what is missing of a blob. */
	if (!ok)
		la.write_fail(save.archive);
	la.write_free(save.archive);
	g_clear_error(&save.problem);
	json_decref(save.manifests);
	json_decref(save.docker);
	json_decref(save.repositories);
	g_hash_table_unref(save.written);
	return ok;
}
