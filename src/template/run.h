/* A template that is executed: what evaluating and walking it share. */
#pragma once
#include "template/node.h"
#include "template/template.h"

typedef struct {
	const char *name;
	GoValue value;
} Variable;

typedef struct {
	const Template *template;
	const char *name; /* of the current definition */
	TemplateMode mode;
	GString *out;
	GPtrArray *kept;   /* intermediate values */
	GArray *variables; /* Variable, the innermost last */
	guint scope;	   /* first variable of the current definition */
	const Node *at;	   /* what errors name */
	NodeKind jump;	   /* BREAK or CONTINUE while a range is left, or LIST */
	int depth, steps;
	gsize bytes; /* of the texts of values so far */
	GError *error;
} Run;

/* evaluate.c */
GoValue run_refuse(Run *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Whether what was made so far is within the limit; an error otherwise. */
bool run_fits(Run *run);
GoValue run_pipe(Run *run, GoValue dot, const Node *pipe);
/* The innermost variable of a name, which the parser has found; borrowed. */
Variable *run_variable(Run *run, const char *name);
