/* Whether a document says only what a Compose file may say, with a hint where a word was meant to be another; and the
 * types that strings from variables are to have. */
#include "compose/keys.h"

#include "base/error.h"
#include "base/nearest.h"
#include "dockerfile/dockerfile.h"

#include <string.h>

typedef struct {
	const Document *document;
	GString *path;
	GError **error;
} Check;

static bool check_value(Check *check, const Key *key, json_t **value);

static bool refuse(Check *check, const char *format, const char *what)
{
	g_autofree char *text = g_strdup_printf(format, what);
	return document_fail(check->document, check->error, check->path->str, "%s", text);
}

static bool unknown_key(Check *check, const Key *map)
{
	enum { MAX_KEYS = 128 };
	const char *names[MAX_KEYS] = {0}, *name = strrchr(check->path->str, '.');
	int count = 0;
	for (const Key *key = map->keys; key->name != NULL && count < MAX_KEYS - 1; key++)
		names[count++] = key->name;
	const char *near = words_nearest(name != NULL ? name + 1 : check->path->str, names);
	g_autofree char *hint = near != NULL ? g_strdup_printf(", did you mean %s?", near) : NULL;
	return refuse(check, "unknown key%s", hint != NULL ? hint : "");
}

/* "yes" and its kin, as YAML 1.1 had them, where a truth value must stand. */
static json_t *cast_bool(const char *text)
{
	static const char *const yes[] = {"1", "t", "true", "y", "yes", "on", NULL},
				 *const no[] = {"0", "f", "false", "n", "no", "off", NULL};
	g_autofree char *lower = g_ascii_strdown(text, -1);
	return g_strv_contains(yes, lower)  ? json_true()
	       : g_strv_contains(no, lower) ? json_false()
					    : NULL;
}

/* What a string becomes that may stand for another type; NULL: it stays. */
static json_t *cast(const Key *key, const char *text)
{
	if (key->types & T_BOOL && (key->types & (T_NUMBER | T_MAP)) == 0) {
		json_t *truth = cast_bool(text);
		/* "provenance: mode=max" and "external: name" stay words. */
		if (truth != NULL)
			return truth;
	}
	if (key->types & T_NUMBER) {
		json_t *number = yaml_scalar(text);
		if (json_is_number(number))
			return number;
		json_decref(number);
	}
	return NULL;
}

/* Whether only a truth value would do, and this word is none; with variables in it nobody knows yet. */
static bool wants_truth(const Key *key, const char *text)
{
	return key->types & T_BOOL && (key->types & (T_NUMBER | T_MAP | T_FREE)) == 0 &&
	       strchr(text, '$') == NULL;
}

static bool type_allowed(const Key *key, const json_t *value)
{
	unsigned types = key->types;
	switch (json_typeof(value)) {
	case JSON_STRING:
		return types & T_STRING && !wants_truth(key, json_string_value(value));
	case JSON_INTEGER:
	case JSON_REAL:
		return types & T_NUMBER;
	case JSON_TRUE:
	case JSON_FALSE:
		return types & T_BOOL;
	case JSON_NULL:
		return types & T_NULL;
	case JSON_OBJECT:
		return types & (T_MAP | T_PAIRS);
	case JSON_ARRAY:
		return types & (T_LIST | T_PAIRS | T_TEXTS);
	}
	return false;
}

static bool wrong_type(Check *check, const Key *key)
{
	const bool only_truth = wants_truth(key, "");
	const struct {
		unsigned type;
		const char *name;
	} names[] = {{only_truth ? 0 : T_STRING, "a string"}, {T_NUMBER, "a number"},
		{T_BOOL, "true or false"}, {T_MAP | T_PAIRS, "a mapping"},
		{T_LIST | T_TEXTS | T_PAIRS, "a list"}};
	g_autoptr(GString) text = g_string_new("");
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (key->types & names[i].type)
			g_string_append_printf(
				text, "%s%s", text->len > 0 ? " or " : "", names[i].name);
	return refuse(check, "must be %s", text->str);
}

static bool check_values(Check *check, const Key *key, const char *text)
{
	if (key->values == NULL || strchr(text, '$') != NULL)
		return true;
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

static bool check_member(Check *check, const Key *map, json_t *object, const char *name)
{
	gsize length = check->path->len;
	json_t *member = json_incref(json_object_get(object, name));
	g_string_append_printf(check->path, "%s%s", length > 0 ? "." : "", name);
	const Key *key = key_find(map, name);
	bool any =
		map->keys != NULL && map->keys->name != NULL && strcmp(map->keys->name, "*") == 0;
	bool ok = true;
	if (!any && g_str_has_prefix(name, "x-"))
		key = NULL;
	else if (key == NULL)
		ok = unknown_key(check, map);
	if (key != NULL)
		ok = check_value(check, key, &member);
	if (ok)
		json_object_set(object, name, member);
	json_decref(member);
	g_string_truncate(check->path, length);
	return ok;
}

static bool check_map(Check *check, const Key *map, json_t *object)
{
	/* Members may be replaced while we walk: their names are ours. */
	g_auto(GStrv) names = g_new0(char *, json_object_size(object) + 1);
	const char *name;
	json_t *member;
	int count = 0;
	json_object_foreach (object, name, member)
		names[count++] = g_strdup(name);
	for (int i = 0; i < count; i++)
		if (!check_member(check, map, object, names[i]))
			return false;
	return true;
}

static bool is_plain(const json_t *value)
{
	return !json_is_object(value) && !json_is_array(value);
}

/* A list of items, or of plain values. */
static bool check_list(Check *check, const Key *key, json_t *list)
{
	static const Key plain = {"", T_STRING | T_NUMBER | T_BOOL};
	const Key *items = key->items != NULL ? key->items : &plain;
	gsize length = check->path->len;
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *item = json_incref(json_array_get(list, i));
		g_string_append_printf(check->path, "[%zu]", i);
		bool ok = check_value(check, items, &item);
		json_array_set_new(list, i, item);
		g_string_truncate(check->path, length);
		if (!ok)
			return false;
	}
	return true;
}

/* A map of plain values (or of lists, as extra_hosts may have), or a list of texts. */
static bool check_pairs(Check *check, json_t *value)
{
	const char *name;
	json_t *member;
	size_t i;
	gsize length = check->path->len;
	json_object_foreach (value, name, member)
		if (json_is_object(member)) {
			g_string_append_printf(check->path, ".%s", name);
			return refuse(
				check, "%s", "must be a string, a number, true, false or null");
		}
	json_array_foreach (value, i, member)
		if (!is_plain(member)) {
			g_string_append_printf(check->path, "[%zu]", i);
			return refuse(check, "%s", "must be a string");
		}
	g_string_truncate(check->path, length);
	return true;
}

static bool check_value(Check *check, const Key *key, json_t **value)
{
	const char *tag = document_tag(check->document, check->path->str);
	if (key->types & T_ANY || (tag != NULL && strcmp(tag, "!reset") == 0))
		return true;
	if (json_is_string(*value)) {
		json_t *other = cast(key, json_string_value(*value));
		if (other != NULL) {
			json_decref(*value);
			*value = other;
		}
	}
	/* "key:" with nothing behind it is as if it were not there. */
	if (json_is_null(*value) && check->path->len > 0)
		return true;
	if (!type_allowed(key, *value))
		return wrong_type(check, key);
	if (json_is_string(*value))
		return check_values(check, key, json_string_value(*value));
	if (json_is_object(*value) && key->types & T_MAP)
		return check_map(check, key, *value);
	if (json_is_array(*value) && key->types & (T_LIST | T_TEXTS))
		return check_list(check, key, *value);
	return key->types & T_PAIRS ? check_pairs(check, *value) : true;
}

bool document_check(Document *document, GError **error)
{
	g_autoptr(GString) path = g_string_new("");
	Check check = {document, path, error};
	if (json_is_null(document->tree)) {
		json_decref(document->tree);
		document->tree = json_object();
		return true;
	}
	if (!json_is_object(document->tree))
		return document_fail(document, error, "", "top-level object must be a mapping");
	return check_value(&check, &compose_root, &document->tree);
}
