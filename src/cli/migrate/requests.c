#include "cli/migrate/requests.h"

#include <string.h>

static const char container_mode[] = "container:";

/* "container:ID" becomes a name, as the id will change; for each mode that can name a container. */
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

/* Anonymous volumes have names by now, and those of --volumes-from are mounts of its own. */
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

json_t *request_of_endpoint(json_t *endpoint)
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

json_t *request_of_networks(json_t *networks)
{
	static const char *const own[] = {"bridge", "host", "none", "default", NULL};
	json_t *requests = json_object(), *endpoint;
	const char *name;
	json_object_foreach (networks, name, endpoint)
		if (!g_strv_contains(own, name))
			json_object_set_new(requests, name, request_of_endpoint(endpoint));
	return requests;
}

/* Removes values of the configuration that the engine has chosen. */
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
	/* Deprecated: it is a setting of the endpoint. */
	json_object_del(config, "MacAddress");
}

json_t *request_of_container(
	json_t *config, json_t *host, json_t *points, const char *id, const json_t *names)
{
	name_modes(host, names);
	add_volumes(host, points);
	json_object_del(host, "VolumesFrom");
	json_object_del(host, "ContainerIDFile");
	forget_chosen(config, host, id);
	json_object_set(config, "HostConfig", host);
	return json_incref(config);
}
