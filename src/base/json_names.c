#include "base/json_names.h"

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
