/* The functions of bake files, by name: a table for each kind of value. */
#include "bake/hcl_call.h"

#include <string.h>

json_t *hcl_call(const char *name, json_t *arguments, bool *known, GError **error)
{
	static const HclFunction *const tables[] = {
		hcl_texts, hcl_collections, hcl_sets, hcl_numbers, hcl_networks, hcl_times};
	Call call = {arguments, name, error};
	int count = (int)json_array_size(arguments);
	for (size_t table = 0; table < G_N_ELEMENTS(tables); table++)
		for (const HclFunction *one = tables[table]; one->name != NULL; one++) {
			if (strcmp(one->name, name) != 0)
				continue;
			*known = true;
			bool fits = count >= one->least && (one->most < 0 || count <= one->most);
			return fits ? one->call(&call) : wrong(&call, "wrong number of arguments");
		}
	return NULL;
}
