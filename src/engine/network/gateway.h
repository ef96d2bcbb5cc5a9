/* Where default routes lead, and which endpoint has the ports. Under network_lock. */
#pragma once
#include "engine/network/endpoint.h"

/* Where an endpoint leads: its router, or no address in particular where its link itself does. False if nowhere. */
bool gateway_address(const Endpoint *endpoint, bool v6, Address *gateway);
Gateways gateways_elect(const GPtrArray *endpoints);
/* Sets the default routes of a running container that differ from before. */
bool gateways_apply(const Gateways *before, const Gateways *now, int netns, GError **error);
/* The endpoint whose network publishes the ports: that of the default route, or the next that can. NULL if none can. */
Endpoint *ports_carrier(Container *container, Network **network);
/* Sees that the ports are with their carrier; from: the endpoint that had them (it may be in no list any more), or NULL.
 * running: they are published at once, not by endpoint_connect. */
bool ports_place(
	Container *container, const Spec *spec, Endpoint *from, bool running, GError **error);
Endpoint *ports_holder(const GPtrArray *endpoints); /* the endpoint that has them, or NULL */
