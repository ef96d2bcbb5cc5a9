/* What a model implies is said: names, the default network, variables from files, dependencies by links. */
#include "compose/load.h"

#include "base/error.h"
#include "base/shown.h"

#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {"services", "networks", "volumes", "secrets", "configs"};

static json_t *member(json_t *object, const char *name)
{
	json_t *value = json_object_get(object, name);
	if (!json_is_object(value)) {
		value = json_object();
		json_object_set_new(object, name, value);
	}
	return value;
}

/* "key:" without a value says nothing, but where null means something. */
static void drop_nulls(json_t *object)
{
	const char *name;
	json_t *value;
	void *next;
	json_object_foreach_safe (object, next, name, value)
		if (json_is_null(value))
			json_object_del(object, name);
}

/* env_file, in order; then environment over it; names alone take the caller's value. */
static bool resolve_environment(Loader *loader, json_t *service, GError **error)
{
	g_autoptr(json_t) all = json_object();
	json_t *files = json_object_get(service, "env_file"),
	       *own = json_object_get(service, "environment"), *file, *value;
	const char *name;
	size_t i;
	json_array_foreach (files, i, file) {
		bool required = !json_is_false(json_object_get(file, "required"));
		const char *format = json_str(file, "format");
		if (*format != '\0' && strcmp(format, "raw") != 0)
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"unsupported env_file format \"%s\"", format);
		g_autoptr(json_t) values = dotenv_read(json_str(file, "path"), *format != '\0',
			required, loader->environment, error);
		if (values == NULL)
			return false;
		json_object_foreach (values, name, value)
			if (!json_is_null(value))
				json_object_set(all, name, value);
	}
	json_object_foreach (own, name, value) {
		const char *known =
			json_is_null(value) ? environment_get(loader->environment, name) : NULL;
		if (known != NULL)
			json_object_set_new(all, name, json_lenient(known));
		else if (!json_is_null(value) || json_object_get(all, name) == NULL)
			json_object_set(all, name, value);
	}
	json_object_del(service, "env_file");
	if (json_object_size(all) > 0)
		json_object_set(service, "environment", all);
	return true;
}

static bool resolve_labels(Loader *loader, json_t *service, GError **error)
{
	json_t *files = json_object_get(service, "label_file"), *value;
	g_autoptr(json_t) all = json_object();
	const char *name;
	for (size_t i = 0; i < json_array_size(files); i++) {
		g_autoptr(json_t) values =
			dotenv_read(json_elem(files, i), false, true, loader->environment, error);
		if (values == NULL)
			return false;
		json_object_update(all, values);
	}
	json_object_foreach (json_object_get(service, "labels"), name, value)
		json_object_set(all, name, value);
	json_object_del(service, "label_file");
	if (json_object_size(all) > 0)
		json_object_set(service, "labels", all);
	return true;
}

static void depend(json_t *service, const char *name, bool restart)
{
	json_t *all = member(service, "depends_on");
	if (json_object_get(all, name) != NULL)
		return;
	json_t *entry = json_pack("{s:s, s:b}", "condition", "service_started", "required", 1);
	if (restart)
		json_object_set_new(entry, "restart", json_true());
	json_object_set_new(all, name, entry);
}

/* Links, shared namespaces and volumes of another service: it has to be there first. */
static void imply_dependencies(json_t *service)
{
	static const char *const modes[] = {"network_mode", "ipc", "pid", "uts", "cgroup"};
	json_t *links = json_object_get(service, "links"),
	       *from = json_object_get(service, "volumes_from");
	for (size_t i = 0; i < json_array_size(links); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(links, i), ":", 2);
		depend(service, parts[0], true);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
		const char *mode = json_str(service, modes[i]);
		if (g_str_has_prefix(mode, "service:"))
			depend(service, mode + strlen("service:"), true);
	}
	for (size_t i = 0; i < json_array_size(from); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(from, i), ":", 2);
		if (strcmp(parts[0], "container") != 0)
			depend(service, parts[0], false);
	}
}

static void finish_build(Loader *loader, json_t *service)
{
	json_t *build = json_object_get(service, "build"), *args = json_object_get(build, "args"),
	       *value;
	const char *name;
	void *next;
	if (build == NULL)
		return;
	if (*json_str(build, "context") == '\0')
		json_object_set_new(build, "context", json_lenient(loader->folder));
	if (*json_str(build, "dockerfile") == '\0' &&
		json_object_get(build, "dockerfile_inline") == NULL)
		json_object_set_new(build, "dockerfile", json_string("Dockerfile"));
	json_object_foreach_safe (args, next, name, value) {
		const char *known =
			json_is_null(value) ? environment_get(loader->environment, name) : NULL;
		if (known != NULL)
			json_object_set_new(args, name, json_lenient(known));
	}
}

static bool finish_service(Loader *loader, json_t *service, GError **error)
{
	drop_nulls(service);
	if (!loader->options->no_resolve_env && (!resolve_environment(loader, service, error) ||
							!resolve_labels(loader, service, error)))
		return false;
	finish_build(loader, service);
	imply_dependencies(service);
	if (json_object_size(json_object_get(service, "networks")) == 0 &&
		json_object_get(service, "provider") == NULL &&
		json_object_get(service, "network_mode") == NULL)
		json_object_set_new(service, "networks", json_pack("{s:n}", "default"));
	return true;
}

static void name_resources(Project *project)
{
	const char *name;
	json_t *value;
	void *next;
	for (size_t i = 1; i < G_N_ELEMENTS(kinds); i++) {
		json_t *all = json_object_get(project->model, kinds[i]);
		json_object_foreach_safe (all, next, name, value) {
			if (!json_is_object(value))
				json_object_set_new(all, name, value = json_object());
			drop_nulls(value);
			if (*json_str(value, "name") != '\0')
				continue;
			g_autofree char *full =
				json_bool(value, "external")
					? g_strdup(name)
					: g_strconcat(project->name, "_", name, NULL);
			json_object_set_new(value, "name", json_string(full));
		}
	}
}

static int by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static json_t *all_profiles(const Project *project)
{
	g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	const char *name;
	json_t *service, *list = json_array();
	json_object_foreach (project_services(project), name, service) {
		json_t *profiles = json_object_get(service, "profiles");
		for (size_t i = 0; i < json_array_size(profiles); i++)
			if (g_hash_table_add(names, (gpointer)json_elem(profiles, i)))
				g_ptr_array_add(sorted, (gpointer)json_elem(profiles, i));
	}
	g_ptr_array_sort(sorted, by_text);
	for (guint i = 0; i < sorted->len; i++)
		json_array_append_new(list, json_string(sorted->pdata[i]));
	return list;
}

static bool is_active(const json_t *service, const char *const *active)
{
	json_t *profiles = json_object_get(service, "profiles");
	if (json_array_size(profiles) == 0)
		return true;
	for (size_t i = 0; i < json_array_size(profiles); i++)
		if (g_strv_contains(active, json_elem(profiles, i)))
			return true;
	return g_strv_contains(active, "*");
}

static void set_aside_inactive(Project *project, const Loader *loader)
{
	const char *listed = environment_get(loader->environment, "COMPOSE_PROFILES"), *name;
	char *const *given = loader->options->profiles;
	g_auto(GStrv) split = g_strsplit(listed != NULL ? listed : "", ",", -1);
	const char *const *active =
		(const char *const *)(given != NULL && *given != NULL ? given : split);
	json_t *services = project_services(project), *service;
	void *next;
	project->inactive = json_object();
	json_object_foreach_safe (services, next, name, service)
		if (!loader->options->all_profiles && !is_active(service, active)) {
			json_object_set(project->inactive, name, service);
			json_object_del(services, name);
		}
}

/* A service that need not be there is forgotten where it is not. */
static void forget_optional(const Project *project)
{
	const char *name, *other;
	json_t *service, *dependency;
	void *next;
	json_object_foreach (project_services(project), name, service) {
		json_t *all = json_object_get(service, "depends_on");
		json_object_foreach_safe (all, next, other, dependency)
			if (json_is_false(json_object_get(dependency, "required")) &&
				json_object_get(project_services(project), other) == NULL)
				json_object_del(all, other);
		if (all != NULL && json_object_size(all) == 0)
			json_object_del(service, "depends_on");
	}
}

static void sort_services(Project *project)
{
	json_t *services = project_services(project), *sorted = json_object(), *service;
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *name;
	json_object_foreach (services, name, service)
		g_ptr_array_add(names, (gpointer)name);
	g_ptr_array_sort(names, by_text);
	for (guint i = 0; i < names->len; i++)
		json_object_set(
			sorted, names->pdata[i], json_object_get(services, names->pdata[i]));
	json_object_set_new(project->model, "services", sorted);
}

static void warn_obsolete(Project *project)
{
	if (json_object_get(project->model, "version") == NULL)
		return;
	print_to(stderr,
		"WARN[0000] %s: the attribute `version` is obsolete, it will be ignored, please "
		"remove it to "
		"avoid potential confusion\n",
		project->files[0]);
	json_object_del(project->model, "version");
}

bool project_finish(Project *project, Loader *loader, GError **error)
{
	const char *name;
	json_t *service;
	json_object_set_new(project->model, "name", json_string(project->name));
	warn_obsolete(project);
	if (loader->options->no_normalize) {
		project->inactive = json_object();
		project->profiles = json_array();
		return true;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		member(project->model, kinds[i]);
	project->profiles = all_profiles(project);
	json_object_foreach (project_services(project), name, service) {
		g_autofree char *path = g_strconcat("services.", name, NULL);
		g_autoptr(GError) problem = NULL;
		if (!json_is_object(service))
			return loader_fail(loader, error, path, "must be a mapping");
		if (!finish_service(loader, service, &problem))
			return loader_fail(loader, error, path, "%s", problem->message);
		if (json_object_get(json_object_get(service, "networks"), "default") != NULL)
			member(json_object_get(project->model, "networks"), "default");
	}
	set_aside_inactive(project, loader);
	forget_optional(project);
	sort_services(project);
	name_resources(project);
	return loader->options->no_consistency || project_check(project, loader, error);
}

static bool activate(Project *project, const char *name, GError **error)
{
	json_t *services = project_services(project),
	       *service = json_object_get(project->inactive, name), *dependency;
	const char *other;
	if (service != NULL) {
		json_object_set(services, name, service);
		json_object_del(project->inactive, name);
	} else if ((service = project_service(project, name, error)) == NULL) {
		return false;
	}
	json_object_foreach (json_object_get(service, "depends_on"), other, dependency)
		if (json_object_get(services, other) == NULL && !activate(project, other, error))
			return false;
	return true;
}

bool project_activate(Project *project, char *const *names, GError **error)
{
	for (; *names != NULL; names++)
		if (!activate(project, *names, error))
			return false;
	sort_services(project);
	return true;
}
