/* Output of lists and inspections: tables, templates or JSON. */
#pragma once
#include "template/template.h"

typedef struct {
	const char *field, *heading;
	const GoType *type; /* NULL: a string */
	const char *raw;    /* how "--format raw" calls it; NULL: not at all */
	bool raw_bare;	    /* no blank behind that where the field is empty */
} Column;
extern const GoType format_platform; /* of a column: a platform, or none */
enum { FORMAT_COLUMNS = 32 };	     /* as many as a list can have */
/* The type of a list's rows: a method for each column, called name in Go. fields: room for it. */
GoType format_row_type(const char *name, const Column *columns, GoField fields[FORMAT_COLUMNS + 1]);
/* What "--format raw" means for a list: a line a column; "" for one that has none. The caller frees it. */
char *format_raw(const Column *columns);
/* Without blanks around it, and with the tabs and line ends that a shell has passed as they were typed. The caller frees it. */
char *format_typed(const char *format);
enum { FORMAT_ERROR = 64 };		   /* how a command ends whose --format is no template */
bool format_is_json(const char *format);   /* "json" or "{{json .}}" */
char *labels_joined(const json_t *labels); /* "a=1,b=2"; the caller frees it */
/* The format of a list with -q, of which only a column is asked for. A template of one's own says itself what it shows.
 * Tables and "raw" show the column, the latter with the name that it has there. The caller frees it. */
char *format_quiet(const char *format, const char *field, const char *raw);
/* Prints the objects of a list: fields by columns (ended by {0}), shown by format ("" : table of
 * default_format). name: what Go calls the type of a row. */
bool format_list(const char *format, const char *default_format, const char *name,
	const Column *columns, json_t *rows, GError **error);
/* Whether tables keep their full width, on a terminal too (--no-trunc). Those of custom formats always do. */
void format_keep_whole(bool whole);
/* Whether a template can be carried out on a row, as docker's ps tries it first: on that of a container that has nothing. */
bool format_check(
	const char *format, const char *name, const Column *columns, json_t *row, GError **error);
/* Whether what a template prints of a row depends on a field of it, which is a text that is not empty. */
bool format_depends(const char *format, const char *name, const Column *columns, const json_t *row,
	const char *field);
/* --format of a single value. name: what errors call the template. */
Template *format_parse(const char *name, const char *format, GError **error);
/* Prints it and a line's end, also if it fails. */
bool format_value(const Template *template, const GoType *type, json_t *value, GError **error);
/* Does both, and prints errors; the command's exit status. */
int format_print(const char *name, const char *format, const GoType *type, json_t *value);
