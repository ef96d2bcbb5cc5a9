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

/* The table of what is taken has "6/8080" -> list of host addresses ("" is any). */
static char *table_key(guint8 protocol, guint16 port)
{
	return g_strdup_printf("%u/%u", protocol, port);
}

static bool taken(Engine *engine, const char *ip, guint8 protocol, guint16 port)
{
	g_autofree char *key = table_key(protocol, port);
	GPtrArray *list = g_hash_table_lookup(engine->ports, key);
	for (guint i = 0; list != NULL && i < list->len; i++) {
		const char *other = list->pdata[i];
		if (*ip == '\0' || *other == '\0' || strcmp(ip, other) == 0)
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

/* "" for every address of the host. */
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

/* The first of first-last that is free; 0 if none is. */
static guint16 choose(Engine *engine, const char *ip, guint8 protocol, guint first, guint last)
{
	for (guint port = first; port <= last; port++)
		if (available(engine, ip, protocol, (guint16)port))
			return (guint16)port;
	return 0;
}

typedef struct {
	Engine *engine;
	const char *name, *endpoint_id;
	json_t *list;
} Binding;

/* host_port: "", "80" or "8000-8010". */
static bool bind_one(Binding *binding, const char *port_text, const char *host_ip,
	const char *host_port, GError **error)
{
	guint16 target, chosen;
	guint8 protocol;
	guint first = FIRST_RANDOM, last = LAST_RANDOM;
	Address address;
	const char *ip = normal_ip(host_ip);
	if (!parse_port(port_text, &target, &protocol))
		return fail(error, BERTH_ERROR_INVALID, "invalid port specification: \"%s\"",
			port_text);
	if (*ip != '\0' && (!address_parse(ip, &address) || address.family != AF_INET))
		return fail(error, BERTH_ERROR_INVALID,
			"invalid host address \"%s\": an IPv4 address is wanted", ip);
	int fields = *host_port == '\0' ? 0 : sscanf(host_port, "%u-%u", &first, &last);
	last = fields == 1 ? first : last;
	if ((fields == 0 && *host_port != '\0' && strcmp(host_port, "0") != 0) || first > last ||
		last > 65535)
		return fail(error, BERTH_ERROR_INVALID, "invalid port specification: \"%s\"",
			host_port);
	if (first == 0) {
		first = FIRST_RANDOM;
		last = LAST_RANDOM;
	}
	chosen = choose(binding->engine, ip, protocol, first, last);
	if (chosen == 0)
		return fail(error, BERTH_ERROR_SYSTEM,
			"driver failed programming external connectivity on endpoint %s (%s): Bind "
			"for %s:%u failed:"
			" port is already allocated",
			binding->name, binding->endpoint_id, *ip != '\0' ? ip : "0.0.0.0", first);
	take(binding->engine, ip, protocol, chosen);
	g_autofree char *text = g_strdup_printf("%u", chosen);
	json_array_append_new(
		binding->list, json_pack("{s:s, s:s, s:s}", "Port", port_text, "HostIp",
				       *ip != '\0' ? ip : "0.0.0.0", "HostPort", text));
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

json_t *port_bind(Engine *engine, const char *container, const char *endpoint_id,
	const json_t *config, const json_t *host, const Address *fallback_host, GError **error)
{
	g_autofree char *fallback = address_text(fallback_host);
	Binding binding = {engine, container, endpoint_id, json_array()};
	if (bind_all(&binding, config, host, fallback, error))
		return binding.list;
	port_release(engine, binding.list);
	json_decref(binding.list);
	return NULL;
}

GArray *port_mappings(const json_t *list, const Address *target)
{
	GArray *mappings = g_array_new(FALSE, TRUE, sizeof(PortMapping));
	size_t i;
	json_t *entry;
	json_array_foreach (list, i, entry) {
		PortMapping mapping = {.target = *target,
			.host_port =
				(guint16)g_ascii_strtoull(json_str(entry, "HostPort"), NULL, 10)};
		const char *ip = normal_ip(json_str(entry, "HostIp"));
		if (*ip != '\0')
			address_parse(ip, &mapping.host);
		if (parse_port(json_str(entry, "Port"), &mapping.target_port, &mapping.protocol))
			g_array_append_val(mappings, mapping);
	}
	return mappings;
}

bool port_publish(
	Engine *engine, bool on, const json_t *list, const Address *target, GError **error)
{
	g_autoptr(GArray) mappings = port_mappings(list, target);
	if (on && mappings->len > 0 && !engine->has_rules)
		return fail(error, BERTH_ERROR_SYSTEM,
			"ports cannot be published: this host has no nftables");
	return ports_change(
		engine->table, on, (PortMapping *)(void *)mappings->data, mappings->len, error);
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
