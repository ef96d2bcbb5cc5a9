/* What the files of functions share: a call, its arguments, and the tables. */
#pragma once
#include "bake/hcl.h"

#include "base/error.h"

typedef struct {
	json_t *list; /* the arguments */
	const char *name;
	GError **error;
} Call;

typedef struct {
	const char *name; /* NULL: the end of a table */
	json_t *(*call)(const Call *call);
	const char *takes; /* "str:s offset:n", as hcl_parameters.c reads it */
} HclFunction;
extern const HclFunction hcl_texts[], hcl_collections[], hcl_sets[], hcl_numbers[], hcl_networks[],
	hcl_times[], hcl_formats[];

/* hcl_parameters.c: arguments in the types that the function takes, changed in place; false with error. */
bool hcl_arguments_fit(const HclFunction *function, json_t *arguments, GError **error);

static inline json_t *argument(const Call *call, size_t i)
{
	return json_array_get(call->list, i);
}

/* "" where it is no text. */
static inline char *text_at(const Call *call, size_t i)
{
	char *text = hcl_text(argument(call, i));
	return text != NULL ? text : g_strdup("");
}

static inline double number_at(const Call *call, size_t i)
{
	double number = 0;
	hcl_number(argument(call, i), &number);
	return number;
}

static inline json_t *wrong(const Call *call, const char *what)
{
	fail(call->error, BERTH_ERROR_INVALID, "%s", what);
	return NULL;
}

/* Where a value is in a list; -1: nowhere. */
int hcl_find(const json_t *list, const json_t *value);
