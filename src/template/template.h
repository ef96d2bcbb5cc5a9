/* Go's text/template, as far as --format needs it, over JSON values. */
#pragma once
#include "base/json.h"

typedef struct Template Template;

/* "template parsing error: ..." if it is none. */
Template *template_parse(const char *text, GError **error);
void template_free(Template *template);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Template, template_free)

/* Carries it out on data, appending to out. False with error if that is not possible. */
bool template_run(const Template *template, json_t *data, GString *out, GError **error);

/* Calls each with the name of every field that the template prints at its top level: for headings. */
void template_fields(
	const Template *template, void (*each)(const char *name, gpointer data), gpointer data);

/* A value as Go prints it with %v. */
void template_print(GString *out, const json_t *value);
