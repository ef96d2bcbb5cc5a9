#include "base/json_names.h"

#include <stdlib.h>
#include <string.h>

int texts_compare(gconstpointer one, gconstpointer other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

GPtrArray *json_names(const json_t *object)
{
	GPtrArray *names = g_ptr_array_new();
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)object, name, value)
		g_ptr_array_add(names, (gpointer)name);
	g_ptr_array_sort(names, texts_compare);
	return names;
}

json_t *json_sorted(const json_t *object)
{
	g_autoptr(GPtrArray) names = json_names(object);
	json_t *result = json_object();
	for (guint i = 0; i < names->len; i++)
		json_object_set(result, names->pdata[i], json_object_get(object, names->pdata[i]));
	return result;
}

json_t *json_list_sorted(const json_t *list, int (*compare)(const void *, const void *))
{
	size_t count = json_array_size(list);
	g_autofree json_t **items = g_new(json_t *, count + 1);
	json_t *result = json_array();
	for (size_t i = 0; i < count; i++)
		items[i] = json_array_get(list, i);
	qsort(items, count, sizeof *items, compare);
	for (size_t i = 0; i < count; i++)
		json_array_append(result, items[i]);
	return result;
}
