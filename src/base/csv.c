#include "base/csv.h"

#include <stdbool.h>
#include <string.h>

/* encoding/csv's words. */
static const char csv_bare[] = "bare \" in non-quoted-field",
		  csv_quote[] = "extraneous or missing \" in quoted-field";

/* RFC 4180: a quoted field may contain commas, and doubled quotes. Errors have positions. */
char **csv_split(const char *text, char **why)
{
	g_autoptr(GStrvBuilder) fields = g_strv_builder_new();
	g_autoptr(GString) field = g_string_new("");
	bool quoted = false, begun = false; /* begun: the field's first letter was read */
	const char *wrong = *text == '\0' ? "EOF" : NULL, *p = text;
	for (; *p != '\0' && wrong == NULL; p++) {
		if (*p == '"' && !begun) {
			quoted = begun = true;
		} else if (*p == '"' && quoted && p[1] == '"') {
			g_string_append_c(field, *p++);
		} else if (*p == '"' && quoted) {
			quoted = false;
			wrong = p[1] == '\0' || p[1] == ',' ? NULL : csv_quote;
		} else if (*p == ',' && !quoted) {
			g_strv_builder_add(fields, field->str);
			g_string_truncate(field, 0);
			begun = false;
		} else {
			wrong = *p == '"' ? csv_bare : NULL;
			g_string_append_c(field, *p);
			begun = true;
		}
	}
	if (wrong == NULL && quoted) {
		wrong = csv_quote;
		p++;
	}
	g_strv_builder_add(fields, field->str);
	if (why != NULL)
		*why = wrong == NULL || *text == '\0'
			       ? g_strdup(wrong)
			       : g_strdup_printf("parse error on line 1, column %d: %s",
					 (int)(p - text), wrong);
	return g_strv_builder_end(fields);
}

void csv_append(GString *line, const char *field)
{
	g_auto(GStrv) parts = g_strsplit(field, "\"", -1);
	g_autofree char *doubled = g_strjoinv("\"\"", parts);
	bool quoted = strpbrk(field, ",\"\r\n") != NULL;
	g_string_append_printf(line, quoted ? "%s\"%s\"" : "%s%s", line->len > 0 ? "," : "",
		quoted ? doubled : field);
}
