#include "cli/common/format.h"
#include "cli/common/cli.h"
#include "cli/common/table.h"

#include "base/error.h"
#include "base/json_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool keep_whole;

const GoType format_platform = {
	.kind = GO_POINTER, .name = "*formatter.Platform", .items = &go_map_any};

void format_keep_whole(bool whole)
{
	keep_whole = whole;
}

/* The shell passes \t and \n as they were typed. */
static char *unescape(const char *format)
{
	g_auto(GStrv) tabs = g_strsplit(format, "\\t", -1);
	g_autofree char *tabbed = g_strjoinv("\t", tabs);
	g_auto(GStrv) lines = g_strsplit(tabbed, "\\n", -1);
	return g_strjoinv("\n", lines);
}

/* An error of the template, not of the engine: Docker.s prefix, then the reason. */
static bool prefix_error(GError **error, const char *before)
{
	g_autoptr(GError) problem = g_steal_pointer(error);
	return fail(error, BERTH_ERROR_UNAVAILABLE, "%s%s", before, problem->message);
}

char *labels_joined(const json_t *labels)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)labels, name, value)
		g_ptr_array_add(texts, g_strconcat(name, "=", json_string_value(value), NULL));
	g_ptr_array_sort(texts, texts_compare);
	g_ptr_array_add(texts, NULL);
	return g_strjoinv(",", (char **)texts->pdata);
}

bool format_is_json(const char *format)
{
	return strcmp(format, "json") == 0 || strcmp(format, "{{json .}}") == 0;
}

/* A row for people: names from containers, images or registries are escaped for the terminal. */
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

/* ---- rows ---- */

static GoValue row_label(GPtrArray *kept, const GoMethod *method, GoValue row, GoValue name)
{
	(void)method;
	json_t *labels = json_object_get(row.json, "Label");
	return go_text(kept,
		g_strdup(json_string_value(json_object_get(labels, json_string_value(name.json)))
				 ?: ""));
}

/* The heading of a label: the part after its last dot, in words. */
static GoValue heading_label(GPtrArray *kept, const GoMethod *method, GoValue row, GoValue name)
{
	(void)method, (void)row;
	const char *text = json_string_value(name.json), *point = strrchr(text, '.');
	return go_text(kept, g_strdelimit(g_strdup(point != NULL ? point + 1 : text), "-_", ' '));
}

static const GoMethod heading_methods[] = {{"Label", NULL, heading_label, &go_string}, {0}};
static const GoType headings_type = {.kind = GO_MAP,
	.name = "formatter.SubHeaderContext",
	.items = &go_string,
	.methods = heading_methods};
/* Two methods that all rows have in Go, as they are no fields: what a table's head is made of, and the row as JSON. */
static GoValue row_header(GPtrArray *kept, const GoMethod *method, GoValue row, GoValue argument)
{
	(void)kept, (void)method, (void)row, (void)argument;
	return (GoValue){&go_any, NULL};
}

static GoValue row_bytes(GPtrArray *kept, const GoMethod *method, GoValue row, GoValue argument)
{
	static const GoType byte = {.kind = GO_UINT, .name = "uint8"},
			    bytes = {.kind = GO_LIST, .name = "[]uint8", .items = &byte};
	(void)method, (void)argument;
	g_autoptr(GString) text = g_string_new("");
	go_write_json(text, row);
	json_t *list = json_array();
	for (gsize i = 0; i < text->len; i++)
		json_array_append_new(list, json_integer((guchar)text->str[i]));
	return go_keep(kept, &bytes, list);
}

static const GoMethod row_methods[] = {{"FullHeader", NULL, row_header, NULL},
	{"MarshalJSON", NULL, row_bytes, NULL}, {"Label", NULL, row_label, &go_string}, {0}};
static const GoMethod plain_row_methods[] = {
	{"FullHeader", NULL, row_header, NULL}, {"MarshalJSON", NULL, row_bytes, NULL}, {0}};

GoType format_row_type(const char *name, const Column *columns, GoField fields[FORMAT_COLUMNS + 1])
{
	size_t count = 0;
	bool labels = false;
	for (; columns->field != NULL && count < FORMAT_COLUMNS; columns++) {
		labels = labels || strcmp(columns->field, "Label") == 0;
		fields[count++] = (GoField){columns->field, columns->field,
			columns->type != NULL ? columns->type : &go_string};
	}
	fields[count] = (GoField){0};
	return (GoType){.kind = GO_ROW,
		.name = name,
		.fields = fields,
		.methods = labels ? row_methods : plain_row_methods};
}

bool format_check(
	const char *format, const char *name, const Column *columns, json_t *row, GError **error)
{
	GoField fields[FORMAT_COLUMNS + 1];
	GoType type = format_row_type(name, columns, fields);
	g_autoptr(GString) out = g_string_new("");
	g_autoptr(Template) template = template_parse("", format, error);
	if (template == NULL)
		return prefix_error(error, "failed to parse template: ");
	return template_run(template, TEMPLATE_PLAIN, (GoValue){&type, row}, out, error) ||
	       prefix_error(error, "failed to execute template: ");
}

/* What a template prints of a row; NULL if it cannot be carried out. The caller frees it. */
static char *printed(const Template *template, const GoType *type, json_t *row)
{
	g_autoptr(GString) out = g_string_new("");
	if (!template_run(template, TEMPLATE_PLAIN, (GoValue){type, row}, out, NULL))
		return NULL;
	return g_string_free(g_steal_pointer(&out), FALSE);
}

bool format_depends(const char *format, const char *name, const Column *columns, const json_t *row,
	const char *field)
{
	GoField fields[FORMAT_COLUMNS + 1];
	GoType type = format_row_type(name, columns, fields);
	g_autoptr(Template) template = template_parse("", format, NULL);
	g_autoptr(json_t) other = json_copy((json_t *)row);
	json_object_set_new(other, field, json_string(""));
	g_autofree char *one = template != NULL ? printed(template, &type, (json_t *)row) : NULL,
			*two = one != NULL ? printed(template, &type, other) : NULL;
	return g_strcmp0(one, two) != 0;
}

static json_t *headings_of(const Column *columns)
{
	json_t *headings = json_object();
	for (; columns->field != NULL; columns++)
		if (columns->heading != NULL)
			json_object_set_new(
				headings, columns->field, json_string(columns->heading));
	return headings;
}

/* Blanks only: a tab is a column. */
char *format_typed(const char *format)
{
	const char *start = format + strspn(format, " ");
	size_t length = strlen(start);
	while (length > 0 && start[length - 1] == ' ')
		length--;
	g_autofree char *trimmed = g_strndup(start, length);
	return unescape(trimmed);
}

char *format_raw(const Column *columns)
{
	GString *out = g_string_new("");
	for (; columns->field != NULL; columns++)
		if (columns->raw != NULL)
			g_string_append_printf(out,
				columns->raw_bare ? "%s: {{- pad .%s 1 0}}\n" : "%s: {{.%s}}\n",
				columns->raw, columns->field);
	return g_string_free(out, FALSE);
}

char *format_quiet(const char *format, const char *field, const char *raw)
{
	if (*format == '\0' || strcmp(format, "table") == 0)
		return g_strdup_printf("{{.%s}}", field);
	return strcmp(format, "raw") == 0 ? g_strdup_printf("%s: {{.%s}}", raw, field)
					  : g_strdup(format);
}

bool format_list(const char *format, const char *default_format, const char *name,
	const Column *columns, json_t *rows, GError **error)
{
	GoField fields[FORMAT_COLUMNS + 1];
	GoType type = format_row_type(name, columns, fields);
	bool table = *format == '\0' || g_str_has_prefix(format, "table"),
	     raw = strcmp(format, "raw") == 0;
	g_autofree char *lines = raw ? format_raw(columns) : NULL,
			*body = g_strdup(*format == '\0' || strcmp(format, "table") == 0
						 ? default_format
					 : table		       ? format + 5
					 : strcmp(format, "json") == 0 ? "{{json .}}"
					 : raw && *lines != '\0'       ? lines
								       : format),
			*plain = format_typed(body);
	if (raw && *lines != '\0') {
		g_free(plain);
		plain = g_strdup(lines);
	}
	g_autoptr(Template) template = template_parse("", plain, error);
	g_autoptr(GString) out = g_string_new("");
	g_autoptr(json_t) headings = headings_of(columns);
	if (template == NULL)
		return prefix_error(error, "template parsing error: ");
	/* What a heading cannot be made from is left out. */
	if (table) {
		template_run(template, TEMPLATE_HEADINGS, (GoValue){&headings_type, headings}, out,
			NULL);
		g_string_append_c(out, '\n');
	}
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row) {
		g_autoptr(json_t) shown =
			table || isatty(STDOUT_FILENO) ? row_shown(row) : json_incref(row);
		if (!template_run(template, TEMPLATE_PLAIN, (GoValue){&type, shown}, out, error))
			return prefix_error(error, "template parsing error: ");
		g_string_append_c(out, '\n');
	}
	if (table)
		table_print(
			out->str, !keep_whole && (*format == '\0' || strcmp(format, "table") == 0));
	else
		fputs(out->str, stdout);
	return true;
}

/* ---- single values ---- */

Template *format_parse(const char *name, const char *format, GError **error)
{
	return template_parse(name, strcmp(format, "json") == 0 ? "{{json .}}" : format, error);
}

bool format_value(const Template *template, const GoType *type, json_t *value, GError **error)
{
	g_autoptr(GString) out = g_string_new("");
	bool ok = template_run(template, TEMPLATE_PLAIN, (GoValue){type, value}, out, error);
	g_string_append_c(out, '\n');
	print_to(stdout, "%s", out->str);
	fflush(stdout);
	return ok;
}

int format_print(const char *name, const char *format, const GoType *type, json_t *value)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Template) template = format_parse(name, format, &error);
	if (template == NULL) {
		print_to(stderr, "template parsing error: %s\n", error->message);
		return FORMAT_ERROR;
	}
	if (format_value(template, type, value, &error))
		return EXIT_SUCCESS;
	print_to(stderr, "%s\n", error->message);
	return EXIT_FAILURE;
}
