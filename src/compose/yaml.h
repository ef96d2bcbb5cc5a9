/* What stands in YAML, and what it means. Private to this room. */
#pragma once
#include "compose/document.h"

/* yaml.c: the documents of a text, with anchors and merge keys, as Go's yaml.v3 reads them. NULL with error that holds
 * the place; no document at all is an empty array. */
GPtrArray *yaml_parse(const char *name, const char *text, size_t length, GError **error);
/* yaml_write.c: values as YAML, as yaml.v3 writes them with an indentation of two. The caller frees it. */
char *yaml_text(const json_t *value);
/* Less than 0, 0 or more: the order of a map's keys there, in which numbers count as such. */
int yaml_compare_keys(const char *a, const char *b);

/* yaml_scalar.c: what a plain scalar is: a number, true, null or a string. New reference. */
json_t *yaml_scalar(const char *text);
/* The same; is_time: it is a time, as whose text it is given. */
json_t *yaml_scalar_timed(const char *text, bool *is_time);
/* What a scalar with a tag of its own ("!!int") is; NULL: it is none of these. */
json_t *yaml_tagged(const char *tag, const char *text);
