/* That a model holds together: what is named is there, what excludes each other does not meet. */
#include "compose/load.h"

#include <string.h>

typedef struct {
	const Project *project;
	const Loader *loader;
	const char *name; /* of the service at hand */
	json_t *service;
	GError **error;
} Check;

static bool refuse(const Check *check, const char *below, const char *text)
{
	g_autofree char *path =
		g_strconcat("services.", check->name, *below != '\0' ? "." : "", below, NULL);
	return loader_fail(check->loader, check->error, path,
		"service \"%s\" %s: invalid compose project", check->name, text);
}

static bool has(const Check *check, const char *kind, const char *name)
{
	return json_object_get(json_object_get(check->project->model, kind), name) != NULL;
}

static bool undefined(const Check *check, const char *below, const char *kind, const char *name)
{
	g_autofree char *text = g_strdup_printf("refers to undefined %s %s", kind, name);
	return refuse(check, below, text);
}

static bool check_source(const Check *check)
{
	if (json_object_get(check->service, "image") != NULL ||
		json_object_get(check->service, "build") != NULL ||
		json_object_get(check->service, "provider") != NULL)
		return true;
	return refuse(check, "", "has neither an image nor a build context specified");
}

static bool check_networks(const Check *check)
{
	const char *name;
	json_t *endpoint, *networks = json_object_get(check->service, "networks");
	if (json_object_get(check->service, "network_mode") != NULL &&
		json_object_size(networks) > 0)
		return refuse(check, "network_mode",
			"declares mutually exclusive `network_mode` and `networks`");
	json_object_foreach (networks, name, endpoint) {
		g_autofree char *below = g_strconcat("networks.", name, NULL);
		if (!has(check, "networks", name))
			return undefined(check, below, "network", name);
	}
	return true;
}

static bool check_mounts(const Check *check)
{
	size_t i;
	json_t *mount;
	json_array_foreach (json_object_get(check->service, "volumes"), i, mount) {
		const char *source = json_str(mount, "source");
		g_autofree char *below = g_strdup_printf("volumes[%zu]", i);
		if (strcmp(json_str(mount, "type"), "volume") == 0 && *source != '\0' &&
			!has(check, "volumes", source))
			return undefined(check, below, "volume", source);
	}
	return true;
}

static bool check_files(const Check *check, const char *kind, const char *one)
{
	size_t i;
	json_t *use;
	json_array_foreach (json_object_get(check->service, kind), i, use) {
		g_autofree char *below = g_strdup_printf("%s[%zu]", kind, i);
		if (!has(check, kind, json_str(use, "source")))
			return undefined(check, below, one, json_str(use, "source"));
	}
	return true;
}

static bool check_dependencies(const Check *check)
{
	const char *name;
	json_t *value;
	json_object_foreach (json_object_get(check->service, "depends_on"), name, value) {
		json_t *asleep = json_object_get(check->project->inactive, name);
		g_autofree char *below = g_strconcat("depends_on.", name, NULL), *text = NULL;
		if (has(check, "services", name))
			continue;
		if (asleep == NULL) {
			text = g_strdup_printf("depends on undefined service \"%s\"", name);
			return refuse(check, below, text);
		}
		g_auto(GStrv) profiles = json_strv(json_object_get(asleep, "profiles"));
		g_autofree char *list = g_strjoinv(" ", profiles);
		return loader_fail(check->loader, check->error, below,
			"service %s is required by %s but is disabled. Can be enabled by profiles "
			"[%s]",
			name, check->name, list);
	}
	return true;
}

static bool check_scale(const Check *check)
{
	json_t *scale = json_object_get(check->service, "scale"),
	       *replicas = json_at(check->service, "deploy.replicas");
	if (scale != NULL && replicas != NULL && !json_equal(scale, replicas))
		return refuse(check, "scale",
			"can't set distinct values on 'scale' and 'deploy.replicas'");
	if (*json_str(check->service, "container_name") != '\0' &&
		service_replicas(check->service) > 1)
		return refuse(check, "container_name",
			"has a container_name, which must be unique, and more than one container");
	return true;
}

static bool check_pull_policy(const Check *check)
{
	static const char *const known[] = {"", "always", "never", "missing", "if_not_present",
		"build", "daily", "weekly", "refresh", NULL};
	const char *policy = json_str(check->service, "pull_policy");
	return g_strv_contains(known, policy) || g_str_has_prefix(policy, "every_") ||
	       refuse(check, "pull_policy", "has an invalid pull_policy");
}

static bool check_service(const Check *check)
{
	return check_source(check) && check_networks(check) && check_mounts(check) &&
	       check_files(check, "secrets", "secret") && check_files(check, "configs", "config") &&
	       check_dependencies(check) && check_scale(check) && check_pull_policy(check);
}

/* Depth first; trail: the names on the way. */
static bool find_cycle(const Check *check, const char *name, GHashTable *done, GPtrArray *trail)
{
	const char *other;
	json_t *value;
	if (g_hash_table_contains(done, name))
		return true;
	bool again = g_ptr_array_find_with_equal_func(trail, name, g_str_equal, NULL);
	g_ptr_array_add(trail, (gpointer)name);
	if (again) {
		g_autoptr(GString) text = g_string_new("dependency cycle detected: ");
		for (guint i = 0; i < trail->len; i++)
			g_string_append_printf(
				text, "%s%s", i > 0 ? " -> " : "", (char *)trail->pdata[i]);
		g_autofree char *path = g_strconcat("services.", name, ".depends_on", NULL);
		return loader_fail(check->loader, check->error, path, "%s", text->str);
	}
	json_object_foreach (
		json_object_get(
			json_object_get(project_services(check->project), name), "depends_on"),
		other, value)
		if (!find_cycle(check, other, done, trail))
			return false;
	g_ptr_array_set_size(trail, (int)trail->len - 1);
	g_hash_table_add(done, (gpointer)name);
	return true;
}

static bool check_container_names(Check *check)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	json_object_foreach (project_services(check->project), check->name, check->service) {
		const char *own = json_str(check->service, "container_name");
		const char *other = *own != '\0' ? g_hash_table_lookup(seen, own) : NULL;
		g_autofree char *text =
			g_strdup_printf("has the container_name \"%s\" of service \"%s\"", own,
				other != NULL ? other : "");
		if (other != NULL)
			return refuse(check, "container_name", text);
		if (*own != '\0')
			g_hash_table_insert(seen, (gpointer)own, (gpointer)check->name);
	}
	return true;
}

static bool check_sources(const Check *check)
{
	static const char *const kinds[] = {"secrets", "configs"};
	const char *name;
	json_t *value;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		json_object_foreach (
			json_object_get(check->project->model, kinds[i]), name, value) {
			g_autofree char *path = g_strdup_printf("%s.%s", kinds[i], name);
			int count = (json_object_get(value, "file") != NULL) +
				    (json_object_get(value, "environment") != NULL) +
				    (json_object_get(value, "content") != NULL) +
				    json_bool(value, "external") +
				    (json_object_get(value, "driver") != NULL);
			if (count != 1)
				return loader_fail(check->loader, check->error, path,
					"one of file, environment, content and external must be "
					"set%s",
					count > 1 ? ", and only one" : "");
		}
	return true;
}

bool project_check(const Project *project, const Loader *loader, GError **error)
{
	Check check = {.project = project, .loader = loader, .error = error};
	g_autoptr(GHashTable) done = g_hash_table_new(g_str_hash, g_str_equal);
	const char *name;
	json_t *service;
	json_object_foreach (project_services(project), check.name, check.service)
		if (!check_service(&check))
			return false;
	json_object_foreach (project_services(project), name, service) {
		g_autoptr(GPtrArray) trail = g_ptr_array_new();
		if (!find_cycle(&check, name, done, trail))
			return false;
	}
	return check_container_names(&check) && check_sources(&check);
}
