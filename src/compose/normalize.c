/* Adds implied values: the default network, names, dependencies by links and shared namespaces. */
#include "compose/load.h"

#include <string.h>

static json_t *member(json_t *object, const char *name)
{
	json_t *value = json_object_get(object, name);
	if (!json_is_object(value)) {
		value = json_object();
		json_object_set_new(object, name, value);
	}
	return value;
}

/* A service without networks joins the default one. True: it does. */
static bool join_default(json_t *service)
{
	json_t *networks = json_object_get(service, "networks");
	if (json_object_get(service, "provider") != NULL ||
		json_object_get(service, "network_mode") != NULL)
		return false;
	if (json_object_size(networks) == 0)
		json_object_set_new(service, "networks", networks = json_pack("{s:n}", "default"));
	return json_object_get(networks, "default") != NULL;
}

static void add_default_network(json_t *tree)
{
	json_t *service, *networks = json_object_get(tree, "networks");
	const char *name;
	bool used = false;
	json_object_foreach (json_object_get(tree, "services"), name, service)
		used = join_default(service) || used;
	if (used && json_object_get(networks, "default") == NULL)
		json_object_set_new(member(tree, "networks"), "default", json_null());
}

static const char *known_value(const Environment *environment, const char *name)
{
	return strchr(name, '=') == NULL ? environment_get(environment, name) : NULL;
}

/* Names without a value take the variable's; keep: keeps those without one. */
static void resolve_names(
	json_t *service, const char *key, const Environment *environment, bool keep)
{
	json_t *own = json_object_get(service, key), *value;
	const char *name;
	void *next;
	json_object_foreach_safe (own, next, name, value) {
		const char *known = json_is_null(value) ? environment_get(environment, name) : NULL;
		if (known != NULL)
			json_object_set_new(own, name, json_lenient(known));
		else if (json_is_null(value) && !keep)
			json_object_del(own, name);
	}
	for (size_t i = json_array_size(own); i-- > 0;) {
		const char *text = json_elem(own, i), *known = known_value(environment, text);
		g_autofree char *pair = g_strconcat(text, "=", known, NULL);
		if (known != NULL)
			json_array_set_new(own, i, json_lenient(pair));
		else if (strchr(text, '=') == NULL && !keep)
			json_array_remove(own, i);
	}
}

static void depend(json_t *service, const char *name, bool restart)
{
	json_t *all = member(service, "depends_on");
	if (json_object_get(all, name) == NULL)
		json_object_set_new(all, name,
			json_pack("{s:s, s:b, s:b}", "condition", "service_started", "restart",
				restart, "required", 1));
}

/* Links, shared namespaces and volumes of another service imply a dependency. */
static void imply_dependencies(json_t *service)
{
	static const char *const modes[] = {"network_mode", "ipc", "pid", "uts", "cgroup"};
	json_t *links = json_object_get(service, "links"),
	       *from = json_object_get(service, "volumes_from");
	for (size_t i = 0; i < json_array_size(links); i++) {
		const char *text = json_elem(links, i);
		g_auto(GStrv) parts = g_strsplit(text, ":", -1);
		depend(service, g_strv_length(parts) == 2 ? parts[0] : text, true);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
		const char *mode = json_str(service, modes[i]);
		if (g_str_has_prefix(mode, "service:"))
			depend(service, mode + strlen("service:"), true);
	}
	for (size_t i = 0; i < json_array_size(from); i++) {
		const char *text = json_elem(from, i);
		g_autofree char *name = g_strndup(text, strcspn(text, ":"));
		if (!g_str_has_prefix(text, "container:"))
			depend(service, name, false);
	}
}

static void normalize_build(json_t *service, const Environment *environment)
{
	json_t *build = json_object_get(service, "build");
	if (!json_is_object(build))
		return;
	if (!json_is_string(json_object_get(build, "context")))
		json_object_set_new(build, "context", json_string("."));
	if (json_object_get(build, "dockerfile") == NULL &&
		json_object_get(build, "dockerfile_inline") == NULL)
		json_object_set_new(build, "dockerfile", json_string("Dockerfile"));
	resolve_names(build, "args", environment, false);
}

static void normalize_service(json_t *service, const Environment *environment)
{
	size_t i;
	json_t *mount;
	if (strcmp(json_str(service, "pull_policy"), "if_not_present") == 0)
		json_object_set_new(service, "pull_policy", json_string("missing"));
	normalize_build(service, environment);
	resolve_names(service, "environment", environment, true);
	imply_dependencies(service);
	json_array_foreach (json_object_get(service, "volumes"), i, mount) {
		const char *target = json_str(mount, "target");
		g_autofree char *clean = path_clean(target);
		if (*target != '\0')
			json_object_set_new(mount, "target", json_lenient(clean));
	}
}

static bool is_external(const json_t *resource)
{
	json_t *external = json_object_get(resource, "external");
	return json_is_true(external) || g_strcmp0(json_string_value(external), "true") == 0;
}

static void name_resources(json_t *tree, const char *project)
{
	static const char *const kinds[] = {"networks", "volumes", "configs", "secrets"};
	const char *name;
	json_t *value;
	void *next;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		json_t *all = json_object_get(tree, kinds[i]);
		json_object_foreach_safe (all, next, name, value) {
			if (!json_is_object(value))
				json_object_set_new(all, name, value = json_object());
			g_autofree char *full = is_external(value)
							? g_strdup(name)
							: g_strconcat(project, "_", name, NULL);
			if (json_object_get(value, "name") == NULL)
				json_object_set_new(value, "name", json_lenient(full));
		}
	}
}

void tree_normalize(json_t *tree, const char *project, const Environment *environment)
{
	json_t *service;
	const char *name;
	json_object_set_new(tree, "name", json_string(project));
	add_default_network(tree);
	json_object_foreach (json_object_get(tree, "services"), name, service)
		normalize_service(service, environment);
	name_resources(tree, project);
}
