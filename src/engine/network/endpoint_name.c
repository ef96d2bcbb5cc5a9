/* The name of an endpoint's link in its container. */
#include "engine/network/endpoint.h"

#include <string.h>

enum { LINK_NAMES = 4096 };

static bool name_is_taken(const GPtrArray *endpoints, const char *name)
{
	for (guint i = 0; i < endpoints->len; i++)
		if (g_strcmp0(((Endpoint *)endpoints->pdata[i])->name, name) == 0)
			return true;
	return false;
}

void endpoint_name_link(
	const Network *network, const GPtrArray *endpoints, Endpoint *endpoint, int netns)
{
	const char *prefix = network->prefix != NULL ? network->prefix : "eth";
	for (int i = 0; i < LINK_NAMES && endpoint->name == NULL; i++) {
		g_autofree char *name = g_strdup_printf("%s%d", prefix, i);
		if (!name_is_taken(endpoints, name) && (netns < 0 || !link_is_in(netns, name)))
			endpoint->name = g_steal_pointer(&name);
	}
}
