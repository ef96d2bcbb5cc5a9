/* What /etc/hosts says of a container's networks. */
#include "engine/network.h"

#include <string.h>

/* The first address that a running container has on one of the networks of endpoints; NULL if none. */
static char *address_on(Engine *engine, Container *other, const json_t *endpoints)
{
	const char *name;
	json_t *endpoint;
	char *address = NULL;
	g_mutex_lock(&engine->network_lock);
	json_object_foreach ((json_t *)endpoints, name, endpoint) {
		const char *there = json_str(json_object_get(other->endpoints, name), "IPAddress");
		if (*there != '\0' && address == NULL)
			address = g_strdup(there);
	}
	g_mutex_unlock(&engine->network_lock);
	return address;
}

/* --link name:alias */
static void add_links(
	Container *container, const json_t *host, const json_t *endpoints, GString *hosts)
{
	size_t i;
	json_t *value;
	json_array_foreach (json_object_get(host, "Links"), i, value) {
		g_auto(GStrv) parts = g_strsplit(
			json_string_value(value) != NULL ? json_string_value(value) : "", ":", 2);
		g_autoptr(Container) other =
			parts[0] != NULL ? container_find(container->engine, parts[0], NULL) : NULL;
		g_autofree char *address =
			other != NULL ? address_on(container->engine, other, endpoints) : NULL;
		if (address == NULL)
			continue;
		ContainerRow row = container_snapshot(other);
		g_string_append_printf(hosts, "%s\t%s %.12s %s\n", address,
			parts[1] != NULL ? parts[1] : row.name, row.id, row.name);
		container_row_clear(&row);
	}
}

void endpoints_hosts(Container *container, const json_t *config, const json_t *host, GString *hosts)
{
	const char *name = json_str(config, "Hostname"), *domain = json_str(config, "Domainname"),
		   *network;
	static const char *const fields[] = {"IPAddress", "GlobalIPv6Address"};
	json_t *endpoint;
	g_mutex_lock(&container->engine->network_lock);
	g_autoptr(json_t) endpoints = json_deep_copy(container->endpoints);
	g_mutex_unlock(&container->engine->network_lock);
	json_object_foreach (endpoints, network, endpoint)
		for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
			const char *address = json_str(endpoint, fields[i]);
			if (*address != '\0' && *domain != '\0')
				g_string_append_printf(
					hosts, "%s\t%s.%s %s\n", address, name, domain, name);
			else if (*address != '\0')
				g_string_append_printf(hosts, "%s\t%s\n", address, name);
		}
	add_links(container, host, endpoints, hosts);
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
