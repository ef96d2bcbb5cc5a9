/* Containers: config.v2.json and hostconfig.json become what a client would have asked for. */
#include "cli/migrate/docker_parts.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char container_mode[] = "container:";

/* "container:ID" leads to a name, as the id will be another one. Each part that names a container. */
static void name_modes(json_t *host, const json_t *names)
{
	static const char *const modes[] = {"NetworkMode", "IpcMode", "PidMode"};
	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
		const char *mode = json_str(host, modes[i]);
		const char *name = g_str_has_prefix(mode, container_mode)
					   ? json_str(names, mode + strlen(container_mode))
					   : "";
		if (*name != '\0')
			json_object_set_new(
				host, modes[i], json_sprintf("%s%s", container_mode, name));
	}
}

static bool binds_have(const json_t *host, const char *destination)
{
	size_t i;
	json_t *one;
	json_array_foreach (json_object_get(host, "Binds"), i, one) {
		g_auto(GStrv) parts = g_strsplit(json_string_value(one), ":", 3);
		if (g_strv_length(parts) >= 2 && strcmp(parts[1], destination) == 0)
			return true;
	}
	json_array_foreach (json_object_get(host, "Mounts"), i, one)
		if (strcmp(json_str(one, "Target"), destination) == 0 &&
			*json_str(one, "Source") != '\0')
			return true;
	return false;
}

/* Volumes without a name have one by now, and those of other containers (--volumes-from) are mounts of its own. */
static void add_volumes(json_t *host, json_t *points)
{
	const char *destination;
	json_t *point;
	json_t *binds = json_object_get(host, "Binds");
	if (!json_is_array(binds))
		json_object_set_new(host, "Binds", binds = json_array());
	json_object_foreach (points, destination, point)
		if (strcmp(json_str(point, "Type"), "volume") == 0 &&
			!binds_have(host, destination))
			json_array_append_new(
				binds, json_sprintf("%s:%s%s", json_str(point, "Name"), destination,
					       json_bool(point, "RW") ? "" : ":ro"));
}

/* What a client says of an endpoint; the rest is what became of it. */
static json_t *endpoint_request(json_t *endpoint)
{
	static const char *const kept[] = {
		"IPAMConfig", "Links", "Aliases", "DriverOpts", "GwPriority"};
	json_t *request = json_object();
	for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
		json_t *value = json_object_get(endpoint, kept[i]);
		if (json_filled(value) || json_integer_value(value) != 0)
			json_object_set(request, kept[i], value);
	}
	const char *mac = json_str(endpoint, "DesiredMacAddress");
	if (*mac != '\0')
		json_object_set_new(request, "MacAddress", json_string(mac));
	return request;
}

static json_t *networks_of(const json_t *container)
{
	static const char *const own[] = {"bridge", "host", "none", "default", NULL};
	json_t *networks = json_object(), *endpoint;
	const char *name;
	json_object_foreach (json_at(container, "NetworkSettings.Networks"), name, endpoint)
		if (!g_strv_contains(own, name))
			json_object_set_new(networks, name, endpoint_request(endpoint));
	return networks;
}

/* Docker has put into the configuration what it chose itself. */
static void forget_chosen(json_t *config, const json_t *host, const char *id)
{
	const char *mode = json_str(host, "NetworkMode");
	bool shared = g_str_has_prefix(mode, container_mode) || strcmp(mode, "host") == 0;
	if (shared || strncmp(json_str(config, "Hostname"), id, 12) == 0) {
		json_object_del(config, "Hostname");
		json_object_del(config, "Domainname");
	}
	if (g_str_has_prefix(mode, container_mode))
		json_object_del(config, "ExposedPorts");
	/* Deprecated, and the endpoint's by now. */
	json_object_del(config, "MacAddress");
}

static char *upper_of(const DockerRoot *root, const char *id)
{
	g_autofree char *mount =
		docker_text(root, "image/overlay2/layerdb/mounts", id, "mount-id", NULL);
	return mount != NULL && *mount != '\0' && strpbrk(mount, "/.") == NULL
		       ? g_build_filename(root->path, "overlay2", mount, "diff", NULL)
		       : NULL;
}

static const char *container_problem(const json_t *container, const char *upper)
{
	gint64 pid = json_int(container, "State.Pid");
	g_autofree char *process = g_strdup_printf("/proc/%" G_GINT64_FORMAT, pid);
	return json_bool(container, "State.Running") && pid > 0 && access(process, F_OK) == 0
		       ? "it still runs: stop it with Docker"
	       : strcmp(json_str(container, "Driver"), "overlay2") != 0
		       ? "its layers are not of overlay2: take it over with 'docker commit' and "
			 "'docker save'"
	       : upper == NULL || !g_file_test(upper, G_FILE_TEST_IS_DIR)
		       ? "its writable layer is missing"
		       : NULL;
}

/* Whether a dockerd would start it when it starts itself. */
static bool would_start(const json_t *container, const json_t *host)
{
	const char *policy = json_str(host, "RestartPolicy.Name");
	return json_bool(container, "HasBeenStartedBefore") &&
	       (strcmp(policy, "always") == 0 ||
		       (strcmp(policy, "unless-stopped") == 0 &&
			       !json_bool(container, "HasBeenManuallyStopped")));
}

/* names: of all containers, by id. Takes nothing over. */
static json_t *container_of(
	const DockerRoot *root, const json_t *container, json_t *host, const json_t *names)
{
	const char *id = json_str(container, "ID"), *name = json_str(container, "Name");
	g_autofree char *upper = upper_of(root, id);
	const char *problem = container_problem(container, upper);
	g_autoptr(json_t) request = json_deep_copy(json_object_get(container, "Config"));
	name_modes(host, names);
	add_volumes(host, json_object_get(container, "MountPoints"));
	json_object_del(host, "VolumesFrom");
	json_object_del(host, "ContainerIDFile");
	forget_chosen(request, host, id);
	json_object_set(request, "HostConfig", host);
	json_t *made = json_pack("{s:s, s:s, s:s, s:O, s:o, s:b, s:s*}", "Name",
		name + (*name == '/'), "Created", json_str(container, "Created"), "Image",
		json_str(container, "Image"), "Request", request, "Networks",
		networks_of(container), "Starts", would_start(container, host), "Upper", upper);
	if (problem != NULL)
		json_object_set_new(made, "Problem", json_string(problem));
	return made;
}

/* Those that lean on others come behind them; else the oldest first. */
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

bool docker_containers_read(DockerRoot *root, GError **error)
{
	g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref),
			     made = g_ptr_array_new();
	g_autoptr(json_t) names = json_object();
	if (!read_all(root, kept, names, error))
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
