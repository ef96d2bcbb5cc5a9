/* What a container has of its networks: reserved before its start, connected while its process makes its
 * mounts, given back at its end. Endpoints are JSON as inspect shows them; keys with "_" stay inside. */
#include "engine/network/gateway.h"
#include "engine/network/network_spec.h"
#include "engine/network/ports.h"
#include "engine/object/event.h"
#include "engine/object/name.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* Before an error of a start. */
#define NETWORKING_FAILED "failed to set up container networking: "

enum { DNS_PORT = 53 };

bool endpoints_managed(const Spec *spec)
{
	NamespaceShare share = spec->modes.network.share;
	return share == SHARE_NETWORK || (share == SHARE_NONE && spec->left_network);
}

/* By its name, whatever it was called; what is not there keeps what it was called. Under the lock. */
static const char *network_name(Engine *engine, const char *reference)
{
	const Network *network = network_lookup(engine, reference);
	return network != NULL ? network->name : reference;
}

json_t *endpoints_wanted(Engine *engine, const Spec *spec)
{
	json_t *asked = json_at(spec->json, "NetworkingConfig.EndpointsConfig"), *value,
	       *wanted = json_object();
	bool own = spec->modes.network.share != SHARE_CONTAINER;
	const char *mode = own ? spec->modes.network.target : "default",
		   *first = network_name(engine, mode), *key;
	if (own && !spec->left_network)
		json_object_set_new(wanted, first, json_object());
	json_object_foreach (asked, key, value) {
		const char *name = network_name(engine, strcmp(key, "default") == 0 ? mode : key);
		/* Of the mode there is but one: what it is called first is what was meant. */
		if (json_object_size(json_object_get(wanted, name)) == 0)
			json_object_set_new(wanted, name,
				json_is_object(value) ? json_copy(value) : json_object());
	}
	/* Clients before API 1.44 say it there. */
	json_t *of_mode = json_object_get(wanted, first);
	if (of_mode != NULL && *json_str(of_mode, "MacAddress") == '\0' &&
		*json_str(spec->config, "MacAddress") != '\0')
		json_object_set(of_mode, "MacAddress", json_object_get(spec->config, "MacAddress"));
	return wanted;
}

bool network_is_wanted(Engine *engine, const Network *network)
{
	g_autoptr(GPtrArray) all = container_all(engine);
	for (guint i = 0; i < all->len; i++) {
		g_autoptr(Spec) spec = container_spec(all->pdata[i], NULL);
		g_autoptr(json_t) names = spec != NULL ? endpoints_wanted(engine, spec) : NULL;
		if (json_object_get(names, network->name) != NULL)
			return true;
	}
	return false;
}

/* One family's addresses of a network. */
typedef struct {
	const char *family, *key;
	const Address *subnet, *range;
} Lease;

static Lease lease_of(const Network *network, bool v6)
{
	return v6 ? (Lease){"IPv6", "IPAMConfig.IPv6Address", &network->subnet6, &network->range6}
		  : (Lease){"IPv4", "IPAMConfig.IPv4Address", &network->subnet, &network->range};
}

/* The address that was asked for, or the lowest free one; taken either way. None where the network has none. */
static bool lease(Network *network, const json_t *asked, bool v6, Address *address, GError **error)
{
	Lease wish = lease_of(network, v6);
	const char *text = json_str(asked, wish.key);
	*address = (Address){0};
	if (wish.subnet->family == 0)
		return true;
	if (*text == '\0') {
		if (!address_free_one(wish.subnet, wish.range, network->used, address)) {
			*address = (Address){0};
			return fail(error, BERTH_ERROR_FORBIDDEN,
				"no available %s addresses on this network's address pools: %s "
				"(%s)",
				wish.family, network->name, network->id);
		}
		g_hash_table_add(network->used, address_text(address));
		return true;
	}
	if (!address_parse(text, address) || !address_contains(wish.subnet, address))
		return fail(error, BERTH_ERROR_INVALID,
			"no configured subnet or ip-range contain the IP address %s", text);
	address->prefix = wish.subnet->prefix;
	if (!address_is_host(wish.subnet, address))
		return fail(error, BERTH_ERROR_FORBIDDEN, "Address already in use");
	return g_hash_table_add(network->used, address_text(address)) ||
	       fail(error, BERTH_ERROR_FORBIDDEN, "Address already in use");
}

static void add_name(json_t *names, const char *name)
{
	size_t i;
	json_t *there;
	json_array_foreach (names, i, there)
		if (strcmp(json_string_value(there), name) == 0)
			return;
	if (*name != '\0')
		json_array_append_new(names, json_string(name));
}

static json_t *names_of(const Container *container, const Spec *spec, const json_t *aliases)
{
	g_autofree char *short_id = g_strndup(container->row.id, 12);
	json_t *names = json_pack("[s]", container->row.name);
	for (size_t i = 0; i < json_array_size(aliases); i++)
		add_name(names, json_elem(aliases, i));
	add_name(names, short_id);
	add_name(names, json_str(spec->config, "Hostname"));
	return names;
}

static json_t *endpoint_new(Container *container, Network *network, const Spec *spec,
	const json_t *asked, GError **error)
{
	Address address, address6;
	if (!endpoint_check(network, asked, error) ||
		!lease(network, asked, false, &address, error))
		return NULL;
	if (!lease(network, asked, true, &address6, error)) {
		g_autofree char *text = address_text(&address);
		g_hash_table_remove(network->used, text);
		return NULL;
	}
	g_autofree char *id = id_generate(), *v4 = address_text(&address),
			*v6 = address_text(&address6);
	g_autofree char *gateway =
		network->internal ? g_strdup("") : address_text(&network->gateway);
	g_autofree char *gateway6 =
		network->internal ? g_strdup("") : address_text(&network->gateway6);
	/* Of IPv6 the end tells addresses apart. On a parent the link of an earlier owner of the address may linger, and two
	 * cannot have one MAC address there. */
	guint32 any = g_random_int();
	const guint8 *tail = network->kind != LINK_VETH ? (const guint8 *)&any
			     : address.family != 0	? address.bytes
							: address6.bytes + 12;
	guint8 mac[6] = {0x02, 0x42, tail[0], tail[1], tail[2], tail[3]};
	if (*json_str(asked, "MacAddress") != '\0')
		mac_parse(json_str(asked, "MacAddress"), mac);
	g_autofree char *mac_text = g_strdup_printf(
		"%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	g_autofree char *link = g_strdup_printf("veth%.7s", id);
	json_t *aliases = json_object_get(asked, "Aliases"),
	       *ipam = json_object_get(asked, "IPAMConfig"),
	       *options = json_object_get(asked, "DriverOpts"),
	       *links = json_object_get(asked, "Links");
	json_t *name = json_object_get(options, ENDPOINT_IFNAME);
	return json_pack("{s:o, s:o, s:o, s:s, s:o, s:i, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:i, "
			 "s:o, s:s, s:O*, s:o*}",
		"IPAMConfig", json_is_object(ipam) ? json_incref(ipam) : json_null(), "Links",
		json_is_array(links) ? json_incref(links) : json_null(), "Aliases",
		json_is_array(aliases) ? json_incref(aliases) : json_null(), "MacAddress", mac_text,
		"DriverOpts", json_is_object(options) ? json_incref(options) : json_null(),
		"GwPriority", (int)json_int(asked, "GwPriority"), "NetworkID", network->id,
		"EndpointID", id, "Gateway", gateway, "IPAddress", v4, "IPPrefixLen",
		network->subnet.prefix, "IPv6Gateway", gateway6, "GlobalIPv6Address", v6,
		"GlobalIPv6PrefixLen", network->subnet6.prefix, "DNSNames",
		network->predefined ? json_null() : names_of(container, spec, aliases), "_Link",
		link, "_Name", json_filled(name) ? name : NULL, ENDPOINT_ON_LINK,
		network_routes_itself(network) && !network->internal ? json_true() : NULL);
}

void endpoint_drop(Container *container, Network *network, const json_t *endpoint)
{
	Engine *engine = container->engine;
	json_t *ports = json_object_get(endpoint, "_Ports");
	if (json_bool(endpoint, "_Published"))
		port_publish(engine, false, ports, endpoint, NULL);
	port_release(engine, ports);
	if (network == NULL)
		return;
	g_hash_table_remove(network->used, json_str(endpoint, "IPAddress"));
	g_hash_table_remove(network->used, json_str(endpoint, "GlobalIPv6Address"));
	g_hash_table_remove(network->members, container->row.id);
	network_names_write(engine, network);
}

bool endpoints_save(Container *container, GError **error)
{
	g_autofree char *text = json_text(container->endpoints);
	return endpoint_store_set(container->engine->store, container->row.id, text, error);
}

void endpoints_keep(Container *container)
{
	g_autoptr(GError) error = NULL;
	if (!endpoints_save(container, &error))
		log_error("cannot save the endpoints of container %s: %s", container->row.id,
			error->message);
}

json_t *endpoint_join(Container *container, const Spec *spec, const char *name, const json_t *asked,
	GError **error)
{
	Engine *engine = container->engine;
	Network *network = network_lookup(engine, name);
	if (network == NULL) {
		fail(error, BERTH_ERROR_NOT_FOUND, "network %s not found", name);
		return NULL;
	}
	if (network->config_only) {
		fail(error, BERTH_ERROR_FORBIDDEN,
			"cannot create endpoint on configuration-only network");
		return NULL;
	}
	if (network->bridge == NULL && network->parent == NULL) {
		fail(error, BERTH_ERROR_FORBIDDEN,
			strcmp(network->driver, "host") == 0
				? "cannot connect container to host network - container must be "
				  "created "
				  "in host network mode"
				: "container cannot be connected to multiple networks with one of "
				  "the "
				  "networks in private (none) mode");
		return NULL;
	}
	json_t *endpoint = network_realise(engine, network, error)
				   ? endpoint_new(container, network, spec, asked, error)
				   : NULL;
	if (endpoint == NULL)
		return NULL;
	g_hash_table_insert(network->members, g_strdup(container->row.id), json_incref(endpoint));
	json_object_set_new(container->endpoints, network->name, endpoint);
	network_names_write(engine, network);
	return endpoint;
}

/* A container without networks of its own: what is asked for in them would do nothing. */
static bool check_unmanaged(Engine *engine, const Spec *spec, GError **error)
{
	const char *name;
	json_t *asked;
	bool ok = true;
	g_mutex_lock(&engine->network_lock);
	g_autoptr(json_t) wanted = endpoints_wanted(engine, spec);
	json_object_foreach (wanted, name, asked) {
		const Network *network = network_lookup(engine, name);
		ok = ok && (network == NULL || endpoint_check(network, asked, error));
	}
	g_mutex_unlock(&engine->network_lock);
	return ok;
}

bool endpoints_reserve(Container *container, const Spec *spec, GError **error)
{
	Engine *engine = container->engine;
	const char *name;
	json_t *asked;
	bool ok = true;
	if (!endpoints_managed(spec))
		return check_unmanaged(engine, spec, error);
	endpoints_release(container);
	g_mutex_lock(&engine->network_lock);
	g_autoptr(json_t) wanted = endpoints_wanted(engine, spec);
	container->endpoints = json_object();
	json_object_foreach (wanted, name, asked)
		ok = ok && endpoint_join(container, spec, name, asked, error) != NULL;
	ok = ok && ports_place(container, spec, NULL, false, error) &&
	     endpoints_save(container, error);
	g_mutex_unlock(&engine->network_lock);
	if (!ok) {
		endpoints_release(container);
		g_prefix_error(error, NETWORKING_FAILED);
	}
	return ok;
}

/* Who may change the container's network (NET_ADMIN) may also be its router. Under the lock. */
static void guard(Container *container, int netns, const char *link)
{
	Engine *engine = container->engine;
	g_autoptr(GError) problem = NULL;
	guint64 caps = 0;
	if (engine->rules_missing || engine->guard_missing)
		return;
	g_autoptr(Spec) spec = container_spec_or_none(container);
	const json_t *host = spec->host;
	capability_resolve(json_object_get(host, "CapAdd"), json_object_get(host, "CapDrop"),
		json_bool(host, "Privileged"), &caps, NULL);
	if ((caps & capability_mask("NET_ADMIN")) != 0 || guard_link(netns, link, &problem))
		return;
	engine->guard_missing = true;
	log_warn("containers that have NET_RAW can send router advertisements: %s",
		problem->message);
}

/* What of a link its end needs. The endpoint's strings are lent to it. */
static ContainerLink link_of(
	const Network *network, const json_t *endpoint, const char *name, int netns)
{
	return (ContainerLink){.host_name = json_str(endpoint, "_Link"),
		.bridge = network->bridge,
		.parent = network->parent,
		.kind = network->kind,
		.mode = network->link_mode,
		.flag = network->link_flag,
		.name = name,
		.netns = netns};
}

bool endpoint_connect(Container *container, Network *network, json_t *endpoint, int netns,
	const Gateways *gateways, GError **error)
{
	Engine *engine = container->engine;
	g_autofree char *name = endpoint_link_name(endpoint);
	ContainerLink link = link_of(network, endpoint, name, netns);
	link.mtu = network->mtu;
	link.first = json_object_iter_value(json_object_iter(container->endpoints)) == endpoint;
	link.isolated = !network->icc;
	link.hairpin = network->hairpin;
	mac_parse(json_str(endpoint, "MacAddress"), link.mac);
	if (address_parse(json_str(endpoint, "IPAddress"), &link.address))
		link.address.prefix = network->subnet.prefix;
	if (address_parse(json_str(endpoint, "GlobalIPv6Address"), &link.address6))
		link.address6.prefix = network->subnet6.prefix;
	if (gateways->v4 == endpoint)
		gateway_address(endpoint, false, &link.gateway);
	if (gateways->v6 == endpoint)
		gateway_address(endpoint, true, &link.gateway6);
	if (!link_connect(&link, error))
		return false;
	guard(container, netns, name);
	if (!endpoint_settle(endpoint, name, netns, error))
		return false;
	json_t *ports = json_object_get(endpoint, "_Ports");
	if (json_array_size(ports) == 0 || ports_by_proxy(engine))
		return true;
	if (!port_publish(engine, true, ports, endpoint, error))
		return false;
	json_object_set_new(endpoint, "_Published", json_true());
	return true;
}

void endpoint_unlink(const Network *network, const json_t *endpoint, int netns)
{
	g_autofree char *name = endpoint_link_name(endpoint);
	ContainerLink link = link_of(network, endpoint, name, netns);
	link_disconnect(&link);
}

void endpoint_event(Container *container, const Network *network, const char *action)
{
	event_publish(container->engine, "network", action, network->id,
		json_pack("{s:s, s:s, s:s}", "container", container->row.id, "name", network->name,
			"type", network->driver));
}

int netns_of(pid_t pid, GError **error)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/ns/net", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail_errno(error, "cannot open %s", path);
	return fd;
}

bool endpoints_connect(Container *container, pid_t pid, gint64 dns_ports, GError **error)
{
	Engine *engine = container->engine;
	autofd netns = netns_of(pid, error);
	const char *name;
	json_t *endpoint;
	bool ok = netns >= 0;
	g_mutex_lock(&engine->network_lock);
	Gateways gateways = gateways_elect(container->endpoints);
	json_object_foreach (container->endpoints, name, endpoint) {
		Network *network = network_lookup(engine, name);
		if (!ok || network == NULL)
			break;
		endpoint_name_link(network, container->endpoints, endpoint, -1);
		ok = endpoint_connect(container, network, endpoint, netns, &gateways, error);
		if (ok)
			endpoint_event(container, network, "connect");
	}
	ok = ok && endpoints_save(container, error);
	g_mutex_unlock(&engine->network_lock);
	guint16 udp = (guint16)dns_ports, tcp = (guint16)(dns_ports >> 16);
	ok = ok && (udp == 0 || udp == DNS_PORT || rules_redirect_dns(netns, udp, tcp, error));
	if (!ok)
		g_prefix_error(error, NETWORKING_FAILED);
	return ok;
}

void endpoints_release(Container *container)
{
	Engine *engine = container->engine;
	const char *name;
	json_t *endpoint;
	g_mutex_lock(&engine->network_lock);
	g_autoptr(json_t) endpoints = g_steal_pointer(&container->endpoints);
	json_object_foreach (endpoints, name, endpoint) {
		Network *network = network_lookup(engine, name);
		endpoint_drop(container, network, endpoint);
		if (network != NULL)
			endpoint_event(container, network, "disconnect");
	}
	g_mutex_unlock(&engine->network_lock);
	if (endpoints != NULL)
		endpoint_store_remove(engine->store, container->row.id, NULL);
}

void endpoints_restore(Container *container)
{
	Engine *engine = container->engine;
	g_autofree char *text = endpoint_store_get(engine->store, container->row.id);
	const char *name;
	json_t *endpoint;
	if (text == NULL)
		return;
	g_mutex_lock(&engine->network_lock);
	container->endpoints = json_parse(text, strlen(text), NULL);
	json_object_foreach (container->endpoints, name, endpoint) {
		Network *network = network_lookup(engine, name);
		port_remember(engine, json_object_get(endpoint, "_Ports"));
		if (network == NULL || json_bool(endpoint, ENDPOINT_UNFINISHED))
			continue;
		if (*json_str(endpoint, "IPAddress") != '\0')
			g_hash_table_add(network->used, g_strdup(json_str(endpoint, "IPAddress")));
		if (*json_str(endpoint, "GlobalIPv6Address") != '\0')
			g_hash_table_add(
				network->used, g_strdup(json_str(endpoint, "GlobalIPv6Address")));
		g_hash_table_insert(
			network->members, g_strdup(container->row.id), json_incref(endpoint));
	}
	g_mutex_unlock(&engine->network_lock);
}

void endpoints_renamed(Container *container)
{
	Engine *engine = container->engine;
	g_autoptr(Spec) spec = container_spec_or_none(container);
	const char *name;
	json_t *endpoint;
	g_mutex_lock(&engine->network_lock);
	json_object_foreach (container->endpoints, name, endpoint) {
		Network *network = network_lookup(engine, name);
		if (network == NULL || network->predefined)
			continue;
		json_object_set_new(endpoint, "DNSNames",
			names_of(container, spec, json_object_get(endpoint, "Aliases")));
		network_names_write(engine, network);
	}
	if (container->endpoints != NULL)
		endpoints_keep(container);
	g_mutex_unlock(&engine->network_lock);
}

static json_t *without_secrets(const json_t *endpoint)
{
	json_t *copy = json_copy((json_t *)endpoint);
	static const char *const inner[] = {"_Link", "_Index", "_Name", "_Ports", "_Published",
		ENDPOINT_UNFINISHED, ENDPOINT_ON_LINK};
	for (size_t i = 0; i < G_N_ELEMENTS(inner); i++)
		json_object_del(copy, inner[i]);
	return copy;
}

/* An endpoint of a container that does not run: what was asked for, and nothing else. */
static json_t *resting(const Network *network, const json_t *asked)
{
	json_t *endpoint = json_pack(
		"{s:n, s:n, s:n, s:s, s:n, s:i, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:i, s:n}",
		"IPAMConfig", "Links", "Aliases", "MacAddress", "", "DriverOpts", "GwPriority", 0,
		"NetworkID", network != NULL ? network->id : "", "EndpointID", "", "Gateway", "",
		"IPAddress", "", "IPPrefixLen", 0, "IPv6Gateway", "", "GlobalIPv6Address", "",
		"GlobalIPv6PrefixLen", 0, "DNSNames");
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)asked, key, value)
		if (!json_is_null(value) && json_object_get(endpoint, key) != NULL)
			json_object_set(endpoint, key, value);
	return endpoint;
}

json_t *endpoints_json(Container *container, const Spec *spec)
{
	Engine *engine = container->engine;
	json_t *result = json_object(), *endpoint, *asked;
	const char *name;
	bool was_started = container->row.started != 0;
	if (spec->modes.network.share == SHARE_CONTAINER)
		return result;
	g_mutex_lock(&engine->network_lock);
	g_autoptr(json_t) wanted = endpoints_wanted(engine, spec);
	json_object_foreach (container->endpoints, name, endpoint)
		json_object_set_new(result, name, without_secrets(endpoint));
	if (json_object_size(result) == 0)
		json_object_foreach (wanted, name, asked)
			json_object_set_new(result, name,
				resting(was_started ? network_lookup(engine, name) : NULL, asked));
	g_mutex_unlock(&engine->network_lock);
	return result;
}

json_t *endpoints_ports(Container *container)
{
	g_mutex_lock(&container->engine->network_lock);
	json_t *ports =
		json_deep_copy(json_object_get(ports_holder(container->endpoints), "_Ports"));
	g_mutex_unlock(&container->engine->network_lock);
	return ports;
}
