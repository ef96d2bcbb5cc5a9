#include "compose/resources.h"

#include "base/error.h"
#include "version.h"

#include <string.h>

static bool is_missing(const GError *error)
{
	return error->domain == BERTH_ERROR && error->code == BERTH_ERROR_NOT_FOUND;
}

/* 1: it is there, 0: it is not, -1: error. */
static int exists(
	Client *client, const char *kind, const char *name, json_t **found, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autofree char *escaped = client_escape(name);
	json_t *answer = engine_call(client, &problem, "GET", NULL, "/%ss/%s", kind, escaped);
	if (answer != NULL) {
		*found = answer;
		return 1;
	}
	if (is_missing(problem))
		return 0;
	g_propagate_error(error, g_steal_pointer(&problem));
	return -1;
}

static json_t *labels_of(
	const Project *project, const char *kind, const char *key, const json_t *resource)
{
	json_t *own = json_object_get(resource, "labels");
	json_t *labels = json_is_object(own) ? json_copy(own) : json_object();
	g_autofree char *label = g_strconcat("com.docker.compose.", kind, NULL);
	json_object_set_new(labels, "com.docker.compose.project", json_string(project->name));
	json_object_set_new(labels, label, json_string(key));
	json_object_set_new(
		labels, "com.docker.compose.version", json_string(BERTH_COMPOSE_VERSION));
	return labels;
}

static json_t *ipam(const json_t *network)
{
	static const char *const names[][2] = {{"subnet", "Subnet"}, {"gateway", "Gateway"},
		{"ip_range", "IPRange"}, {"aux_addresses", "AuxiliaryAddresses"}};
	const json_t *own = json_object_get(network, "ipam");
	json_t *pools = json_array(), *pool, *options = json_object_get(own, "options");
	size_t i;
	json_array_foreach (json_object_get(own, "config"), i, pool) {
		json_t *entry = json_object();
		for (size_t n = 0; n < G_N_ELEMENTS(names); n++)
			if (json_object_get(pool, names[n][0]) != NULL)
				json_object_set(
					entry, names[n][1], json_object_get(pool, names[n][0]));
		json_array_append_new(pools, entry);
	}
	json_t *result = json_pack("{s:s, s:o}", "Driver",
		*json_str(own, "driver") != '\0' ? json_str(own, "driver") : "default", "Config",
		pools);
	if (options != NULL)
		json_object_set(result, "Options", options);
	return result;
}

static json_t *network_body(const Project *project, const char *key, const json_t *network)
{
	static const char *const same[][2] = {{"driver", "Driver"}, {"driver_opts", "Options"},
		{"internal", "Internal"}, {"attachable", "Attachable"},
		{"enable_ipv6", "EnableIPv6"}, {"enable_ipv4", "EnableIPv4"}};
	json_t *body = json_pack("{s:s, s:o, s:o, s:b}", "Name", json_str(network, "name"),
		"Labels", labels_of(project, "network", key, network), "IPAM", ipam(network),
		"CheckDuplicate", 1);
	for (size_t i = 0; i < G_N_ELEMENTS(same); i++)
		if (json_object_get(network, same[i][0]) != NULL)
			json_object_set(body, same[i][1], json_object_get(network, same[i][0]));
	return body;
}

static json_t *volume_body(const Project *project, const char *key, const json_t *volume)
{
	static const char *const same[][2] = {{"driver", "Driver"}, {"driver_opts", "DriverOpts"}};
	json_t *body = json_pack("{s:s, s:o}", "Name", json_str(volume, "name"), "Labels",
		labels_of(project, "volume", key, volume));
	for (size_t i = 0; i < G_N_ELEMENTS(same); i++)
		if (json_object_get(volume, same[i][0]) != NULL)
			json_object_set(body, same[i][1], json_object_get(volume, same[i][0]));
	return body;
}

static bool create_one(const Project *project, Client *client, const char *kind, const char *key,
	Teller *teller, GError **error)
{
	bool is_network = strcmp(kind, "network") == 0;
	const json_t *resource = json_object_get(
		json_object_get(project->model, is_network ? "networks" : "volumes"), key);
	const char *name = json_str(resource, "name"), *title = is_network ? "Network" : "Volume";
	g_autoptr(json_t) there = NULL;
	/* Networks that the engine brings along are nobody's to make. */
	static const char *const built_in[] = {"bridge", "host", "none", NULL};
	if (is_network && json_bool(resource, "external") && g_strv_contains(built_in, name))
		return true;
	int found = exists(client, kind, name, &there, error);
	if (found < 0)
		return false;
	if (found == 0 && json_bool(resource, "external"))
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			is_network ? "network %s declared as external, but could not be found"
				   : "external volume \"%s\" not found",
			name);
	if (found > 0)
		return true;
	tell(teller, title, name, "Creating", "");
	g_autoptr(json_t) body = is_network ? network_body(project, key, resource)
					    : volume_body(project, key, resource);
	g_autoptr(json_t) answer =
		teller->dry_run ? json_object()
				: engine_call(client, error, "POST", body, "/%ss/create", kind);
	tell(teller, title, name, answer != NULL ? "Created" : "Error", "");
	return answer != NULL;
}

/* Of the services: names of networks, and of volumes that are named ones. */
static json_t *used(const Project *project, const json_t *names, const char *kind)
{
	json_t *all = json_object(), *value, *mount;
	const char *service, *key;
	size_t i;
	json_object_foreach ((json_t *)names, service, value) {
		json_t *own =
			json_object_get(json_object_get(project_services(project), service), kind);
		json_object_foreach (own, key, value)
			json_object_set_new(all, key, json_true());
		json_array_foreach (own, i, mount)
			if (strcmp(json_str(mount, "type"), "volume") == 0 &&
				*json_str(mount, "source") != '\0')
				json_object_set_new(all, json_str(mount, "source"), json_true());
	}
	return all;
}

bool resources_create(
	const Project *project, Client *client, const json_t *names, Teller *teller, GError **error)
{
	g_autoptr(json_t) networks = used(project, names, "networks"),
			  volumes = used(project, names, "volumes");
	const char *key;
	json_t *value;
	json_object_foreach (networks, key, value)
		if (!create_one(project, client, "network", key, teller, error))
			return false;
	json_object_foreach (volumes, key, value)
		if (!create_one(project, client, "volume", key, teller, error))
			return false;
	return true;
}

static bool remove_one(
	Client *client, const char *kind, const char *name, Teller *teller, GError **error)
{
	const char *title = strcmp(kind, "network") == 0 ? "Network" : "Volume";
	g_autoptr(GError) problem = NULL;
	g_autofree char *escaped = client_escape(name);
	tell(teller, title, name, "Removing", "");
	g_autoptr(json_t) answer = teller->dry_run ? json_object()
						   : engine_call(client, &problem, "DELETE", NULL,
							     "/%ss/%s", kind, escaped);
	if (answer == NULL && is_missing(problem)) {
		tell(teller, title, name, "Removed", "");
		return true;
	}
	/* Somebody else uses it: it stays, as with Docker Compose. */
	if (answer == NULL && problem->code == BERTH_ERROR_CONFLICT) {
		tell(teller, title, name, "Resource is still in use", "");
		return true;
	}
	tell(teller, title, name, answer != NULL ? "Removed" : "Error",
		problem != NULL ? problem->message : "");
	if (problem != NULL)
		g_propagate_error(error, g_steal_pointer(&problem));
	return answer != NULL;
}

static bool remove_kind(
	const Project *project, Client *client, const char *kind, Teller *teller, GError **error)
{
	g_autofree char *escaped = project_filter(project->name);
	bool is_network = strcmp(kind, "network") == 0;
	g_autoptr(json_t) answer =
		engine_call(client, error, "GET", NULL, "/%ss?filters=%s", kind, escaped);
	json_t *list = is_network ? answer : json_object_get(answer, "Volumes"), *entry;
	size_t i;
	json_array_foreach (list, i, entry)
		if (!remove_one(client, kind, json_str(entry, "Name"), teller, error))
			return false;
	return answer != NULL;
}

bool resources_remove(
	const Project *project, Client *client, bool volumes, Teller *teller, GError **error)
{
	return (!volumes || remove_kind(project, client, "volume", teller, error)) &&
	       remove_kind(project, client, "network", teller, error);
}
