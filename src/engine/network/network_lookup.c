/* Networks by name, id, or the beginning of an id. */
#include "engine/network/networks.h"

#include "base/lock.h"

#include <string.h>

Network *network_lookup(Engine *engine, const char *reference)
{
	lock_held(&engine->network_lock);
	Network *found = NULL;
	for (guint i = 0; i < engine->networks->len; i++) {
		Network *network = engine->networks->pdata[i];
		if (strcmp(network->name, reference) == 0 || strcmp(network->id, reference) == 0)
			return network;
		if (strlen(reference) >= 2 && g_str_has_prefix(network->id, reference))
			found = found == NULL ? network : found;
	}
	return found;
}

bool network_is_left_out(const Engine *engine, const char *name)
{
	return strcmp(name, "bridge") == 0 && strcmp(engine->config->bridge, CONFIG_NO_BRIDGE) == 0;
}
