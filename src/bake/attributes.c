/* A target's attributes: a table of names, types, and how they are merged (docker/buildx, bake/bake.go). */
#include "bake/bake.h"
#include "bake/hcl.h"

#include "base/csv.h"
#include "base/error.h"
#include "base/json_names.h"

#include <string.h>

typedef enum { TEXT, LIST, MAP, TRUTH, OPTIONS } Form;

/* In the order of buildx's JSON. grows: a later value is appended. alone: the key of an option without "=". */
static const struct {
	const char *name;
	Form form;
	bool grows;
	const char *alone;
} attributes[] = {{"description", TEXT, false, NULL}, {"annotations", LIST, true, NULL},
	{"attest", OPTIONS, true, "type"}, {"context", TEXT, false, NULL},
	{"contexts", MAP, true, NULL}, {"dockerfile", TEXT, false, NULL},
	{"dockerfile-inline", TEXT, false, NULL}, {"args", MAP, true, NULL},
	{"labels", MAP, true, NULL}, {"tags", LIST, false, NULL},
	{"cache-from", OPTIONS, true, "ref"}, {"cache-to", OPTIONS, false, "ref"},
	{"target", TEXT, false, NULL}, {"secret", OPTIONS, true, "id"},
	{"ssh", OPTIONS, true, "id"}, {"platforms", LIST, false, NULL},
	{"output", OPTIONS, false, "dest"}, {"pull", TRUTH, false, NULL},
	{"no-cache", TRUTH, false, NULL}, {"network", TEXT, false, NULL},
	{"no-cache-filter", LIST, true, NULL}, {"shm-size", TEXT, false, NULL},
	{"ulimits", LIST, false, NULL}, {"call", TEXT, false, NULL},
	{"entitlements", LIST, true, NULL}, {"extra-hosts", MAP, true, NULL}};

static size_t find(const char *name)
{
	size_t i = 0;
	while (i < G_N_ELEMENTS(attributes) && strcmp(attributes[i].name, name) != 0)
		i++;
	return i;
}

bool attribute_known(const char *name)
{
	return find(name) < G_N_ELEMENTS(attributes);
}

/* "a=1,b=2", or one word, which is the value of the attribute's main key. */
static json_t *options_of(size_t which, const char *text)
{
	json_t *options = json_object();
	const char *alone = attributes[which].alone;
	g_auto(GStrv) fields = csv_split(text, NULL);
	/* One field of an output that states no type is the name of a folder, whatever is in it. */
	bool plain =
		strchr(text, '=') == NULL || (strcmp(alone, "dest") == 0 && fields[1] == NULL &&
						     !g_str_has_prefix(text, "type="));
	for (int i = 0; !plain && fields[i] != NULL; i++) {
		char *equals = strchr(fields[i], '=');
		if (equals == NULL) {
			json_object_set_new(options, fields[i], json_string(""));
			continue;
		}
		*equals = '\0';
		g_autofree char *key = g_ascii_strdown(g_strstrip(fields[i]), -1);
		json_object_set_new(options, strcmp(key, "source") == 0 ? "src" : key,
			json_lenient(equals + 1));
	}
	if (!plain)
		return options;
	json_object_set_new(options, alone, json_lenient(text));
	if (strcmp(alone, "ref") == 0)
		json_object_set_new(options, "type", json_string("registry"));
	else if (strcmp(alone, "dest") == 0)
		json_object_set_new(
			options, "type", json_string(strcmp(text, "-") == 0 ? "tar" : "local"));
	return options;
}

/* "default", or "id=path,path" */
static json_t *ssh_of(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, "=", 2);
	g_auto(GStrv) paths =
		parts[0] != NULL && parts[1] != NULL ? g_strsplit(parts[1], ",", -1) : NULL;
	json_t *options = json_pack("{s:s}", "id", parts[0] != NULL ? parts[0] : "");
	if (paths != NULL)
		json_object_set_new(options, "paths", json_strings(paths));
	return options;
}

static json_t *option_of(size_t which, const json_t *value)
{
	if (json_is_object(value)) {
		json_t *texts = json_object(), *one;
		const char *key;
		json_object_foreach ((json_t *)value, key, one) {
			char *text = hcl_text(one);
			if (text != NULL)
				json_object_set_new(texts, key, json_lenient(text));
			else if (json_is_array(one))
				json_object_set(texts, key, one);
			g_free(text);
		}
		return texts;
	}
	g_autofree char *text = hcl_text(value);
	if (text == NULL || *text == '\0')
		return NULL;
	return strcmp(attributes[which].name, "ssh") == 0 ? ssh_of(text) : options_of(which, text);
}

static json_t *list_of(size_t which, const json_t *value)
{
	g_autoptr(json_t) list =
		json_is_array(value) ? json_incref((json_t *)value) : json_pack("[O]", value);
	json_t *result = json_array();
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		g_autofree char *text = hcl_text(one);
		json_t *made = attributes[which].form == OPTIONS ? option_of(which, one)
			       : text != NULL && *text != '\0'	 ? json_lenient(text)
								 : NULL;
		if (made != NULL)
			json_array_append_new(result, made);
	}
	return result;
}

static json_t *map_of(const json_t *value)
{
	json_t *map = json_object(), *one;
	const char *key;
	json_object_foreach ((json_t *)value, key, one) {
		g_autofree char *text = hcl_text(one);
		if (text != NULL)
			json_object_set_new(map, key, json_lenient(text));
	}
	return map;
}

json_t *attribute_read(const char *name, const json_t *value, GError **error)
{
	size_t which = find(name);
	if (json_is_null(value))
		return json_null();
	g_autofree char *text = hcl_text(value);
	switch (attributes[which].form) {
	case TEXT:
		if (text != NULL)
			return json_lenient(text);
		break;
	case TRUTH:
		if (text != NULL && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
			return json_boolean(strcmp(text, "true") == 0);
		break;
	case MAP:
		if (json_is_object(value))
			return map_of(value);
		break;
	default:
		if (json_is_array(value) || text != NULL)
			return list_of(which, value);
	}
	fail(error, BERTH_ERROR_INVALID,
		"Incorrect attribute value type; Inappropriate value for "
		"attribute \"%s\"",
		name);
	return NULL;
}

static bool holds(const json_t *list, const json_t *value)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), value))
			return true;
	return false;
}

void attributes_merge(json_t *target, const json_t *over)
{
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)over, name, value) {
		size_t which = find(name);
		json_t *there = json_object_get(target, name);
		bool grows = which < G_N_ELEMENTS(attributes) && attributes[which].grows &&
			     there != NULL;
		if (!grows)
			json_object_set_new(target, name, json_deep_copy(value));
		else if (json_is_object(there))
			json_object_update(there, value);
		else
			for (size_t i = 0; i < json_array_size(value); i++)
				if (!holds(there, json_array_get(value, i)))
					json_array_append(there, json_array_get(value, i));
	}
}

static json_t *sorted(const json_t *value)
{
	if (json_is_array(value)) {
		json_t *list = json_array();
		for (size_t i = 0; i < json_array_size(value); i++)
			json_array_append_new(list, sorted(json_array_get(value, i)));
		return list;
	}
	if (!json_is_object(value))
		return json_incref((json_t *)value);
	g_autoptr(GPtrArray) names = json_names(value);
	json_t *map = json_object();
	for (guint i = 0; i < names->len; i++)
		json_object_set_new(
			map, names->pdata[i], sorted(json_object_get(value, names->pdata[i])));
	return map;
}

/* buildx's removeDupes: the place of a duplicate is taken by the last. */
static void drop_duplicates(json_t *list)
{
	for (size_t i = json_array_size(list); i-- > 0;)
		for (size_t k = i + 1; k < json_array_size(list); k++) {
			size_t last = json_array_size(list) - 1;
			if (!json_equal(json_array_get(list, i), json_array_get(list, k)))
				continue;
			if (k < last)
				json_array_set(list, k, json_array_get(list, last));
			json_array_remove(list, last);
			break;
		}
}

/* Each once, in their order. */
static json_t *distinct(const json_t *list)
{
	json_t *result = json_array();
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!holds(result, json_array_get(list, i)))
			json_array_append(result, json_array_get(list, i));
	return result;
}

/* Of attestations of one type the last is meant; "disabled" is a boolean. */
static json_t *attestations(const json_t *list)
{
	g_autoptr(json_t) types = json_object();
	json_t *one;
	const char *type;
	size_t i;
	json_array_foreach (list, i, one) {
		json_t *copy = json_copy(one);
		const json_t *disabled = json_object_get(copy, "disabled");
		if (json_is_string(disabled))
			json_object_set_new(copy, "disabled",
				json_boolean(strcmp(json_str(copy, "disabled"), "true") == 0));
		json_object_set_new(types, json_str(one, "type"), copy);
	}
	json_t *result = json_array();
	json_object_foreach (types, type, one)
		json_array_append(result, one);
	return result;
}

/* As buildx normalises an attribute's value before it is printed or built. A new reference. */
static json_t *normal(size_t which, const json_t *value)
{
	const char *name = attributes[which].name;
	if (!json_is_array(value))
		return json_incref((json_t *)value);
	if (strcmp(name, "attest") == 0)
		return attestations(value);
	if (attributes[which].form == LIST)
		return distinct(value);
	json_t *list = json_copy((json_t *)value);
	drop_duplicates(list);
	return list;
}

static bool says_nothing(const json_t *value)
{
	return (json_is_array(value) && json_array_size(value) == 0) ||
	       (json_is_object(value) && json_object_size(value) == 0);
}

json_t *attributes_sorted(const json_t *target)
{
	json_t *result = json_object();
	for (size_t i = 0; i < G_N_ELEMENTS(attributes); i++) {
		const json_t *stated = json_object_get(target, attributes[i].name);
		g_autoptr(json_t) value = stated != NULL ? normal(i, stated) : NULL;
		if (value != NULL && !says_nothing(value))
			json_object_set_new(result, attributes[i].name, sorted(value));
	}
	return result;
}

bool attribute_set(json_t *target, const char *key, const char *value, bool first, GError **error)
{
	static const char *const other_names[][2] = {
		{"platform", "platforms"}, {"secrets", "secret"}, {"outputs", "output"}};
	g_auto(GStrv) parts = g_strsplit(key, ".", 2);
	g_autofree char *bare = g_strdup(parts[0]);
	bool adds = g_str_has_suffix(key, "+") || !first;
	if (g_str_has_suffix(bare, "+"))
		bare[strlen(bare) - 1] = '\0';
	for (size_t i = 0; i < G_N_ELEMENTS(other_names); i++)
		if (strcmp(bare, other_names[i][0]) == 0) {
			g_free(bare);
			bare = g_strdup(other_names[i][1]);
		}
	size_t which = find(bare);
	if (which == G_N_ELEMENTS(attributes) || strcmp(bare, "description") == 0)
		return fail(error, BERTH_ERROR_INVALID, "unknown key: %s", parts[0]);
	if ((attributes[which].form == MAP) != (parts[1] != NULL))
		return fail(error, BERTH_ERROR_INVALID,
			"invalid key %s, incorrect number of fields", key);
	g_autoptr(json_t) given =
		parts[1] != NULL ? json_pack("{s:s}", parts[1], value) : json_string(value);
	g_autoptr(json_t) read = attribute_read(bare, given, error);
	json_t *there = json_object_get(target, bare);
	if (read == NULL)
		return false;
	if (json_is_object(there))
		json_object_update(there, read);
	else if (json_is_array(there) && adds)
		json_array_extend(there, read);
	else
		json_object_set(target, bare, read);
	return true;
}
