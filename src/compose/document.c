#include "compose/document.h"

#include "base/error.h"

#include <stdarg.h>
#include <string.h>

void document_free(Document *document)
{
	g_free(document->name);
	g_strfreev(document->lines);
	json_decref(document->tree);
	g_hash_table_unref(document->places);
	g_hash_table_unref(document->tags);
	g_free(document);
}

const char *document_tag(const Document *document, const char *path)
{
	return g_hash_table_lookup(document->tags, path);
}

/* The position of a path, or of the nearest ancestor: values copied by aliases have none. */
static const Place *find_place(const Document *document, const char *path)
{
	g_autofree char *at = g_strdup(path);
	for (;;) {
		const Place *place = g_hash_table_lookup(document->places, at);
		char *dot = strrchr(at, '.'), *bracket = strrchr(at, '[');
		char *end = dot > bracket ? dot : bracket;
		if (place != NULL || *at == '\0')
			return place;
		*(end != NULL ? end : at) = '\0';
	}
}

static void add_line(GString *text, char *const *lines, const Place *place)
{
	if (place->line < 1 || place->line > (int)g_strv_length((char **)lines))
		return;
	g_string_append_printf(text, "\n%4d | %s\n     | %*s^", place->line, lines[place->line - 1],
		place->column - 1, "");
}

bool document_fail(
	const Document *document, GError **error, const char *path, const char *format, ...)
{
	va_list args;
	const Place *place = find_place(document, path);
	g_autoptr(GString) text = g_string_new(document->name);
	va_start(args, format);
	if (place != NULL)
		g_string_append_printf(text, ":%d:%d", place->line, place->column);
	g_string_append_printf(text, ": %s%s", path, *path != '\0' ? ": " : "");
	g_string_append_vprintf(text, format, args);
	va_end(args);
	if (place != NULL)
		add_line(text, document->lines, place);
	return fail(error, BERTH_ERROR_UNAVAILABLE, "%s", text->str);
}
