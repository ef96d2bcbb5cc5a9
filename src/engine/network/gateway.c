/* What a container has once, and not per network: default routes and published ports. Both move when networks are
 * connected or disconnected. */
#include "engine/network/gateway.h"
#include "engine/network/ports.h"

#include "base/lock.h"

#include <stdlib.h>
#include <string.h>

/* The highest priority first, then by name. */
static int compare_candidates(const void *a, const void *b)
{
	const Endpoint *x = *(Endpoint *const *)a, *y = *(Endpoint *const *)b;
	return x->priority != y->priority ? (x->priority < y->priority ? 1 : -1)
					  : strcmp(x->network, y->network);
}

/* Borrowed. */
static GPtrArray *candidates(const GPtrArray *endpoints)
{
	GPtrArray *list = g_ptr_array_new();
	for (guint i = 0; endpoints != NULL && i < endpoints->len; i++)
		g_ptr_array_add(list, endpoints->pdata[i]);
	g_ptr_array_sort(list, compare_candidates);
	return list;
}

bool gateway_address(const Endpoint *endpoint, bool v6, Address *gateway)
{
	const Address *address = v6 ? &endpoint->address6 : &endpoint->address;
	*gateway = v6 ? endpoint->gateway6 : endpoint->gateway;
	if (gateway->family != 0)
		return true;
	return endpoint->on_link && address->family != 0 &&
	       address_parse(v6 ? "::" : "0.0.0.0", gateway);
}

/* As dockerd 28 (libnetwork, selectGatewayEndpoint): the first endpoint with both families is preferred to those with
 * one, whatever their priorities. */
Gateways gateways_elect(const GPtrArray *endpoints)
{
	Gateways found = {0};
	g_autoptr(GPtrArray) list = candidates(endpoints);
	for (guint i = 0; i < list->len; i++) {
		Endpoint *endpoint = list->pdata[i];
		Address gateway;
		bool v4 = gateway_address(endpoint, false, &gateway),
		     v6 = gateway_address(endpoint, true, &gateway);
		if (v4 && v6)
			return (Gateways){endpoint, endpoint};
		if (v4 && found.v4 == NULL)
			found.v4 = endpoint;
		if (v6 && found.v6 == NULL)
			found.v6 = endpoint;
	}
	return found;
}

static bool set_route(int netns, const Endpoint *endpoint, bool v6, GError **error)
{
	Address gateway;
	return !gateway_address(endpoint, v6, &gateway) ||
	       link_set_route(netns, endpoint->name, &gateway, error);
}

bool gateways_apply(const Gateways *before, const Gateways *now, int netns, GError **error)
{
	/* Routes through a deleted link are gone already. */
	return (now->v4 == NULL || now->v4 == before->v4 ||
		       set_route(netns, now->v4, false, error)) &&
	       (now->v6 == NULL || now->v6 == before->v6 || set_route(netns, now->v6, true, error));
}

static bool can_publish(const Network *network)
{
	return network != NULL && network->bridge != NULL && !network->internal;
}

Endpoint *ports_carrier(Container *container, Network **network)
{
	lock_held(&container->engine->network_lock);
	Engine *engine = container->engine;
	Gateways gateways = gateways_elect(container->endpoints);
	g_autoptr(GPtrArray) list = candidates(container->endpoints);
	Endpoint *found = NULL;
	for (guint i = 0; i < list->len; i++) {
		Endpoint *one = list->pdata[i];
		Network *its = network_lookup(engine, one->network);
		if (!can_publish(its) || (found != NULL && one != gateways.v4))
			continue;
		found = one;
		*network = its;
	}
	return found;
}

Endpoint *ports_holder(const GPtrArray *endpoints)
{
	for (guint i = 0; endpoints != NULL && i < endpoints->len; i++)
		if (((Endpoint *)endpoints->pdata[i])->ports != NULL)
			return endpoints->pdata[i];
	return NULL;
}

static bool publishes_alike(const Network *a, const Network *b)
{
	return memcmp(&a->host_binding, &b->host_binding, sizeof a->host_binding) == 0 &&
	       a->subnet.family == b->subnet.family && a->subnet6.family == b->subnet6.family &&
	       a->mode == b->mode && a->mode6 == b->mode6 &&
	       (a->trusted == NULL) == (b->trusted == NULL);
}

/* Takes over the ports that one endpoint had published, still reserved; the caller's. */
static GArray *take_from(Container *container, Endpoint *from)
{
	GArray *ports = from != NULL ? g_steal_pointer(&from->ports) : NULL;
	if (ports == NULL)
		return NULL;
	publish_ports(container, false, ports, from, NULL);
	from->published = false;
	return ports;
}

bool ports_place(
	Container *container, const Spec *spec, Endpoint *from, bool running, GError **error)
{
	lock_held(&container->engine->network_lock);
	Engine *engine = container->engine;
	Network *network = NULL,
		*old = from != NULL ? network_lookup(engine, from->network_id) : NULL;
	Endpoint *carrier = ports_carrier(container, &network);
	if (carrier == from)
		return true;
	g_autoptr(GArray) ports = take_from(container, from), held = NULL;
	if (ports != NULL && (network == NULL || old == NULL || !publishes_alike(network, old))) {
		port_release(engine, ports);
		held = g_steal_pointer(&ports);
	}
	if (carrier == NULL)
		return true;
	if (ports == NULL)
		ports = port_bind(
			engine, container->row.name, network, carrier, spec->ports, held, error);
	if (ports == NULL)
		return false;
	carrier->ports = g_steal_pointer(&ports);
	if (!running)
		return true;
	carrier->published = !ports_by_proxy(engine) && carrier->ports->len > 0;
	return publish_ports(container, true, carrier->ports, carrier, error);
}
