/* What /etc/hosts says of a container's networks. */
#include "engine/network.h"

#include <string.h>

json_t *endpoints_copy(Container *container)
{
	g_mutex_lock(&container->engine->network_lock);
	json_t *copy = json_deep_copy(container->endpoints);
	g_mutex_unlock(&container->engine->network_lock);
	return copy;
}

void endpoints_hosts(Container *container, const json_t *config, const json_t *host, GString *hosts)
{
	const char *name = json_str(config, "Hostname"), *domain = json_str(config, "Domainname"),
		   *network;
	static const char *const fields[] = {"IPAddress", "GlobalIPv6Address"};
	json_t *endpoint;
	g_autoptr(json_t) endpoints = endpoints_copy(container);
	json_object_foreach (endpoints, network, endpoint)
		for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
			const char *address = json_str(endpoint, fields[i]);
			if (*address != '\0' && *domain != '\0')
				g_string_append_printf(
					hosts, "%s\t%s.%s %s\n", address, name, domain, name);
			else if (*address != '\0')
				g_string_append_printf(hosts, "%s\t%s\n", address, name);
		}
	links_hosts(container, host, endpoints, hosts);
}

void endpoints_extra_host(Engine *engine, const char *name, const char *address, GString *hosts)
{
	g_autofree char *gateway = NULL;
	g_mutex_lock(&engine->network_lock);
	Network *bridge = network_lookup(engine, "bridge");
	if (strcmp(address, "host-gateway") == 0 && bridge != NULL)
		gateway = address_text(&bridge->gateway);
	g_mutex_unlock(&engine->network_lock);
	g_string_append_printf(hosts, "%s\t%s\n", gateway != NULL ? gateway : address, name);
}
