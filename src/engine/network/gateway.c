/* What a container has once, and not per network: default routes and published ports. Both move when networks are
 * connected or disconnected. */
#include "engine/network/gateway.h"
#include "engine/network/ports.h"

#include "base/lock.h"

#include <netinet/in.h>
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

/* The first of the list that can publish, or the one with the default route of IPv4 if that can. */
static PortCarrier first_carrier(Engine *engine, const GPtrArray *list, const Endpoint *gateway)
{
	PortCarrier found = {0};
	for (guint i = 0; i < list->len; i++) {
		Endpoint *one = list->pdata[i];
		Network *its = network_lookup(engine, one->network);
		if (can_publish(its) && (found.endpoint == NULL || one == gateway))
			found = (PortCarrier){one, its, 0};
	}
	return found;
}

PortCarriers ports_carriers(Container *container)
{
	lock_held(&container->engine->network_lock);
	Engine *engine = container->engine;
	Gateways gateways = gateways_elect(container->endpoints);
	g_autoptr(GPtrArray) list = candidates(container->endpoints);
	PortCarriers carriers = {.first = first_carrier(engine, list, gateways.v4)};
	Network *other = gateways.v6 != NULL ? network_lookup(engine, gateways.v6->network) : NULL;
	if (gateways.v4 == NULL || carriers.first.endpoint != gateways.v4 ||
		gateways.v6 == gateways.v4 || !can_publish(other))
		return carriers;
	carriers.first.only = AF_INET;
	carriers.second = (PortCarrier){gateways.v6, other, AF_INET6};
	return carriers;
}

/* The endpoints that have ports, which are one, or one for each family: IPv4's first. Borrowed. */
static GPtrArray *holders(const GPtrArray *endpoints)
{
	GPtrArray *list = g_ptr_array_new();
	for (guint i = 0; endpoints != NULL && i < endpoints->len; i++) {
		Endpoint *endpoint = endpoints->pdata[i];
		if (endpoint->ports != NULL)
			g_ptr_array_insert(
				list, endpoint->ports_only == AF_INET ? 0 : -1, endpoint);
	}
	return list;
}

GArray *ports_all(const GPtrArray *endpoints)
{
	g_autoptr(GPtrArray) list = holders(endpoints);
	GArray *all = list->len > 0 ? g_array_new(FALSE, TRUE, sizeof(PublishedPort)) : NULL;
	for (guint i = 0; i < list->len; i++) {
		const GArray *ports = ((const Endpoint *)list->pdata[i])->ports;
		g_array_append_vals(all, ports->data, ports->len);
	}
	return all;
}

static bool publishes_alike(const Network *a, const Network *b)
{
	return memcmp(&a->host_binding, &b->host_binding, sizeof a->host_binding) == 0 &&
	       a->subnet.family == b->subnet.family && a->subnet6.family == b->subnet6.family &&
	       a->mode == b->mode && a->mode6 == b->mode6 &&
	       (a->trusted == NULL) == (b->trusted == NULL);
}

/* Takes the ports from one endpoint, still reserved; the caller's. */
static GArray *take_from(Container *container, Endpoint *from)
{
	GArray *ports = g_steal_pointer(&from->ports);
	publish_ports(container, false, ports, from, NULL);
	from->published = false;
	from->ports_only = 0;
	return ports;
}

static bool carries(const PortCarrier *carrier)
{
	return carrier->endpoint == NULL ||
	       (carrier->endpoint->ports != NULL && carrier->endpoint->ports_only == carrier->only);
}

/* Gives an endpoint its ports; NULL: bound anew, preferably as held. */
static bool give_to(Container *container, const Spec *spec, const PortCarrier *carrier,
	GArray *ports, const GArray *held, bool running, GError **error)
{
	Engine *engine = container->engine;
	Endpoint *endpoint = carrier->endpoint;
	if (endpoint == NULL)
		return true;
	if (ports == NULL)
		ports = port_bind(engine, container->row.name, carrier, spec->ports, held, error);
	if (ports == NULL)
		return false;
	endpoint->ports = ports;
	endpoint->ports_only = carrier->only;
	if (!running)
		return true;
	endpoint->published = !ports_by_proxy(engine) && ports->len > 0;
	return publish_ports(container, true, ports, endpoint, error);
}

/* The ports of one holder, if all of them go over to one carrier as they are. */
static GArray *take_over(Container *container, const GPtrArray *from, const PortCarriers *to)
{
	Endpoint *one = from->len == 1 ? from->pdata[0] : NULL;
	const Network *old =
		one != NULL ? network_lookup(container->engine, one->network_id) : NULL;
	if (old == NULL || to->first.endpoint == NULL || to->second.endpoint != NULL ||
		one->ports_only != 0 || !publishes_alike(to->first.network, old))
		return NULL;
	return take_from(container, one);
}

/* Unpublishes and releases all ports; a list of what they were, the caller's. */
static GArray *take_all(Container *container, const GPtrArray *from)
{
	GArray *held = g_array_new(FALSE, TRUE, sizeof(PublishedPort));
	for (guint i = 0; i < from->len; i++) {
		g_autoptr(GArray) ports = take_from(container, from->pdata[i]);
		port_release(container->engine, ports);
		g_array_append_vals(held, ports->data, ports->len);
	}
	return held;
}

bool ports_place(
	Container *container, const Spec *spec, Endpoint *left, bool running, GError **error)
{
	lock_held(&container->engine->network_lock);
	g_autoptr(GPtrArray) from = holders(container->endpoints);
	if (left != NULL && left->ports != NULL)
		g_ptr_array_add(from, left);
	PortCarriers to = ports_carriers(container);
	guint wanted = (to.first.endpoint != NULL) + (to.second.endpoint != NULL);
	if (from->len == wanted && carries(&to.first) && carries(&to.second))
		return true;
	GArray *ports = take_over(container, from, &to);
	g_autoptr(GArray) held = ports == NULL ? take_all(container, from) : NULL;
	return give_to(container, spec, &to.first, ports, held, running, error) &&
	       give_to(container, spec, &to.second, NULL, held, running, error);
}
