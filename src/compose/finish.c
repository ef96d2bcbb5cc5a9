/* Final stage: typed values, env files and label files, and the selection by profiles. */
#include "compose/keys.h"
#include "compose/load.h"

#include "base/error.h"
#include "base/json_names.h"
#include "base/shown.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Variables in an env_file: the project's, then the service's own. */
static Environment *known_to(const Environment *project, const json_t *service)
{
	Environment *known = environment_new(false);
	GHashTableIter each;
	gpointer key, known_value;
	const char *name;
	json_t *value;
	known->quiet = project->quiet;
	json_object_foreach (json_object_get(service, "environment"), name, value)
		if (json_is_string(value))
			environment_set(known, name, json_string_value(value), true);
	g_hash_table_iter_init(&each, project->values);
	while (g_hash_table_iter_next(&each, &key, &known_value))
		environment_set(known, key, known_value, true);
	return known;
}

static bool read_env_file(
	const Project *project, const json_t *file, Environment *known, json_t *all, GError **error)
{
	const char *format = json_str(file, "format"), *path = json_str(file, "path");
	bool raw = strcmp(format, "raw") == 0;
	struct stat status;
	if (!remote_holds(project, path, error))
		return false;
	if (stat(path, &status) < 0 && errno == ENOENT)
		return !json_bool(file, "required") ||
		       fail(error, BERTH_ERROR_UNAVAILABLE,
			       "env file %s not found: stat %s: no such file or directory", path,
			       path);
	if (*format != '\0' && !raw)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "unsupported env_file format \"%s\"",
			format);
	g_autoptr(json_t) values = dotenv_read(path, raw, true, known, error);
	if (values == NULL)
		return false;
	json_object_update(all, values);
	return true;
}

/* env_file, in order, overridden by environment; names alone take the caller's value. */
static bool resolve_environment(
	const Project *project, const Environment *environment, json_t *service, GError **error)
{
	g_autoptr(json_t) all = json_object();
	json_t *files = json_object_get(service, "env_file"),
	       *own = json_object_get(service, "environment"), *file, *value;
	const char *name;
	size_t i;
	json_object_foreach (own, name, value) {
		const char *known = json_is_null(value) ? environment_get(environment, name) : NULL;
		if (known != NULL)
			json_object_set_new(own, name, json_lenient(known));
	}
	g_autoptr(Environment) known = known_to(environment, service);
	json_array_foreach (files, i, file)
		if (!read_env_file(project, file, known, all, error))
			return false;
	json_object_foreach (own, name, value)
		json_object_set(all, name, value);
	json_object_del(service, "env_file");
	if (json_object_size(all) > 0)
		json_object_set(service, "environment", all);
	return true;
}

static bool resolve_labels(const Project *project, json_t *service, GError **error)
{
	json_t *files = json_object_get(service, "label_file"), *value;
	g_autoptr(json_t) all = json_object();
	const char *name;
	for (size_t i = 0; i < json_array_size(files); i++) {
		g_autoptr(Environment) known = environment_new(false);
		const char *path = json_elem(files, i);
		json_object_foreach (all, name, value)
			environment_set(known, name, json_string_value(value), true);
		if (!remote_holds(project, path, error))
			return false;
		if (!g_file_test(path, G_FILE_TEST_EXISTS))
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"label file %s not found: stat %s: no such file or directory", path,
				path);
		g_autoptr(json_t) values = dotenv_read(path, false, true, known, error);
		if (values == NULL)
			return false;
		json_object_update(all, values);
	}
	json_object_update(all, json_object_get(service, "labels"));
	if (project->discard_label_files)
		json_object_del(service, "label_file");
	if (json_object_size(all) > 0)
		json_object_set(service, "labels", all);
	return true;
}

static bool resolve_service(
	const Project *project, const Environment *environment, json_t *service, GError **error)
{
	return (project->no_resolve_env ||
		       resolve_environment(project, environment, service, error)) &&
	       resolve_labels(project, service, error);
}

/* A missing file is reported only when its service is used. */
static void resolve_files(Project *project, const Loader *loader)
{
	const char *name;
	json_t *service;
	json_object_foreach (project_services(project), name, service) {
		g_autofree char *path = g_strconcat("services.", name, NULL);
		g_autoptr(GError) problem = NULL, placed = NULL;
		if (resolve_service(project, loader->environment, service, &problem))
			continue;
		loader_fail(loader, &placed, path, "%s", problem->message);
		json_object_set_new(project->faults, name, json_lenient(placed->message));
	}
}

bool project_check_files(const Project *project, const json_t *names, GError **error)
{
	const char *name;
	json_t *fault;
	json_object_foreach (project->faults, name, fault)
		if (names == NULL || json_object_get(names, name) != NULL)
			return fail(error, BERTH_ERROR_UNAVAILABLE, "%s", json_string_value(fault));
	return true;
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
	g_ptr_array_sort(sorted, texts_compare);
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

static void sort_services(Project *project)
{
	json_object_set_new(project->model, "services", json_sorted(project_services(project)));
}

/* Options of binding: the path prefix of messages. */
static bool bind_model(Project *project, const Loader *loader, GError **error)
{
	g_autoptr(GError) problem = NULL;
	json_t *bound = model_bind(project->model, &problem);
	if (bound == NULL) {
		size_t length = strcspn(problem->message, " ");
		g_autofree char *path = g_strndup(problem->message, length > 0 ? length - 1 : 0);
		return loader_fail(loader, error, path, "%s",
			problem->message + length + (problem->message[length] == ' '));
	}
	walk_set(&project->model, bound);
	json_object_set_new(bound, "name", json_string(project->name));
	if (project_services(project) == NULL)
		json_object_set_new(project->model, "services", json_object());
	return true;
}

bool project_finish(Project *project, Loader *loader, GError **error)
{
	const ProjectOptions *options = loader->options;
	project->no_resolve_env = options->no_resolve_env;
	project->discard_label_files = options->discard_label_files;
	project->inactive = json_object();
	project->profiles = json_array();
	project->faults = json_object();
	project->variables = json_object();
	g_autoptr(Environment) none = environment_new(false);
	if (!options->no_normalize)
		tree_normalize(project->model, project->name,
			options->no_interpolate ? none : loader->environment);
	find_variables(project->model, project->variables);
	if (options->no_interpolate)
		return true;
	if (!bind_model(project, loader, error))
		return false;
	json_decref(project->profiles);
	project->profiles = all_profiles(project);
	json_decref(project->inactive);
	set_aside_inactive(project, loader);
	sort_services(project);
	if (!options->no_consistency && !project_check(project, loader, error))
		return false;
	resolve_files(project, loader);
	return true;
}

/* Whether it has a profile that is among those of the services named. */
static bool shares_profile(const json_t *service, const json_t *profiles)
{
	size_t i;
	json_t *profile;
	json_array_foreach (json_object_get(service, "profiles"), i, profile)
		if (json_object_get(profiles, json_string_value(profile)) != NULL)
			return true;
	return false;
}

static json_t *profiles_of(const Project *project, char *const *names)
{
	json_t *profiles = json_object(), *profile;
	size_t i;
	for (; names != NULL && *names != NULL; names++)
		json_array_foreach (
			json_at(json_object_get(project->inactive, *names), "profiles"), i, profile)
			json_object_set_new(profiles, json_string_value(profile), json_true());
	return profiles;
}

bool project_enable(Project *project, char *const *names, GError **error)
{
	g_autoptr(Environment) environment = environment_new(false);
	g_autoptr(json_t) profiles = profiles_of(project, names);
	json_t *services = project_services(project), *value;
	const char *name;
	void *next;
	json_object_foreach (project->environment, name, value)
		environment_set(environment, name, json_string_value(value), true);
	json_object_foreach_safe (project->inactive, next, name, value)
		if (shares_profile(value, profiles)) {
			json_object_set(services, name, value);
			if (!resolve_service(project, environment, value, error))
				return false;
			json_object_del(project->inactive, name);
		}
	sort_services(project);
	return true;
}

/* Whether what they depend on is enabled, too: a profile of its own is not enabled by a dependent. */
static bool check_enabled(const Project *project, const char *name, json_t *seen, GError **error)
{
	const json_t *service = project_service(project, name, error);
	const char *other;
	json_t *dependency;
	if (service == NULL)
		return false;
	if (json_object_get(seen, name) != NULL)
		return true;
	json_object_set_new(seen, name, json_true());
	json_object_foreach (json_object_get(service, "depends_on"), other, dependency)
		if (json_bool(dependency, "required") &&
			!check_enabled(project, other, seen, error))
			return false;
	return true;
}

bool project_activate(Project *project, char *const *names, GError **error)
{
	g_autoptr(json_t) seen = json_object();
	if (!project_enable(project, names, error))
		return false;
	for (; *names != NULL; names++)
		if (!check_enabled(project, *names, seen, error))
			return false;
	return true;
}

/* The place in a model that is none: "services.x.ports[0]: ". */
static bool without_place(GError **error)
{
	const char *text = error != NULL ? strstr((*error)->message, "]: ") : NULL;
	if (text != NULL) {
		char *plain = g_strdup(text + strlen("]: "));
		g_free((*error)->message);
		(*error)->message = plain;
	}
	return false;
}

bool service_add_short(json_t *service, const char *key, const json_t *list, GError **error)
{
	g_autoptr(json_t) tree =
		json_pack("{s:{s:{s:o}}}", "services", "x", key, json_deep_copy(list));
	g_autofree char *here = g_get_current_dir();
	if (!tree_canonical(NULL, tree, false, error) || !tree_defaults(tree, error) ||
		!tree_check(tree, error) || !tree_resolve(tree, here, error))
		return without_place(error);
	g_autoptr(json_t) bound = model_bind(tree, error);
	json_t *own = json_object_get(service, key),
	       *all = json_is_array(own) ? json_copy(own) : json_array();
	json_array_extend(all,
		json_object_get(json_object_get(json_object_get(bound, "services"), "x"), key));
	json_object_set_new(service, key, all);
	return bound != NULL;
}
