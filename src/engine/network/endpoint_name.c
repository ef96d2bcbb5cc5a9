/* How an endpoint's link is called in its container. */
#include "engine/network/endpoint.h"

#include <stdio.h>

enum { LINK_NAMES = 4096 };

char *endpoint_link_name(const json_t *endpoint)
{
	const char *name = json_str(endpoint, "_Name");
	/* Engines before this one counted: of their containers, 2 was eth0. */
	return *name != '\0' ? g_strdup(name)
			     : g_strdup_printf("eth%d", (int)json_int(endpoint, "_Index") - 2);
}

static bool name_is_taken(const json_t *endpoints, const char *link)
{
	const char *name;
	json_t *endpoint;
	json_object_foreach ((json_t *)endpoints, name, endpoint) {
		g_autofree char *other = json_object_get(endpoint, "_Name") == NULL &&
							 json_object_get(endpoint, "_Index") == NULL
						 ? NULL
						 : endpoint_link_name(endpoint);
		if (g_strcmp0(other, link) == 0)
			return true;
	}
	return false;
}

void endpoint_name_link(
	const Network *network, const json_t *endpoints, json_t *endpoint, int netns)
{
	const char *prefix = network->prefix != NULL ? network->prefix : "eth";
	for (int i = 0; i < LINK_NAMES && *json_str(endpoint, "_Name") == '\0'; i++) {
		g_autofree char *name = g_strdup_printf("%s%d", prefix, i);
		if (!name_is_taken(endpoints, name) && (netns < 0 || !link_is_in(netns, name)))
			json_object_set_new(endpoint, "_Name", json_string(name));
	}
}
