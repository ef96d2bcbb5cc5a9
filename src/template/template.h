/* Go's text/template with the functions that Docker adds. Errors are in Go's words: "template: :1:2: ...". */
#pragma once
#include "template/value.h"

typedef struct Template Template;

/* name: for errors. NULL with INVALID: a syntax error. */
Template *template_parse(const char *name, const char *text, GError **error);
void template_free(Template *template);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Template, template_free)

typedef enum {
	TEMPLATE_PLAIN,
	TEMPLATE_STRICT,   /* a missing key of a map is an error (Go's missingkey=error) */
	TEMPLATE_HEADINGS, /* upper, json and others return their operands unchanged */
} TemplateMode;

/* Executes it on data, appending to out, also the output before an error. */
bool template_run(
	const Template *template, TemplateMode mode, GoValue data, GString *out, GError **error);
