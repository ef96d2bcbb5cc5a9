/* IPAM: subnets of a network, with gateways, ranges, and reserved addresses. */
#include "engine/network/network_spec.h"

#include "base/error.h"

#include <string.h>
#include <sys/socket.h>

/* dockerd's default pools; --default-address-pool and daemon.json put others in their place. */
static const char default_pools[] =
	"[{\"base\":\"172.17.0.0/16\",\"size\":16},{\"base\":\"172.18.0.0/16\",\"size\":16},"
	"{\"base\":\"172.19.0.0/16\",\"size\":16},{\"base\":\"172.20.0.0/14\",\"size\":16},"
	"{\"base\":\"172.24.0.0/14\",\"size\":16},{\"base\":\"172.28.0.0/14\",\"size\":16},"
	"{\"base\":\"192.168.0.0/16\",\"size\":20}]";

enum { ULA_PREFIX = 48, ULA_SUBNET = 64, SMALLEST_POOL_BITS = 2, MOST_SUBNETS = 16 /* 2^16 */ };

/* The settings of one address family. */
typedef struct {
	int family;
	const char *name;
	Address *subnet, *gateway, *range;
	bool *chosen;
} Pool;

static Pool pool_of(Network *network, int family)
{
	return family == AF_INET6 ? (Pool){AF_INET6, "IPv6", &network->subnet6, &network->gateway6,
					    &network->range6, &network->chosen6}
				  : (Pool){AF_INET, "IPv4", &network->subnet, &network->gateway,
					    &network->range, &network->chosen};
}

/* Parses "10.0.0.0/24"; the prefix is required, and IPv4 addresses mapped into IPv6 are refused. */
static bool parse_block(const char *text, Address *block)
{
	return strchr(text, '/') != NULL && address_parse(text, block) &&
	       (block->family == AF_INET || !g_str_has_prefix(text, "::ffff:"));
}

static void note(GPtrArray *problems, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void note(GPtrArray *problems, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_ptr_array_add(problems, g_strdup_vprintf(format, args));
	va_end(args);
}

static const char *family_name(const Address *address)
{
	return address->family == AF_INET6 ? "IPv6" : "IPv4";
}

static void note_host_bits(
	GPtrArray *problems, const char *what, const char *text, const Address *block)
{
	Address network = address_network(block);
	g_autofree char *right = address_cidr(&network), *given = address_cidr(block);
	if (strcmp(right, given) != 0)
		note(problems, "invalid %s %s: it should be %s", what, text, right);
}

static void check_range(
	GPtrArray *problems, const char *text, const char *subnet_text, const Address *subnet)
{
	Address range;
	if (*text == '\0')
		return;
	if (!parse_block(text, &range)) {
		note(problems, "invalid ip-range %s: invalid CIDR block notation", text);
		return;
	}
	if (range.family != subnet->family) {
		note(problems, "invalid ip-range %s: parent subnet is an %s block", text,
			family_name(subnet));
		return;
	}
	if (range.prefix < subnet->prefix)
		note(problems,
			"invalid ip-range %s: CIDR block is bigger than its parent subnet %s", text,
			subnet_text);
	note_host_bits(problems, "ip-range", text, &range);
	if (!address_overlaps(&range, subnet))
		note(problems, "invalid ip-range %s: parent subnet %s doesn't contain ip-range",
			text, subnet_text);
}

/* what: "gateway 10.0.0.1" or "auxiliary address NAME". */
static void check_address(GPtrArray *problems, const char *what, const char *name, const char *text,
	const char *subnet_text, const Address *subnet)
{
	Address address;
	if (*text == '\0')
		return;
	if (strchr(text, '/') != NULL || !address_parse(text, &address))
		note(problems, "invalid %s %s: invalid address", what, name);
	else if (address.family != subnet->family)
		note(problems, "invalid %s %s: parent subnet is an %s block", what, name,
			family_name(subnet));
	else if (!address_contains(subnet, &address))
		note(problems, "invalid %s %s: parent subnet %s doesn't contain this address", what,
			name, subnet_text);
}

static void check_one(GPtrArray *problems, const json_t *config, bool ipv6)
{
	const char *text = json_str(config, "Subnet"), *gateway = json_str(config, "Gateway"),
		   *name;
	Address subnet;
	json_t *value;
	if (!parse_block(text, &subnet)) {
		note(problems, "invalid subnet %s: invalid CIDR block notation", text);
		return;
	}
	/* As in dockerd: the subnet of a disabled family is shown, and has no effect. */
	if (!ipv6 && subnet.family == AF_INET6)
		return;
	note_host_bits(problems, "subnet", text, &subnet);
	check_range(problems, json_str(config, "IPRange"), text, &subnet);
	check_address(problems, "gateway", gateway, gateway, text, &subnet);
	json_object_foreach (json_object_get(config, "AuxiliaryAddresses"), name, value) {
		const char *aux = json_string_value(value);
		check_address(
			problems, "auxiliary address", name, aux != NULL ? aux : "", text, &subnet);
	}
}

bool network_pools_check(const json_t *ipam, bool ipv6, GError **error)
{
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	json_t *config;
	size_t i;
	json_array_foreach (json_object_get(ipam, "Config"), i, config)
		check_one(problems, config, ipv6);
	return fail_all(error, "invalid network config", problems);
}

/* Whether a network of ours overlaps these addresses. */
static bool is_used(Engine *engine, const Network *self, const Address *subnet)
{
	for (guint i = 0; i < engine->networks->len; i++) {
		const Network *other = engine->networks->pdata[i];
		if (other != self && (address_overlaps(&other->subnet, subnet) ||
					     address_overlaps(&other->subnet6, subnet)))
			return true;
	}
	return false;
}

static bool is_of_host(const GArray *routes, const Address *subnet)
{
	for (guint i = 0; i < routes->len; i++)
		if (address_overlaps(&g_array_index(routes, Address, i), subnet))
			return true;
	return false;
}

/* "fdxx:xxxx:xxxx::/48", constant for an installation (RFC 4193), as in dockerd. */
static Address ula_of(const Engine *engine)
{
	g_autoptr(GChecksum) hash = g_checksum_new(G_CHECKSUM_SHA256);
	Address base = {.family = AF_INET6, .prefix = ULA_PREFIX};
	guint8 digest[32];
	gsize length = sizeof digest;
	g_checksum_update(hash, (const guchar *)engine->id, -1);
	g_checksum_get_digest(hash, digest, &length);
	base.bytes[0] = 0xfd;
	memcpy(base.bytes + 1, digest, ULA_PREFIX / 8 - 1);
	return base;
}

/* The first free subnet of a pool. */
static bool choose_of(Engine *engine, const Network *network, const GArray *routes,
	const Address *base, int size, Address *chosen)
{
	int bits = MIN(size - base->prefix, MOST_SUBNETS);
	for (guint64 n = 0; n < 1ULL << bits; n++) {
		*chosen = address_subnet(base, size, n);
		if (!is_used(engine, network, chosen) && !is_of_host(routes, chosen))
			return true;
	}
	*chosen = (Address){0};
	return false;
}

static bool choose_subnet(Engine *engine, Network *network, const Pool *pool, GError **error)
{
	json_t *own = engine->config->address_pools, *entry;
	g_autoptr(json_t) list =
		json_array_size(own) > 0 ? json_incref(own) : json_loads(default_pools, 0, NULL);
	g_autoptr(GArray) routes =
		link_subnets(pool->family, network->bridge != NULL ? network->bridge : "");
	int width = pool->family == AF_INET6 ? 128 : 32;
	size_t i;
	json_array_foreach (list, i, entry) {
		Address base;
		int size = (int)json_int(entry, "size");
		if (address_parse(json_str(entry, "base"), &base) && base.family == pool->family &&
			size >= base.prefix && size <= width - SMALLEST_POOL_BITS &&
			choose_of(engine, network, routes, &base, size, pool->subnet))
			return true;
	}
	Address ula = ula_of(engine);
	if (pool->family == AF_INET6 &&
		choose_of(engine, network, routes, &ula, ULA_SUBNET, pool->subnet))
		return true;
	return fail(error, BERTH_ERROR_INVALID,
		"could not find an available, non-overlapping %s address pool among the defaults "
		"to "
		"assign to the network: give one with --subnet, or more pools with "
		"default-address-pools",
		pool->name);
}

/* Reserves the addresses: each at most once, and none that is no host address. */
static bool take(Network *network, const Address *subnet, const Address *address)
{
	return address_is_host(subnet, address) &&
	       g_hash_table_add(network->used, address_text(address));
}

/* Whether the network has a router. An isolated bridge has no address, an internal network with that setting needs
 * none; nor does a network that leads to no other host, or an ipvlan in l3 mode. */
static bool has_gateway(const Network *network, int family)
{
	GatewayMode mode = family == AF_INET6 ? network->mode6 : network->mode;
	bool kept_off = family == AF_INET && network->inhibit_ipv4 && network->internal;
	if (network->kind == LINK_VETH)
		return mode != GATEWAY_ISOLATED && !kept_off;
	return !network->internal && !network_routes_itself(network);
}

/* The default gateway: the first free address of the range; as in dockerd, never the first address of an IPv6
 * subnet. */
static bool choose_gateway(Network *network, const Pool *pool, GError **error)
{
	Address first = address_network(pool->subnet);
	g_autofree char *text = address_text(pool->gateway), *start = address_text(&first);
	bool named = pool->gateway->family != 0;
	if (!named && !has_gateway(network, pool->family))
		return true;
	if (named) {
		pool->gateway->prefix = pool->subnet->prefix;
		return take(network, pool->subnet, pool->gateway) ||
		       fail(error, BERTH_ERROR_SYSTEM,
			       "failed to allocate gateway (%s): Address already in use", text);
	}
	bool held = pool->family == AF_INET6 && g_hash_table_add(network->used, g_strdup(start));
	bool found = address_free_one(pool->subnet, pool->range, network->used, pool->gateway);
	if (held)
		g_hash_table_remove(network->used, start);
	if (!found) {
		*pool->gateway = (Address){0};
		return fail(error, BERTH_ERROR_SYSTEM,
			"failed to allocate gateway (): no available addresses on this pool");
	}
	return take(network, pool->subnet, pool->gateway);
}

static bool take_auxiliary(Network *network, const Pool *pool, const json_t *config, GError **error)
{
	const char *name;
	json_t *value;
	json_object_foreach (json_object_get(config, "AuxiliaryAddresses"), name, value) {
		const char *text = json_string_value(value);
		Address address;
		if (text == NULL || !address_parse(text, &address))
			return fail(error, BERTH_ERROR_INVALID,
				"non parsable secondary ip address (%s:%s) passed for network %s",
				name, text != NULL ? text : "", network->name);
		if (!take(network, pool->subnet, &address))
			return fail(error, BERTH_ERROR_SYSTEM,
				"failed to allocate secondary ip address (%s:%s): Address already "
				"in use",
				name, text);
	}
	return true;
}

/* The entry of this family, or NULL; a second one is an error (in stored networks the last counts). */
static bool find_config(const Network *network, const json_t *list, int family, bool stored,
	const json_t **found, GError **error)
{
	json_t *config;
	size_t i;
	Address subnet, first = {0};
	*found = NULL;
	json_array_foreach (list, i, config) {
		if (!parse_block(json_str(config, "Subnet"), &subnet) || subnet.family != family)
			continue;
		if (!stored && address_overlaps(&first, &subnet))
			return fail(error, BERTH_ERROR_FORBIDDEN,
				"invalid pool request: Pool overlaps with other one on this "
				"address space");
		if (!stored && *found != NULL)
			return fail(error, BERTH_ERROR_FORBIDDEN,
				"%s driver doesn't support multiple subnets", network->driver);
		*found = config;
		first = subnet;
	}
	return true;
}

static bool read_family(Engine *engine, Network *network, const json_t *list, int family,
	bool stored, GError **error)
{
	Pool pool = pool_of(network, family);
	const json_t *config;
	if (!find_config(network, list, family, stored, &config, error))
		return false;
	*pool.chosen = *pool.chosen || config == NULL;
	if (config == NULL && !choose_subnet(engine, network, &pool, error))
		return false;
	if (config != NULL) {
		parse_block(json_str(config, "Subnet"), pool.subnet);
		*pool.subnet = address_network(pool.subnet);
		address_parse(json_str(config, "Gateway"), pool.gateway);
		parse_block(json_str(config, "IPRange"), pool.range);
	}
	if (is_used(engine, network, pool.subnet))
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"invalid pool request: Pool overlaps with other one on this address space");
	if (pool.range->family == 0)
		*pool.range = *pool.subnet;
	return choose_gateway(network, &pool, error) &&
	       take_auxiliary(network, &pool, config, error);
}

/* Writes the chosen values into the specification. */
static void write_back(Network *network, json_t *spec, int family)
{
	Pool pool = pool_of(network, family);
	json_t *ipam = json_object_get(spec, "IPAM"), *list = json_object_get(ipam, "Config");
	g_autofree char *subnet = address_cidr(pool.subnet), *gateway = address_text(pool.gateway);
	if (!json_is_array(list))
		json_object_set_new(ipam, "Config", list = json_array());
	json_t *config = json_pack("{s:s}", "Subnet", subnet);
	if (*gateway != '\0')
		json_object_set_new(config, "Gateway", json_string(gateway));
	/* The default network's IPv4 comes first, as in dockerd. */
	if (family == AF_INET && strcmp(network->name, "bridge") == 0)
		json_array_insert_new(list, 0, config);
	else
		json_array_append_new(list, config);
}

bool network_pools_read(Engine *engine, Network *network, json_t *spec, bool stored, GError **error)
{
	json_t *list = json_at(spec, "IPAM.Config");
	bool was_chosen = network->chosen, was_chosen6 = network->chosen6;
	bool ok = !json_bool(spec, "EnableIPv4") ||
		  read_family(engine, network, list, AF_INET, stored, error);
	ok = (!json_bool(spec, "EnableIPv6") ||
		     read_family(engine, network, list, AF_INET6, stored, error)) &&
	     ok;
	if (network->subnet.family != 0 && network->chosen && !was_chosen)
		write_back(network, spec, AF_INET);
	if (network->subnet6.family != 0 && network->chosen6 && !was_chosen6)
		write_back(network, spec, AF_INET6);
	return ok;
}
