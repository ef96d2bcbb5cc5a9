/* What templates call by name: Go's own functions and those that Docker adds. */
#pragma once
#include "template/value.h"

/* The error is what follows "error calling NAME: ". */
typedef GoValue (*TemplateCall)(
	GPtrArray *kept, const GoValue *arguments, size_t count, GError **error);

typedef struct {
	const char *name;
	const GoType *parameters[3]; /* those that must be there */
	const GoType *rest;	     /* of any more; NULL: there are none */
	TemplateCall call;	     /* NULL: "and", "or" and "call", which see their words */
	bool heading;		     /* gives its first argument back in headings */
} TemplateFunction;

/* NULL: there is none of that name. */
const TemplateFunction *template_function(const char *name);
size_t template_function_fixed(const TemplateFunction *function);
