#include "base/json.h"

#include "base/error.h"

#include <string.h>

json_t *json_parse(const char *text, size_t length, GError **error)
{
	json_error_t at;
	json_t *value = json_loadb(text, length, JSON_DECODE_ANY, &at);
	if (value == NULL)
		fail(error, BERTH_ERROR_INVALID, "invalid JSON: %s (line %d, column %d)", at.text,
			at.line, at.column);
	return value;
}

char *json_text(const json_t *value)
{
	return json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
}

size_t json_size(const json_t *value)
{
	return json_dumpb(value, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY);
}

char *json_base64url(const json_t *value)
{
	g_autofree char *text = json_text(value);
	char *base64 = g_base64_encode((const guchar *)text, strlen(text));
	return g_strdelimit(g_strdelimit(base64, "+", '-'), "/", '_');
}

json_t *json_at(const json_t *object, const char *path)
{
	const char *dot;
	while ((dot = strchr(path, '.')) != NULL) {
		object = json_object_getn(object, path, (size_t)(dot - path));
		path = dot + 1;
	}
	return json_object_get(object, path);
}

const char *json_str(const json_t *object, const char *path)
{
	const char *text = json_string_value(json_at(object, path));
	return text != NULL ? text : "";
}

const char *json_named(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text != NULL ? text : "";
}

gint64 json_whole(const json_t *value)
{
	/* The largest double below 2^63; larger ones have no integer. */
	const double most = 9223372036854774784.0;
	return json_is_real(value) ? (gint64)CLAMP(json_real_value(value), -most, most)
				   : json_integer_value(value);
}

gint64 json_int(const json_t *object, const char *path)
{
	return json_whole(json_at(object, path));
}

bool json_bool(const json_t *object, const char *path)
{
	return json_is_true(json_at(object, path));
}

const char *json_elem(const json_t *array, size_t index)
{
	const char *text = json_string_value(json_array_get(array, index));
	return text != NULL ? text : "";
}

json_t *json_member(json_t *object, const char *key)
{
	if (!json_is_object(json_object_get(object, key)))
		json_object_set_new(object, key, json_object());
	return json_object_get(object, key);
}

bool json_filled(const json_t *value)
{
	return json_array_size(value) > 0 || json_object_size(value) > 0 ||
	       json_string_length(value) > 0;
}

json_t *json_strings(char *const *strings)
{
	json_t *array = json_array();
	for (; strings != NULL && *strings != NULL; strings++)
		json_array_append_new(array, json_lenient(*strings));
	return array;
}

char **json_strv(const json_t *array)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	size_t i;
	json_t *value;
	if (json_is_string(array))
		g_strv_builder_add(list, json_string_value(array));
	json_array_foreach (array, i, value)
		if (json_is_string(value))
			g_strv_builder_add(list, json_string_value(value));
	return g_strv_builder_end(list);
}

static void add_texts(GPtrArray *texts, const json_t *array)
{
	size_t i;
	json_t *value;
	if (json_is_string(array))
		g_ptr_array_add(texts, (char *)json_string_value(array));
	json_array_foreach (array, i, value)
		if (json_is_string(value))
			g_ptr_array_add(texts, (char *)json_string_value(value));
}

char **json_texts(const json_t *first, const json_t *second)
{
	GPtrArray *texts = g_ptr_array_new();
	add_texts(texts, first);
	add_texts(texts, second);
	g_ptr_array_add(texts, NULL);
	return (char **)g_ptr_array_free(texts, FALSE);
}

json_t *json_lenient(const char *text)
{
	json_t *value = json_string(text);
	if (value != NULL)
		return value;
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	return json_string(valid);
}
