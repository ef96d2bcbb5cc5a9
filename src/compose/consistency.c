/* Checks that a model is consistent: references exist, and no settings exclude each other. */
#include "compose/load.h"

#include "base/address.h"
#include "base/error.h"

#include <string.h>

typedef struct {
	const Project *project;
	const Loader *loader;
	const char *name; /* of the current service */
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

static bool check_contexts(const Check *check, const json_t *build)
{
	const char *name;
	json_t *value;
	json_object_foreach (json_object_get(build, "additional_contexts"), name, value) {
		const char *other = json_string_value(value);
		g_autofree char *below = g_strconcat("build.additional_contexts.", name, NULL),
				*text = NULL;
		if (!g_str_has_prefix(other, "service:"))
			continue;
		other += strlen("service:");
		json_t *service = json_object_get(project_services(check->project), other);
		if (service != NULL && json_object_get(service, "build") != NULL)
			continue;
		text = g_strdup_printf("declares %s service \"%s\" as additional contexts %s",
			service == NULL ? "unknown" : "non-buildable", other, name);
		return refuse(check, below, text);
	}
	return true;
}

static bool check_source(const Check *check)
{
	const json_t *build = json_object_get(check->service, "build"),
		     *platforms = json_object_get(build, "platforms");
	const char *platform = json_str(check->service, "platform");
	g_auto(GStrv) known = json_strv(platforms);
	if (*json_str(check->service, "image") == '\0' && build == NULL &&
		json_object_get(check->service, "provider") == NULL)
		return refuse(check, "", "has neither an image nor a build context specified");
	if (*json_str(build, "dockerfile") != '\0' && *json_str(build, "dockerfile_inline") != '\0')
		return refuse(check, "build",
			"declares mutually exclusive dockerfile and dockerfile_inline");
	if (json_array_size(platforms) > 0 && *platform != '\0' &&
		!g_strv_contains((const char *const *)known, platform)) {
		g_autofree char *path = g_strdup_printf("services.%s.platform", check->name);
		return loader_fail(check->loader, check->error, path,
			"service.build.platforms MUST include service.platform \"%s\": invalid "
			"compose project",
			platform);
	}
	return check_contexts(check, build);
}

static bool check_networks(const Check *check)
{
	const char *name;
	json_t *endpoint, *networks = json_object_get(check->service, "networks");
	if (*json_str(check->service, "network_mode") != '\0' && json_object_size(networks) > 0)
		return refuse(check, "network_mode",
			"declares mutually exclusive `network_mode` and `networks`");
	json_object_foreach (networks, name, endpoint) {
		g_autofree char *below = g_strconcat("networks.", name, NULL);
		if (!has(check, "networks", name))
			return undefined(check, below, "network", name);
	}
	return true;
}

static bool check_health(const Check *check)
{
	static const char *const known[] = {"NONE", "CMD", "CMD-SHELL", NULL};
	const json_t *test = json_at(check->service, "healthcheck.test");
	return json_array_size(test) == 0 || g_strv_contains(known, json_elem(test, 0)) ||
	       refuse(check, "healthcheck.test",
		       "has a healthcheck.test that must start with NONE, CMD or CMD-SHELL");
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

/* Two mounts at the same target. */
static bool check_targets(const Check *check)
{
	static const char *const kinds[] = {"tmpfs", "volumes"};
	g_autoptr(GHashTable) places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
		size_t i;
		json_t *mount;
		json_array_foreach (json_object_get(check->service, kinds[k]), i, mount) {
			const char *text = json_is_string(mount) ? json_string_value(mount)
								 : json_str(mount, "target");
			size_t length = json_is_string(mount) ? strcspn(text, ":") : strlen(text);
			g_autofree char *target = g_strndup(text, length),
					*below = g_strdup_printf("%s[%zu]", kinds[k], i),
					*said = g_strdup_printf(
						"has target %s mounted already", target);
			if (!g_hash_table_add(places, g_steal_pointer(&target)))
				return refuse(check, below, said);
		}
	}
	return true;
}

static bool check_files(const Check *check, const char *kind, const char *one, const json_t *list)
{
	size_t i;
	json_t *use;
	json_array_foreach (list, i, use) {
		g_autofree char *below = g_strdup_printf("%s[%zu]", kind, i);
		if (!has(check, kind, json_str(use, "source")))
			return undefined(check, below, one, json_str(use, "source"));
	}
	return true;
}

static bool check_models(const Check *check)
{
	const char *name;
	json_t *value;
	json_object_foreach (json_object_get(check->service, "models"), name, value) {
		g_autofree char *below = g_strconcat("models.", name, NULL);
		if (!has(check, "models", name))
			return undefined(check, below, "model", name);
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
		if (has(check, "services", name) ||
			(asleep != NULL && !json_bool(value, "required")))
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

static bool check_shared_network(const Check *check)
{
	const char *mode = json_str(check->service, "network_mode");
	g_autofree char *text = NULL;
	if (!g_str_has_prefix(mode, "service:") ||
		has(check, "services", mode + strlen("service:")))
		return true;
	text = g_strdup_printf("not found for network_mode '%s'", mode);
	return refuse(check, "network_mode", text);
}

static double number_of(const json_t *value)
{
	return json_is_string(value) ? (double)g_ascii_strtoll(json_string_value(value), NULL, 10)
				     : json_number_value(value);
}

/* Duplicate settings must be equal. */
static bool check_limits(const Check *check)
{
	static const struct {
		const char *own, *part, *deploy;
	} twice[] = {{"cpus", "limits", "cpus"}, {"mem_limit", "limits", "memory"},
		{"mem_reservation", "reservations", "memory"}, {"pids_limit", "limits", "pids"}};
	for (size_t i = 0; i < G_N_ELEMENTS(twice); i++) {
		json_t *own = json_object_get(check->service, twice[i].own),
		       *resources = json_at(check->service, "deploy.resources"),
		       *part = json_object_get(resources, twice[i].part);
		g_autofree char *text = g_strdup_printf(
			"can't set distinct values on '%s' and 'deploy.resources.%s.%s'",
			twice[i].own, twice[i].part, twice[i].deploy);
		if (own != NULL && part != NULL &&
			number_of(own) != number_of(json_object_get(part, twice[i].deploy)))
			return refuse(check, twice[i].own, text);
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
	if (service_replicas(check->service) < 0)
		return refuse(check, scale != NULL ? "scale" : "deploy.replicas",
			"has a scale that must be greater than or equal to 0");
	if (*json_str(check->service, "container_name") != '\0' &&
		service_replicas(check->service) > 1)
		return refuse(check, "container_name",
			"has a container_name, which must be unique, and more than one container");
	return true;
}

static bool check_watch(const Check *check)
{
	size_t i;
	json_t *watch;
	json_array_foreach (json_at(check->service, "develop.watch"), i, watch) {
		const char *action = json_str(watch, "action");
		g_autofree char *below = g_strdup_printf("develop.watch[%zu]", i);
		if (*json_str(watch, "target") == '\0' && strcmp(action, "rebuild") != 0 &&
			strcmp(action, "restart") != 0)
			return refuse(check, below,
				"has a watch whose target is required for non-rebuild actions");
	}
	return true;
}

static bool check_service(const Check *check)
{
	const json_t *service = check->service;
	return check_source(check) && check_networks(check) && check_health(check) &&
	       check_dependencies(check) && check_shared_network(check) && check_mounts(check) &&
	       check_files(check, "secrets", "build secret", json_at(service, "build.secrets")) &&
	       check_files(check, "configs", "config", json_object_get(service, "configs")) &&
	       check_models(check) &&
	       check_files(check, "secrets", "secret", json_object_get(service, "secrets")) &&
	       check_scale(check) && check_limits(check) && check_watch(check) &&
	       check_targets(check);
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

bool project_check_names(const Project *project, const json_t *names, GError **error)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	const char *name;
	json_t *service;
	json_object_foreach (project_services(project), name, service) {
		if (names != NULL && json_object_get(names, name) == NULL)
			continue;
		const char *own = json_str(service, "container_name"),
			   *other = *own != '\0' ? g_hash_table_lookup(seen, own) : NULL;
		if (other != NULL)
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"services.%s: container name \"%s\" is already in use by service "
				"%s",
				name, own, other);
		if (*own != '\0')
			g_hash_table_insert(seen, (gpointer)own, (gpointer)name);
	}
	return true;
}

static bool check_secrets(const Check *check)
{
	const char *name;
	json_t *value;
	json_object_foreach (json_object_get(check->project->model, "secrets"), name, value) {
		g_autofree char *path = g_strconcat("secrets.", name, NULL);
		if (!json_bool(value, "external") && *json_str(value, "file") == '\0' &&
			*json_str(value, "environment") == '\0')
			return loader_fail(check->loader, check->error, path,
				"secret \"%s\" must declare either `file` or `environment`: "
				"invalid compose project",
				name);
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
	return check_secrets(&check);
}

/* Exactly one of file, environment and content, unless the resource is external. */
static bool check_source_of(Walk *walk, const json_t *file, const char *const *names)
{
	g_autofree char *all = g_strjoinv("|", (char **)names);
	int count = 0;
	for (; *names != NULL; names++)
		count += json_object_get(file, *names) != NULL;
	if (count > 1)
		return walk_fail(walk,
			"%s attributes are mutually exclusive: one of them must be "
			"set, and only one",
			all);
	return count == 1 || json_object_get(file, "driver") != NULL ||
	       json_object_get(file, "external") != NULL ||
	       walk_fail(walk, "one of file, environment, content and external must be set (%s)",
		       all);
}

static bool check_config(Walk *walk, json_t **value)
{
	static const char *const names[] = {"file", "environment", "content", NULL};
	return check_source_of(walk, *value, names);
}

static bool check_secret(Walk *walk, json_t **value)
{
	static const char *const names[] = {"file", "environment", NULL};
	return check_source_of(walk, *value, names);
}

static bool check_volume(Walk *walk, json_t **value)
{
	const char *name;
	json_t *member;
	if (!json_is_true(json_object_get(*value, "external")))
		return true;
	json_object_foreach (*value, name, member)
		if (strcmp(name, "name") != 0 && strcmp(name, "external") != 0 &&
			!g_str_has_prefix(name, "x-"))
			return walk_fail(walk,
				"conflicting parameters \"external\" and \"%s\" specified", name);
	return true;
}

static bool check_address(Walk *walk, json_t **value)
{
	const char *ip = json_str(*value, "host_ip");
	Address address;
	return json_object_get(*value, "host_ip") == NULL || address_parse(ip, &address) ||
	       walk_fail(walk, "invalid ip address: %s", ip);
}

static bool check_path(Walk *walk, json_t **value)
{
	return !json_is_string(*value) || *json_string_value(*value) != '\0' ||
	       walk_fail(walk, "value can't be blank");
}

static bool check_request(Walk *walk, json_t **value)
{
	return json_object_get(*value, "count") == NULL ||
	       json_object_get(*value, "device_ids") == NULL ||
	       walk_fail(walk, "\"count\" and \"device_ids\" attributes are exclusive");
}

bool tree_check(const json_t *tree, GError **error)
{
	static const struct {
		const char *pattern;
		Visit visit;
	} places[] = {{"volumes.*", check_volume}, {"configs.*", check_config},
		{"secrets.*", check_secret}, {"services.*.ports[]", check_address},
		{"services.*.develop.watch[].path", check_path},
		{"services.*.deploy.resources.reservations.devices[]", check_request},
		{"services.*.gpus[]", check_request}};
	g_autoptr(GString) path = g_string_new("");
	Walk walk = {.path = path, .error = error};
	json_t *root = (json_t *)tree;
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		if (!walk_at(&walk, &root, places[i].pattern, places[i].visit))
			return false;
	return true;
}
