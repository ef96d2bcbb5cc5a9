/* Ports of the host: who has which. Every question is asked under the network lock. */
#include "engine/network/ports.h"

#include "base/error.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_RANDOM = 32768, LAST_RANDOM = 60999 };

static const struct {
	const char *name;
	guint8 number;
} protocols[] = {{"tcp", IPPROTO_TCP}, {"udp", IPPROTO_UDP}, {"sctp", IPPROTO_SCTP}};

/* "80/tcp" */
static bool parse_port(const char *text, guint16 *port, guint8 *protocol)
{
	g_auto(GStrv) parts = g_strsplit(text, "/", 2);
	guint64 number;
	if (parts[0] == NULL || !g_ascii_string_to_unsigned(parts[0], 10, 1, 65535, &number, NULL))
		return false;
	*port = (guint16)number;
	for (size_t i = 0; i < G_N_ELEMENTS(protocols); i++)
		if (g_ascii_strcasecmp(parts[1] != NULL && *parts[1] != '\0' ? parts[1] : "tcp",
			    protocols[i].name) == 0) {
			*protocol = protocols[i].number;
			return true;
		}
	return false;
}

/* "80/tcp", in the form that clients look for. */
static char *port_text(guint16 port, guint8 protocol)
{
	const char *name = "tcp";
	for (size_t i = 0; i < G_N_ELEMENTS(protocols); i++)
		if (protocols[i].number == protocol)
			name = protocols[i].name;
	return g_strdup_printf("%u/%s", port, name);
}

/* The table of what is taken has "6/8080" -> list of host addresses ("" is any of IPv4, "::" of IPv6). */
static char *table_key(guint8 protocol, guint16 port)
{
	return g_strdup_printf("%u/%u", protocol, port);
}

static bool is_any(const char *ip)
{
	return *ip == '\0' || strcmp(ip, "::") == 0;
}

static bool is_ipv6(const char *ip)
{
	return strchr(ip, ':') != NULL;
}

/* The address for which a port is published that would be needed for ip, or NULL; borrowed. */
static const char *taken(Engine *engine, const char *ip, guint8 protocol, guint16 port)
{
	g_autofree char *key = table_key(protocol, port);
	GPtrArray *list = g_hash_table_lookup(engine->ports, key);
	for (guint i = 0; list != NULL && i < list->len; i++) {
		const char *other = list->pdata[i];
		if (is_ipv6(ip) == is_ipv6(other) &&
			(is_any(ip) || is_any(other) || strcmp(ip, other) == 0))
			return other;
	}
	return NULL;
}

static void take(Engine *engine, const char *ip, guint8 protocol, guint16 port)
{
	char *key = table_key(protocol, port);
	GPtrArray *list = g_hash_table_lookup(engine->ports, key);
	if (list == NULL)
		g_hash_table_insert(engine->ports, g_strdup(key),
			list = g_ptr_array_new_with_free_func(g_free));
	g_ptr_array_add(list, g_strdup(ip));
	g_free(key);
}

static void give(Engine *engine, const char *ip, guint8 protocol, guint16 port)
{
	g_autofree char *key = table_key(protocol, port);
	GPtrArray *list = g_hash_table_lookup(engine->ports, key);
	for (guint i = 0; list != NULL && i < list->len; i++)
		if (strcmp(list->pdata[i], ip) == 0) {
			g_ptr_array_remove_index_fast(list, i);
			break;
		}
	if (list != NULL && list->len == 0)
		g_hash_table_remove(engine->ports, key);
}

/* "" for every IPv4 address of the host; one of those in IPv6's form is itself. */
static const char *normal_ip(const char *ip)
{
	static const char mapped[] = "::ffff:";
	if (g_ascii_strncasecmp(ip, mapped, strlen(mapped)) == 0 && strchr(ip, '.') != NULL)
		ip += strlen(mapped);
	return strcmp(ip, "0.0.0.0") == 0 ? "" : ip;
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
	const json_t *endpoint;
	GHashTable
		*held; /* of holding_key: by the container's shim until it has read that they go */
	GHashTable *
		tried; /* range_key -> the port behind the last that was chosen: none before it is free */
	bool v4, v6;	    /* families of the container's addresses there */
	json_t *list;
} Binding;

/* One port of a container that a request names. */
typedef struct {
	guint16 target;
	guint8 protocol;
	guint first, last; /* of the host's ports */
	bool any;	   /* of them all: none was named */
	const char *ips[3];
} Wish;

/* "" or "0": any that is free; "80"; "8000-8010". */
static bool parse_range(const char *text, Wish *wish)
{
	g_auto(GStrv) parts = g_strsplit(text, "-", 2);
	guint64 first, last;
	wish->any = *text == '\0' || strcmp(text, "0") == 0;
	wish->first = FIRST_RANDOM;
	wish->last = LAST_RANDOM;
	if (wish->any)
		return true;
	if (!g_ascii_string_to_unsigned(parts[0], 10, 1, 65535, &first, NULL))
		return false;
	last = first;
	if (parts[1] != NULL &&
		!g_ascii_string_to_unsigned(parts[1], 10, first, 65535, &last, NULL))
		return false;
	wish->first = (guint)first;
	wish->last = (guint)last;
	return true;
}

/* Where no address is named: the network's own; or all of IPv4, and of IPv6, where the shim carries what a container
 * without it gets. */
static void choose_ips(const Binding *binding, const char *host_ip, Wish *wish)
{
	g_autofree char *own = address_text(&binding->network->host_binding);
	bool carried = binding->v4 && binding->engine->config->userland_proxy &&
		       wish->protocol != IPPROTO_SCTP && binding->network->mode != GATEWAY_ROUTED;
	const char **ip = wish->ips;
	if (*host_ip == '\0' && *own == '\0') {
		if (binding->v4)
			*ip++ = "";
		if ((binding->v6 || carried) && host_has_ipv6())
			*ip++ = "::";
	} else {
		const char *named = *host_ip != '\0' ? host_ip : g_intern_string(own);
		/* To a container without IPv4 nothing of IPv4 leads: as dockerd, it is just not published. */
		if (is_ipv6(named) ? binding->v6 || carried : binding->v4)
			*ip++ = normal_ip(named);
	}
	*ip = NULL;
}

static bool read_wish(const Binding *binding, const char *port_text, const char *host_ip,
	const char *host_port, Wish *wish, GError **error)
{
	Address address;
	*wish = (Wish){0};
	if (!parse_port(port_text, &wish->target, &wish->protocol))
		return fail(error, BERTH_ERROR_INVALID, "invalid port specification: \"%s\"",
			port_text);
	if (*host_ip != '\0' && (strchr(host_ip, '/') != NULL || !address_parse(host_ip, &address)))
		return fail(error, BERTH_ERROR_INVALID, "invalid host address \"%s\"", host_ip);
	if (!parse_range(host_port, wish))
		return fail(error, BERTH_ERROR_INVALID, "invalid port specification: \"%s\"",
			host_port);
	choose_ips(binding, host_ip, wish);
	return true;
}

static void note(Binding *binding, const Wish *wish, const char *ip, const char *host_port)
{
	g_autofree char *port = port_text(wish->target, wish->protocol);
	json_t *entry = json_pack("{s:s, s:s, s:s}", "Port", port, "HostIp",
		*ip != '\0' ? ip : "0.0.0.0", "HostPort", host_port);
	if (binding->network->trusted != NULL)
		json_object_set_new(entry, "_Direct", json_true());
	json_array_append_new(binding->list, entry);
}

/* In a routed network the container's own port is the published one, of each family by itself. */
static void note_routed(Binding *binding, Wish *wish)
{
	guint kept = 0;
	for (guint i = 0; wish->ips[i] != NULL; i++) {
		bool six = is_ipv6(wish->ips[i]);
		GatewayMode mode = six ? binding->network->mode6 : binding->network->mode;
		if (mode == GATEWAY_ROUTED)
			note(binding, wish, six ? "::" : "", "");
		else
			wish->ips[kept++] = wish->ips[i];
	}
	wish->ips[kept] = NULL;
}

static char *holding_key(const char *ip, guint8 protocol, guint port)
{
	return g_strdup_printf("%u/%u/%s", protocol, port, ip);
}

static GHashTable *holdings(const json_t *held)
{
	GHashTable *keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	json_t *entry;
	size_t i;
	guint16 target;
	guint8 protocol;
	json_array_foreach ((json_t *)held, i, entry)
		if (parse_port(json_str(entry, "Port"), &target, &protocol))
			g_hash_table_add(keys,
				holding_key(normal_ip(json_str(entry, "HostIp")), protocol,
					(guint)strtoul(json_str(entry, "HostPort"), NULL, 10)));
	return keys;
}

static bool is_held(GHashTable *held, const char *ip, guint8 protocol, guint16 port)
{
	if (g_hash_table_size(held) == 0)
		return false;
	g_autofree char *key = holding_key(ip, protocol, port);
	return g_hash_table_contains(held, key);
}

/* An address and a port as dockerd writes them: with brackets where a program is in the way, without where a container
 * is. */
static char *socket_text(const char *ip, guint port, bool brackets)
{
	if (*ip == '\0')
		ip = "0.0.0.0";
	return g_strdup_printf(is_ipv6(ip) && brackets ? "[%s]:%u" : "%s:%u", ip, port);
}

/* The address of the container to which a port of ip leads. */
static char *target_text(const Binding *binding, const char *ip, const Wish *wish)
{
	const char *v6 = json_str(binding->endpoint, "GlobalIPv6Address");
	bool six = is_ipv6(ip) && *v6 != '\0';
	return socket_text(six ? v6 : json_str(binding->endpoint, "IPAddress"), wish->target, true);
}

static char *taken_problem(const char *other, guint16 port)
{
	g_autofree char *there = socket_text(other, port, false);
	return g_strdup_printf("Bind for %s failed: port is already allocated", there);
}

static char *bind_problem(
	const Binding *binding, const char *ip, const Wish *wish, guint16 port, int why)
{
	g_autofree char *host = socket_text(ip, port, true),
			*target = target_text(binding, ip, wish),
			*text = port_text(wish->target, wish->protocol);
	return g_strdup_printf("failed to bind host port for %s:%s%s: %s", host, target,
		strchr(text, '/'),
		why == EADDRINUSE      ? "address already in use"
		: why == EADDRNOTAVAIL ? "cannot assign requested address"
				       : g_strerror(why));
}

/* problem: set to why it is not, for the last port of all only. */
static bool available(
	const Binding *binding, const char *ip, const Wish *wish, guint16 port, char **problem)
{
	Address address = {0};
	address_parse(ip, &address);
	const char *other = taken(binding->engine, ip, wish->protocol, port);
	if (other == NULL && (is_held(binding->held, ip, wish->protocol, port) ||
				     port_is_free(&address, wish->protocol, port)))
		return true;
	if (port == wish->last)
		*problem = other != NULL ? taken_problem(other, port)
					 : bind_problem(binding, ip, wish, port, errno);
	return false;
}

/* What wishes for the same ports of the same addresses have in common. */
static char *range_key(const Wish *wish)
{
	g_autofree char *ips = g_strjoinv(" ", (char **)wish->ips);
	return g_strdup_printf("%u/%u-%u/%s", wish->protocol, wish->first, wish->last, ips);
}

/* The first that is free on each address; 0 if none is, and why the last one is not. Many that wish for the same range look at each of
 * its ports once: none becomes free before all are bound. */
static guint16 choose(const Binding *binding, const Wish *wish, char **problem)
{
	g_autofree char *key = range_key(wish);
	guint from = GPOINTER_TO_UINT(g_hash_table_lookup(binding->tried, key));
	for (guint port = CLAMP(from, wish->first, wish->last); port <= wish->last; port++) {
		bool free = true;
		for (guint i = 0; free && wish->ips[i] != NULL; i++)
			free = available(binding, wish->ips[i], wish, (guint16)port, problem);
		if (free) {
			g_hash_table_insert(
				binding->tried, g_steal_pointer(&key), GUINT_TO_POINTER(port + 1));
			return (guint16)port;
		}
	}
	return 0;
}

static bool bind_one(Binding *binding, Wish *wish, GError **error)
{
	note_routed(binding, wish);
	if (wish->ips[0] == NULL)
		return true;
	g_autofree char *problem = NULL;
	guint16 chosen = choose(binding, wish, &problem);
	if (chosen == 0)
		return fail(error, BERTH_ERROR_SYSTEM,
			"driver failed programming external connectivity on endpoint %s (%s): %s",
			binding->name, json_str(binding->endpoint, "EndpointID"), problem);
	g_autofree char *text = g_strdup_printf("%u", chosen);
	for (guint i = 0; wish->ips[i] != NULL; i++) {
		take(binding->engine, wish->ips[i], wish->protocol, chosen);
		note(binding, wish, wish->ips[i], text);
	}
	return true;
}

/* Ports that are named come first: none that is left to choose may take them. */
static bool bind_named(Binding *binding, const json_t *bindings, bool any, GError **error)
{
	const char *port;
	json_t *entries, *entry;
	size_t i;
	Wish wish;
	json_object_foreach ((json_t *)bindings, port, entries)
		json_array_foreach (entries, i, entry)
			if (!read_wish(binding, port, json_str(entry, "HostIp"),
				    json_str(entry, "HostPort"), &wish, error) ||
				((wish.first != wish.last) == any &&
					!bind_one(binding, &wish, error)))
				return false;
	return true;
}

static bool bind_all(Binding *binding, const json_t *config, const json_t *host, GError **error)
{
	const json_t *bindings = json_object_get(host, "PortBindings");
	const char *port;
	json_t *entries;
	Wish wish;
	if (!bind_named(binding, bindings, false, error) ||
		!bind_named(binding, bindings, true, error))
		return false;
	if (!json_bool(host, "PublishAllPorts"))
		return true;
	json_object_foreach (json_object_get(config, "ExposedPorts"), port, entries)
		if (json_array_size(json_object_get(bindings, port)) == 0 &&
			(!read_wish(binding, port, "", "", &wish, error) ||
				!bind_one(binding, &wish, error)))
			return false;
	return true;
}

json_t *port_bind(Engine *engine, const char *container, const Network *network,
	const json_t *endpoint, const json_t *config, const json_t *host, const json_t *held,
	GError **error)
{
	Binding binding = {.engine = engine,
		.name = container,
		.network = network,
		.endpoint = endpoint,
		.held = holdings(held),
		.tried = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.v4 = *json_str(endpoint, "IPAddress") != '\0',
		.v6 = *json_str(endpoint, "GlobalIPv6Address") != '\0',
		.list = json_array()};
	bool ok = bind_all(&binding, config, host, error);
	g_hash_table_unref(binding.held);
	g_hash_table_unref(binding.tried);
	if (ok)
		return binding.list;
	port_release(engine, binding.list);
	json_decref(binding.list);
	return NULL;
}

bool ports_by_proxy(const Engine *engine)
{
	return engine->config->publish_by_proxy || !engine->has_rules;
}

/* The kernel translates addresses within a family, and sends nothing from ::1 out of the host. */
static bool by_rule(const Engine *engine, const Address *host, const Address *target)
{
	static const guint8 loopback[16] = {[15] = 1};
	return !ports_by_proxy(engine) && host->family == target->family &&
	       (host->family == AF_INET || memcmp(host->bytes, loopback, sizeof loopback) != 0);
}

/* Once each: an element of a set cannot be taken away twice. */
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

/* What one published port means for this way of publishing. */
static void add_mapping(GArray *mappings, const Engine *engine, const json_t *entry,
	PortMapping *mapping, PortWay way)
{
	bool published = *json_str(entry, "HostPort") != '\0';
	bool rule = by_rule(engine, &mapping->host, &mapping->target);
	bool same = mapping->host.family == mapping->target.family;
	if (way == PORT_BY_RULE && same && (!published || json_bool(entry, "_Direct")))
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

GArray *port_mappings(const Engine *engine, const json_t *list, const json_t *endpoint, PortWay way)
{
	GArray *mappings = g_array_new(FALSE, TRUE, sizeof(PortMapping));
	Address v4, v6;
	size_t i;
	json_t *entry;
	address_parse(json_str(endpoint, "IPAddress"), &v4);
	address_parse(json_str(endpoint, "GlobalIPv6Address"), &v6);
	json_array_foreach (list, i, entry) {
		/* The usual ones, of which there may be hundreds: IPv4, by rule. */
		if (way == PORT_BY_SHIM && !ports_by_proxy(engine) &&
			!is_ipv6(json_str(entry, "HostIp")))
			continue;
		PortMapping mapping = {.host_port = (guint16)g_ascii_strtoull(
					       json_str(entry, "HostPort"), NULL, 10)};
		if (!address_parse(json_str(entry, "HostIp"), &mapping.host) ||
			!parse_port(
				json_str(entry, "Port"), &mapping.target_port, &mapping.protocol))
			continue;
		mapping.target = mapping.host.family == AF_INET6 && v6.family != 0 ? v6 : v4;
		if (mapping.target.family != 0)
			add_mapping(mappings, engine, entry, &mapping, way);
	}
	return mappings;
}

bool port_publish(
	Engine *engine, bool on, const json_t *list, const json_t *endpoint, GError **error)
{
	g_autoptr(GArray) mappings = port_mappings(engine, list, endpoint, PORT_BY_RULE);
	return mappings->len == 0 ||
	       ports_change(engine->table, on, (PortMapping *)(void *)mappings->data, mappings->len,
		       error);
}

static void each(
	Engine *engine, const json_t *list, void (*act)(Engine *, const char *, guint8, guint16))
{
	size_t i;
	json_t *entry;
	json_array_foreach (list, i, entry) {
		guint16 target;
		guint8 protocol;
		if (*json_str(entry, "HostPort") != '\0' &&
			parse_port(json_str(entry, "Port"), &target, &protocol))
			act(engine, normal_ip(json_str(entry, "HostIp")), protocol,
				(guint16)g_ascii_strtoull(json_str(entry, "HostPort"), NULL, 10));
	}
}

void port_release(Engine *engine, const json_t *list)
{
	each(engine, list, give);
}

void port_remember(Engine *engine, const json_t *list)
{
	each(engine, list, take);
}
