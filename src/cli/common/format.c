#include "cli/common/cli.h"

#include "base/error.h"
#include "template/template.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MIN_WIDTH = 10, PADDING = 3 };

/* Columns parted by tabs, each as wide as its widest cell and three blanks, at least ten. */
static void print_table(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GArray) widths = g_array_new(FALSE, TRUE, sizeof(glong));
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; lines[i] != NULL && (lines[i + 1] != NULL || *lines[i] != '\0');
			i++) {
			g_auto(GStrv) cells = g_strsplit(lines[i], "\t", -1);
			for (guint c = 0; cells[c] != NULL; c++) {
				glong width = g_utf8_strlen(cells[c], -1) + PADDING;
				bool last = cells[c + 1] == NULL;
				if (pass == 0) {
					if (widths->len <= c)
						g_array_set_size(widths, c + 1);
					glong *widest = &g_array_index(widths, glong, c);
					*widest = last ? *widest
						       : MAX(MAX(*widest, width), MIN_WIDTH);
					continue;
				}
				printf("%s%*s", cells[c],
					last ? 0
					     : (int)(g_array_index(widths, glong, c) - width +
						       PADDING),
					"");
			}
			if (pass == 1)
				putchar('\n');
		}
}

/* The shell passes \t and \n as they were typed. */
static char *unescape(const char *format)
{
	g_auto(GStrv) tabs = g_strsplit(format, "\\t", -1);
	g_autofree char *tabbed = g_strjoinv("\t", tabs);
	g_auto(GStrv) lines = g_strsplit(tabbed, "\\n", -1);
	return g_strjoinv("\n", lines);
}

static bool print_json_lines(json_t *rows)
{
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row) {
		/* "Label" is a method of templates (.Label "key"), not a field of its own. */
		json_object_del(row, "Label");
		g_autofree char *text = json_dumps(row, JSON_COMPACT | JSON_SORT_KEYS);
		g_autoptr(GString) line = g_string_new("");
		for (const char *p = text; *p != '\0'; p++)
			if (strchr("<>&", *p) != NULL) /* as Go's encoder writes them */
				g_string_append_printf(line, "\\u%04x", *p);
			else
				g_string_append_c(line, *p);
		g_string_append_c(line, '\n');
		print_shown(line->str);
	}
	return true;
}

char *labels_joined(const json_t *labels)
{
	GString *out = g_string_new("");
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)labels, key, value)
		g_string_append_printf(
			out, "%s%s=%s", out->len > 0 ? "," : "", key, json_string_value(value));
	return g_string_free(out, FALSE);
}

bool format_is_json(const char *format)
{
	return strcmp(format, "json") == 0 || strcmp(format, "{{json .}}") == 0;
}

/* The first field that a template of a list wants and no row has. */
typedef struct {
	const Column *columns;
	char *unknown;
} Fields;

static void check_field(const char *name, gpointer data)
{
	Fields *fields = data;
	const Column *column = fields->columns;
	while (column->field != NULL && strcmp(column->field, name) != 0)
		column++;
	if (column->field == NULL && fields->unknown == NULL)
		fields->unknown = g_strdup(name);
}

static bool fields_known(const Template *template, const Column *columns, GError **error)
{
	Fields fields = {columns, NULL};
	template_fields(template, check_field, &fields);
	g_autofree char *unknown = fields.unknown;
	return unknown == NULL ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "failed to execute template: template: :1:2: executing \"\" at <.%s>: can't"
		       " evaluate field %s",
		       unknown, unknown);
}

/* A row for people: what a container, an image or a registry calls itself gives no orders to the terminal. */
static json_t *row_shown(const json_t *row)
{
	json_t *shown = json_object(), *value;
	const char *key;
	json_object_foreach ((json_t *)row, key, value) {
		g_autofree char *text =
			json_is_string(value) ? text_shown(json_string_value(value), false) : NULL;
		json_object_set_new(
			shown, key, text != NULL ? json_string(text) : json_incref(value));
	}
	return shown;
}

bool format_list(const char *format, const char *default_format, const Column *columns,
	json_t *rows, GError **error)
{
	if (format_is_json(format))
		return print_json_lines(rows);
	bool table = *format == '\0' || strcmp(format, "table") == 0 ||
		     g_str_has_prefix(format, "table ");
	const char *body = *format == '\0' || strcmp(format, "table") == 0 ? default_format
			   : table					   ? format + 6
									   : format;
	g_autofree char *plain = unescape(body);
	g_autoptr(Template) template = template_parse(plain, error);
	g_autoptr(GString) out = g_string_new("");
	if (template == NULL || !fields_known(template, columns, error))
		return false;
	size_t i;
	json_t *row;
	if (table) {
		g_autoptr(json_t) headings = json_object();
		for (; columns->field != NULL; columns++)
			json_object_set_new(
				headings, columns->field, json_string(columns->heading));
		if (!template_run(template, headings, out, error))
			return false;
		g_string_append_c(out, '\n');
	}
	json_array_foreach (rows, i, row) {
		g_autoptr(json_t) shown =
			table || isatty(STDOUT_FILENO) ? row_shown(row) : json_incref(row);
		if (!template_run(template, shown, out, error))
			return false;
		g_string_append_c(out, '\n');
	}
	if (table)
		print_table(out->str);
	else
		fputs(out->str, stdout);
	return true;
}

bool format_value(const char *format, json_t *value, GError **error)
{
	g_autofree char *plain = unescape(format), *text = NULL;
	if (strcmp(format, "json") == 0) {
		text = json_text(value);
		print_shown(text);
		putchar('\n');
		return true;
	}
	g_autoptr(Template) template = template_parse(plain, error);
	g_autoptr(GString) out = g_string_new("");
	if (template == NULL || !template_run(template, value, out, error))
		return false;
	g_string_append_c(out, '\n');
	print_shown(out->str);
	return true;
}
