/* Converts short forms to long ones where merging, validation and paths need that. The rest happens when the model is
 * bound to its types. */
#include "compose/compose.h"
#include "compose/walk.h"

#include "base/error.h"
#include "base/shown.h"

#include <stdio.h>
#include <string.h>

static bool wrong(Walk *walk, const char *what)
{
	return walk_fail(walk, "invalid type for %s", what);
}

/* "a" as ["a"]. */
static bool to_list(Walk *walk, json_t **value)
{
	(void)walk;
	if (json_is_string(*value))
		walk_set(value, json_pack("[O]", *value));
	return true;
}

/* ["a", "b"] as {a: null, b: null}. */
static bool to_names(Walk *walk, json_t **value)
{
	json_t *map, *item;
	size_t i;
	(void)walk;
	if (!json_is_array(*value))
		return true;
	map = json_object();
	json_array_foreach (*value, i, item)
		json_object_set_new(map, json_elem(*value, i), json_null());
	walk_set(value, map);
	return true;
}

static bool to_build(Walk *walk, json_t **value)
{
	if (json_is_string(*value))
		walk_set(value, json_pack("{s:O}", "context", *value));
	return json_is_object(*value) || wrong(walk, "build");
}

/* A truth value as the word. */
static bool to_word(Walk *walk, json_t **value)
{
	g_autofree char *text = plain_text(*value);
	(void)walk;
	walk_set(value, json_lenient(text));
	return true;
}

/* "key=value" items of a list as a map. bare: the key that stands for null alone; NULL: there is none. before,
 * behind: text around any other item. */
static bool pairs_to_map(
	Walk *walk, json_t **value, const char *bare, const char *before, const char *behind)
{
	g_autoptr(json_t) map = json_object();
	json_t *item;
	size_t i;
	if (!json_is_array(*value))
		return true;
	json_array_foreach (*value, i, item) {
		g_autofree char *text = plain_text(item);
		char *mark = strchr(text, '=');
		if (mark == NULL && bare == NULL && walk->lenient)
			return true;
		if (mark == NULL && g_strcmp0(text, bare) != 0)
			return walk_fail(walk, "%s%s%s", before, text, behind);
		if (mark != NULL)
			*mark = '\0';
		json_object_set_new(map, text, mark != NULL ? json_lenient(mark + 1) : json_null());
	}
	walk_set(value, g_steal_pointer(&map));
	return true;
}

static bool to_contexts(Walk *walk, json_t **value)
{
	return pairs_to_map(walk, value, NULL, "invalid value ", ", expected key=value");
}

/* ["default", "id=path"] as {default: null, id: path}. */
static bool to_ssh(Walk *walk, json_t **value)
{
	return pairs_to_map(walk, value, "default", "invalid ssh key \"", "\"");
}

static bool to_file_use(Walk *walk, json_t **value)
{
	if (json_is_string(*value))
		walk_set(value, json_pack("{s:O}", "source", *value));
	return json_is_object(*value) || wrong(walk, "the use of a file");
}

static void set_missing(json_t *map, const char *name, json_t *value)
{
	if (json_object_get(map, name) == NULL)
		json_object_set(map, name, value);
	json_decref(value);
}

static bool to_dependencies(Walk *walk, json_t **value)
{
	json_t *item;
	const char *name;
	to_names(walk, value);
	json_object_foreach (*value, name, item) {
		if (json_is_null(item))
			json_object_set_new(*value, name, item = json_object());
		if (!json_is_object(item))
			return wrong(walk, "a dependency");
		set_missing(item, "condition", json_string("service_started"));
		set_missing(item, "required", json_true());
	}
	return json_is_object(*value) || wrong(walk, "depends_on");
}

/* "/dev/a:/dev/b:rwm" */
static bool to_device(Walk *walk, json_t **value)
{
	if (!json_is_string(*value))
		return json_is_object(*value) || wrong(walk, "a device");
	g_auto(GStrv) parts = g_strsplit(json_string_value(*value), ":", -1);
	guint count = g_strv_length(parts);
	if (count > 3 && !walk->lenient)
		return walk_fail(walk, "confusing device mapping, please use long syntax: %s",
			json_string_value(*value));
	const char *source = count >= 1 && count <= 3 ? parts[0] : "",
		   *target = count >= 2 && count <= 3 ? parts[1] : "";
	walk_set(value, json_pack("{s:o, s:o, s:o}", "source", json_lenient(source), "target",
				json_lenient(*target != '\0' ? target : source), "permissions",
				json_lenient(count == 3 ? parts[2] : "rwm")));
	return true;
}

static bool to_env_files(Walk *walk, json_t **value)
{
	json_t *item;
	size_t i;
	to_list(walk, value);
	json_array_foreach (*value, i, item) {
		if (json_is_string(item))
			json_array_set_new(*value, i, item = json_pack("{s:O}", "path", item));
		if (json_is_object(item))
			set_missing(item, "required", json_true());
	}
	return json_is_array(*value) || wrong(walk, "env_file");
}

static bool to_extends(Walk *walk, json_t **value)
{
	if (json_is_string(*value))
		walk_set(value, json_pack("{s:O}", "service", *value));
	return json_is_object(*value) || wrong(walk, "extends");
}

static bool to_gpus(Walk *walk, json_t **value)
{
	if (json_is_string(*value))
		walk_set(value, json_pack("[{s:s}]", "count", "all"));
	return json_is_array(*value) || wrong(walk, "gpus");
}

static bool to_include(Walk *walk, json_t **value)
{
	if (json_is_string(*value))
		walk_set(value, json_pack("{s:O}", "path", *value));
	return json_is_object(*value) || wrong(walk, "include");
}

/* "external: {name: x}" of older files. */
static bool to_external(Walk *walk, json_t **value)
{
	json_t *external = json_object_get(*value, "external"),
	       *name = json_object_get(external, "name"), *own = json_object_get(*value, "name");
	if (!json_is_object(external))
		return true;
	if (name != NULL) {
		compose_warn("%s: external.name is deprecated. Please set name and external: "
			     "true",
			walk->path->str);
		if (own != NULL && !json_equal(own, name))
			return walk_fail(walk, "name and external.name conflict; only use name");
		json_object_set(*value, "name", name);
	}
	json_object_set_new(*value, "external", json_true());
	return true;
}

/* Names that version 2 of the format used. */
static bool to_service(Walk *walk, json_t **value)
{
	json_t *net = json_object_get(*value, "net"),
	       *driver = json_object_get(*value, "log_driver"),
	       *options = json_object_get(*value, "log_opt");
	(void)walk;
	if (net != NULL) {
		json_object_set(*value, "network_mode", net);
		json_object_del(*value, "net");
	}
	if (driver == NULL && options == NULL)
		return true;
	json_object_set_new(
		*value, "logging", json_pack("{s:O*, s:O*}", "driver", driver, "options", options));
	json_object_del(*value, "log_driver");
	json_object_del(*value, "log_opt");
	return true;
}

typedef struct {
	const char *pattern;
	Visit visit;
} Form;

static bool apply(Walk *walk, json_t *tree, const Form *forms, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!walk_at(walk, &tree, forms[i].pattern, forms[i].visit))
			return false;
	return true;
}

static bool drop_empty(Walk *walk, json_t **value)
{
	(void)walk;
	for (size_t i = json_array_size(*value); i-- > 0;)
		if (*json_elem(*value, i) == '\0')
			json_array_remove(*value, i);
	return true;
}

bool tree_canonical(const Document *document, json_t *tree, bool lenient, GError **error)
{
	static const Form forms[] = {
		{"include[]", to_include},
		{"services.*", to_service},
		{"services.*.build", to_build},
		{"services.*.build.secrets[]", to_file_use},
		{"services.*.build.provenance", to_word},
		{"services.*.build.sbom", to_word},
		{"services.*.build.additional_contexts", to_contexts},
		{"services.*.build.ssh", to_ssh},
		{"services.*.depends_on", to_dependencies},
		{"services.*.env_file", to_env_files},
		{"services.*.label_file", to_list},
		{"services.*.extends", to_extends},
		{"services.*.gpus", to_gpus},
		{"services.*.networks", to_names},
		{"services.*.models", to_names},
		{"services.*.volumes[]", canonical_mount},
		{"services.*.dns", to_list},
		{"services.*.dns", drop_empty},
		{"services.*.devices[]", to_device},
		{"services.*.secrets[]", to_file_use},
		{"services.*.configs[]", to_file_use},
		{"services.*.ports", canonical_ports},
		{"services.*.develop.watch[].ignore", to_list},
		{"services.*.develop.watch[].include", to_list},
		{"volumes.*", to_external},
		{"networks.*", to_external},
		{"secrets.*", to_external},
		{"configs.*", to_external},
	};
	g_autoptr(GString) path = g_string_new("");
	Walk walk = {document, NULL, lenient, path, error};
	return apply(&walk, tree, forms, G_N_ELEMENTS(forms));
}

static bool default_context(Walk *walk, json_t **value)
{
	(void)walk;
	if (json_is_object(*value))
		set_missing(*value, "context", json_string("."));
	return true;
}

static bool default_target(Walk *walk, json_t **value)
{
	g_autofree char *target = g_strconcat("/run/secrets/", json_str(*value, "source"), NULL);
	(void)walk;
	if (json_is_object(*value))
		set_missing(*value, "target", json_lenient(target));
	return true;
}

static bool default_port(Walk *walk, json_t **value)
{
	(void)walk;
	if (json_is_object(*value)) {
		set_missing(*value, "protocol", json_string("tcp"));
		set_missing(*value, "mode", json_string("ingress"));
	}
	return true;
}

static bool default_count(Walk *walk, json_t **value)
{
	(void)walk;
	if (json_is_object(*value) && json_object_get(*value, "device_ids") == NULL)
		set_missing(*value, "count", json_string("all"));
	return true;
}

bool tree_defaults(json_t *tree, GError **error)
{
	static const Form forms[] = {{"services.*.build", default_context},
		{"services.*.secrets[]", default_target}, {"services.*.ports[]", default_port},
		{"services.*.deploy.resources.reservations.devices[]", default_count},
		{"services.*.gpus[]", default_count}};
	g_autoptr(GString) path = g_string_new("");
	Walk walk = {.path = path, .error = error};
	return apply(&walk, tree, forms, G_N_ELEMENTS(forms));
}
