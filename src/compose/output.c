/* The model as `compose config` prints it, and the text that hashes are computed from. */
#include "compose/go_text.h"
#include "compose/keys.h"
#include "compose/load.h"
#include "compose/yaml.h"

#include <string.h>

static bool uses_name(const json_t *list, const char *member, const char *name)
{
	size_t i;
	json_t *use;
	json_array_foreach (list, i, use)
		if (strcmp(json_str(use, member), name) == 0)
			return true;
	return false;
}

/* A bind's source is no volume's name. */
static bool mounts_volume(const json_t *mounts, const char *name)
{
	size_t i;
	json_t *mount;
	json_array_foreach (mounts, i, mount)
		if (strcmp(json_str(mount, "type"), "volume") == 0 &&
			strcmp(json_str(mount, "source"), name) == 0)
			return true;
	return false;
}

bool project_uses(const Project *project, const char *kind, const char *name)
{
	const char *service_name;
	json_t *service;
	bool volumes = strcmp(kind, "volumes") == 0;
	json_object_foreach (project_services(project), service_name, service) {
		json_t *uses = json_object_get(service, kind),
		       *build = json_object_get(service, "build");
		if ((json_is_object(uses) && json_object_get(uses, name) != NULL) ||
			(volumes ? mounts_volume(uses, name)
				 : json_is_array(uses) && uses_name(uses, "source", name)) ||
			(strcmp(kind, "secrets") == 0 &&
				uses_name(json_object_get(build, kind), "source", name)))
			return true;
	}
	return false;
}

void project_keep_used(Project *project)
{
	static const char *const kinds[] = {"networks", "volumes", "secrets", "configs", "models"};
	const char *name;
	json_t *value;
	void *next;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		json_t *all = json_object_get(project->model, kinds[i]);
		json_object_foreach_safe (all, next, name, value)
			if (!project_uses(project, kinds[i], name))
				json_object_del(all, name);
		if (all != NULL && json_object_size(all) == 0)
			json_object_del(project->model, kinds[i]);
	}
}

/* Contents of secrets are never shown; a config from a variable is shown by the variable. */
static json_t *without_contents(const json_t *model)
{
	static const char *const hidden[][2] = {
		{"secrets", SECRET_CONTENT}, {"configs", "content"}};
	json_t *copy = json_copy((json_t *)model), *value;
	const char *name;
	for (size_t i = 0; i < G_N_ELEMENTS(hidden); i++) {
		json_t *all = json_object_get(model, hidden[i][0]), *fewer = json_object();
		json_object_foreach (all, name, value) {
			json_t *shown = json_copy(value);
			if (json_object_get(value, "environment") != NULL)
				json_object_del(shown, hidden[i][1]);
			json_object_set_new(fewer, name, shown);
		}
		if (json_is_object(all))
			json_object_set(copy, hidden[i][0], fewer);
		json_decref(fewer);
	}
	return copy;
}

/* JSON output sorts top-level members, has no models, and shows all extensions. */
static json_t *json_model(const json_t *model)
{
	json_t *written = model_emit(&compose_root, model, EMIT_JSON), *value;
	const char *name;
	json_object_del(written, "models");
	json_object_foreach ((json_t *)model, name, value)
		if (g_str_has_prefix(name, "x-"))
			json_object_set_new(written, name, emit_any(value, EMIT_JSON));
	g_autofree const char **names = g_new(const char *, json_object_size(written) + 1);
	size_t count = 0;
	json_object_foreach (written, name, value)
		names[count++] = name;
	json_t *sorted = json_object();
	for (size_t done = 0; done < count; done++) {
		size_t least = done;
		for (size_t i = done + 1; i < count; i++)
			if (strcmp(names[i], names[least]) < 0)
				least = i;
		const char *swap = names[least];
		names[least] = names[done];
		names[done] = swap;
		json_object_set(sorted, swap, json_object_get(written, swap));
	}
	json_decref(written);
	return sorted;
}

/* Without types, JSON has null for commands of no words. */
static void clear_commands(const json_t *model)
{
	static const char *const paths[][2] = {
		{"", "command"}, {"", "entrypoint"}, {"healthcheck", "test"}};
	const char *name;
	json_t *service;
	json_object_foreach (json_object_get(model, "services"), name, service)
		for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
			json_t *holder = *paths[i][0] != '\0'
						 ? json_object_get(service, paths[i][0])
						 : service,
			       *words = json_object_get(holder, paths[i][1]);
			if (json_is_array(words) && json_array_size(words) == 0)
				json_object_set_new(holder, paths[i][1], json_null());
		}
}

char *project_text(const Project *project, bool as_json, bool typed)
{
	EmitForm form = as_json ? EMIT_JSON : EMIT_YAML;
	g_autoptr(json_t) shown = without_contents(project->model);
	if (typed && !as_json && json_object_get(shown, "services") == NULL)
		json_object_set_new(shown, "services", json_object());
	g_autoptr(json_t) written = !typed    ? emit_any(shown, form)
				    : as_json ? json_model(shown)
					      : model_emit(&compose_root, shown, form);
	if (!typed && as_json)
		clear_commands(written);
	return as_json ? go_json(written, 2) : yaml_text(written);
}

int service_replicas(const json_t *service)
{
	json_t *scale = json_object_get(service, "scale"),
	       *replicas = json_at(service, "deploy.replicas");
	json_t *value = scale != NULL ? scale : replicas;
	return json_is_integer(value) ? (int)json_integer_value(value) : 1;
}

static char *hash_of(const Key *key, const json_t *value)
{
	g_autoptr(json_t) written = model_emit(key, value, EMIT_JSON);
	g_autofree char *text = go_json(written, 0);
	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

char *service_hash(const json_t *service)
{
	/* Members that do not affect existing containers (Docker Compose v2, ServiceHash). */
	static const char *const left_out[] = {
		"build", "pull_policy", "scale", "depends_on", "profiles"};
	g_autoptr(json_t) copy = json_copy((json_t *)service);
	for (size_t i = 0; i < G_N_ELEMENTS(left_out); i++)
		json_object_del(copy, left_out[i]);
	json_t *deploy = json_object_get(copy, "deploy");
	if (deploy != NULL) {
		json_t *fewer = json_copy(deploy);
		json_object_del(fewer, "replicas");
		json_object_set_new(copy, "deploy", fewer);
	}
	return hash_of(key_service(), copy);
}

char *network_hash(const json_t *network)
{
	return hash_of(key_find(&compose_root, "networks")->keys, network);
}

char *volume_hash(const json_t *volume)
{
	g_autoptr(json_t) copy = json_copy((json_t *)volume);
	if (*json_str(copy, "driver") == '\0')
		json_object_set_new(copy, "driver", json_string("local"));
	return hash_of(key_find(&compose_root, "volumes")->keys, copy);
}
