/* Functions of templates: Go's own, and those that Docker adds. */
#pragma once
#include "template/value.h"

/* The error is what follows "error calling NAME: ". */
typedef GoValue (*TemplateCall)(
	GPtrArray *kept, const GoValue *arguments, size_t count, GError **error);

typedef struct {
	const char *name;
	const GoType *parameters[3]; /* required parameters */
	const GoType *rest;	     /* variadic parameters; NULL: none */
	TemplateCall call; /* NULL: "and", "or" and "call", which get unevaluated arguments */
	bool heading;	   /* returns its first argument in headings */
} TemplateFunction;

/* NULL: no such function. */
const TemplateFunction *template_function(const char *name);
size_t template_function_fixed(const TemplateFunction *function);
