/* Default routes, and the endpoint that has the ports. network_lock is held. */
#pragma once
#include "engine/network/endpoint.h"

/* The next hop of an endpoint: its router, or an empty address where the link itself is the route. False if it has
 * none. */
bool gateway_address(const Endpoint *endpoint, bool v6, Address *gateway);
Gateways gateways_elect(const GPtrArray *endpoints);
/* Updates the default routes of a running container that have changed. */
bool gateways_apply(const Gateways *before, const Gateways *now, int netns, GError **error);
/* The endpoint whose network publishes the ports: that of the default route, or the next that can. NULL if none can. */
Endpoint *ports_carrier(Container *container, Network **network);
/* Moves the ports to their endpoint; from: the endpoint that had them (it may be in no list any more), or NULL.
 * running: they are published at once, not by endpoint_connect. */
bool ports_place(
	Container *container, const Spec *spec, Endpoint *from, bool running, GError **error);
Endpoint *ports_holder(const GPtrArray *endpoints); /* the endpoint that has them, or NULL */
