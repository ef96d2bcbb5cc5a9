/* Reservation of host ports: the table of those taken is guarded by network_lock. */
#include "engine/network/ports.h"

#include "base/error.h"
#include "base/lock.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_RANDOM = 32768, LAST_RANDOM = 60999, FAMILIES = 2 };

/* The table of reserved ports: protocol and port -> GArray of Address. */
static gpointer table_key(guint8 protocol, guint16 port)
{
	return GUINT_TO_POINTER((guint)protocol << 16 | port);
}

/* The reserved address that conflicts with ip, or NULL; borrowed. */
static const Address *taken(Engine *engine, const Address *ip, guint8 protocol, guint16 port)
{
	lock_held(&engine->network_lock);
	GArray *list = g_hash_table_lookup(engine->ports, table_key(protocol, port));
	for (guint i = 0; list != NULL && i < list->len; i++) {
		const Address *other = &g_array_index(list, Address, i);
		if (ip->family == other->family &&
			(address_is_any(ip) || address_is_any(other) || address_equal(ip, other)))
			return other;
	}
	return NULL;
}

static void take(Engine *engine, const PublishedPort *port)
{
	gpointer key = table_key(port->target.protocol, port->host_port);
	GArray *list = g_hash_table_lookup(engine->ports, key);
	if (list == NULL)
		g_hash_table_insert(
			engine->ports, key, list = g_array_new(FALSE, FALSE, sizeof(Address)));
	g_array_append_val(list, port->host);
}

static void give(Engine *engine, const PublishedPort *port)
{
	gpointer key = table_key(port->target.protocol, port->host_port);
	GArray *list = g_hash_table_lookup(engine->ports, key);
	for (guint i = 0; list != NULL && i < list->len; i++)
		if (address_equal(&g_array_index(list, Address, i), &port->host)) {
			g_array_remove_index_fast(list, i);
			break;
		}
	if (list != NULL && list->len == 0)
		g_hash_table_remove(engine->ports, key);
}

/* Whether a socket of this host can be of IPv6. */
static bool host_has_ipv6(void)
{
	Address loopback;
	address_parse("::1", &loopback);
	return port_can_bind(&loopback);
}

typedef struct {
	Engine *engine;
	const char *name;
	const Network *network;
	const Endpoint *endpoint;
	int only;	      /* family, or 0 */
	const GArray *before; /* of PublishedPort: what the container had until now; or NULL */
	GHashTable *
		held; /* keys of holding_key: still bound by the container's shim until it has read that they are released */
	GHashTable *
		tried; /* range_key -> the port after the last chosen one: none before it is free */
	GArray *list;  /* of PublishedPort: the result */
} Binding;

/* A request, and where it is to be bound. */
typedef struct {
	ContainerPort target;
	guint first, last; /* host ports */
	Address ips[FAMILIES];
	guint count; /* number of ips */
} Search;

/* Without a host address: the network's default; or all of IPv4 and all of IPv6, which the shim forwards to a
 * container without it. */
static void choose_ips(const Binding *binding, const Address *asked, Search *search)
{
	static const Address any4 = {.family = AF_INET}, any6 = {.family = AF_INET6};
	const Address *own = &binding->network->host_binding;
	bool v4 = binding->endpoint->address.family != 0 && binding->only != AF_INET6,
	     v6 = binding->endpoint->address6.family != 0 && binding->only != AF_INET;
	bool carried = v4 && binding->only == 0 && binding->engine->config->userland_proxy &&
		       search->target.protocol != IPPROTO_SCTP &&
		       binding->network->mode != GATEWAY_ROUTED;
	if (asked->family == 0 && own->family == 0) {
		if (v4)
			search->ips[search->count++] = any4;
		if ((v6 || carried) && host_has_ipv6())
			search->ips[search->count++] = any6;
		return;
	}
	const Address *named = asked->family != 0 ? asked : own;
	/* A container without IPv4 cannot be reached by IPv4: as in dockerd it is not published there. */
	if (named->family == AF_INET6 ? v6 || carried : v4)
		search->ips[search->count++] = *named;
}

static bool search_new(
	const Binding *binding, const PortRequest *request, Search *search, GError **error)
{
	*search =
		(Search){.target = request->target, .first = request->first, .last = request->last};
	if (request->bad_address != NULL)
		return fail(error, BERTH_ERROR_INVALID, "invalid host address \"%s\"",
			request->bad_address);
	if (request->bad_port != NULL)
		return fail(error, BERTH_ERROR_INVALID, "invalid port specification: \"%s\"",
			request->bad_port);
	if (request->last == 0) {
		search->first = FIRST_RANDOM;
		search->last = LAST_RANDOM;
	}
	choose_ips(binding, &request->host, search);
	return true;
}

static PublishedPort note(
	Binding *binding, const Search *search, const Address *ip, guint16 host_port)
{
	PublishedPort port = {.target = search->target,
		.host = *ip,
		.host_port = host_port,
		.direct = binding->network->trusted != NULL};
	g_array_append_val(binding->list, port);
	return port;
}

static bool is_routed(const Binding *binding, int family)
{
	const Network *network = binding->network;
	return (family == AF_INET6 ? network->mode6 : network->mode) == GATEWAY_ROUTED;
}

/* In a routed network the container's own port is published, for each family separately. */
static void note_routed(Binding *binding, const Search *search, int family)
{
	Address any = {.family = (guint8)family};
	for (guint i = 0; is_routed(binding, family) && i < search->count; i++)
		if (search->ips[i].family == family)
			note(binding, search, &any, 0);
}

/* Other ports are bound on the host. */
static void drop_routed(const Binding *binding, Search *search)
{
	guint kept = 0;
	for (guint i = 0; i < search->count; i++)
		if (!is_routed(binding, search->ips[i].family))
			search->ips[kept++] = search->ips[i];
	search->count = kept;
}

static char *holding_key(const Address *ip, guint8 protocol, guint port)
{
	g_autofree char *text = address_text(ip);
	return g_strdup_printf("%u/%u/%s", protocol, port, text);
}

static GHashTable *holdings(const GArray *held)
{
	GHashTable *keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; held != NULL && i < held->len; i++) {
		const PublishedPort *port = &g_array_index(held, PublishedPort, i);
		g_hash_table_add(
			keys, holding_key(&port->host, port->target.protocol, port->host_port));
	}
	return keys;
}

static bool is_held(GHashTable *held, const Address *ip, guint8 protocol, guint16 port)
{
	if (g_hash_table_size(held) == 0)
		return false;
	g_autofree char *key = holding_key(ip, protocol, port);
	return g_hash_table_contains(held, key);
}

/* An address and a port as dockerd writes them: with brackets if a program has the port, without if a container has
 * it. */
static char *socket_text(const Address *ip, guint port, bool brackets)
{
	g_autofree char *text = address_text(ip);
	return g_strdup_printf(
		ip->family == AF_INET6 && brackets ? "[%s]:%u" : "%s:%u", text, port);
}

/* The address of the container to which a port on ip leads. */
static char *target_text(const Binding *binding, const Address *ip, const Search *search)
{
	const Endpoint *endpoint = binding->endpoint;
	bool six = ip->family == AF_INET6 && endpoint->address6.family != 0;
	return socket_text(
		six ? &endpoint->address6 : &endpoint->address, search->target.number, true);
}

static char *taken_problem(const Address *other, guint16 port)
{
	g_autofree char *there = socket_text(other, port, false);
	return g_strdup_printf("Bind for %s failed: port is already allocated", there);
}

static char *bind_problem(
	const Binding *binding, const Address *ip, const Search *search, guint16 port, int why)
{
	g_autofree char *host = socket_text(ip, port, true),
			*target = target_text(binding, ip, search),
			*text = container_port_text(&search->target);
	return g_strdup_printf("failed to bind host port for %s:%s%s: %s", host, target,
		strchr(text, '/'),
		why == EADDRINUSE      ? "address already in use"
		: why == EADDRNOTAVAIL ? "cannot assign requested address"
				       : g_strerror(why));
}

/* problem: set to the reason of failure, for the last port tried only. */
static bool available(const Binding *binding, const Address *ip, const Search *search, guint16 port,
	char **problem)
{
	guint8 protocol = search->target.protocol;
	const Address *other = taken(binding->engine, ip, protocol, port);
	if (other == NULL &&
		(is_held(binding->held, ip, protocol, port) || port_is_free(ip, protocol, port)))
		return true;
	if (port == search->last)
		*problem = other != NULL ? taken_problem(other, port)
					 : bind_problem(binding, ip, search, port, errno);
	return false;
}

/* The key of requests for the same ports on the same addresses. */
static char *range_key(const Search *search)
{
	GString *key = g_string_new("");
	g_string_printf(key, "%u/%u-%u", search->target.protocol, search->first, search->last);
	for (guint i = 0; i < search->count; i++) {
		g_autofree char *ip = address_text(&search->ips[i]);
		g_string_append_printf(key, " %s", ip);
	}
	return g_string_free(key, FALSE);
}

static bool all_available(
	const Binding *binding, const Search *search, guint16 port, char **problem)
{
	bool free = true;
	for (guint i = 0; free && i < search->count; i++)
		free = available(binding, &search->ips[i], search, port, problem);
	return free;
}

/* The port that was chosen for the same target until now, if it can stay; else 0. */
static guint16 choose_again(const Binding *binding, const Search *search)
{
	const GArray *before = search->first != search->last ? binding->before : NULL;
	for (guint i = 0; before != NULL && i < before->len; i++) {
		const PublishedPort *port = &g_array_index(before, PublishedPort, i);
		g_autofree char *problem = NULL;
		if (container_port_equal(&port->target, &search->target) &&
			port->host_port >= search->first && port->host_port <= search->last &&
			all_available(binding, search, port->host_port, &problem))
			return port->host_port;
	}
	return 0;
}

/* The first port that is free on every address; 0 if none is, with the reason for the last. Several requests for one
 * range look at each port once: none becomes free before all are bound. */
static guint16 choose(const Binding *binding, const Search *search, char **problem)
{
	g_autofree char *key = range_key(search);
	guint from = GPOINTER_TO_UINT(g_hash_table_lookup(binding->tried, key));
	for (guint port = CLAMP(from, search->first, search->last); port <= search->last; port++) {
		if (all_available(binding, search, (guint16)port, problem)) {
			g_hash_table_insert(
				binding->tried, g_steal_pointer(&key), GUINT_TO_POINTER(port + 1));
			return (guint16)port;
		}
	}
	return 0;
}

static bool bind_on_host(Binding *binding, const Search *search, GError **error)
{
	if (search->count == 0)
		return true;
	g_autofree char *problem = NULL;
	guint16 chosen = choose_again(binding, search);
	if (chosen == 0)
		chosen = choose(binding, search, &problem);
	if (chosen == 0)
		return fail(error, BERTH_ERROR_SYSTEM,
			"driver failed programming external connectivity on endpoint %s (%s): %s",
			binding->name, binding->endpoint->id, problem);
	for (guint i = 0; i < search->count; i++) {
		PublishedPort port = note(binding, search, &search->ips[i], chosen);
		take(binding->engine, &port);
	}
	return true;
}

/* IPv4 is shown before IPv6, however each is published. */
static bool bind_one(Binding *binding, const Search *search, GError **error)
{
	Search bound = *search;
	drop_routed(binding, &bound);
	note_routed(binding, search, AF_INET);
	if (!bind_on_host(binding, &bound, error))
		return false;
	note_routed(binding, search, AF_INET6);
	return true;
}

/* Requests for given ports come first: a port that is to be chosen must not take them. */
static bool bind_all(Binding *binding, const GArray *requests, bool any, GError **error)
{
	Search search;
	for (guint i = 0; i < requests->len; i++)
		if (!search_new(
			    binding, &g_array_index(requests, PortRequest, i), &search, error) ||
			((search.first != search.last) == any &&
				!bind_one(binding, &search, error)))
			return false;
	return true;
}

GArray *port_bind(Engine *engine, const char *container, const PortCarrier *carrier,
	const GArray *requests, const GArray *held, GError **error)
{
	lock_held(&engine->network_lock);
	Binding binding = {.engine = engine,
		.name = container,
		.network = carrier->network,
		.endpoint = carrier->endpoint,
		.only = carrier->only,
		.before = held,
		.held = holdings(held),
		.tried = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.list = g_array_new(FALSE, TRUE, sizeof(PublishedPort))};
	bool ok = bind_all(&binding, requests, false, error) &&
		  bind_all(&binding, requests, true, error);
	g_hash_table_unref(binding.held);
	g_hash_table_unref(binding.tried);
	if (ok)
		return binding.list;
	port_release(engine, binding.list);
	g_array_unref(binding.list);
	return NULL;
}

bool ports_by_proxy(const Engine *engine)
{
	return engine->config->publish_by_proxy || !engine->has_rules;
}

/* The kernel translates addresses within a family only, and sends nothing from ::1 out of the host. */
static bool by_rule(const Engine *engine, const Address *host, const Address *target)
{
	static const guint8 loopback[16] = {[15] = 1};
	return !ports_by_proxy(engine) && host->family == target->family &&
	       (host->family == AF_INET || memcmp(host->bytes, loopback, sizeof loopback) != 0);
}

/* Without duplicates: an element of a set cannot be deleted twice. */
static void add_direct(GArray *mappings, const PortMapping *mapping)
{
	PortMapping direct = *mapping;
	direct.direct = true;
	for (guint i = 0; i < mappings->len; i++) {
		const PortMapping *other = &g_array_index(mappings, PortMapping, i);
		if (other->direct && other->protocol == mapping->protocol &&
			other->target_port == mapping->target_port &&
			other->target.family == mapping->target.family)
			return;
	}
	g_array_append_val(mappings, direct);
}

/* A published port in the form that this way of publishing needs. */
static void add_mapping(GArray *mappings, const Engine *engine, const PublishedPort *port,
	PortMapping *mapping, PortWay way)
{
	bool published = port->host_port != 0;
	bool rule = by_rule(engine, &mapping->host, &mapping->target);
	bool same = mapping->host.family == mapping->target.family;
	if (way == PORT_BY_RULE && same && (!published || port->direct))
		add_direct(mappings, mapping);
	if (!published)
		return;
	if (rule == (way == PORT_BY_RULE)) {
		g_array_append_val(mappings, *mapping);
	} else if (rule && mapping->host.family == AF_INET6 && address_is_any(&mapping->host) &&
		   mapping->protocol != IPPROTO_SCTP) {
		address_parse("::1", &mapping->host);
		g_array_append_val(mappings, *mapping);
	}
}

GArray *port_mappings(
	const Engine *engine, const GArray *ports, const Endpoint *endpoint, PortWay way)
{
	GArray *mappings = g_array_new(FALSE, TRUE, sizeof(PortMapping));
	for (guint i = 0; ports != NULL && i < ports->len; i++) {
		const PublishedPort *port = &g_array_index(ports, PublishedPort, i);
		/* The common case, of which there may be hundreds: IPv4, by rule. */
		if (way == PORT_BY_SHIM && !ports_by_proxy(engine) && port->host.family == AF_INET)
			continue;
		bool six = port->host.family == AF_INET6 && endpoint->address6.family != 0;
		PortMapping mapping = {.host = port->host,
			.host_port = port->host_port,
			.protocol = port->target.protocol,
			.target = six ? endpoint->address6 : endpoint->address,
			.target_port = port->target.number};
		if (mapping.target.family != 0)
			add_mapping(mappings, engine, port, &mapping, way);
	}
	return mappings;
}

bool port_publish(
	Engine *engine, bool on, const GArray *ports, const Endpoint *endpoint, GError **error)
{
	g_autoptr(GArray) mappings = port_mappings(engine, ports, endpoint, PORT_BY_RULE);
	return mappings->len == 0 ||
	       ports_change(engine->table, on, (PortMapping *)(void *)mappings->data, mappings->len,
		       error);
}

static void each(Engine *engine, const GArray *ports, void (*act)(Engine *, const PublishedPort *))
{
	for (guint i = 0; ports != NULL && i < ports->len; i++)
		if (g_array_index(ports, PublishedPort, i).host_port != 0)
			act(engine, &g_array_index(ports, PublishedPort, i));
}

void port_release(Engine *engine, const GArray *ports)
{
	lock_held(&engine->network_lock);
	each(engine, ports, give);
}

void port_remember(Engine *engine, const GArray *ports)
{
	lock_held(&engine->network_lock);
	each(engine, ports, take);
}
