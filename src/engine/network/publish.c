/* Publishing ports: by the firewall or by a shim. */
#include "engine/network/ports.h"
#include "engine/shim/shim.h"

#include "base/error.h"
#include "base/log.h"

#include <netinet/in.h>

/* Sends the shim a message for each port that it forwards. */
static bool tell_shim(Container *container, bool add, const GArray *ports, const Endpoint *endpoint,
	GError **error)
{
	g_autoptr(GArray) mappings =
		port_mappings(container->engine, ports, endpoint, PORT_BY_SHIM);
	for (guint i = 0; i < mappings->len; i++) {
		const PortMapping *mapping = &g_array_index(mappings, PortMapping, i);
		g_autofree char *host = address_text(&mapping->host),
				*target = address_text(&mapping->target);
		g_autofree char *text = g_strdup_printf("%s %s %u %s %u",
			mapping->protocol == IPPROTO_UDP ? "udp" : "tcp", host, mapping->host_port,
			target, mapping->target_port);
		if (mapping->protocol == IPPROTO_SCTP)
			return fail(error, BERTH_ERROR_INVALID,
				"sctp ports cannot be published by proxy");
		if (!shim_send(container, SHIM_PUBLISH, "", add, 0, text, NULL, 0, error))
			return false;
	}
	return true;
}

bool publish_ports(Container *container, bool add, const GArray *ports, const Endpoint *endpoint,
	GError **error)
{
	return port_publish(container->engine, add, ports, endpoint, error) &&
	       tell_shim(container, add, ports, endpoint, error);
}

void publish_by_shim(Container *container)
{
	Engine *engine = container->engine;
	g_autoptr(GError) error = NULL;
	g_mutex_lock(&engine->network_lock);
	for (guint i = 0; container->endpoints != NULL && i < container->endpoints->len; i++) {
		const Endpoint *endpoint = container->endpoints->pdata[i];
		if (!tell_shim(container, true, endpoint->ports, endpoint, &error)) {
			log_warn("container %s: %s", container->row.id, error->message);
			g_clear_error(&error);
		}
	}
	g_mutex_unlock(&engine->network_lock);
}
