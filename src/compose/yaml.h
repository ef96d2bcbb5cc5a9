/* Parsing and writing YAML. Private to this room. */
#pragma once
#include "compose/document.h"

/* yaml.c: the documents of a text, with anchors and merge keys, as Go's yaml.v3 reads them. NULL with error that has
 * the position; an empty text is an empty array. */
GPtrArray *yaml_parse(const char *name, const char *text, size_t length, GError **error);
/* yaml_write.c: values as YAML, as yaml.v3 writes them with an indentation of two. The caller frees it. */
char *yaml_text(const json_t *value);
/* Compares keys of a map in yaml.v3's order, in which numbers in them count as numbers: less than 0, 0 or more. */
int yaml_compare_keys(const char *a, const char *b);

/* yaml_scalar.c: the value of a plain scalar: a number, true, null or a string. New reference. */
json_t *yaml_scalar(const char *text);
/* is_time: whether it is a time, which is returned as text. */
json_t *yaml_scalar_timed(const char *text, bool *is_time);
/* The value of a scalar with an explicit tag ("!!int"); NULL: it is invalid. */
json_t *yaml_tagged(const char *tag, const char *text);
