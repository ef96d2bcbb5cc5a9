#include "cli/migrate/docker_root.h"

#include "cli/migrate/docker_parts.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* An id is a digest, and a file name. */
static const char *hex_of(const char *id)
{
	return digest_is_valid(id) ? id + strlen("sha256:") : NULL;
}

/* OCI image-spec, config.md, "Layer ChainID". */
static json_t *chains_of(const json_t *config)
{
	const json_t *ids = json_at(config, "rootfs.diff_ids");
	json_t *chains = json_array();
	g_autofree char *chain = NULL;
	for (size_t i = 0; i < json_array_size(ids); i++) {
		g_autofree char *pair =
			chain != NULL ? g_strdup_printf("%s %s", chain, json_elem(ids, i)) : NULL;
		g_autofree char *sum =
			pair != NULL ? g_compute_checksum_for_string(G_CHECKSUM_SHA256, pair, -1)
				     : NULL;
		g_free(chain);
		chain = sum != NULL ? g_strconcat("sha256:", sum, NULL)
				    : g_strdup(json_elem(ids, i));
		json_array_append_new(chains, json_string(chain));
	}
	return chains;
}

bool docker_root_layer(
	const DockerRoot *root, const char *chain, char **folder, char **split, GError **error)
{
	const char *hex = hex_of(chain);
	g_autofree char *cache = hex != NULL ? docker_text(root, "image/overlay2/layerdb/sha256",
						       hex, "cache-id", NULL)
					     : NULL;
	bool fits = cache != NULL && *cache != '\0' && strpbrk(cache, "/.") == NULL;
	*folder = *split = NULL;
	if (!fits)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "its layer %.19s is missing", chain);
	*folder = g_build_filename(root->path, "overlay2", cache, "diff", NULL);
	*split = g_build_filename(
		root->path, "image/overlay2/layerdb/sha256", hex, "tar-split.json.gz", NULL);
	if (g_file_test(*folder, G_FILE_TEST_IS_DIR) && g_file_test(*split, G_FILE_TEST_EXISTS))
		return true;
	g_clear_pointer(folder, g_free);
	g_clear_pointer(split, g_free);
	return fail(
		error, BERTH_ERROR_UNAVAILABLE, "the files of its layer %.19s are missing", chain);
}

static bool layers_are_there(const DockerRoot *root, const json_t *chains, GError **error)
{
	size_t i;
	json_t *chain;
	json_array_foreach (chains, i, chain) {
		g_autofree char *folder = NULL, *split = NULL;
		if (!docker_root_layer(root, json_string_value(chain), &folder, &split, error))
			return false;
	}
	return true;
}

/* Adds a required image, unless it has been added. */
static json_t *image_of(DockerRoot *root, const char *id)
{
	g_autoptr(GError) problem = NULL;
	json_t *image = json_object_get(root->images, id);
	if (image != NULL)
		return image;
	const char *hex = hex_of(id);
	g_autofree char *config =
		hex != NULL ? docker_text(root, "image/overlay2/imagedb/content/sha256", hex, NULL)
			    : NULL;
	g_autoptr(json_t) json =
		config != NULL ? json_parse(config, strlen(config), &problem) : NULL;
	json_t *chains = chains_of(json);
	image = json_pack("{s:[], s:I, s:o, s:o}", "Tags", "LayerCount",
		(json_int_t)json_array_size(chains), "Layers", chains, "Config",
		json_lenient(config != NULL ? config : ""));
	if (json == NULL)
		fail(&problem, BERTH_ERROR_UNAVAILABLE, "its configuration is missing");
	if (problem == NULL)
		layers_are_there(root, json_object_get(image, "Layers"), &problem);
	if (problem != NULL)
		json_object_set_new(image, "Problem", json_string(problem->message));
	json_object_set_new(root->images, id, image);
	return image;
}

/* {"app": {"app:1": "sha256:...", "app@sha256:...": ...}}. */
static bool read_images(DockerRoot *root, GError **error)
{
	g_autoptr(json_t) file = docker_json(root, error, "image/overlay2/repositories.json", NULL);
	const char *name, *tag;
	json_t *tags, *id;
	if (*error != NULL)
		return false;
	json_object_foreach (json_object_get(file, "Repositories"), name, tags)
		json_object_foreach (tags, tag, id)
			if (json_is_string(id) && strchr(tag, '@') == NULL)
				json_array_append_new(
					json_object_get(
						image_of(root, json_string_value(id)), "Tags"),
					json_string(tag));
	size_t i;
	json_t *container;
	json_array_foreach (root->containers, i, container)
		if (strcmp(json_str(container, "Store"), "overlay2") == 0)
			image_of(root, json_str(container, "Image"));
	return true;
}

static bool check_root(const DockerRoot *root, GError **error)
{
	struct stat st;
	g_autofree char *layers = g_build_filename(root->path, "overlay2", NULL),
			*containers = g_build_filename(root->path, "containers", NULL),
			*ours = g_build_filename(root->path, "image/overlay2", NULL);
	if (stat(containers, &st) < 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			errno == ENOENT ? "%s is no folder of Docker's: name it with "
					  "--folder"
					: "%s cannot be read: this needs root (sudo)",
			root->path);
	if (stat(ours, &st) < 0)
		return root->containerd != NULL ||
		       fail(error, BERTH_ERROR_UNAVAILABLE,
			       "%s has neither layers of overlay2 nor a store of containerd's, and "
			       "no "
			       "others are read: name containerd's folder with --containerd, or "
			       "take "
			       "images over with 'docker save' and 'berth load'",
			       root->path);
	return (stat(layers, &st) == 0 && st.st_uid == 0) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "%s has ids that are mapped (userns-remap), which are not taken over",
		       root->path);
}

DockerRoot *docker_root_read(const char *path, const char *containerd, GError **error)
{
	g_autoptr(DockerRoot) root = g_new0(DockerRoot, 1);
	root->path = g_canonicalize_filename(path, NULL);
	root->containerd = containerd != NULL ? g_canonicalize_filename(containerd, NULL)
					      : docker_containerd_folder(root->path);
	root->images = json_object();
	root->snapshots = json_object();
	root->networks = json_array();
	root->volumes = json_array();
	root->containers = json_array();
	if (!check_root(root, error) || !docker_networks_read(root, error) ||
		!docker_volumes_read(root, error) || !docker_containers_read(root, error) ||
		!read_images(root, error))
		return NULL;
	return g_steal_pointer(&root);
}

void docker_root_free(DockerRoot *root)
{
	json_decref(root->images);
	json_decref(root->snapshots);
	json_decref(root->networks);
	json_decref(root->volumes);
	json_decref(root->containers);
	g_free(root->path);
	g_free(root->containerd);
	g_free(root->note);
	g_free(root);
}
