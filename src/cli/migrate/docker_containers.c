/* Containers: config.v2.json and hostconfig.json become the request of a client. */
#include "cli/migrate/docker_parts.h"
#include "cli/migrate/requests.h"

#include "base/error.h"

#include <string.h>
#include <unistd.h>

static const char container_mode[] = "container:";

static bool is_containerds(const json_t *container)
{
	return strcmp(json_str(container, "Driver"), "overlayfs") == 0;
}

static char *upper_of(const DockerRoot *root, const json_t *container)
{
	const char *id = json_str(container, "ID");
	if (is_containerds(container))
		return g_strdup(json_string_value(json_object_get(root->snapshots, id)));
	g_autofree char *mount =
		docker_text(root, "image/overlay2/layerdb/mounts", id, "mount-id", NULL);
	return mount != NULL && *mount != '\0' && strpbrk(mount, "/.") == NULL
		       ? g_build_filename(root->path, "overlay2", mount, "diff", NULL)
		       : NULL;
}

/* The id of a container's image by the manifest of its platform. The caller frees it. */
static char *image_of(const DockerRoot *root, const json_t *container)
{
	const char *manifest = json_str(container, "ImageManifest.digest"),
		   *image = json_str(container, "Image");
	return is_containerds(container)
		       ? docker_containerd_id(root, *manifest != '\0' ? manifest : image)
		       : g_strdup(image);
}

/* Containers refer to images by digest: the name may mean another image by now. */
static bool image_is_missing(DockerRoot *root, const json_t *container)
{
	return is_containerds(container) &&
	       docker_containerd_image(root, json_str(container, "Image")) == NULL &&
	       docker_containerd_image(root, json_str(container, "ImageManifest.digest")) == NULL;
}

static const char *container_problem(DockerRoot *root, const json_t *container, const char *upper)
{
	gint64 pid = json_int(container, "State.Pid");
	g_autofree char *process = g_strdup_printf("/proc/%" G_GINT64_FORMAT, pid);
	return json_bool(container, "State.Running") && pid > 0 && access(process, F_OK) == 0
		       ? "it still runs: stop it with Docker"
	       : strcmp(json_str(container, "Driver"), "overlay2") != 0 &&
			       !is_containerds(container)
		       ? "its layers are not of overlay2: take it over with 'docker commit' and "
			 "'docker save'"
	       : image_is_missing(root, container) ? "its image is missing"
	       : upper == NULL || !g_file_test(upper, G_FILE_TEST_IS_DIR)
		       ? "its writable layer is missing"
		       : NULL;
}

/* Whether dockerd would start it at its own start. */
static bool would_start(const json_t *container, const json_t *host)
{
	const char *policy = json_str(host, "RestartPolicy.Name");
	return json_bool(container, "HasBeenStartedBefore") &&
	       (strcmp(policy, "always") == 0 ||
		       (strcmp(policy, "unless-stopped") == 0 &&
			       !json_bool(container, "HasBeenManuallyStopped")));
}

/* names: of all containers, by id; borrowed. */
static json_t *container_of(
	DockerRoot *root, const json_t *container, json_t *host, const json_t *names)
{
	const char *id = json_str(container, "ID"), *name = json_str(container, "Name");
	g_autofree char *upper = upper_of(root, container), *image = image_of(root, container);
	const char *problem = container_problem(root, container, upper);
	g_autoptr(json_t) config = json_deep_copy(json_object_get(container, "Config")),
			  request = request_of_container(config, host,
				  json_object_get(container, "MountPoints"), id, names);
	json_t *made = json_pack("{s:s, s:s, s:s, s:s, s:O, s:o, s:b, s:s*}", "Name",
		name + (*name == '/'), "Created", json_str(container, "Created"), "Image", image,
		"Store", json_str(container, "Driver"), "Request", request, "Networks",
		request_of_networks(json_at(container, "NetworkSettings.Networks")), "Starts",
		would_start(container, host), "Upper", upper);
	if (problem != NULL)
		json_object_set_new(made, "Problem", json_string(problem));
	return made;
}

/* Containers come after those that they depend on; otherwise the oldest first. */
static int order(gconstpointer a, gconstpointer b)
{
	const json_t *one = *(json_t *const *)a, *other = *(json_t *const *)b;
	const char *mode = json_str(one, "Request.HostConfig.NetworkMode"),
		   *its = json_str(other, "Request.HostConfig.NetworkMode");
	int leans = g_str_has_prefix(mode, container_mode) - g_str_has_prefix(its, container_mode);
	return leans != 0 ? leans : strcmp(json_str(one, "Created"), json_str(other, "Created"));
}

static bool read_all(const DockerRoot *root, GPtrArray *containers, json_t *names, GError **error)
{
	g_autofree char *folder = g_build_filename(root->path, "containers", NULL);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *id;
	while (dir != NULL && (id = g_dir_read_name(dir)) != NULL) {
		json_t *container =
			docker_json(root, error, "containers", id, "config.v2.json", NULL);
		if (*error != NULL)
			return false;
		if (container == NULL || strcmp(json_str(container, "ID"), id) != 0) {
			json_decref(container);
			continue;
		}
		const char *name = json_str(container, "Name");
		json_object_set_new(names, id, json_string(name + (*name == '/')));
		g_ptr_array_add(containers, container);
	}
	return true;
}

/* Whether containerd's store is needed. */
static bool needs_containerd(const DockerRoot *root, const GPtrArray *containers)
{
	g_autofree char *classic = g_build_filename(root->path, "image/overlay2", NULL);
	for (guint i = 0; i < containers->len; i++)
		if (is_containerds(containers->pdata[i]))
			return true;
	return !g_file_test(classic, G_FILE_TEST_IS_DIR);
}

bool docker_containers_read(DockerRoot *root, GError **error)
{
	g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref),
			     made = g_ptr_array_new();
	g_autoptr(json_t) names = json_object();
	if (!read_all(root, kept, names, error) ||
		!docker_containerd_read(root, needs_containerd(root, kept), error))
		return false;
	for (guint i = 0; i < kept->len; i++) {
		g_autoptr(json_t) host = docker_json(root, error, "containers",
			json_str(kept->pdata[i], "ID"), "hostconfig.json", NULL);
		if (*error != NULL)
			return false;
		if (host != NULL)
			g_ptr_array_add(made, container_of(root, kept->pdata[i], host, names));
	}
	g_ptr_array_sort(made, order);
	for (guint i = 0; i < made->len; i++)
		json_array_append_new(root->containers, made->pdata[i]);
	return true;
}
