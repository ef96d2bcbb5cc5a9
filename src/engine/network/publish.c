/* Publishing ports: by the firewall or by a shim. */
#include "engine/network/ports.h"
#include "engine/shim/shim.h"

#include "base/error.h"
#include "base/lock.h"
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
		if (!shim_send(container, SHIM_PUBLISH, "", add ? SHIM_PORT_ADD : SHIM_PORT_REMOVE,
			    0, text, NULL, 0, error))
			return false;
	}
	return true;
}

bool publish_ports(Container *container, bool add, const GArray *ports, const Endpoint *endpoint,
	GError **error)
{
	bool ok = port_publish(container->engine, add, ports, endpoint, error);
	/* What goes goes everywhere, although the firewall may not have had it. */
	return add ? ok && tell_shim(container, add, ports, endpoint, error)
		   : tell_shim(container, add, ports, endpoint, ok ? error : NULL) && ok;
}

/* network_lock is held. */
static void tell_all(Container *container)
{
	lock_held(&container->engine->network_lock);
	g_autoptr(GError) error = NULL;
	for (guint i = 0; container->endpoints != NULL && i < container->endpoints->len; i++) {
		const Endpoint *endpoint = container->endpoints->pdata[i];
		if (!tell_shim(container, true, endpoint->ports, endpoint, &error)) {
			/* One that has ended already needs none. */
			if (!g_error_matches(error, BERTH_ERROR, BERTH_ERROR_CONFLICT))
				log_warn("container %s: %s", container->row.id, error->message);
			g_clear_error(&error);
		}
	}
}

void publish_by_shim(Container *container)
{
	g_mutex_lock(&container->engine->network_lock);
	tell_all(container);
	g_mutex_unlock(&container->engine->network_lock);
}

void publish_again(Container *container)
{
	g_mutex_lock(&container->engine->network_lock);
	if (container->endpoints != NULL &&
		shim_send(container, SHIM_PUBLISH, "", SHIM_PORT_MARK_ALL, 0, "", NULL, 0, NULL)) {
		tell_all(container);
		shim_send(
			container, SHIM_PUBLISH, "", SHIM_PORT_REMOVE_MARKED, 0, "", NULL, 0, NULL);
	}
	g_mutex_unlock(&container->engine->network_lock);
	/* Its answer says that it has read all of this. */
	if (container_running(container))
		shim_send(container, SHIM_QUERY, "", 0, 0, "", NULL, 0, NULL);
}
