/* The model as `compose config` shows it, and the hash of a service. */
#include "compose/keys.h"
#include "compose/load.h"

#include <stdlib.h>
#include <string.h>

/* A service always says its command and entrypoint, as Docker Compose's does. */
static json_t *shown_service(const json_t *service)
{
	static const char *const always[] = {"command", "entrypoint"};
	json_t *copy = json_copy((json_t *)service);
	for (size_t i = 0; i < G_N_ELEMENTS(always); i++)
		if (json_object_get(copy, always[i]) == NULL)
			json_object_set_new(copy, always[i], json_null());
	return copy;
}

static bool uses_name(const json_t *list, const char *member, const char *name)
{
	size_t i;
	json_t *use;
	json_array_foreach (list, i, use)
		if (strcmp(json_str(use, member), name) == 0)
			return true;
	return false;
}

/* Resources that no service uses are no part of the project. */
static bool is_used(const Project *project, const char *kind, const char *name)
{
	const char *service_name;
	json_t *service;
	json_object_foreach (project_services(project), service_name, service) {
		json_t *uses = json_object_get(service, kind),
		       *build = json_object_get(service, "build");
		if ((json_is_object(uses) && json_object_get(uses, name) != NULL) ||
			(json_is_array(uses) && uses_name(uses, "source", name)) ||
			uses_name(json_object_get(build, kind), "source", name))
			return true;
	}
	return false;
}

static json_t *used_only(const Project *project, const char *kind)
{
	json_t *all = json_object_get(project->model, kind), *used = json_object(), *value;
	const char *name;
	json_object_foreach (all, name, value)
		if (strcmp(kind, "models") == 0 || is_used(project, kind, name))
			json_object_set(used, name, value);
	return used;
}

static json_t *shown_model(const Project *project)
{
	static const char *const kinds[] = {"networks", "volumes", "secrets", "configs", "models"};
	json_t *model = json_pack("{s:s, s:{}}", "name", project->name, "services"), *value;
	const char *name;
	json_object_foreach (project_services(project), name, value)
		json_object_set_new(json_object_get(model, "services"), name, shown_service(value));
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		json_t *used = used_only(project, kinds[i]);
		if (json_object_size(used) > 0)
			json_object_set(model, kinds[i], used);
		json_decref(used);
	}
	json_object_foreach (project->model, name, value)
		if (g_str_has_prefix(name, "x-"))
			json_object_set(model, name, value);
	return model;
}

/* name before all others, the rest as the table has it. */
static json_t *ordered_model(const json_t *model)
{
	json_t *ordered = json_object(), *table = key_ordered(&compose_root, model), *value;
	const char *name;
	if (json_object_get(table, "name") != NULL)
		json_object_set(ordered, "name", json_object_get(table, "name"));
	json_object_foreach (table, name, value)
		json_object_set(ordered, name, value);
	json_decref(table);
	return ordered;
}

char *project_text(const Project *project, bool as_json)
{
	g_autoptr(json_t) model =
		json_object_get(project->model, "services") != NULL && project->inactive != NULL
			? shown_model(project)
			: json_incref(project->model);
	g_autoptr(json_t) ordered = ordered_model(model);
	if (!as_json)
		return yaml_text(ordered);
	char *text = json_dumps(ordered, JSON_INDENT(2)), *copy = g_strconcat(text, "\n", NULL);
	free(text);
	return copy;
}

int service_replicas(const json_t *service)
{
	json_t *scale = json_object_get(service, "scale"),
	       *replicas = json_at(service, "deploy.replicas");
	json_t *value = scale != NULL ? scale : replicas;
	return json_is_integer(value) ? (int)json_integer_value(value) : 1;
}

char *service_hash(const json_t *service)
{
	/* What changes no container that is there (Docker Compose v2, ServiceHash). */
	static const char *const left_out[] = {
		"build", "pull_policy", "scale", "depends_on", "profiles"};
	g_autoptr(json_t) copy = shown_service(service);
	for (size_t i = 0; i < G_N_ELEMENTS(left_out); i++)
		json_object_del(copy, left_out[i]);
	json_t *deploy = json_object_get(copy, "deploy");
	if (deploy != NULL) {
		json_t *fewer = json_copy(deploy);
		json_object_del(fewer, "replicas");
		json_object_set_new(copy, "deploy", fewer);
	}
	const Key *key = key_find(key_find(&compose_root, "services"), "x");
	g_autoptr(json_t) ordered = key_ordered(key, copy);
	g_autofree char *text = json_text(ordered);
	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}
