/* Ports of the host: who has which. Every question is asked under the network lock. */
#include "engine/network.h"

#include "base/error.h"

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
		if (strcmp(parts[1] != NULL ? parts[1] : "tcp", protocols[i].name) == 0) {
			*protocol = protocols[i].number;
			return true;
		}
	return false;
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

static bool taken(Engine *engine, const char *ip, guint8 protocol, guint16 port)
{
	g_autofree char *key = table_key(protocol, port);
	GPtrArray *list = g_hash_table_lookup(engine->ports, key);
	for (guint i = 0; list != NULL && i < list->len; i++) {
		const char *other = list->pdata[i];
		if (is_ipv6(ip) == is_ipv6(other) &&
			(is_any(ip) || is_any(other) || strcmp(ip, other) == 0))
			return true;
	}
	return false;
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

/* "" for every IPv4 address of the host. */
static const char *normal_ip(const char *ip)
{
	return strcmp(ip, "0.0.0.0") == 0 ? "" : ip;
}

static bool available(Engine *engine, const char *ip, guint8 protocol, guint16 port)
{
	Address address = {0};
	address_parse(ip, &address);
	return !taken(engine, ip, protocol, port) && port_is_free(&address, protocol, port);
}

/* The first of first-last that is free on each address; 0 if none is. */
static guint16 choose(
	Engine *engine, const char *const *ips, guint8 protocol, guint first, guint last)
{
	for (guint port = first; port <= last; port++) {
		bool free = true;
		for (guint i = 0; ips[i] != NULL; i++)
			free = free && available(engine, ips[i], protocol, (guint16)port);
		if (free)
			return (guint16)port;
	}
	return 0;
}

typedef struct {
	Engine *engine;
	const char *name;
	const json_t *endpoint;
	json_t *list;
} Binding;

/* "" or "0": any that is free; "80"; "8000-8010". */
static bool parse_range(const char *text, guint *first, guint *last)
{
	char end;
	int fields = sscanf(text, "%u-%u%c", first, last, &end);
	if (*text == '\0' || strcmp(text, "0") == 0) {
		*first = FIRST_RANDOM;
		*last = LAST_RANDOM;
		return true;
	}
	if (fields == 1 && strchr(text, '-') == NULL)
		*last = *first;
	return fields >= 1 && fields <= 2 && *first >= 1 && *first <= *last && *last <= 65535;
}

/* Where no address is named, that is each of IPv4, and of IPv6 where the container has that. */
static bool bind_one(Binding *binding, const char *port_text, const char *host_ip,
	const char *host_port, GError **error)
{
	guint16 target, chosen;
	guint8 protocol;
	guint first, last;
	Address address;
	bool both = *host_ip == '\0' && *json_str(binding->endpoint, "GlobalIPv6Address") != '\0';
	const char *ips[] = {normal_ip(host_ip), both ? "::" : NULL, NULL};
	const char *shown = *ips[0] != '\0' ? ips[0] : "0.0.0.0";
	if (!parse_port(port_text, &target, &protocol))
		return fail(error, BERTH_ERROR_INVALID, "invalid port specification: \"%s\"",
			port_text);
	if (!address_parse(shown, &address))
		return fail(error, BERTH_ERROR_INVALID, "invalid host address \"%s\"", shown);
	if (!parse_range(host_port, &first, &last))
		return fail(error, BERTH_ERROR_INVALID, "invalid port specification: \"%s\"",
			host_port);
	chosen = choose(binding->engine, ips, protocol, first, last);
	if (chosen == 0)
		return fail(error, BERTH_ERROR_SYSTEM,
			"driver failed programming external connectivity on endpoint %s (%s): Bind "
			"for %s%s%s:%u failed: port is already allocated",
			binding->name, json_str(binding->endpoint, "EndpointID"),
			is_ipv6(shown) ? "[" : "", shown, is_ipv6(shown) ? "]" : "", first);
	g_autofree char *text = g_strdup_printf("%u", chosen);
	for (guint i = 0; ips[i] != NULL; i++) {
		take(binding->engine, ips[i], protocol, chosen);
		json_array_append_new(binding->list,
			json_pack("{s:s, s:s, s:s}", "Port", port_text, "HostIp",
				*ips[i] != '\0' ? ips[i] : "0.0.0.0", "HostPort", text));
	}
	return true;
}

static bool bind_all(Binding *binding, const json_t *config, const json_t *host,
	const char *fallback, GError **error)
{
	const char *port;
	json_t *entries, *entry;
	size_t i;
	json_object_foreach (json_object_get(host, "PortBindings"), port, entries)
		json_array_foreach (entries, i, entry) {
			const char *ip = json_str(entry, "HostIp");
			if (!bind_one(binding, port, *ip != '\0' ? ip : fallback,
				    json_str(entry, "HostPort"), error))
				return false;
		}
	if (!json_bool(host, "PublishAllPorts"))
		return true;
	json_object_foreach (json_object_get(config, "ExposedPorts"), port, entries)
		if (json_array_size(json_object_get(json_object_get(host, "PortBindings"), port)) ==
				0 &&
			!bind_one(binding, port, fallback, "", error))
			return false;
	return true;
}

json_t *port_bind(Engine *engine, const char *container, const json_t *endpoint,
	const json_t *config, const json_t *host, const Address *fallback_host, GError **error)
{
	g_autofree char *fallback = address_text(fallback_host);
	Binding binding = {engine, container, endpoint, json_array()};
	if (bind_all(&binding, config, host, fallback, error))
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

GArray *port_mappings(const Engine *engine, const json_t *list, const json_t *endpoint, PortWay way)
{
	GArray *mappings = g_array_new(FALSE, TRUE, sizeof(PortMapping));
	Address v4, v6 = {0};
	size_t i;
	json_t *entry;
	if (!address_parse(json_str(endpoint, "IPAddress"), &v4))
		return mappings;
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
		bool six = mapping.host.family == AF_INET6 && v6.family != 0;
		mapping.target = six ? v6 : v4;
		bool rule = by_rule(engine, &mapping.host, &mapping.target);
		if (rule == (way == PORT_BY_RULE))
			g_array_append_val(mappings, mapping);
		else if (rule && six && address_is_any(&mapping.host) &&
			 mapping.protocol != IPPROTO_SCTP) {
			address_parse("::1", &mapping.host);
			g_array_append_val(mappings, mapping);
		}
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
		if (parse_port(json_str(entry, "Port"), &target, &protocol))
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
