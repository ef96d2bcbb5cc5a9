/* The functions of bake files, by name: a table for each kind of value. */
#include "bake/hcl_call.h"

#include <string.h>

json_t *hcl_call(const char *name, json_t *arguments, bool *known, GError **error)
{
	static const HclFunction *const tables[] = {hcl_texts, hcl_collections, hcl_sets,
		hcl_numbers, hcl_networks, hcl_times, hcl_formats};
	Call call = {arguments, name, error};
	for (size_t table = 0; table < G_N_ELEMENTS(tables); table++)
		for (const HclFunction *one = tables[table]; one->name != NULL; one++) {
			if (strcmp(one->name, name) != 0)
				continue;
			*known = true;
			return hcl_arguments_fit(one, arguments, error) ? one->call(&call) : NULL;
		}
	return NULL;
}
