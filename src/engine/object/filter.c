#include "engine/object/filter.h"

#include "base/error.h"
#include "base/number.h"
#include "base/timefmt.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* A filter that an endpoint accepts, and the check of its values (NULL: any text). Error messages are dockerd's. */
typedef struct Rule Rule;
struct Rule {
	const char *name;
	bool (*check)(const Rule *rule, const json_t *values, GError **error);
	const char *const *words; /* argument of check_word */
};

/* "[a b]", as Go prints the values given. */
enum { DECIMAL = 10, PORT_BITS = 16 };

static char *listed(const json_t *values)
{
	g_auto(GStrv) texts = json_strv(values);
	g_autofree char *all = g_strjoinv(" ", texts);
	return g_strdup_printf("[%s]", all);
}

static bool is_one_of(const char *value, const char *const *words)
{
	return g_strv_contains(words, value);
}

static const char *const yes_words[] = {"true", "1", NULL}, *const no_words[] = {
								    "false", "0", NULL};

/* Exactly one of both must be given. */
static bool check_bool(const Rule *rule, const json_t *values, GError **error)
{
	bool yes = false, no = false;
	for (size_t i = 0; i < json_array_size(values); i++) {
		yes = yes || is_one_of(json_elem(values, i), yes_words);
		no = no || is_one_of(json_elem(values, i), no_words);
	}
	g_autofree char *list = listed(values);
	return yes != no || fail(error, BERTH_ERROR_INVALID, "invalid filter '%s%s%s'", rule->name,
				    json_array_size(values) > 0 ? "=" : "",
				    json_array_size(values) > 0 ? list : "");
}

static bool check_unused(const Rule *rule, const json_t *values, GError **error)
{
	if (json_array_size(values) == 0)
		return true;
	if (json_array_size(values) > 1)
		return fail(error, BERTH_ERROR_INVALID,
			"got more than one value for filter key \"%s\"", rule->name);
	return is_one_of(json_elem(values, 0), yes_words) ||
	       is_one_of(json_elem(values, 0), no_words) ||
	       fail(error, BERTH_ERROR_INVALID,
		       "invalid value for filter '%s', must be \"true\" (or \"1\"), or \"false\" "
		       "(or "
		       "\"0\")",
		       rule->name);
}

/* As strconv.ParseBool; at most one. */
static bool check_go_bool(const Rule *rule, const json_t *values, GError **error)
{
	static const char *const known[] = {"1", "t", "T", "TRUE", "true", "True", "0", "f", "F",
		"FALSE", "false", "False", NULL};
	g_autofree char *list = listed(values);
	if (json_array_size(values) > 1)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid filter '%s=%s': only one value is expected", rule->name, list);
	g_autofree char *why = number_problem("ParseBool", json_elem(values, 0), "invalid syntax");
	return json_array_size(values) == 0 || is_one_of(json_elem(values, 0), known) ||
	       fail(error, BERTH_ERROR_INVALID, "invalid filter '%s': %s", rule->name, why);
}

static bool check_word(const Rule *rule, const json_t *values, GError **error)
{
	for (size_t i = 0; i < json_array_size(values); i++) {
		const char *value = json_elem(values, i);
		if (is_one_of(value, rule->words))
			continue;
		g_autofree char *all = g_strjoinv(", ", (char **)rule->words);
		return fail(error, BERTH_ERROR_INVALID,
			"invalid filter '%s=%s': invalid value for %s (%s): must be one of %s",
			rule->name, value, strcmp(rule->name, "status") == 0 ? "state" : rule->name,
			value, all);
	}
	return true;
}

static bool check_network_type(const Rule *rule, const json_t *values, GError **error)
{
	for (size_t i = 0; i < json_array_size(values); i++)
		if (!is_one_of(json_elem(values, i), rule->words))
			return fail(error, BERTH_ERROR_INVALID, "invalid filter: '%s'='%s'",
				rule->name, json_elem(values, i));
	return true;
}

static bool check_number(const Rule *rule, const json_t *values, GError **error)
{
	for (size_t i = 0; i < json_array_size(values); i++) {
		const char *value = json_elem(values, i);
		gint64 number;
		const char *why = number_parse(value, DECIMAL, &number);
		g_autofree char *problem = why != NULL ? number_problem("Atoi", value, why) : NULL;
		if (problem != NULL)
			return fail(error, BERTH_ERROR_INVALID, "invalid filter '%s=%s': %s",
				rule->name, value, problem);
	}
	return true;
}

static bool parse_port(const char *text, int *port, GError **error)
{
	guint64 value = 0;
	const char *why = number_parse_unsigned(text, DECIMAL, PORT_BITS, &value);
	g_autofree char *problem = why != NULL ? number_problem("ParseUint", text, why) : NULL;
	*port = (int)value;
	return problem == NULL || fail(error, BERTH_ERROR_INVALID, "%s", problem);
}

bool filter_ports_parse(const char *text, FilterPorts *ports, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(text, "/", 2);
	g_auto(GStrv) ends = g_strsplit(parts[0] != NULL ? parts[0] : "", "-", 2);
	if (ends[0] == NULL)
		return fail(error, BERTH_ERROR_INVALID, "Empty string specified for ports.");
	if (!parse_port(ends[0], &ports->first, error))
		return false;
	ports->last = ports->first;
	if (ends[1] != NULL && !parse_port(ends[1], &ports->last, error))
		return false;
	g_strlcpy(ports->protocol, parts[1] != NULL && *parts[1] != '\0' ? parts[1] : "tcp",
		sizeof ports->protocol);
	return ports->last >= ports->first ||
	       fail(error, BERTH_ERROR_INVALID, "Invalid range specified for the Port: %s",
		       parts[0]);
}

static bool check_port(const Rule *rule, const json_t *values, GError **error)
{
	FilterPorts ports;
	for (size_t i = 0; i < json_array_size(values); i++)
		if (!filter_ports_parse(json_elem(values, i), &ports, error)) {
			g_prefix_error(error, "error while looking up for %s %s: ", rule->name,
				json_elem(values, i));
			return false;
		}
	return true;
}

/* A duration is tried first, as "10" is none. A duration counts back from now, a number forward from 1970. */
static bool parse_until(const char *text, gint64 *time)
{
	gint64 ago;
	if (duration_parse(text, &ago) && strcmp(text, "0") != 0) {
		*time = time_now() - ago;
		return true;
	}
	return *text != '-' && time_parse(text, time);
}

static bool check_times(const Rule *rule, const json_t *values, GError **error)
{
	gint64 time;
	(void)rule;
	for (size_t i = 0; i < json_array_size(values); i++)
		if (!parse_until(json_elem(values, i), &time))
			return fail(error, BERTH_ERROR_INVALID,
				"failed to parse value as time or duration: \"%s\"",
				json_elem(values, i));
	return true;
}

static bool check_until(const Rule *rule, const json_t *values, GError **error)
{
	if (json_array_size(values) == 0)
		return fail(error, BERTH_ERROR_INVALID, "invalid filter '%s'", rule->name);
	if (json_array_size(values) > 1)
		return fail(error, BERTH_ERROR_INVALID, "more than one %s filter specified",
			rule->name);
	return check_times(rule, values, error);
}

/* Accepts what Go's path.Match accepts: each "[" is closed and not empty, and each "\\" has a character after it. */
static bool glob_is_valid(const char *pattern)
{
	for (const char *p = pattern; *p != '\0'; p++) {
		if (*p == '\\' && *++p == '\0')
			return false;
		if (*p != '[')
			continue;
		const char *first = p + 1 + (p[1] == '^'),
			   *end = *first != '\0' ? strchr(first + 1, ']') : NULL;
		if (end == NULL || *first == ']')
			return false;
		p = end;
	}
	return true;
}

static bool check_pattern(const Rule *rule, const json_t *values, GError **error)
{
	(void)rule;
	for (size_t i = 0; i < json_array_size(values); i++)
		if (!glob_is_valid(json_elem(values, i)))
			return fail(error, BERTH_ERROR_INVALID, "syntax error in pattern");
	return true;
}

/* The build cache accepts one value for each filter, which must not be empty. */
static bool check_single(const Rule *rule, const json_t *values, GError **error)
{
	if (json_array_size(values) > 1)
		return fail(error, BERTH_ERROR_INVALID, "filters expect only one value");
	if (json_array_size(values) == 0)
		return true;
	const char *value = json_elem(values, 0);
	if (*value == '\0')
		return fail(error, BERTH_ERROR_INVALID,
			"failed to parse prune filters [%s==]: expected value or quoted",
			rule->name);
	/* dockerd's expression has further parts behind a blank or a comma. */
	size_t end = strcspn(value, " \t\n\v\f\r,");
	return value[end] == '\0' ||
	       fail(error, BERTH_ERROR_INVALID,
		       "failed to parse prune filters [%s=%s]: unexpected input: %c", rule->name,
		       value, value[end]);
}

static bool check_flag(const Rule *rule, const json_t *values, GError **error)
{
	if (!check_single(rule, values, error))
		return false;
	const char *value = json_elem(values, 0);
	return json_array_size(values) == 0 || is_one_of(value, yes_words) ||
	       is_one_of(value, no_words) ||
	       fail(error, BERTH_ERROR_INVALID, "invalid filter '%s=%s'", rule->name, value);
}

static bool check_age(const Rule *rule, const json_t *values, GError **error)
{
	if (json_array_size(values) != 1)
		return fail(error, BERTH_ERROR_INVALID, "filters expect only one value");
	if (check_times(rule, values, error))
		return true;
	g_prefix_error(error,
		"\"%s\" filter expects a duration (e.g., '24h') or a timestamp: ", rule->name);
	return false;
}

static const char *const health_words[] = {"none", "starting", "healthy", "unhealthy", NULL},
			 *const state_words[] = {"created", "running", "paused", "restarting",
				 "removing", "exited", "dead", NULL},
			 *const network_types[] = {"builtin", "custom", NULL};

static const Rule containers[] = {{.name = "ancestor"}, {.name = "before"}, {.name = "since"},
	{"exited", check_number, NULL}, {"expose", check_port, NULL}, {"publish", check_port, NULL},
	{"health", check_word, health_words}, {.name = "id"}, {"is-task", check_bool, NULL},
	{.name = "isolation"}, {.name = "label"}, {.name = "name"}, {.name = "network"},
	{"status", check_word, state_words}, {.name = "volume"}, {0}},
		  objects_prune[] = {{"until", check_until, NULL}, {.name = "label"},
			  {.name = "label!"}, {0}},
		  images[] = {{.name = "before"}, {"dangling", check_bool, NULL}, {.name = "label"},
			  {"reference", check_pattern, NULL}, {.name = "since"},
			  {"until", check_times, NULL}, {0}},
		  images_prune[] = {{"dangling", check_bool, NULL}, {"until", check_until, NULL},
			  {.name = "label"}, {.name = "label!"}, {0}},
		  images_search[] = {{"is-automated", check_bool, NULL},
			  {"is-official", check_bool, NULL}, {"stars", check_number, NULL}, {0}},
		  volumes[] = {{"dangling", check_bool, NULL}, {.name = "driver"},
			  {.name = "label"}, {.name = "name"}, {0}},
		  volumes_prune[] = {{"all", check_go_bool, NULL}, {.name = "label"},
			  {.name = "label!"}, {0}},
		  networks[] = {{"dangling", check_unused, NULL}, {.name = "driver"},
			  {.name = "id"}, {.name = "label"}, {.name = "name"}, {.name = "scope"},
			  {"type", check_network_type, network_types}, {0}},
		  events[] = {{.name = "config"}, {.name = "container"}, {.name = "daemon"},
			  {.name = "event"}, {.name = "image"}, {.name = "label"},
			  {.name = "network"}, {.name = "node"}, {.name = "plugin"},
			  {.name = "scope"}, {.name = "secret"}, {.name = "service"},
			  {.name = "type"}, {.name = "volume"}, {0}},
		  builds_prune[] = {{"until", check_age, NULL}, {"unused-for", check_age, NULL},
			  {"id", check_single, NULL}, {"parent", check_single, NULL},
			  {"type", check_single, NULL}, {"description", check_single, NULL},
			  {"inuse", check_flag, NULL}, {"shared", check_flag, NULL},
			  {"private", check_flag, NULL}, {.name = "label"}, {.name = "label!"},
			  {0}};

/* The filters that each endpoint accepts (moby's acceptedFilters). */
static const Rule *const sets[] = {
	[FILTER_CONTAINERS] = containers,
	[FILTER_CONTAINERS_PRUNE] = objects_prune,
	[FILTER_IMAGES] = images,
	[FILTER_IMAGES_PRUNE] = images_prune,
	[FILTER_IMAGES_SEARCH] = images_search,
	[FILTER_VOLUMES] = volumes,
	[FILTER_VOLUMES_PRUNE] = volumes_prune,
	[FILTER_NETWORKS] = networks,
	[FILTER_NETWORKS_PRUNE] = objects_prune,
	[FILTER_EVENTS] = events,
	[FILTER_BUILDS_PRUNE] = builds_prune,
};

static const Rule *rule_find(FilterSet set, const char *name)
{
	for (const Rule *rule = sets[set]; rule->name != NULL; rule++)
		if (strcmp(rule->name, name) == 0)
			return rule;
	return NULL;
}

/* {"name": {"a": true}}: every key counts, as in Docker; NULL: it is not of this form. */
static json_t *values_of_map(const json_t *value)
{
	const char *key;
	json_t *on;
	g_autoptr(json_t) list = json_array();
	if (!json_is_object(value) && !json_is_null(value))
		return NULL;
	json_object_foreach ((json_t *)value, key, on) {
		if (!json_is_boolean(on) && !json_is_null(on))
			return NULL;
		json_array_append_new(list, json_string(key));
	}
	return g_steal_pointer(&list);
}

/* The older form: {"name": ["a"]}. */
static json_t *values_of_list(const json_t *value)
{
	size_t i;
	json_t *text;
	g_autoptr(json_t) list = json_array();
	if (!json_is_array(value) && !json_is_null(value))
		return NULL;
	json_array_foreach (value, i, text) {
		if (!json_is_string(text) && !json_is_null(text))
			return NULL;
		/* Duplicates are dropped. */
		const char *word = json_is_string(text) ? json_string_value(text) : "";
		bool there = false;
		for (size_t n = 0; n < json_array_size(list); n++)
			there = there || strcmp(json_elem(list, n), word) == 0;
		if (!there)
			json_array_append_new(list, json_string(word));
	}
	return g_steal_pointer(&list);
}

/* All filters in one of the two forms, or NULL. */
static json_t *in_form(const json_t *parsed, json_t *(*values_of)(const json_t *value))
{
	const char *key;
	json_t *value;
	g_autoptr(json_t) filters = json_object();
	json_object_foreach ((json_t *)parsed, key, value) {
		json_t *values = values_of(value);
		if (values == NULL)
			return NULL;
		json_object_set_new(filters, key, values);
	}
	return g_steal_pointer(&filters);
}

/* {"dangling": {"true": false}} means nothing, and is refused. */
static bool flags_are_on(const json_t *parsed, const Rule *rule)
{
	const char *key;
	json_t *on;
	if (rule->check != check_bool)
		return true;
	json_object_foreach (json_object_get(parsed, rule->name), key, on)
		if (!json_is_true(on))
			return false;
	return true;
}

static bool check_all(const json_t *parsed, const json_t *filters, FilterSet set, GError **error)
{
	const char *key;
	json_t *values;
	json_object_foreach ((json_t *)filters, key, values) {
		const Rule *rule = rule_find(set, key);
		if (rule == NULL && *key == '\0')
			return fail(error, BERTH_ERROR_INVALID, "invalid filter");
		if (rule == NULL)
			return fail(error, BERTH_ERROR_INVALID, "invalid filter '%s'", key);
		if (!flags_are_on(parsed, rule)) {
			g_autofree char *list = listed(values);
			return fail(
				error, BERTH_ERROR_INVALID, "invalid filter '%s=%s'", key, list);
		}
		if (rule->check != NULL && !rule->check(rule, values, error))
			return false;
	}
	return true;
}

Filters *filters_parse(const char *text, FilterSet set, GError **error)
{
	if (text == NULL || *text == '\0')
		return json_object();
	/* A filter that is given twice, be it in two forms, is refused: only one of both would count. */
	g_autoptr(json_t) parsed = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
	if (json_is_null(parsed))
		return json_object();
	g_autoptr(json_t) map = json_is_object(parsed) ? in_form(parsed, values_of_map) : NULL;
	g_autoptr(json_t) filters = map != NULL		     ? g_steal_pointer(&map)
				    : json_is_object(parsed) ? in_form(parsed, values_of_list)
							     : NULL;
	if (filters == NULL) {
		fail(error, BERTH_ERROR_INVALID, "invalid filter");
		return NULL;
	}
	return check_all(parsed, filters, set, error) ? g_steal_pointer(&filters) : NULL;
}

bool filters_have(const Filters *filters, const char *key)
{
	return json_array_size(json_object_get(filters, key)) > 0;
}

const char *filters_value(const Filters *filters, const char *key, size_t index)
{
	return json_string_value(json_array_get(json_object_get(filters, key), index));
}

static bool any(const Filters *filters, const char *key, const char *value,
	bool (*test)(const char *wanted, const char *value))
{
	const char *wanted;
	if (!filters_have(filters, key))
		return true;
	for (size_t i = 0; (wanted = filters_value(filters, key, i)) != NULL; i++)
		if (test(wanted, value))
			return true;
	return false;
}

static bool equal(const char *wanted, const char *value)
{
	return strcmp(wanted, value) == 0;
}

static bool prefix(const char *wanted, const char *value)
{
	return g_str_has_prefix(value, wanted);
}

static bool pattern(const char *wanted, const char *value)
{
	g_autoptr(GRegex) regex = g_regex_new(wanted, 0, 0, NULL);
	g_autofree char *with_slash = g_strconcat("/", value, NULL);
	return strcmp(wanted, value) == 0 ||
	       (regex != NULL && (g_regex_match(regex, value, 0, NULL) ||
					 g_regex_match(regex, with_slash, 0, NULL)));
}

/* As Go's path.Match: "*" leads into no folder. */
static bool glob(const char *wanted, const char *value)
{
	return fnmatch(wanted, value, FNM_PATHNAME) == 0;
}

bool filters_match(const Filters *filters, const char *key, const char *value)
{
	return any(filters, key, value, equal);
}

bool filters_match_prefix(const Filters *filters, const char *key, const char *value)
{
	return any(filters, key, value, prefix);
}

bool filters_match_flag(const Filters *filters, const char *key, bool value)
{
	const char *wanted;
	for (size_t i = 0; (wanted = filters_value(filters, key, i)) != NULL; i++)
		if (is_one_of(wanted, value ? yes_words : no_words))
			return true;
	return filters_value(filters, key, 0) == NULL;
}

bool filters_is_on(const Filters *filters, const char *key)
{
	const char *value = filters_value(filters, key, 0);
	return value != NULL && strchr("1tT", *value) != NULL;
}

bool filters_match_name(const Filters *filters, const char *key, const char *value)
{
	return any(filters, key, value, pattern);
}

static bool has_labels(const Filters *filters, const char *key, const json_t *labels)
{
	const char *wanted;
	for (size_t i = 0; (wanted = filters_value(filters, key, i)) != NULL; i++) {
		g_auto(GStrv) parts = g_strsplit(wanted, "=", 2);
		json_t *there = parts[0] != NULL ? json_object_get(labels, parts[0]) : NULL;
		if (there == NULL ||
			(parts[1] != NULL && g_strcmp0(json_string_value(there), parts[1]) != 0))
			return false;
	}
	return true;
}

bool filters_match_labels(const Filters *filters, const json_t *labels)
{
	return has_labels(filters, "label", labels) &&
	       (json_object_get(filters, "label!") == NULL ||
		       !has_labels(filters, "label!", labels));
}

gint64 filters_time(const Filters *filters, const char *key)
{
	const char *text;
	gint64 first = G_MAXINT64, time;
	for (size_t i = 0; (text = filters_value(filters, key, i)) != NULL; i++)
		if (parse_until(text, &time))
			first = MIN(first, time);
	return first;
}

bool filters_match_glob(const Filters *filters, const char *key, const char *value)
{
	return any(filters, key, value, glob);
}
