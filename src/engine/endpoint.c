/* What a container has of its networks: reserved before its start, connected while its process makes its
 * mounts, given back at its end. Endpoints are JSON as inspect shows them; keys with "_" stay inside. */
#include "engine/network.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { DNS_PORT = 53, FIRST_INDEX = 2 /* of a link in a container: 1 is lo */ };

static const char *network_mode(const json_t *host)
{
	const char *mode = json_str(host, "NetworkMode");
	return strcmp(mode, "default") == 0 || *mode == '\0' ? "bridge" : mode;
}

bool endpoints_managed(const json_t *host)
{
	const char *mode = network_mode(host);
	return strcmp(mode, "none") != 0 && strcmp(mode, "host") != 0 &&
	       !g_str_has_prefix(mode, "container:");
}

/* name -> what was asked for: the network of the mode first, then what else the request names. */
static json_t *wanted_networks(const json_t *spec)
{
	json_t *asked = json_at(spec, "NetworkingConfig.EndpointsConfig"), *value,
	       *wanted = json_object();
	const json_t *host = json_object_get(spec, "HostConfig");
	const char *mode = network_mode(host), *key;
	json_t *of_mode = json_object_get(asked, json_str(host, "NetworkMode"));
	if (of_mode == NULL)
		of_mode = json_object_get(asked, mode);
	json_t *first = json_is_object(of_mode) ? json_copy(of_mode) : json_object();
	json_object_set_new(wanted, mode, first);
	/* Clients before API 1.44 say it there. */
	if (*json_str(first, "MacAddress") == '\0' && *json_str(spec, "Config.MacAddress") != '\0')
		json_object_set(first, "MacAddress", json_at(spec, "Config.MacAddress"));
	json_object_foreach (asked, key, value)
		if (strcmp(key, "default") != 0 && json_object_get(wanted, key) == NULL)
			json_object_set_new(wanted, key,
				json_is_object(value) ? json_incref(value) : json_object());
	return wanted;
}

bool network_is_wanted(Engine *engine, const Network *network)
{
	g_autoptr(GPtrArray) all = container_all(engine);
	for (guint i = 0; i < all->len; i++) {
		g_autoptr(json_t) spec = container_spec(all->pdata[i], NULL);
		g_autoptr(json_t) names = spec != NULL ? wanted_networks(spec) : NULL;
		if (json_object_get(names, network->name) != NULL ||
			json_object_get(names, network->id) != NULL)
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
	return (address_is_host(wish.subnet, address) &&
		       g_hash_table_add(network->used, address_text(address))) ||
	       fail(error, BERTH_ERROR_FORBIDDEN, "Address already in use");
}

static json_t *names_of(const Container *container, const json_t *aliases)
{
	g_autofree char *short_id = g_strndup(container->row.id, 12);
	json_t *names = json_pack("[s]", container->row.name);
	if (json_is_array(aliases))
		json_array_extend(names, (json_t *)aliases);
	json_array_append_new(names, json_string(short_id));
	return names;
}

static json_t *endpoint_new(
	Container *container, Network *network, const json_t *asked, int index, GError **error)
{
	Address address, address6;
	const char *mac = json_str(asked, "MacAddress");
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
	/* Of IPv6 the end tells addresses apart. */
	const guint8 *tail = address.family != 0 ? address.bytes : address6.bytes + 12;
	g_autofree char *made_mac =
		g_strdup_printf("02:42:%02x:%02x:%02x:%02x", tail[0], tail[1], tail[2], tail[3]);
	g_autofree char *link = g_strdup_printf("veth%.7s", id);
	json_t *aliases = json_object_get(asked, "Aliases"),
	       *ipam = json_object_get(asked, "IPAMConfig"),
	       *options = json_object_get(asked, "DriverOpts"),
	       *links = json_object_get(asked, "Links");
	return json_pack("{s:o, s:o, s:o, s:s, s:o, s:i, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:i, "
			 "s:o, s:s, s:i}",
		"IPAMConfig", json_is_object(ipam) ? json_incref(ipam) : json_null(), "Links",
		json_is_array(links) ? json_incref(links) : json_null(), "Aliases",
		json_is_array(aliases) ? json_incref(aliases) : json_null(), "MacAddress",
		*mac != '\0' ? mac : made_mac, "DriverOpts",
		json_is_object(options) ? json_incref(options) : json_null(), "GwPriority",
		(int)json_int(asked, "GwPriority"), "NetworkID", network->id, "EndpointID", id,
		"Gateway", gateway, "IPAddress", v4, "IPPrefixLen", network->subnet.prefix,
		"IPv6Gateway", gateway6, "GlobalIPv6Address", v6, "GlobalIPv6PrefixLen",
		network->subnet6.prefix, "DNSNames",
		network->predefined ? json_null() : names_of(container, aliases), "_Link", link,
		"_Index", index);
}

/* Gives back what one endpoint holds. Under the lock. */
static void endpoint_drop(Container *container, Network *network, const json_t *endpoint)
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

void endpoints_save(Container *container)
{
	g_autofree char *text = json_text(container->endpoints);
	endpoint_store_set(container->engine->store, container->row.id, text, NULL);
}

/* A new endpoint of the container, with its ports if they are to be published there. Under the lock. */
static json_t *join(Container *container, const json_t *spec, const char *name, const json_t *asked,
	int index, bool with_ports, GError **error)
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
				   ? endpoint_new(container, network, asked, index, error)
				   : NULL;
	if (endpoint == NULL)
		return NULL;
	if (with_ports && network->bridge != NULL && !network->internal) {
		json_t *ports = port_bind(engine, container->row.name, endpoint,
			json_object_get(spec, "Config"), json_object_get(spec, "HostConfig"),
			&network->host_binding, error);
		if (ports == NULL) {
			endpoint_drop(container, network, endpoint);
			json_decref(endpoint);
			return NULL;
		}
		json_object_set_new(endpoint, "_Ports", ports);
	}
	g_hash_table_insert(network->members, g_strdup(container->row.id), json_incref(endpoint));
	json_object_set(container->endpoints, network->name, endpoint);
	json_decref(endpoint);
	network_names_write(engine, network);
	return endpoint;
}

bool endpoints_reserve(Container *container, const json_t *spec, GError **error)
{
	Engine *engine = container->engine;
	g_autoptr(json_t) wanted = wanted_networks(spec);
	const char *name;
	json_t *asked;
	int index = FIRST_INDEX;
	bool ok = true;
	if (!endpoints_managed(json_object_get(spec, "HostConfig")))
		return true;
	endpoints_release(container);
	g_mutex_lock(&engine->network_lock);
	container->endpoints = json_object();
	json_object_foreach (wanted, name, asked) {
		ok = ok &&
		     join(container, spec, name, asked, index, index == FIRST_INDEX, error) != NULL;
		index++;
	}
	if (ok)
		endpoints_save(container);
	g_mutex_unlock(&engine->network_lock);
	if (!ok)
		endpoints_release(container);
	return ok;
}

static int link_index(const json_t *endpoint)
{
	return (int)json_int(endpoint, "_Index");
}

static char *link_name(const json_t *endpoint)
{
	return g_strdup_printf("eth%d", link_index(endpoint) - FIRST_INDEX);
}

static void parse_mac(const char *text, guint8 mac[6])
{
	unsigned part[6] = {0};
	sscanf(text, "%x:%x:%x:%x:%x:%x", &part[0], &part[1], &part[2], &part[3], &part[4],
		&part[5]);
	for (int i = 0; i < 6; i++)
		mac[i] = (guint8)part[i];
}

/* The network that the default route leads to: of the highest priority, the first of them; NULL if none. */
static const char *way_out(const json_t *endpoints)
{
	const char *name, *best = NULL;
	json_t *endpoint;
	gint64 highest = 0;
	json_object_foreach ((json_t *)endpoints, name, endpoint) {
		gint64 priority = json_int(endpoint, "GwPriority");
		if (*json_str(endpoint, "Gateway") == '\0' || (best != NULL && priority <= highest))
			continue;
		best = name;
		highest = priority;
	}
	return best;
}

/* Who may change the container's network (NET_ADMIN) may also be its router. Under the lock. */
static void guard(Container *container, int netns, const char *link)
{
	Engine *engine = container->engine;
	g_autoptr(GError) problem = NULL;
	guint64 caps = 0;
	if (engine->rules_missing || engine->guard_missing)
		return;
	g_autoptr(json_t) spec = container_spec(container, NULL);
	const json_t *host = json_object_get(spec, "HostConfig");
	capability_resolve(json_object_get(host, "CapAdd"), json_object_get(host, "CapDrop"),
		json_bool(host, "Privileged"), &caps, NULL);
	if ((caps & capability_mask("NET_ADMIN")) != 0 || guard_link(netns, link, &problem))
		return;
	engine->guard_missing = true;
	log_warn("containers that have NET_RAW can send router advertisements: %s",
		problem->message);
}

/* The link of one endpoint, and its ports. Under the lock. */
static bool connect(Container *container, Network *network, json_t *endpoint, int netns,
	bool with_route, GError **error)
{
	Engine *engine = container->engine;
	g_autofree char *name = link_name(endpoint);
	ContainerLink link = {.host_name = json_str(endpoint, "_Link"),
		.bridge = network->bridge,
		.parent = network->parent,
		.kind = network->kind,
		.mode = network->link_mode,
		.flag = network->link_flag,
		.name = name,
		.netns = netns,
		.index = link_index(endpoint),
		.mtu = network->mtu,
		.first = link_index(endpoint) == FIRST_INDEX,
		.isolated = !network->icc,
		.hairpin = network->hairpin};
	parse_mac(json_str(endpoint, "MacAddress"), link.mac);
	if (address_parse(json_str(endpoint, "IPAddress"), &link.address))
		link.address.prefix = network->subnet.prefix;
	if (address_parse(json_str(endpoint, "GlobalIPv6Address"), &link.address6))
		link.address6.prefix = network->subnet6.prefix;
	if (with_route) {
		address_parse(json_str(endpoint, "Gateway"), &link.gateway);
		address_parse(json_str(endpoint, "IPv6Gateway"), &link.gateway6);
	}
	if (!link_connect(&link, error))
		return false;
	guard(container, netns, name);
	json_t *ports = json_object_get(endpoint, "_Ports");
	if (json_array_size(ports) == 0 || ports_by_proxy(engine))
		return true;
	if (!port_publish(engine, true, ports, endpoint, error))
		return false;
	json_object_set_new(endpoint, "_Published", json_true());
	return true;
}

static void publish(Container *container, const Network *network, const char *action)
{
	event_publish(container->engine, "network", action, network->id,
		json_pack("{s:s, s:s, s:s}", "container", container->row.id, "name", network->name,
			"type", network->driver));
}

static int netns_of(pid_t pid, GError **error)
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
	const char *routed = way_out(container->endpoints);
	json_object_foreach (container->endpoints, name, endpoint) {
		Network *network = network_lookup(engine, name);
		if (!ok || network == NULL)
			break;
		ok = connect(
			container, network, endpoint, netns, g_strcmp0(name, routed) == 0, error);
		if (ok)
			publish(container, network, "connect");
	}
	if (ok)
		endpoints_save(container);
	g_mutex_unlock(&engine->network_lock);
	guint16 udp = (guint16)dns_ports, tcp = (guint16)(dns_ports >> 16);
	return ok && (udp == 0 || udp == DNS_PORT || rules_redirect_dns(netns, udp, tcp, error));
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
			publish(container, network, "disconnect");
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
		if (network == NULL)
			continue;
		if (*json_str(endpoint, "IPAddress") != '\0')
			g_hash_table_add(network->used, g_strdup(json_str(endpoint, "IPAddress")));
		if (*json_str(endpoint, "GlobalIPv6Address") != '\0')
			g_hash_table_add(
				network->used, g_strdup(json_str(endpoint, "GlobalIPv6Address")));
		g_hash_table_insert(
			network->members, g_strdup(container->row.id), json_incref(endpoint));
		port_remember(engine, json_object_get(endpoint, "_Ports"));
	}
	g_mutex_unlock(&engine->network_lock);
}

void endpoints_renamed(Container *container)
{
	Engine *engine = container->engine;
	const char *name;
	json_t *endpoint;
	g_mutex_lock(&engine->network_lock);
	json_object_foreach (container->endpoints, name, endpoint) {
		Network *network = network_lookup(engine, name);
		if (network == NULL || network->predefined)
			continue;
		json_object_set_new(endpoint, "DNSNames",
			names_of(container, json_object_get(endpoint, "Aliases")));
		network_names_write(engine, network);
	}
	if (container->endpoints != NULL)
		endpoints_save(container);
	g_mutex_unlock(&engine->network_lock);
}

static json_t *without_secrets(const json_t *endpoint)
{
	json_t *copy = json_copy((json_t *)endpoint);
	static const char *const inner[] = {"_Link", "_Index", "_Ports", "_Published"};
	for (size_t i = 0; i < G_N_ELEMENTS(inner); i++)
		json_object_del(copy, inner[i]);
	return copy;
}

/* An endpoint of a container that does not run: what was asked for, and nothing else. */
static json_t *resting(const json_t *asked)
{
	json_t *endpoint = json_pack(
		"{s:n, s:n, s:n, s:s, s:n, s:i, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:i, s:n}",
		"IPAMConfig", "Links", "Aliases", "MacAddress", "", "DriverOpts", "GwPriority", 0,
		"NetworkID", "", "EndpointID", "", "Gateway", "", "IPAddress", "", "IPPrefixLen", 0,
		"IPv6Gateway", "", "GlobalIPv6Address", "", "GlobalIPv6PrefixLen", 0, "DNSNames");
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)asked, key, value)
		if (!json_is_null(value) && json_object_get(endpoint, key) != NULL)
			json_object_set(endpoint, key, value);
	return endpoint;
}

json_t *endpoints_json(Container *container, const json_t *spec)
{
	Engine *engine = container->engine;
	const json_t *host = json_object_get(spec, "HostConfig");
	json_t *result = json_object(), *endpoint, *asked;
	const char *name;
	if (g_str_has_prefix(network_mode(host), "container:"))
		return result;
	g_mutex_lock(&engine->network_lock);
	json_object_foreach (container->endpoints, name, endpoint)
		json_object_set_new(result, name, without_secrets(endpoint));
	g_mutex_unlock(&engine->network_lock);
	if (json_object_size(result) > 0)
		return result;
	g_autoptr(json_t) wanted = wanted_networks(spec);
	json_object_foreach (wanted, name, asked)
		json_object_set_new(result, name, resting(asked));
	return result;
}

json_t *endpoints_ports(Container *container)
{
	json_t *all = json_array(), *endpoint;
	const char *name;
	g_mutex_lock(&container->engine->network_lock);
	json_object_foreach (container->endpoints, name, endpoint)
		if (json_is_array(json_object_get(endpoint, "_Ports")))
			json_array_extend(all, json_object_get(endpoint, "_Ports"));
	g_mutex_unlock(&container->engine->network_lock);
	return all;
}

/* The request of `network connect` becomes part of the container's specification. */
static bool keep_wish(Container *container, const char *name, json_t *asked, GError **error)
{
	g_autoptr(json_t) old = container_spec(container, error), spec = json_deep_copy(old);
	if (spec == NULL)
		return false;
	json_t *networking = json_object_get(spec, "NetworkingConfig");
	if (!json_is_object(networking))
		json_object_set_new(spec, "NetworkingConfig", networking = json_object());
	json_t *configs = json_object_get(networking, "EndpointsConfig");
	if (!json_is_object(configs))
		json_object_set_new(networking, "EndpointsConfig", configs = json_object());
	json_t *host = json_object_get(spec, "HostConfig");
	const char *mode = network_mode(host);
	if (asked != NULL) {
		json_object_set(configs, name, asked);
		/* Its last network was taken away before, as docker-compose does: this one is the first now. */
		if (strcmp(mode, "none") == 0)
			json_object_set_new(host, "NetworkMode", json_string(name));
	} else {
		json_object_del(configs, name);
		/* What was the first network is not to come back at the next start. */
		if (strcmp(mode, name) == 0) {
			const char *other = json_object_iter_key(json_object_iter(configs));
			json_object_set_new(
				host, "NetworkMode", json_string(other != NULL ? other : "none"));
		}
	}
	return container_set_spec(container, spec, error);
}

static char *resolve(Engine *engine, const char *reference, GError **error)
{
	g_mutex_lock(&engine->network_lock);
	Network *network = network_lookup(engine, reference);
	char *name = network != NULL ? g_strdup(network->name) : NULL;
	g_mutex_unlock(&engine->network_lock);
	if (name == NULL)
		fail(error, BERTH_ERROR_NOT_FOUND, "network %s not found", reference);
	return name;
}

static bool connect_running(Container *container, const json_t *spec, const char *name,
	const json_t *asked, int pid, GError **error)
{
	Engine *engine = container->engine;
	autofd netns = netns_of(pid, error);
	int index = FIRST_INDEX;
	const char *key;
	json_t *endpoint;
	bool routed = false, ok = false;
	if (netns < 0)
		return false;
	g_mutex_lock(&engine->network_lock);
	if (container->endpoints == NULL)
		container->endpoints = json_object();
	json_object_foreach (container->endpoints, key, endpoint) {
		index = MAX(index, link_index(endpoint) + 1);
		routed = routed || *json_str(endpoint, "Gateway") != '\0';
	}
	if (json_object_get(container->endpoints, name) != NULL)
		fail(error, BERTH_ERROR_FORBIDDEN,
			"endpoint with name %s already exists in network %s", container->row.name,
			name);
	else if ((endpoint = join(container, spec, name, asked, index, false, error)) != NULL) {
		Network *network = network_lookup(engine, name);
		ok = connect(container, network, endpoint, netns, !routed, error);
		if (ok) {
			publish(container, network, "connect");
		} else {
			json_incref(endpoint);
			json_object_del(container->endpoints, name);
			endpoint_drop(container, network, endpoint);
			json_decref(endpoint);
		}
		endpoints_save(container);
	}
	g_mutex_unlock(&engine->network_lock);
	return ok;
}

bool network_connect(
	Container *container, const char *reference, const json_t *asked, GError **error)
{
	g_autoptr(GMutexLocker) operation G_GNUC_UNUSED = g_mutex_locker_new(&container->operation);
	g_autofree char *name = resolve(container->engine, reference, error);
	g_autoptr(json_t) spec = name != NULL ? container_spec(container, error) : NULL;
	g_autoptr(json_t) wish = json_is_object(asked) ? json_copy((json_t *)asked) : json_object();
	ContainerRow row = container_snapshot(container);
	int pid = row.pid;
	container_row_clear(&row);
	if (spec == NULL)
		return false;
	if (!endpoints_managed(json_object_get(spec, "HostConfig")) &&
		strcmp(json_str(spec, "HostConfig.NetworkMode"), "none") != 0)
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"container sharing network namespace with another container or host cannot "
			"be connected to any other network");
	if (pid > 0 && !connect_running(container, spec, name, wish, pid, error))
		return false;
	return keep_wish(container, name, wish, error);
}

bool network_disconnect(Container *container, const char *reference, bool force, GError **error)
{
	Engine *engine = container->engine;
	g_autoptr(GMutexLocker) operation G_GNUC_UNUSED = g_mutex_locker_new(&container->operation);
	g_autofree char *name = resolve(engine, reference, error);
	g_autoptr(json_t) spec = name != NULL ? container_spec(container, error) : NULL;
	g_autoptr(json_t) wanted = spec != NULL ? wanted_networks(spec) : NULL;
	ContainerRow row = container_snapshot(container);
	int pid = row.pid;
	container_row_clear(&row);
	if (wanted == NULL)
		return false;
	if (json_object_get(wanted, name) == NULL)
		return force || fail(error, BERTH_ERROR_FORBIDDEN,
					"container %s is not connected to network %s",
					container->row.id, name);
	g_mutex_lock(&engine->network_lock);
	g_autoptr(json_t) endpoint = json_incref(json_object_get(container->endpoints, name));
	Network *network = network_lookup(engine, name);
	if (endpoint != NULL && pid > 0) {
		autofd netns = netns_of(pid, NULL);
		g_autofree char *inner = link_name(endpoint);
		if (netns >= 0)
			link_delete_in(netns, inner);
		json_object_del(container->endpoints, name);
		endpoint_drop(container, network, endpoint);
		publish(container, network, "disconnect");
		endpoints_save(container);
	}
	g_mutex_unlock(&engine->network_lock);
	return keep_wish(container, name, NULL, error);
}
