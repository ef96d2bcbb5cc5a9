#include "engine/engine.h"

#include "base/error.h"
#include "base/timefmt.h"

#include <string.h>

/* Docker's older form is {"name": ["a"]}, its newer one {"name": {"a": true}}. */
static json_t *values_of(const json_t *value)
{
	const char *key;
	json_t *on, *list = json_array();
	if (json_is_array(value)) {
		json_array_extend(list, (json_t *)value);
		return list;
	}
	json_object_foreach ((json_t *)value, key, on)
		if (json_is_true(on))
			json_array_append_new(list, json_string(key));
	return list;
}

Filters *filters_parse(const char *text, const char *const *known, GError **error)
{
	g_autoptr(json_t) parsed = NULL, filters = json_object();
	const char *key;
	json_t *value;
	if (text == NULL || *text == '\0')
		return g_steal_pointer(&filters);
	parsed = json_parse(text, strlen(text), NULL);
	if (!json_is_object(parsed)) {
		fail(error, BERTH_ERROR_INVALID,
			"invalid filter: the filters parameter is no JSON object");
		return NULL;
	}
	json_object_foreach (parsed, key, value) {
		if (!g_strv_contains(known, key)) {
			fail(error, BERTH_ERROR_INVALID, "invalid filter '%s'", key);
			return NULL;
		}
		json_object_set_new(filters, key, values_of(value));
	}
	return g_steal_pointer(&filters);
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
	const char *wanted = filters_value(filters, key, 0);
	return wanted == NULL || (strcmp(wanted, "true") == 0 || strcmp(wanted, "1") == 0) == value;
}

bool filters_match_name(const Filters *filters, const char *key, const char *value)
{
	return any(filters, key, value, pattern);
}

bool filters_match_labels(const Filters *filters, const char *key, const json_t *labels)
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

bool filters_time(const Filters *filters, const char *key, gint64 *time, GError **error)
{
	const char *text = filters_value(filters, key, 0);
	gint64 ago;
	*time = G_MAXINT64;
	if (text == NULL || time_parse(text, time))
		return true;
	if (!duration_parse(text, &ago))
		return fail(error, BERTH_ERROR_INVALID,
			"invalid filter: until=%s is neither a time nor a duration", text);
	*time = time_now() - ago;
	return true;
}
