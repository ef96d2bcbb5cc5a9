/* Compose files of an OCI artifact, as `compose publish` makes them: a file per layer. All of it is untrusted: names
 * must be plain file names (CVE-2025-62725), sizes are bounded. */
#include "compose/remote.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

enum { MAX_LAYERS = 256, MAX_BYTES = 8 << 20 };
static const char main_file[] = "compose.yaml";

typedef struct {
	Repository *repository;
	const json_t *layers;
	GHashTable *files;     /* name -> GString */
	GHashTable *env_files; /* names of those that are env files */
	gsize total;
} Artifact;

static bool is_file_name(const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		if (g_ascii_iscntrl(*c))
			return false;
	return *name != '\0' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
	       strpbrk(name, "/\\") == NULL && strlen(name) <= NAME_MAX;
}

static bool invalid(GError **error)
{
	return fail(error, BERTH_ERROR_UNAVAILABLE, "invalid OCI artifact");
}

static bool take(gpointer data, const void *bytes, size_t length, GError **error)
{
	(void)error;
	g_string_append_len(data, bytes, (gssize)length);
	return true;
}

/* NULL with error. */
static GString *read_layer(Artifact *artifact, const json_t *layer, GError **error)
{
	const char *digest = json_str(layer, "digest");
	gint64 size = json_int(layer, "size");
	g_autoptr(GString) text = g_string_new("");
	BlobFetch fetch = {.digest = digest, .size = size, .sink = take, .data = text};
	if (!digest_is_valid(digest) || size < 0 || size > MAX_BYTES - (gint64)artifact->total) {
		invalid(error);
		return NULL;
	}
	artifact->total += (gsize)size;
	if (!repository_get_blob(artifact->repository, &fetch, NULL, error))
		return NULL;
	g_autofree char *is = digest_of(text->str, text->len);
	if (strcmp(is, digest) != 0) {
		fail(error, BERTH_ERROR_UNAVAILABLE, "invalid OCI artifact: %s is sent as %s",
			digest, is);
		return NULL;
	}
	return g_steal_pointer(&text);
}

/* The file that a layer belongs to, borrowed; NULL with error: its name is missing or invalid. */
static const char *file_of(const json_t *layer, bool env_file, GError **error)
{
	const json_t *notes = json_object_get(layer, "annotations");
	const json_t *said = json_object_get(
		notes, env_file ? "com.docker.compose.envfile" : "com.docker.compose.file");
	if (!env_file && json_object_get(notes, "com.docker.compose.extends") == NULL)
		return main_file;
	if (json_is_string(said) && is_file_name(json_string_value(said)))
		return json_string_value(said);
	invalid(error);
	return NULL;
}

/* Several Compose files become documents of one; a name is an env file's once, and no other's. */
static bool add_layer(Artifact *artifact, const json_t *layer, GError **error)
{
	bool env_file = strcmp(json_str(layer, "mediaType"), ARTIFACT_ENV_FILE) == 0;
	if (!json_is_object(layer))
		return invalid(error);
	if (!env_file && strcmp(json_str(layer, "mediaType"), ARTIFACT_FILE) != 0)
		return true;
	const char *name = file_of(layer, env_file, error);
	g_autoptr(GString) text = name != NULL ? read_layer(artifact, layer, error) : NULL;
	if (text == NULL)
		return false;
	GString *before = g_hash_table_lookup(artifact->files, name);
	bool was_env_file = g_hash_table_contains(artifact->env_files, name);
	if (before != NULL && (env_file || was_env_file))
		return invalid(error);
	if (env_file)
		g_hash_table_add(artifact->env_files, g_strdup(name));
	if (before == NULL) {
		g_hash_table_replace(artifact->files, g_strdup(name), g_steal_pointer(&text));
		return true;
	}
	g_string_append(before, "\n---\n");
	g_string_append_len(before, text->str, (gssize)text->len);
	return true;
}

static bool write_file(int folder_fd, const char *name, const GString *text, GError **error)
{
	autofd fd =
		openat(folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return (fd >= 0 && fd_write_all(fd, text->str, text->len)) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "cannot write %s: %s", name, g_strerror(errno));
}

static void free_string(gpointer data)
{
	g_string_free(data, TRUE);
}

/* Everything is fetched and checked before the first file is written. */
static bool fill(gpointer data, const char *folder, int folder_fd, GError **error)
{
	Artifact *artifact = data;
	size_t i;
	json_t *layer;
	GHashTableIter each;
	gpointer name, text;
	(void)folder;
	if (json_array_size(artifact->layers) > MAX_LAYERS)
		return fail(
			error, BERTH_ERROR_UNAVAILABLE, "invalid OCI artifact: too many layers");
	artifact->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_string);
	artifact->env_files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) files = artifact->files,
			      env_files G_GNUC_UNUSED = artifact->env_files;
	json_array_foreach (artifact->layers, i, layer)
		if (!add_layer(artifact, layer, error))
			return false;
	/* Nothing is kept that is no project. */
	if (!g_hash_table_contains(files, main_file))
		return invalid(error);
	g_hash_table_iter_init(&each, files);
	while (g_hash_table_iter_next(&each, &name, &text))
		if (!write_file(folder_fd, name, text, error))
			return false;
	return true;
}

/* OCI 1.1 marks it by artifactType, 1.0 by its config's media type. */
static bool is_project(const json_t *manifest)
{
	const char *type = json_str(manifest, "artifactType");
	return *type != '\0' ? strcmp(type, ARTIFACT_TYPE) == 0
			     : strcmp(json_str(manifest, "config.mediaType"), ARTIFACT_CONFIG) == 0;
}

static json_t *get_manifest(Repository *repository, const char *which, ManifestText *text,
	const char *url, GError **error)
{
	g_autoptr(GError) problem = NULL;
	json_t *manifest = repository_get_manifest(repository, which, text, NULL, &problem)
				   ? json_parse(text->text, text->length, &problem)
				   : NULL;
	if (manifest == NULL)
		fail(error, BERTH_ERROR_UNAVAILABLE, "failed to pull OCI resource \"%s\": %s",
			url + strlen(OCI_PREFIX), problem->message);
	return manifest;
}

/* An application with its images is an index: the project is one of its entries. */
static json_t *project_of_index(
	Repository *repository, const json_t *index, const char *url, GError **error)
{
	size_t i;
	json_t *entry;
	json_array_foreach (json_object_get(index, "manifests"), i, entry) {
		g_auto(ManifestText) text = {0};
		if (strcmp(json_str(entry, "artifactType"), ARTIFACT_TYPE) == 0 &&
			digest_is_valid(json_str(entry, "digest")))
			return get_manifest(
				repository, json_str(entry, "digest"), &text, url, error);
	}
	fail(error, BERTH_ERROR_UNAVAILABLE, "OCI index %s doesn't refer to compose artifacts",
		url + strlen(OCI_PREFIX));
	return NULL;
}

RemoteCopy *oci_copy(const RemoteAccess *access, const char *url, GError **error)
{
	g_auto(ArtifactPlace) place = {0};
	g_auto(ManifestText) text = {0};
	if (!artifact_place_init(&place, access, url + strlen(OCI_PREFIX), false, error))
		return NULL;
	const char *which =
		place.reference->digest != NULL ? place.reference->digest : place.reference->tag;
	g_autoptr(json_t) manifest = get_manifest(place.repository, which, &text, url, error);
	if (manifest != NULL && manifest_is_index(manifest, text.media_type)) {
		json_t *project = project_of_index(place.repository, manifest, url, error);
		json_decref(manifest);
		manifest = project;
	}
	if (manifest == NULL)
		return NULL;
	if (!is_project(manifest)) {
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"%s is not a compose project OCI artifact, but %s",
			url + strlen(OCI_PREFIX), json_str(manifest, "artifactType"));
		return NULL;
	}
	Artifact artifact = {
		.repository = place.repository, .layers = json_object_get(manifest, "layers")};
	g_autofree char *folder =
		cache_folder(strchr(text.digest, ':') + 1, fill, &artifact, error);
	if (folder == NULL)
		return NULL;
	/* No link is ever written there: one that is was put there by somebody else. */
	g_autofree char *file = g_build_filename(folder, main_file, NULL);
	if (g_file_test(file, G_FILE_TEST_IS_SYMLINK)) {
		fail(error, BERTH_ERROR_UNAVAILABLE, "%s is a link", file);
		return NULL;
	}
	RemoteCopy *copy = g_new0(RemoteCopy, 1);
	copy->file = g_steal_pointer(&file);
	copy->folder = g_steal_pointer(&folder);
	return copy;
}
