/* The sorted names of an object's members, and sorted lists. */
#pragma once
#include "base/json.h"

/* For g_ptr_array_sort and qsort of texts: as bytes. */
int texts_compare(gconstpointer one, gconstpointer other);
/* Sorted; the names are borrowed from the object, which must not change meanwhile. Empty for what is no object. */
GPtrArray *json_names(const json_t *object);
/* A new object with the same members, sorted. */
json_t *json_sorted(const json_t *object);
/* A new list with the same elements, in qsort's order: compare gets json_t *const *. Empty for what is no list. */
json_t *json_list_sorted(const json_t *list, int (*compare)(const void *, const void *));
