/* Go's text/template with the functions that Docker adds. What went wrong is said in Go's words: "template: :1:2: ...". */
#pragma once
#include "template/value.h"

typedef struct Template Template;

/* name: what errors call it. NULL with INVALID: it is none. */
Template *template_parse(const char *name, const char *text, GError **error);
void template_free(Template *template);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Template, template_free)

typedef enum {
	TEMPLATE_PLAIN,
	TEMPLATE_STRICT,   /* a key that a map has not is an error (Go's missingkey=error) */
	TEMPLATE_HEADINGS, /* upper, json and the like leave their texts as they are */
} TemplateMode;

/* Carries it out on data, appending to out, also what was there before it failed. */
bool template_run(
	const Template *template, TemplateMode mode, GoValue data, GString *out, GError **error);
