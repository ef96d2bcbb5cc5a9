/* Converts strings to numbers and booleans after variables have been replaced. */
#include "compose/cast.h"
#include "compose/compose.h"
#include "compose/keys.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

bool text_to_bool(const char *text, bool *value)
{
	static const char *const yes[] = {"true", "y", "yes", "on", NULL}, *const no[] = {"false",
										   "n", "no", "off",
										   NULL};
	g_autofree char *lower = g_ascii_strdown(text, -1);
	*value = g_strv_contains(yes, lower);
	if (!*value && !g_strv_contains(no, lower))
		return false;
	if (strcmp(lower, "true") != 0 && strcmp(lower, "false") != 0)
		compose_warn("\"%s\" for boolean is not supported by YAML 1.2, please use `%s`",
			text, *value ? "true" : "false");
	return true;
}

bool text_to_integer(const char *text, json_int_t *value)
{
	char *end;
	const char *digits = text + (*text == '-' || *text == '+');
	if (!g_ascii_isdigit(*digits))
		return false;
	errno = 0;
	*value = g_ascii_strtoll(text, &end, 10);
	return *end == '\0' && errno == 0;
}

bool text_to_real(const char *text, double *value)
{
	char *end;
	if (*text == '\0' || g_ascii_isspace(*text))
		return false;
	*value = g_ascii_strtod(text, &end);
	return *end == '\0' && *value - *value == 0;
}

/* NULL: it is invalid. */
static json_t *cast(unsigned types, const char *text)
{
	bool truth;
	json_int_t integer;
	double real;
	if (types & T_TO_BOOL)
		return text_to_bool(text, &truth) ? json_boolean(truth) : NULL;
	if (types & T_TO_INTEGER)
		return text_to_integer(text, &integer) ? json_integer(integer) : NULL;
	return text_to_real(text, &real) ? json_real(real) : NULL;
}

typedef struct {
	const Document *document;
	GString *path;
	GError **error;
} Casts;

static bool cast_below(Casts *casts, const Key *key, json_t *value);

/* The converted value; NULL with error. */
static json_t *cast_one(Casts *casts, const Key *key, json_t *value)
{
	if (!json_is_string(value) || !(key->types & (T_TO_BOOL | T_TO_INTEGER | T_TO_REAL)))
		return cast_below(casts, key, value) ? json_incref(value) : NULL;
	json_t *other = cast(key->types, json_string_value(value));
	if (other == NULL)
		document_fail(casts->document, casts->error, casts->path->str,
			"must be %s: failed to cast \"%s\" to expected type",
			key->types & T_TO_BOOL ? "true or false" : "a number",
			json_string_value(value));
	return other;
}

static bool cast_below(Casts *casts, const Key *key, json_t *value)
{
	gsize length = casts->path->len;
	const char *name;
	json_t *member, *other;
	void *next;
	size_t i;
	json_object_foreach_safe (value, next, name, member) {
		const Key *below = key_find(key, name);
		if (below == NULL)
			continue;
		g_string_append_printf(casts->path, "%s%s", length > 0 ? "." : "", name);
		if ((other = cast_one(casts, below, member)) == NULL)
			return false;
		json_object_set_new(value, name, other);
		g_string_truncate(casts->path, length);
	}
	json_array_foreach (value, i, member) {
		if (key->items == NULL)
			break;
		g_string_append_printf(casts->path, "[%zu]", i);
		if ((other = cast_one(casts, key->items, member)) == NULL)
			return false;
		json_array_set_new(value, i, other);
		g_string_truncate(casts->path, length);
	}
	return true;
}

bool document_cast(Document *document, GError **error)
{
	g_autoptr(GString) path = g_string_new("");
	Casts casts = {document, path, error};
	return cast_below(&casts, &compose_root, document->tree);
}
