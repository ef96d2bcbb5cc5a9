/* Replaces references to other services by container ids before hashes are computed, so that a new container changes
 * the hash; and adds the engine's socket to services that request it. */
#include "compose/references.h"

#include "base/error.h"

#include <string.h>

static const char config_name[] = "#apisocket";

/* "service:x" of a namespace. */
static bool resolve_mode(
	json_t *service, const char *key, const char *what, const json_t *ids, GError **error)
{
	const char *mode = json_str(service, key);
	if (!g_str_has_prefix(mode, "service:"))
		return true;
	mode += strlen("service:");
	const char *id = json_string_value(json_object_get(ids, mode));
	if (id == NULL)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"cannot share %s namespace with service %s: container missing", what, mode);
	g_autofree char *meant = g_strconcat("container:", id, NULL);
	json_object_set_new(service, key, json_string(meant));
	return true;
}

static bool resolve_volumes(json_t *service, const json_t *ids, GError **error)
{
	json_t *list = json_object_get(service, "volumes_from"), *resolved = json_array();
	for (size_t i = 0; i < json_array_size(list); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(list, i), ":", -1);
		bool named = strcmp(parts[0], "container") == 0 && parts[1] != NULL;
		const char *id =
			named ? parts[1] : json_string_value(json_object_get(ids, parts[0]));
		if (id == NULL) {
			json_decref(resolved);
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"cannot share volume with service %s: container missing", parts[0]);
		}
		json_array_append_new(resolved, json_lenient(id));
	}
	if (list != NULL)
		json_object_set(service, "volumes_from", resolved);
	json_decref(resolved);
	return true;
}

char *service_hash_resolved(const json_t *service, const json_t *ids, GError **error)
{
	g_autoptr(json_t) copy = json_copy((json_t *)service);
	return resolve_volumes(copy, ids, error) &&
			       resolve_mode(copy, "network_mode", "network", ids, error) &&
			       resolve_mode(copy, "ipc", "IPC", ids, error) &&
			       resolve_mode(copy, "pid", "PID", ids, error)
		       ? service_hash(copy)
		       : NULL;
}

static json_t *list_of(json_t *service, const char *key)
{
	json_t *list = json_object_get(service, key);
	if (list == NULL)
		json_object_set_new(service, key, list = json_array());
	return list;
}

static void use_socket(Project *project, json_t *service)
{
	static const char socket[] = "/var/run/docker.sock", folder[] = "/run/secrets/docker";
	json_t *environment = json_object_get(service, "environment"),
	       *configs = json_object_get(project->model, "configs");
	if (!json_bool(service, "use_api_socket"))
		return;
	json_array_append_new(list_of(service, "volumes"),
		json_pack("{s:s, s:s, s:s}", "type", "bind", "source", socket, "target", socket));
	if (environment == NULL)
		json_object_set_new(service, "environment", environment = json_object());
	if (json_object_get(environment, "DOCKER_CONFIG") == NULL)
		json_object_set_new(environment, "DOCKER_CONFIG", json_string(folder));
	json_array_append_new(list_of(service, "configs"),
		json_pack("{s:s, s:s+}", "source", config_name, "target", folder, "/config.json"));
	if (configs == NULL)
		json_object_set_new(project->model, "configs", configs = json_object());
	json_object_set_new(configs, config_name,
		json_pack("{s:s, s:s}", "name", config_name, "content",
			project->credentials != NULL ? project->credentials : "{}"));
}

void project_use_socket(Project *project, const char *credentials)
{
	const char *name;
	json_t *service;
	g_free(project->credentials);
	project->credentials = g_strdup(credentials);
	json_object_foreach (project_services(project), name, service)
		use_socket(project, service);
}
