/* What template.c calls by name. */
#pragma once
#include "base/json.h"

/* A new value; NULL with error. */
typedef json_t *(*TemplateFunction)(json_t **args, size_t count, GError **error);
/* NULL: there is none of that name. */
TemplateFunction template_function(const char *name, size_t length);

/* The keys of an object in order, borrowed: in which Go walks a map. */
GPtrArray *template_keys(const json_t *object);
bool template_truth(const json_t *value);
json_t *template_text(char *text); /* takes text over */
