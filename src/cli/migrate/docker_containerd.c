/* containerd's store, which Docker uses for images and writable layers if "containerd-snapshotter" is set, and by default since version 29: names in the metadata database, content by digest, files in snapshots of overlayfs. */
#include "cli/migrate/bolt.h"
#include "cli/migrate/docker_parts.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/reference.h"

#include <string.h>

#define METADATA "io.containerd.metadata.v1.bolt/meta.db"
#define SNAPSHOTTER "io.containerd.snapshotter.v1.overlayfs"

typedef struct {
	json_t *targets; /* {name: {"digest", "mediatype"}} */
	json_t *keys;	 /* {Docker's snapshot: its name at the snapshotter} */
} Metadata;

static void set_text(json_t *object, const char *key, const char *value, size_t length)
{
	json_t *text = json_stringn(value, length);
	if (text != NULL)
		json_object_set_new(object, key, text);
}

/* Docker's namespace: images/NAME/target/{digest, mediatype, size}; snapshots/overlayfs/KEY/{name, parent, ...}. */
static void take_fact(const char *const *keys, const char *value, size_t length, gpointer data)
{
	const Metadata *all = data;
	size_t count = g_strv_length((char **)keys);
	if (count == 4 && strcmp(keys[0], "images") == 0 && strcmp(keys[2], "target") == 0) {
		json_t *target = json_object_get(all->targets, keys[1]);
		if (target == NULL)
			json_object_set_new(all->targets, keys[1], target = json_object());
		if (target != NULL)
			set_text(target, keys[3], value, length);
	}
	if (count == 4 && strcmp(keys[0], "snapshots") == 0 && strcmp(keys[1], "overlayfs") == 0 &&
		strcmp(keys[3], "name") == 0)
		set_text(all->keys, keys[2], value, length);
}

/* The snapshotter's database: KEY/id, a varint. */
static void take_number(const char *const *keys, const char *value, size_t length, gpointer numbers)
{
	guint64 number = 0;
	if (keys[0] == NULL || keys[1] == NULL || keys[2] != NULL || strcmp(keys[1], "id") != 0)
		return;
	for (size_t i = 0; i < length && i < 9; i++) {
		number |= (guint64)(value[i] & 0x7f) << (7 * i);
		if ((value[i] & 0x80) == 0) {
			json_object_set_new(numbers, keys[0], json_integer((json_int_t)number));
			return;
		}
	}
}

static bool read_snapshots(DockerRoot *root, const json_t *keys, GError **error)
{
	g_autofree char *folder = g_build_filename(root->containerd, SNAPSHOTTER, NULL),
			*database = g_build_filename(folder, "metadata.db", NULL);
	g_autoptr(json_t) numbers = json_object();
	const char *key;
	json_t *name;
	if (g_file_test(database, G_FILE_TEST_EXISTS) &&
		!bolt_each(database, (const char *const[]){"v1", "snapshots", NULL}, take_number,
			numbers, error))
		return false;
	json_object_foreach ((json_t *)keys, key, name) {
		json_t *number = json_object_get(numbers, json_string_value(name));
		if (number != NULL)
			json_object_set_new(root->snapshots, key,
				json_sprintf("%s/snapshots/%" JSON_INTEGER_FORMAT "/fs", folder,
					json_integer_value(number)));
	}
	return true;
}

/* ---- content ---- */

char *docker_blob_path(const DockerRoot *root, const char *digest)
{
	return root->containerd != NULL && digest_is_valid(digest)
		       ? g_build_filename(root->containerd,
				 "io.containerd.content.v1.content/blobs/sha256",
				 digest + strlen("sha256:"), NULL)
		       : NULL;
}

static bool blob_is_here(const DockerRoot *root, const char *digest)
{
	g_autofree char *path = docker_blob_path(root, digest);
	return path != NULL && g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

/* A document by its digest; NULL if it is missing, or no JSON. */
static json_t *blob_json(const DockerRoot *root, const char *digest)
{
	g_autofree char *path = docker_blob_path(root, digest),
			*text = path != NULL ? file_read(path, DOCKER_FILE_LIMIT) : NULL;
	return text != NULL ? json_parse(text, strlen(text), NULL) : NULL;
}

static void add_blob(json_t *blobs, const char *digest)
{
	json_object_set_new(blobs, digest, json_true());
}

/* Adds the blobs of a manifest if all exist, the manifest last. layers: their number. */
static bool add_manifest(const DockerRoot *root, const char *digest, const json_t *manifest,
	json_t *blobs, size_t *layers)
{
	const json_t *list = json_object_get(manifest, "layers");
	const char *config = json_str(manifest, "config.digest");
	if (!json_is_array(list) || !blob_is_here(root, config))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!blob_is_here(root, json_str(json_array_get(list, i), "digest")))
			return false;
	for (size_t i = 0; i < json_array_size(list); i++)
		add_blob(blobs, json_str(json_array_get(list, i), "digest"));
	add_blob(blobs, config);
	add_blob(blobs, digest);
	*layers = json_array_size(list);
	return true;
}

static bool is_attestation(const json_t *entry)
{
	return strcmp(json_str(entry, "platform.os"), "unknown") == 0;
}

/* Platforms that were not pulled are listed without content. */
static bool add_index(const DockerRoot *root, const char *digest, const json_t *entries,
	json_t *blobs, size_t *layers)
{
	bool found = false;
	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *entry = json_array_get(entries, i);
		const char *its = json_str(entry, "digest");
		g_autoptr(json_t) manifest = blob_json(root, its);
		size_t count;
		if (add_manifest(root, its, manifest, blobs, &count) && !is_attestation(entry)) {
			*layers = count;
			found = true;
		}
	}
	add_blob(blobs, digest);
	return found;
}

/* The engine's id of an image is the digest of its configuration; for several platforms, that of the index. */
static char *id_of(const char *digest, const json_t *document)
{
	const char *config = json_str(document, "config.digest");
	return g_strdup(digest_is_valid(config) ? config : digest);
}

char *docker_containerd_id(const DockerRoot *root, const char *digest)
{
	g_autoptr(json_t) document = blob_json(root, digest);
	return id_of(digest, document);
}

static json_t *image_new(DockerRoot *root, const char *digest, const json_t *document)
{
	static const char index[] = "application/vnd.oci.image.index.v1+json",
			  manifest[] = "application/vnd.oci.image.manifest.v1+json";
	const json_t *entries = json_object_get(document, "manifests");
	const char *type = json_str(document, "mediaType"),
		   *implied = entries != NULL ? index : manifest;
	json_t *blobs = json_object();
	size_t layers = 0;
	bool here = entries != NULL ? add_index(root, digest, entries, blobs, &layers)
				    : add_manifest(root, digest, document, blobs, &layers);
	json_t *image = json_pack("{s:[], s:I, s:o, s:s, s:s}", "Tags", "LayerCount",
		(json_int_t)layers, "Blobs", blobs, "Target", digest, "MediaType",
		*type != '\0' ? type : implied);
	if (!here)
		json_object_set_new(
			image, "Problem", json_string("the content of its layers is missing"));
	return image;
}

json_t *docker_containerd_image(DockerRoot *root, const char *digest)
{
	g_autoptr(json_t) document = blob_json(root, digest);
	g_autofree char *id = id_of(digest, document);
	json_t *image = document != NULL ? json_object_get(root->images, id) : NULL;
	if (image == NULL && document != NULL) {
		image = image_new(root, digest, document);
		json_object_set_new(root->images, id, image);
	}
	return image;
}

/* An image whose manifest is missing is reported by its names. */
static json_t *image_lost(DockerRoot *root, const char *digest)
{
	json_t *image = json_object_get(root->images, digest);
	if (image == NULL) {
		image = json_pack("{s:[], s:i, s:{}, s:s}", "Tags", "LayerCount", 0, "Blobs",
			"Problem", "its manifest is missing");
		json_object_set_new(root->images, digest, image);
	}
	return image;
}

/* Docker's internal names ("moby-dangling@sha256:...") and digests are no tags. */
static void add_name(DockerRoot *root, const char *name, const char *digest)
{
	json_t *image = docker_containerd_image(root, digest);
	g_autoptr(Reference) reference = reference_parse(name, NULL);
	if (image == NULL)
		image = image_lost(root, digest);
	if (reference == NULL || reference->digest != NULL)
		return;
	g_autofree char *shown = reference_familiar(reference);
	json_array_append_new(json_object_get(image, "Tags"), json_string(shown));
}

/* ---- the store ---- */

char *docker_containerd_folder(const char *docker)
{
	g_autofree char *parent = g_path_get_dirname(docker),
			*within = g_build_filename(docker, "containerd/daemon", NULL),
			*beside = g_build_filename(parent, "containerd", NULL);
	const char *const places[] = {within, beside};
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		g_autofree char *database = g_build_filename(places[i], METADATA, NULL);
		if (g_file_test(database, G_FILE_TEST_EXISTS))
			return g_strdup(places[i]);
	}
	return NULL;
}

static bool read_metadata(DockerRoot *root, const Metadata *all, GError **error)
{
	g_autofree char *database = g_build_filename(root->containerd, METADATA, NULL);
	return bolt_each(database, (const char *const[]){"v1", "moby", NULL}, take_fact,
		       (gpointer)all, error) &&
	       read_snapshots(root, all->keys, error);
}

bool docker_containerd_read(DockerRoot *root, bool needed, GError **error)
{
	g_autoptr(json_t) targets = json_object(), keys = json_object();
	g_autoptr(GError) problem = NULL;
	Metadata all = {targets, keys};
	const char *name;
	json_t *target;
	if (root->containerd == NULL)
		return !needed || fail(error, BERTH_ERROR_UNAVAILABLE,
					  "%s has containers in containerd's store, which is not "
					  "where it usually is: name its folder with --containerd",
					  root->path);
	if (!read_metadata(root, &all, &problem)) {
		if (needed) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return false;
		}
		root->note = g_strdup(problem->message);
		g_clear_pointer(&root->containerd, g_free);
		return true;
	}
	json_object_foreach (targets, name, target)
		add_name(root, name, json_str(target, "digest"));
	return true;
}
