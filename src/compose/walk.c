#include "compose/walk.h"
#include "compose/go_text.h"

#include "base/error.h"

#include <stdarg.h>
#include <string.h>

bool walk_fail(Walk *walk, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	if (walk->document == NULL)
		return fail(walk->error, BERTH_ERROR_UNAVAILABLE, "%s: %s", walk->path->str, text);
	return document_fail(walk->document, walk->error, walk->path->str, "%s", text);
}

void walk_set(json_t **value, json_t *other)
{
	json_decref(*value);
	*value = other;
}

static bool walk_list(Walk *walk, json_t *list, const char *rest, Visit visit)
{
	gsize length = walk->path->len;
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *item = json_incref(json_array_get(list, i));
		g_string_append_printf(walk->path, "[%zu]", i);
		bool ok = walk_at(walk, &item, rest, visit);
		json_array_set_new(list, i, item);
		g_string_truncate(walk->path, length);
		if (!ok)
			return false;
	}
	return true;
}

static bool walk_member(Walk *walk, json_t *object, const char *name, const char *rest, Visit visit)
{
	gsize length = walk->path->len;
	json_t *member = json_incref(json_object_get(object, name));
	if (member == NULL)
		return true;
	g_string_append_printf(walk->path, "%s%s", length > 0 ? "." : "", name);
	bool ok = walk_at(walk, &member, rest, visit);
	json_object_set_new(object, name, member);
	g_string_truncate(walk->path, length);
	return ok;
}

bool walk_at(Walk *walk, json_t **tree, const char *pattern, Visit visit)
{
	if (*pattern == '\0')
		return json_is_null(*tree) || visit(walk, tree);
	if (g_str_has_prefix(pattern, "[]"))
		return !json_is_array(*tree) ||
		       walk_list(walk, *tree, pattern + 2 + (pattern[2] == '.'), visit);
	if (!json_is_object(*tree))
		return true;
	size_t length = strcspn(pattern, ".[");
	const char *rest = pattern + length + (pattern[length] == '.');
	g_autofree char *name = g_strndup(pattern, length);
	if (strcmp(name, "*") != 0)
		return walk_member(walk, *tree, name, rest, visit);
	const char *key;
	json_t *member;
	void *next;
	json_object_foreach_safe (*tree, next, key, member)
		if (!walk_member(walk, *tree, key, rest, visit))
			return false;
	return true;
}

bool path_matches(const char *path, const char *pattern)
{
	while (*pattern != '\0') {
		if (*pattern == '*') {
			/* A name may contain dots: the shortest and all longer ones are tried. */
			for (size_t end = strcspn(path, "."); *path != '\0';
				end += 1 + strcspn(path + end + 1, ".")) {
				if (path_matches(path + end, pattern + 1))
					return true;
				if (path[end] == '\0')
					break;
			}
			return false;
		}
		if (*path++ != *pattern++)
			return false;
	}
	return *path == '\0';
}

char *plain_text(const json_t *value)
{
	switch (value != NULL ? json_typeof(value) : JSON_NULL) {
	case JSON_STRING:
		return g_strdup(json_string_value(value));
	case JSON_INTEGER:
		return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	case JSON_REAL:
		return go_float(json_real_value(value));
	case JSON_TRUE:
		return g_strdup("true");
	case JSON_FALSE:
		return g_strdup("false");
	default:
		return g_strdup("");
	}
}
