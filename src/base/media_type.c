#include "base/media_type.h"

#include "base/error.h"

#include <string.h>

/* RFC 2616, 2.2: visible ASCII but separators. */
static size_t token_length(const char *text)
{
	size_t length = 0;
	while (g_ascii_isgraph(text[length]) && strchr("()<>@,;:\\\"/[]?=", text[length]) == NULL)
		length++;
	return length;
}

static const char *skip_space(const char *text)
{
	while (g_ascii_isspace(*text))
		text++;
	return text;
}

static bool check_type(const char *type, GError **error)
{
	size_t first = token_length(type);
	const char *rest = type + first;
	if (first == 0)
		return fail(error, BERTH_ERROR_INVALID, "mime: no media type");
	if (*rest == '\0')
		return true;
	if (*rest != '/')
		return fail(error, BERTH_ERROR_INVALID, "mime: expected slash after first token");
	size_t second = token_length(++rest);
	if (second == 0)
		return fail(error, BERTH_ERROR_INVALID, "mime: expected token after slash");
	return rest[second] == '\0' ||
	       fail(error, BERTH_ERROR_INVALID, "mime: unexpected content after media subtype");
}

/* A token, or a text in quotation marks; behind it. NULL: neither. */
static const char *take_value(const char *text, GString *value)
{
	size_t length = token_length(text);
	g_string_append_len(value, text, (gssize)length);
	if (*text != '"')
		return length > 0 ? text + length : NULL;
	for (text++; *text != '\0' && *text != '\r' && *text != '\n'; text++) {
		if (*text == '"')
			return text + 1;
		/* What needs no escape keeps its backslash: paths of Windows. */
		bool escaped = *text == '\\' && text[1] != '\0' && token_length(text + 1) == 0;
		g_string_append_c(value, escaped ? *++text : *text);
	}
	return NULL;
}

/* "; name=value"; behind it. NULL: there is none. */
static const char *take_parameter(const char *text, char **name, GString *value)
{
	text = skip_space(text);
	if (*text != ';')
		return NULL;
	text = skip_space(text + 1);
	size_t length = token_length(text);
	*name = g_ascii_strdown(text, (gssize)length);
	text = skip_space(text + length);
	return length > 0 && *text == '=' ? take_value(skip_space(text + 1), value) : NULL;
}

static bool check_parameters(const char *text, GError **error)
{
	g_autoptr(GHashTable) known =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	while (*(text = skip_space(text)) != '\0') {
		g_autofree char *name = NULL;
		g_autoptr(GString) value = g_string_new("");
		const char *after = take_parameter(text, &name, value);
		/* One semicolon more is forgiven. */
		if (after == NULL)
			return (*text == ';' && *skip_space(text + 1) == '\0') ||
			       fail(error, BERTH_ERROR_INVALID, "mime: invalid media parameter");
		const char *old = g_hash_table_lookup(known, name);
		if (old != NULL && strcmp(old, value->str) != 0)
			return fail(error, BERTH_ERROR_INVALID, "mime: duplicate parameter name");
		g_hash_table_replace(known, g_steal_pointer(&name), g_strdup(value->str));
		text = after;
	}
	return true;
}

char *media_type_parse(const char *header, GError **error)
{
	size_t length = strcspn(header, ";");
	g_autofree char *type = g_ascii_strdown(header, (gssize)length);
	g_strstrip(type);
	if (!check_type(type, error) || !check_parameters(header + length, error))
		return NULL;
	return g_steal_pointer(&type);
}
