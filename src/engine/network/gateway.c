/* What a container has once, and not once for each of its networks: default routes, and published ports. Both follow
 * it from network to network. */
#include "engine/network/gateway.h"
#include "engine/network/ports.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
	const char *name;
	json_t *endpoint;
} Candidate;

/* The highest priority first, then by name. */
static int compare_candidates(const void *a, const void *b)
{
	const Candidate *x = a, *y = b;
	gint64 left = json_int(x->endpoint, "GwPriority"),
	       right = json_int(y->endpoint, "GwPriority");
	return left != right ? (left < right ? 1 : -1) : strcmp(x->name, y->name);
}

static GArray *candidates(const json_t *endpoints)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof(Candidate));
	Candidate one;
	json_object_foreach ((json_t *)endpoints, one.name, one.endpoint)
		g_array_append_val(list, one);
	g_array_sort(list, compare_candidates);
	return list;
}

bool gateway_address(const json_t *endpoint, bool v6, Address *gateway)
{
	const char *address = json_str(endpoint, v6 ? "GlobalIPv6Address" : "IPAddress");
	if (address_parse(json_str(endpoint, v6 ? "IPv6Gateway" : "Gateway"), gateway))
		return true;
	return json_bool(endpoint, ENDPOINT_ON_LINK) && *address != '\0' &&
	       address_parse(v6 ? "::" : "0.0.0.0", gateway);
}

/* As dockerd 28 does it (libnetwork, selectGatewayEndpoint): the first that has both families is preferred to others that
 * have one, whatever their priorities. */
Gateways gateways_elect(const json_t *endpoints)
{
	Gateways found = {0};
	g_autoptr(GArray) list = candidates(endpoints);
	for (guint i = 0; i < list->len; i++) {
		json_t *endpoint = g_array_index(list, Candidate, i).endpoint;
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

static bool set_route(int netns, const json_t *endpoint, bool v6, GError **error)
{
	Address gateway;
	g_autofree char *name = endpoint_link_name(endpoint);
	return !gateway_address(endpoint, v6, &gateway) ||
	       link_set_route(netns, name, &gateway, error);
}

bool gateways_apply(const Gateways *before, const Gateways *now, int netns, GError **error)
{
	/* What leads to nowhere has gone with its link. */
	return (now->v4 == NULL || now->v4 == before->v4 ||
		       set_route(netns, now->v4, false, error)) &&
	       (now->v6 == NULL || now->v6 == before->v6 || set_route(netns, now->v6, true, error));
}

static bool can_publish(const Network *network)
{
	return network != NULL && network->bridge != NULL && !network->internal;
}

json_t *ports_carrier(Container *container, Network **network)
{
	Engine *engine = container->engine;
	Gateways gateways = gateways_elect(container->endpoints);
	g_autoptr(GArray) list = candidates(container->endpoints);
	json_t *found = NULL;
	for (guint i = 0; i < list->len; i++) {
		const Candidate *one = &g_array_index(list, Candidate, i);
		Network *its = network_lookup(engine, one->name);
		if (!can_publish(its) || (found != NULL && one->endpoint != gateways.v4))
			continue;
		found = one->endpoint;
		*network = its;
	}
	return found;
}

json_t *ports_holder(const json_t *endpoints)
{
	const char *name;
	json_t *endpoint;
	json_object_foreach ((json_t *)endpoints, name, endpoint)
		if (json_object_get(endpoint, "_Ports") != NULL)
			return endpoint;
	return NULL;
}

static bool publishes_alike(const Network *a, const Network *b)
{
	return memcmp(&a->host_binding, &b->host_binding, sizeof a->host_binding) == 0 &&
	       a->subnet.family == b->subnet.family && a->subnet6.family == b->subnet6.family &&
	       a->mode == b->mode && a->mode6 == b->mode6 &&
	       (a->trusted == NULL) == (b->trusted == NULL);
}

/* What was published by one endpoint, still reserved; the caller's. */
static json_t *take_from(Container *container, json_t *from)
{
	json_t *list = from != NULL ? json_incref(json_object_get(from, "_Ports")) : NULL;
	if (list == NULL)
		return NULL;
	publish_ports(container, false, list, from, NULL);
	json_object_del(from, "_Ports");
	json_object_del(from, "_Published");
	return list;
}

bool ports_place(Container *container, const Spec *spec, json_t *from, bool running, GError **error)
{
	Engine *engine = container->engine;
	Network *network = NULL,
		*old = from != NULL ? network_lookup(engine, json_str(from, "NetworkID")) : NULL;
	json_t *carrier = ports_carrier(container, &network);
	if (carrier == from)
		return true;
	g_autoptr(json_t) list = take_from(container, from), held = NULL;
	if (list != NULL && (network == NULL || old == NULL || !publishes_alike(network, old))) {
		port_release(engine, list);
		held = g_steal_pointer(&list);
	}
	if (carrier == NULL)
		return true;
	if (list == NULL)
		list = port_bind(engine, container->row.name, network, carrier, spec->config,
			spec->host, held, error);
	if (list == NULL)
		return false;
	json_object_set(carrier, "_Ports", list);
	if (!running)
		return true;
	if (!ports_by_proxy(engine) && json_array_size(list) > 0)
		json_object_set_new(carrier, "_Published", json_true());
	return publish_ports(container, true, list, carrier, error);
}
