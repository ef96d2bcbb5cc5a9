/* Short forms become long ones, so that merging and everything behind it knows one form of each thing. */
#include "compose/compose.h"
#include "compose/walk.h"

#include "base/size.h"
#include "base/timefmt.h"

#include <string.h>

/* "a" or ["a", 1] as a list of texts. */
static bool to_texts(Walk *walk, json_t **value)
{
	json_t *list = json_array(), *item;
	size_t i;
	(void)walk;
	if (!json_is_array(*value)) {
		g_autofree char *text = plain_text(*value);
		json_array_append_new(list, json_lenient(text));
	}
	json_array_foreach (*value, i, item) {
		g_autofree char *text = plain_text(item);
		json_array_append_new(list, json_lenient(text));
	}
	walk_set(value, list);
	return true;
}

/* ["a=1", "b"] or {a: 1, b: null} as {"a": "1", "b": null}. */
static json_t *pairs_map(const json_t *value)
{
	json_t *map = json_object(), *item;
	const char *name;
	size_t i;
	json_object_foreach ((json_t *)value, name, item) {
		g_autofree char *text = plain_text(item);
		json_object_set_new(
			map, name, json_is_null(item) ? json_null() : json_lenient(text));
	}
	json_array_foreach (value, i, item) {
		g_autofree char *text = plain_text(item);
		g_auto(GStrv) parts = g_strsplit(text, "=", 2);
		if (parts[0] != NULL)
			json_object_set_new(map, parts[0],
				parts[1] != NULL ? json_lenient(parts[1]) : json_null());
	}
	return map;
}

static bool to_pairs(Walk *walk, json_t **value)
{
	(void)walk;
	walk_set(value, pairs_map(*value));
	return true;
}

/* The same, where a name without a value has an empty one (labels, sysctls). */
static bool to_labels(Walk *walk, json_t **value)
{
	const char *name;
	json_t *item;
	to_pairs(walk, value);
	json_object_foreach (*value, name, item)
		if (json_is_null(item))
			json_object_set_new(*value, name, json_string(""));
	return true;
}

/* {host: address or [addresses]} or ["host:address", "host=address"] as ["host=address"]. */
static bool to_hosts(Walk *walk, json_t **value)
{
	json_t *list = json_array(), *item, *address;
	const char *name;
	size_t i, n;
	json_object_foreach (*value, name, item) {
		if (!json_is_array(item)) {
			g_autofree char *text = plain_text(item),
					*whole = g_strconcat(name, "=", text, NULL);
			json_array_append_new(list, json_lenient(whole));
		}
		json_array_foreach (item, n, address) {
			g_autofree char *text = plain_text(address),
					*whole = g_strconcat(name, "=", text, NULL);
			json_array_append_new(list, json_lenient(whole));
		}
	}
	json_array_foreach (*value, i, item) {
		g_autofree char *text = plain_text(item);
		char *mark = strpbrk(text, "=:");
		if (mark == NULL || mark == text || mark[1] == '\0') {
			json_decref(list);
			return walk_fail(walk, "invalid host \"%s\": HOST=ADDRESS is meant", text);
		}
		*mark = '=';
		size_t length = strlen(mark);
		if (mark[1] == '[' && mark[length - 1] == ']') {
			mark[length - 1] = '\0';
			memmove(mark + 1, mark + 2, length - 2);
		}
		json_array_append_new(list, json_lenient(text));
	}
	walk_set(value, list);
	return true;
}

static bool to_command(Walk *walk, json_t **value)
{
	g_autoptr(GError) problem = NULL;
	g_auto(GStrv) words = NULL;
	if (json_is_array(*value))
		return to_texts(walk, value);
	const char *text = json_string_value(*value);
	if (text[strspn(text, " \t\n")] == '\0') {
		walk_set(value, json_array());
		return true;
	}
	if (!g_shell_parse_argv(text, NULL, &words, &problem))
		return walk_fail(walk, "invalid command: %s", problem->message);
	walk_set(value, json_strings(words));
	return true;
}

static bool to_build(Walk *walk, json_t **value)
{
	(void)walk;
	if (json_is_string(*value))
		walk_set(value, json_pack("{s:O}", "context", *value));
	return true;
}

static bool to_reference(Walk *walk, json_t **value)
{
	(void)walk;
	if (json_is_string(*value))
		walk_set(value, json_pack("{s:O}", "source", *value));
	return true;
}

/* Secrets have a place of their own where none is said. */
static bool to_secret(Walk *walk, json_t **value)
{
	to_reference(walk, value);
	if (json_object_get(*value, "target") == NULL) {
		g_autofree char *target =
			g_strconcat("/run/secrets/", json_str(*value, "source"), NULL);
		json_object_set_new(*value, "target", json_lenient(target));
	}
	return true;
}

static bool to_dependencies(Walk *walk, json_t **value)
{
	json_t *map = json_object(), *item;
	const char *name;
	size_t i;
	(void)walk;
	json_array_foreach (*value, i, item)
		json_object_set_new(map, json_elem(*value, i), json_object());
	json_object_foreach (*value, name, item)
		json_object_set(map, name, item);
	json_object_foreach (map, name, item) {
		if (json_object_get(item, "condition") == NULL)
			json_object_set_new(item, "condition", json_string("service_started"));
		if (json_object_get(item, "required") == NULL)
			json_object_set_new(item, "required", json_true());
	}
	walk_set(value, map);
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

/* "/dev/a:/dev/b:rwm" */
static bool to_device(Walk *walk, json_t **value)
{
	(void)walk;
	if (!json_is_string(*value))
		return true;
	g_auto(GStrv) parts = g_strsplit(json_string_value(*value), ":", 3);
	guint count = g_strv_length(parts);
	bool short_form = count == 2 && strspn(parts[1], "rwm") == strlen(parts[1]);
	json_t *device = json_pack("{s:o, s:o, s:s}", "source", json_lenient(parts[0]), "target",
		json_lenient(count > 1 && !short_form ? parts[1] : parts[0]), "permissions",
		count == 3   ? parts[2]
		: short_form ? parts[1]
			     : "rwm");
	walk_set(value, device);
	return true;
}

static bool to_env_files(Walk *walk, json_t **value)
{
	json_t *list = json_array(), *item;
	size_t i;
	(void)walk;
	if (json_is_string(*value))
		json_array_append(list, *value);
	json_array_foreach (*value, i, item)
		json_array_append(list, item);
	for (i = 0; i < json_array_size(list); i++) {
		item = json_array_get(list, i);
		if (json_is_string(item))
			json_array_set_new(
				list, i, json_pack("{s:O, s:b}", "path", item, "required", 1));
		else if (json_object_get(item, "required") == NULL)
			json_object_set_new(item, "required", json_true());
	}
	walk_set(value, list);
	return true;
}

static bool to_extends(Walk *walk, json_t **value)
{
	if (json_is_string(*value))
		walk_set(value, json_pack("{s:O}", "service", *value));
	return *json_str(*value, "service") != '\0' || walk_fail(walk, "the service is missing");
}

static bool to_test(Walk *walk, json_t **value)
{
	if (json_is_string(*value))
		walk_set(value, json_pack("[s, O]", "CMD-SHELL", *value));
	else
		to_texts(walk, value);
	const char *first = json_elem(*value, 0);
	static const char *const known[] = {"NONE", "CMD", "CMD-SHELL", NULL};
	return json_array_size(*value) == 0 || g_strv_contains(known, first) ||
	       walk_fail(walk,
		       "when a test is a list, its first item is NONE, CMD or CMD-SHELL, not "
		       "\"%s\"",
		       first);
}

static bool to_duration(Walk *walk, json_t **value)
{
	gint64 time;
	const char *text = json_string_value(*value);
	if (!duration_parse(text, &time))
		return walk_fail(walk, "invalid duration \"%s\" (1m30s is one)", text);
	g_autofree char *canonical = duration_text(time);
	walk_set(value, json_string(canonical));
	return true;
}

/* Bytes, as text of a number. */
static bool to_size(Walk *walk, json_t **value)
{
	gint64 size;
	g_autofree char *text = plain_text(*value);
	if (strcmp(text, "-1") == 0)
		size = -1;
	else if (!size_parse(text, &size))
		return walk_fail(walk, "invalid size \"%s\" (64m is one)", text);
	g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, size);
	walk_set(value, json_string(digits));
	return true;
}

static bool to_number(Walk *walk, json_t **value)
{
	if (json_is_number(*value))
		return true;
	g_autofree char *text = plain_text(*value);
	return walk_fail(walk, "invalid number \"%s\"", text);
}

static bool to_text(Walk *walk, json_t **value)
{
	(void)walk;
	g_autofree char *text = plain_text(*value);
	walk_set(value, json_lenient(text));
	return true;
}

/* "external: {name: x}" of older files. */
static bool to_resource(Walk *walk, json_t **value)
{
	json_t *external = json_object_get(*value, "external");
	if (json_is_object(external)) {
		const char *name = json_str(external, "name");
		if (*name != '\0' && json_object_get(*value, "name") == NULL)
			json_object_set_new(*value, "name", json_string(name));
		json_object_set_new(*value, "external", json_true());
	}
	if (!json_is_true(json_object_get(*value, "external")))
		return true;
	static const char *const kept[] = {"name", "external", NULL};
	const char *member;
	json_t *item;
	json_object_foreach (*value, member, item)
		if (!g_strv_contains(kept, member) && !g_str_has_prefix(member, "x-") &&
			!json_is_null(item))
			return walk_fail(walk,
				"conflicting parameters \"external\" and \"%s\" specified", member);
	return true;
}

/* What version 2 of the format called otherwise. */
static bool to_service(Walk *walk, json_t **value)
{
	json_t *net = json_object_get(*value, "net"),
	       *driver = json_object_get(*value, "log_driver"),
	       *options = json_object_get(*value, "log_opt"),
	       *gpus = json_object_get(*value, "gpus");
	(void)walk;
	if (net != NULL) {
		json_object_set(*value, "network_mode", net);
		json_object_del(*value, "net");
	}
	if (driver != NULL || options != NULL) {
		json_t *logging = json_object();
		if (driver != NULL)
			json_object_set(logging, "driver", driver);
		if (options != NULL)
			json_object_set(logging, "options", options);
		json_object_set_new(*value, "logging", logging);
		json_object_del(*value, "log_driver");
		json_object_del(*value, "log_opt");
	}
	if (json_is_string(gpus))
		json_object_set_new(*value, "gpus", json_pack("[{s:i}]", "count", -1));
	return true;
}

static bool to_include(Walk *walk, json_t **value)
{
	if (json_is_string(*value))
		walk_set(value, json_pack("{s:[O]}", "path", *value));
	return json_object_get(*value, "path") != NULL || walk_fail(walk, "the path is missing");
}

static const struct {
	const char *pattern;
	Visit visit;
} forms[] = {
	{"include[]", to_include},
	{"include[].path", to_texts},
	{"include[].env_file", to_texts},
	{"services.*", to_service},
	{"services.*.build", to_build},
	{"services.*.build.args", to_pairs},
	{"services.*.build.labels", to_labels},
	{"services.*.build.ssh", to_pairs},
	{"services.*.build.additional_contexts", to_pairs},
	{"services.*.build.extra_hosts", to_hosts},
	{"services.*.build.secrets[]", to_reference},
	{"services.*.build.shm_size", to_size},
	{"services.*.build.cache_from", to_texts},
	{"services.*.build.cache_to", to_texts},
	{"services.*.build.no_cache_filter", to_texts},
	{"services.*.annotations", to_labels},
	{"services.*.command", to_command},
	{"services.*.entrypoint", to_command},
	{"services.*.configs[]", to_reference},
	{"services.*.secrets[]", to_secret},
	{"services.*.depends_on", to_dependencies},
	{"services.*.deploy.labels", to_labels},
	{"services.*.deploy.replicas", to_number},
	{"services.*.deploy.resources.limits.memory", to_size},
	{"services.*.deploy.resources.reservations.memory", to_size},
	{"services.*.deploy.restart_policy.delay", to_duration},
	{"services.*.deploy.restart_policy.window", to_duration},
	{"services.*.develop.watch[].ignore", to_texts},
	{"services.*.develop.watch[].include", to_texts},
	{"services.*.develop.watch[].exec.command", to_command},
	{"services.*.develop.watch[].exec.environment", to_pairs},
	{"services.*.devices[]", to_device},
	{"services.*.dns", to_texts},
	{"services.*.dns_search", to_texts},
	{"services.*.env_file", to_env_files},
	{"services.*.environment", to_pairs},
	{"services.*.expose", to_texts},
	{"services.*.extends", to_extends},
	{"services.*.extra_hosts", to_hosts},
	{"services.*.group_add", to_texts},
	{"services.*.healthcheck.test", to_test},
	{"services.*.healthcheck.interval", to_duration},
	{"services.*.healthcheck.timeout", to_duration},
	{"services.*.healthcheck.start_period", to_duration},
	{"services.*.healthcheck.start_interval", to_duration},
	{"services.*.healthcheck.retries", to_number},
	{"services.*.labels", to_labels},
	{"services.*.label_file", to_texts},
	{"services.*.logging.options.*", to_text},
	{"services.*.mem_limit", to_size},
	{"services.*.mem_reservation", to_size},
	{"services.*.memswap_limit", to_size},
	{"services.*.models", to_names},
	{"services.*.networks", to_names},
	{"services.*.networks.*.driver_opts.*", to_text},
	{"services.*.ports", normalize_ports},
	{"services.*.post_start[].command", to_command},
	{"services.*.post_start[].environment", to_pairs},
	{"services.*.pre_stop[].command", to_command},
	{"services.*.pre_stop[].environment", to_pairs},
	{"services.*.scale", to_number},
	{"services.*.shm_size", to_size},
	{"services.*.stop_grace_period", to_duration},
	{"services.*.storage_opt.*", to_text},
	{"services.*.sysctls", to_labels},
	{"services.*.tmpfs", to_texts},
	{"services.*.blkio_config.device_read_bps[].rate", to_size},
	{"services.*.blkio_config.device_write_bps[].rate", to_size},
	{"services.*.volumes[]", normalize_mount},
	{"services.*.volumes[].tmpfs.size", to_size},
	{"services.*.volumes[].volume.labels", to_labels},
	{"networks.*", to_resource},
	{"networks.*.labels", to_labels},
	{"networks.*.driver_opts.*", to_text},
	{"volumes.*", to_resource},
	{"volumes.*.labels", to_labels},
	{"volumes.*.driver_opts.*", to_text},
	{"secrets.*", to_resource},
	{"secrets.*.labels", to_labels},
	{"configs.*", to_resource},
	{"configs.*.labels", to_labels},
};

bool service_add_short(json_t *service, const char *key, const json_t *list, GError **error)
{
	g_autoptr(json_t) tree =
		json_pack("{s:{s:{s:o}}}", "services", "x", key, json_deep_copy(list));
	g_autofree char *here = g_get_current_dir();
	Document document = {
		.name = (char *)"command line", .lines = g_new0(char *, 1), .tree = tree};
	document.places = g_hash_table_new(g_str_hash, g_str_equal);
	document.tags = g_hash_table_new(g_str_hash, g_str_equal);
	bool ok = document_normalize(&document, error) && document_resolve(&document, here, error);
	json_t *own = json_object_get(service, key),
	       *all = json_is_array(own) ? json_copy(own) : json_array();
	json_array_extend(
		all, json_object_get(json_object_get(json_object_get(tree, "services"), "x"), key));
	json_object_set_new(service, key, all);
	g_hash_table_unref(document.places);
	g_hash_table_unref(document.tags);
	g_free(document.lines);
	return ok;
}

bool document_normalize(Document *document, GError **error)
{
	g_autoptr(GString) path = g_string_new("");
	Walk walk = {document, NULL, path, error};
	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++)
		if (!walk_at(&walk, &document->tree, forms[i].pattern, forms[i].visit))
			return false;
	return true;
}
