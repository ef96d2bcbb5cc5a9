/* Lists and inspections, as tables, templates or JSON. */
#pragma once
#include "template/template.h"

typedef struct {
	const char *field, *heading;
	const GoType *type; /* NULL: a string */
	const char *raw;    /* how "--format raw" calls it; NULL: not at all */
} Column;
enum { FORMAT_ERROR = 64 };		   /* how a command ends whose --format is no template */
bool format_is_json(const char *format);   /* "json" or "{{json .}}" */
char *labels_joined(const json_t *labels); /* "a=1,b=2"; the caller frees it */
/* Prints the objects of a list: fields by columns (ended by {0}), shown by format ("" : table of
 * default_format). name: what Go calls the type of a row. */
bool format_list(const char *format, const char *default_format, const char *name,
	const Column *columns, json_t *rows, GError **error);
/* Whether tables stay as wide as what is in them, on a terminal too (--no-trunc). Those of a format of one's own do. */
void format_keep_whole(bool whole);
/* Whether a template can be carried out on a row that has nothing, as docker's ps tries it first. */
bool format_check(const char *format, const char *name, const Column *columns, GError **error);
/* --format of a single value. name: what errors call the template. */
Template *format_parse(const char *name, const char *format, GError **error);
/* Prints it and a line's end, also if it fails. */
bool format_value(const Template *template, const GoType *type, json_t *value, GError **error);
/* Both, with what goes wrong told; gives the command's exit status. */
int format_print(const char *name, const char *format, const GoType *type, json_t *value);
