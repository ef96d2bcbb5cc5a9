/* Validates a document against the schema, with a hint for misspelt keys. */
#include "compose/keys.h"

#include "base/error.h"
#include "base/nearest.h"

#include <string.h>

typedef struct {
	const Document *document;
	GString *path;
	GError **error;
} Check;

static bool check_value(Check *check, const Key *key, const json_t *value);

static bool G_GNUC_PRINTF(2, 3) refuse(Check *check, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_autofree char *text = g_strdup_vprintf(format, values);
	va_end(values);
	return document_fail(check->document, check->error, check->path->str, "%s", text);
}

static bool unknown_key(Check *check, const Key *map)
{
	enum { MAX_KEYS = 128 };
	const char *names[MAX_KEYS] = {0}, *name = strrchr(check->path->str, '.');
	int count = 0;
	for (const Key *key = map->keys; key->name != NULL && count < MAX_KEYS - 1; key++)
		if (strcmp(key->name, "*") != 0)
			names[count++] = key->name;
	const char *near = words_nearest(name != NULL ? name + 1 : check->path->str, names);
	g_autofree char *hint = near != NULL ? g_strdup_printf(", did you mean %s?", near) : NULL;
	return refuse(check, "unknown key%s",
		hint != NULL   ? hint
		: name == NULL ? "; services stand below \"services:\""
			       : "");
}

static bool type_allowed(const Key *key, const json_t *value)
{
	unsigned types = key->types;
	switch (json_typeof(value)) {
	case JSON_STRING:
		return types & T_STRING;
	case JSON_INTEGER:
		return types & (T_INTEGER | T_NUMBER);
	case JSON_REAL:
		/* A float without a fraction is an integer, too. */
		return types & T_NUMBER ||
		       (types & T_INTEGER && json_real_value(value) == json_whole(value));
	case JSON_TRUE:
	case JSON_FALSE:
		return types & T_BOOL;
	case JSON_NULL:
		return types & T_NULL;
	case JSON_OBJECT:
		return types & (T_MAP | T_PAIRS | T_HOSTS);
	case JSON_ARRAY:
		return types & (T_LIST | T_PAIRS | T_HOSTS);
	}
	return false;
}

static bool wrong_type(Check *check, const Key *key)
{
	static const struct {
		unsigned type;
		const char *name;
	} names[] = {{T_STRING, "a string"}, {T_NUMBER, "a number"}, {T_INTEGER, "an integer"},
		{T_BOOL, "true or false"}, {T_MAP | T_PAIRS | T_HOSTS, "a mapping"},
		{T_LIST | T_PAIRS | T_HOSTS, "a list"}, {T_NULL, "null"}};
	g_autoptr(GString) text = g_string_new("");
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (key->types & names[i].type)
			g_string_append_printf(
				text, "%s%s", text->len > 0 ? " or " : "", names[i].name);
	return refuse(check, "must be %s", text->str);
}

/* "0..100" */
static bool check_range(Check *check, const Key *key, const json_t *value)
{
	g_auto(GStrv) ends = g_strsplit(key->values, "..", 2);
	double number = json_number_value(value);
	if (number < g_ascii_strtod(ends[0], NULL))
		return refuse(check, "must be greater than or equal to %s", ends[0]);
	return number <= g_ascii_strtod(ends[1], NULL) ||
	       refuse(check, "must be less than or equal to %s", ends[1]);
}

static bool check_word(Check *check, const Key *key, const char *text)
{
	if (key->values == NULL || strstr(key->values, "..") != NULL)
		return true;
	if (*key->values == '~')
		return g_regex_match_simple(key->values + 1, text, 0, 0) ||
		       refuse(check, "has an invalid value \"%s\"", text);
	g_auto(GStrv) values = g_strsplit(key->values, "|", -1);
	if (g_strv_contains((const char *const *)values, text))
		return true;
	g_autofree char *list = g_strjoinv(", ", values);
	const char *near = words_nearest(text, (const char *const *)values);
	g_autofree char *hint =
		near != NULL ? g_strdup_printf("; did you mean %s?", near) : g_strdup("");
	g_autofree char *said = g_strdup_printf("\"%s\" is none of %s%s", text, list, hint);
	return refuse(check, "%s", said);
}

/* Names allowed in a map without a table of members. */
static bool name_allowed(const Key *map, const char *name)
{
	if (!(map->types & T_NAMED))
		return true;
	for (const char *c = name; *c != '\0'; c++)
		if (!g_ascii_isalnum(*c) && strchr("._-", *c) == NULL)
			return false;
	return *name != '\0';
}

static bool is_loose(const Key *map)
{
	return map->keys != NULL && map->keys->name != NULL && strcmp(map->keys->name, "*") == 0;
}

static bool check_member(Check *check, const Key *map, const char *name, const json_t *member)
{
	gsize length = check->path->len;
	const Key *key = key_find(map, name);
	bool ok = true;
	g_string_append_printf(check->path, "%s%s", length > 0 ? "." : "", name);
	if (!is_loose(map) && !(map->types & T_CLOSED) && g_str_has_prefix(name, "x-"))
		key = NULL;
	else if (key == NULL || !name_allowed(map, name))
		ok = unknown_key(check, map);
	if (ok && key != NULL)
		ok = check_value(check, key, member);
	g_string_truncate(check->path, length);
	return ok;
}

static bool check_map(Check *check, const Key *map, const json_t *object)
{
	const char *name;
	json_t *member;
	json_object_foreach ((json_t *)object, name, member)
		if (!check_member(check, map, name, member))
			return false;
	for (const Key *key = map->keys; key != NULL && key->name != NULL; key++)
		if (key->types & T_REQUIRED && json_object_get(object, key->name) == NULL)
			return refuse(check, "missing property '%s'", key->name);
	return true;
}

/* An identity of an item: two items with the same are duplicates. */
static bool check_unique(Check *check, GHashTable *seen, const json_t *item)
{
	return g_hash_table_add(seen, json_text(item)) ||
	       refuse(check, "%s", "is there twice; items must be unique");
}

static bool check_list(Check *check, const Key *items, const json_t *list, bool unique)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	gsize length = check->path->len;
	size_t i;
	json_t *item;
	json_array_foreach (list, i, item) {
		g_string_append_printf(check->path, "[%zu]", i);
		bool ok = check_value(check, items, item) &&
			  (!unique || check_unique(check, seen, item));
		g_string_truncate(check->path, length);
		if (!ok)
			return false;
	}
	return true;
}

/* A map of scalars or of lists (T_HOSTS), or a list of strings. */
static bool check_pairs(Check *check, const Key *key, const json_t *value)
{
	static const Key text = {"", T_STRING, G_ANY, NULL, NULL, NULL},
			 plain[] = {{"*", T_STRING | T_NUMBER | T_BOOL | T_NULL, G_ANY, NULL, NULL,
					    NULL},
				 {0}},
			 address[] = {{"*", T_STRING | T_LIST, G_ANY, NULL, NULL, NULL}, {0}};
	const Key map = {"", T_MAP, G_ANY, key->types & T_HOSTS ? address : plain, NULL, NULL};
	if (json_object_get(value, "") != NULL)
		return refuse(check, "%s", "has a member without a name");
	return json_is_array(value) ? check_list(check, &text, value, true)
				    : check_map(check, &map, value);
}

static bool check_value(Check *check, const Key *key, const json_t *value)
{
	static const Key text = {"", T_STRING, G_ANY, NULL, NULL, NULL};
	const char *tag = document_tag(check->document, check->path->str);
	if (key->types & T_ANY)
		return true;
	if (tag != NULL && strcmp(tag, "!!timestamp") == 0)
		return refuse(check, "%s", "is a time; quote it where a word is meant");
	if (!type_allowed(key, value))
		return wrong_type(check, key);
	if (json_is_string(value))
		return check_word(check, key, json_string_value(value));
	if (json_is_number(value) && key->values != NULL && strstr(key->values, "..") != NULL)
		return check_range(check, key, value);
	if (json_is_object(value) && key->types & T_MAP)
		return check_map(check, key, value);
	if (json_is_array(value) && key->types & T_LIST)
		return check_list(check, key->items != NULL ? key->items : &text, value,
			key->types & T_UNIQUE);
	return json_is_object(value) || json_is_array(value) ? check_pairs(check, key, value)
							     : true;
}

bool document_check(const Document *document, const json_t *tree, GError **error)
{
	g_autoptr(GString) path = g_string_new("");
	Check check = {document, path, error};
	return check_value(&check, &compose_root, tree);
}
