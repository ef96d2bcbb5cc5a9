/* Default routes, and the endpoints that have the ports. network_lock is held. */
#pragma once
#include "engine/network/endpoint.h"
#include "engine/network/ports.h"

/* The next hop of an endpoint: its router, or an empty address where the link itself is the route. False if it has
 * none. */
bool gateway_address(const Endpoint *endpoint, bool v6, Address *gateway);
Gateways gateways_elect(const GPtrArray *endpoints);
/* Updates the default routes of a running container that have changed. */
bool gateways_apply(const Gateways *before, const Gateways *now, int netns, GError **error);
/* Where the ports are published: by the network of the default route, or the next that can. second: IPv6's, where another
 * network has the default route of IPv6 and can. Endpoints are NULL where there is none. */
typedef struct {
	PortCarrier first, second;
} PortCarriers;
PortCarriers ports_carriers(Container *container);
/* Moves the ports to their endpoints; left: one that is in the container's list no more, or NULL.
 * running: they are published at once, not by endpoint_connect. */
bool ports_place(
	Container *container, const Spec *spec, Endpoint *left, bool running, GError **error);
/* All that are published, IPv4's first where each family has its endpoint; the caller's. NULL if no endpoint has any. */
GArray *ports_all(const GPtrArray *endpoints);
