/* What a network is to be: its request checked, its addresses chosen. */
#include "engine/network.h"

#include "base/error.h"

#include <net/if.h>
#include <string.h>

enum { LINK_NAME = 15 };

/* dockerd's default pools; --default-address-pool and daemon.json put others in their place. */
static const char default_pools[] =
	"[{\"base\":\"172.17.0.0/16\",\"size\":16},{\"base\":\"172.18.0.0/16\",\"size\":16},"
	"{\"base\":\"172.19.0.0/16\",\"size\":16},{\"base\":\"172.20.0.0/14\",\"size\":16},"
	"{\"base\":\"172.24.0.0/14\",\"size\":16},{\"base\":\"172.28.0.0/14\",\"size\":16},"
	"{\"base\":\"192.168.0.0/16\",\"size\":20}]";

static const char *option(const json_t *spec, const char *name)
{
	json_t *value = json_object_get(json_object_get(spec, "Options"), name);
	return json_is_string(value) ? json_string_value(value) : "";
}

static bool option_on(const json_t *spec, const char *name, bool fallback)
{
	const char *text = option(spec, name);
	return *text == '\0' ? fallback : strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
}

/* A network of ours, or a route of the host, that has some of these addresses already. */
static Network *overlapping(Engine *engine, const Network *self, const Address *subnet)
{
	for (guint i = 0; i < engine->networks->len; i++) {
		Network *other = engine->networks->pdata[i];
		if (other != self && (address_overlaps(&other->subnet, subnet) ||
					     address_overlaps(&other->subnet6, subnet)))
			return other;
	}
	return NULL;
}

static json_t *pools(Engine *engine)
{
	json_t *configured = engine->config->address_pools;
	return json_array_size(configured) > 0 ? json_incref(configured)
					       : json_loads(default_pools, 0, NULL);
}

/* The first network of the pools that nobody has. */
static bool choose_subnet(Engine *engine, Network *network, GError **error)
{
	g_autoptr(json_t) list = pools(engine);
	for (size_t i = 0; i < json_array_size(list); i++) {
		Address base;
		const json_t *pool = json_array_get(list, i);
		int size = (int)json_int(pool, "size");
		if (!address_parse(json_str(pool, "base"), &base) || size < base.prefix ||
			size > 30)
			continue;
		for (guint64 n = 0; n < 1ULL << (size - base.prefix); n++) {
			Address candidate = address_nth(&base, n << (32 - size));
			candidate.prefix = size;
			if (overlapping(engine, network, &candidate) != NULL)
				continue;
			network->subnet = candidate;
			return true;
		}
	}
	return fail(error, BERTH_ERROR_INVALID,
		"could not find an available, non-overlapping IPv4 address pool among the defaults "
		"to"
		" assign to the network: give one with --subnet, or more pools with"
		" default-address-pools");
}

static bool take(Network *network, const Address *address)
{
	return g_hash_table_add(network->used, address_text(address));
}

/* One {"Subnet", "Gateway", "IPRange", "AuxiliaryAddresses"} of IPAM.Config. */
static bool read_pool(Engine *engine, Network *network, const json_t *config, GError **error)
{
	const char *text = json_str(config, "Subnet"), *gateway = json_str(config, "Gateway"),
		   *range = json_str(config, "IPRange"), *name;
	Address subnet, address;
	json_t *value;
	if (*text == '\0')
		return true;
	if (!address_parse(text, &subnet) || strchr(text, '/') == NULL)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid subnet %s: invalid CIDR block notation", text);
	subnet = address_network(&subnet);
	if (overlapping(engine, network, &subnet) != NULL)
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"invalid pool request: Pool overlaps with other one on this address space");
	bool v6 = subnet.family == AF_INET6;
	*(v6 ? &network->subnet6 : &network->subnet) = subnet;
	if (*gateway != '\0' &&
		(!address_parse(gateway, &address) || !address_contains(&subnet, &address)))
		return fail(error, BERTH_ERROR_INVALID,
			"invalid network config: invalid gateway %s: parent subnet is %s", gateway,
			text);
	if (*gateway != '\0') {
		address.prefix = subnet.prefix;
		*(v6 ? &network->gateway6 : &network->gateway) = address;
	}
	if (*range != '\0' &&
		(!address_parse(range, &address) || !address_contains(&subnet, &address)))
		return fail(error, BERTH_ERROR_INVALID,
			"invalid network config: invalid ip-range %s: parent subnet is %s", range,
			text);
	if (*range != '\0' && !v6)
		network->range = address;
	json_object_foreach (json_object_get(config, "AuxiliaryAddresses"), name, value) {
		const char *aux = json_string_value(value);
		if (aux == NULL || !address_parse(aux, &address) ||
			!address_contains(&subnet, &address))
			return fail(error, BERTH_ERROR_INVALID,
				"invalid network config: invalid auxiliary address %s: parent "
				"subnet is %s",
				aux != NULL ? aux : "", text);
		take(network, &address);
	}
	return true;
}

/* Gateways that nobody named are the first free address. */
static void choose_gateways(Network *network)
{
	Address *subnets[] = {&network->subnet, &network->subnet6};
	Address *gateways[] = {&network->gateway, &network->gateway6};
	for (int i = 0; i < 2; i++) {
		if (subnets[i]->family == 0)
			continue;
		if (gateways[i]->family == 0)
			address_free_one(subnets[i], subnets[i], network->used, gateways[i]);
		gateways[i]->prefix = subnets[i]->prefix;
		take(network, gateways[i]);
	}
}

/* What was chosen stands in the specification from now on. */
static void write_back(Network *network, json_t *spec)
{
	json_t *ipam = json_object_get(spec, "IPAM"), *list = json_object_get(ipam, "Config"),
	       *config;
	size_t i;
	bool found = false;
	if (!json_is_array(list))
		json_object_set_new(ipam, "Config", list = json_array());
	json_array_foreach (list, i, config) {
		bool v6 = strchr(json_str(config, "Subnet"), ':') != NULL;
		g_autofree char *gateway =
			address_text(v6 ? &network->gateway6 : &network->gateway);
		found = found || (!v6 && *json_str(config, "Subnet") != '\0');
		if (*json_str(config, "Subnet") != '\0' && *json_str(config, "Gateway") == '\0')
			json_object_set_new(config, "Gateway", json_string(gateway));
	}
	g_autofree char *subnet = address_cidr(&network->subnet),
			*gateway = address_text(&network->gateway);
	if (!found && network->subnet.family != 0)
		json_array_append_new(
			list, json_pack("{s:s, s:s}", "Subnet", subnet, "Gateway", gateway));
}

static bool choose_links(Network *network, const json_t *spec, GError **error)
{
	const char *name = option(spec, "com.docker.network.bridge.name");
	if (strcmp(network->driver, "macvlan") == 0) {
		const char *parent = option(spec, "parent");
		if (*parent == '\0' || if_nametoindex(parent) == 0)
			return fail(error, BERTH_ERROR_INVALID,
				"a macvlan network needs a link of the host: -o parent=eth0");
		network->parent = g_strdup(parent);
		return true;
	}
	if (strlen(name) > LINK_NAME || strpbrk(name, "/ \t\"") != NULL)
		return fail(error, BERTH_ERROR_INVALID, "invalid name of a bridge: %s", name);
	network->bridge = *name != '\0' ? g_strdup(name) : g_strdup_printf("br-%.12s", network->id);
	return true;
}

bool network_spec_read(Engine *engine, Network *network, json_t *spec, GError **error)
{
	static const char *const drivers[] = {"bridge", "macvlan", "null", "host", NULL};
	const char *driver = json_str(spec, "Driver"),
		   *binding = option(spec, "com.docker.network.bridge.host_binding_ipv4"),
		   *mtu = option(spec, "com.docker.network.driver.mtu");
	json_t *pool;
	size_t i;
	if (!g_strv_contains(drivers, driver))
		return fail(error, BERTH_ERROR_NOT_FOUND, "plugin \"%s\" not found", driver);
	network->driver = g_strdup(driver);
	network->spec = json_incref(spec);
	network->used = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	network->members =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)json_decref);
	if (strcmp(driver, "null") == 0 || strcmp(driver, "host") == 0)
		return true;
	network->internal = json_bool(spec, "Internal");
	network->icc = option_on(spec, "com.docker.network.bridge.enable_icc", true);
	network->masquerade =
		option_on(spec, "com.docker.network.bridge.enable_ip_masquerade", true);
	network->mtu = (int)g_ascii_strtoll(mtu, NULL, 10);
	if (*binding != '\0' && strcmp(binding, "0.0.0.0") != 0 &&
		!address_parse(binding, &network->host_binding))
		return fail(
			error, BERTH_ERROR_INVALID, "invalid host binding address: %s", binding);
	json_array_foreach (json_at(spec, "IPAM.Config"), i, pool)
		if (!read_pool(engine, network, pool, error))
			return false;
	network->chosen = network->subnet.family == 0 || json_bool(spec, "_Chosen");
	if (network->subnet.family == 0 && !choose_subnet(engine, network, error))
		return false;
	if (network->chosen)
		json_object_set_new(spec, "_Chosen", json_true());
	if (network->range.family == 0)
		network->range = network->subnet;
	choose_gateways(network);
	write_back(network, spec);
	return choose_links(network, spec, error);
}

void network_spec_predefined(Engine *engine, const char *name, json_t *spec)
{
	bool bridge = strcmp(name, "bridge") == 0;
	json_object_update_new(spec,
		json_pack("{s:s, s:{s:s, s:n, s:[]}, s:{}, s:{}}", "Driver",
			bridge			    ? "bridge"
			: strcmp(name, "none") == 0 ? "null"
						    : "host",
			"IPAM", "Driver", "default", "Options", "Config", "Options", "Labels"));
	if (!bridge)
		return;
	json_object_set_new(spec, "Options",
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}",
			"com.docker.network.bridge.default_bridge", "true",
			"com.docker.network.bridge.enable_icc", "true",
			"com.docker.network.bridge.enable_ip_masquerade", "true",
			"com.docker.network.bridge.host_binding_ipv4", "0.0.0.0",
			"com.docker.network.bridge.name", engine->config->bridge,
			"com.docker.network.driver.mtu", "1500"));
	Address address;
	if (address_parse(engine->config->bip, &address)) {
		Address network = address_network(&address);
		g_autofree char *subnet = address_cidr(&network), *gateway = address_text(&address);
		json_array_append_new(json_at(spec, "IPAM.Config"),
			json_pack("{s:s, s:s}", "Subnet", subnet, "Gateway", gateway));
	}
}
