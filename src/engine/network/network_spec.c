/* A network's specification: its request checked and completed with driver and links. */
#include "engine/network/network_spec.h"
#include "engine/network/endpoint.h"

#include "base/error.h"
#include "base/lock.h"
#include "base/size.h"

#include <net/if.h>
#include <string.h>

/* A network's name may be any text except those with a special meaning as network modes. */
static bool check_name(const char *name, GError **error)
{
	static const char *const reserved[] = {"bridge", "host", "none", "default", NULL};
	g_autofree char *bare = g_strstrip(g_strdup(name));
	if (g_strv_contains(reserved, name))
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"operation is not permitted on predefined %s network ", name);
	return *bare != '\0' || fail(error, BERTH_ERROR_INVALID, "invalid name: name is empty");
}

/* Defaults from the option of that name, or the driver's. */
static bool read_family_switch(
	json_t *spec, const json_t *request, const char *key, const char *option, GError **error)
{
	const json_t *given = json_object_get(request, key);
	const char *text = network_option(spec, option);
	bool value;
	if (json_is_boolean(given)) {
		json_object_set(spec, key, (json_t *)given);
		return true;
	}
	if (json_object_get(json_object_get(spec, "Options"), option) == NULL)
		return true;
	if (!bool_parse(text, &value))
		return fail(error, BERTH_ERROR_INVALID, "driver-opt \"%s\" is not a valid bool: %s",
			option, text);
	json_object_set_new(spec, key, json_boolean(value));
	return true;
}

static json_t *copy_pool(const json_t *config)
{
	static const char *const known[] = {"Subnet", "IPRange", "Gateway", "AuxiliaryAddresses"};
	json_t *copy = json_object();
	for (size_t k = 0; k < G_N_ELEMENTS(known); k++)
		if (json_filled(json_object_get(config, known[k])))
			json_object_set_new(
				copy, known[k], json_deep_copy(json_object_get(config, known[k])));
	return copy;
}

/* As inspect shows it: known members that are set; IPv4's before IPv6's, as in dockerd. */
static json_t *copy_pools(const json_t *ipam)
{
	json_t *list = json_array(), *config;
	size_t i;
	for (int six = 0; six < 2; six++)
		json_array_foreach (json_object_get(ipam, "Config"), i, config)
			if ((strchr(json_str(config, "Subnet"), ':') != NULL) == six)
				json_array_append_new(list, copy_pool(config));
	return list;
}

static bool copy_ipam(json_t *spec, const json_t *request, GError **error)
{
	const json_t *ipam = json_object_get(request, "IPAM");
	const char *driver = json_str(ipam, "Driver");
	json_t *copy = json_object_get(spec, "IPAM"), *options = json_object_get(ipam, "Options");
	if (!network_pools_check(ipam, json_bool(spec, "EnableIPv6"), error))
		return false;
	if (strcmp(driver, "null") == 0)
		return fail(error, BERTH_ERROR_INVALID, "ipv4 pool is empty");
	if (*driver != '\0' && strcmp(driver, "default") != 0)
		return fail(error, BERTH_ERROR_NOT_FOUND, "plugin \"%s\" not found", driver);
	if (json_is_object(options))
		json_object_set(copy, "Options", options);
	json_object_set_new(copy, "Config", copy_pools(ipam));
	return true;
}

static bool check_scope(const json_t *request, GError **error)
{
	const char *scope = json_str(request, "Scope");
	if (json_bool(request, "Ingress"))
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"Ingress network can only be global scope network");
	if (strcmp(scope, "swarm") == 0)
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"cannot create a swarm scoped network when swarm is not active");
	return *scope == '\0' || strcmp(scope, "local") == 0 ||
	       fail(error, BERTH_ERROR_INVALID, "invalid network scope: %s", scope);
}

/* A network with config-from has no settings of its own; a config-only network has nothing else. */
static bool check_config(const json_t *request, GError **error)
{
	const json_t *ipam = json_object_get(request, "IPAM");
	bool from = *json_str(request, "ConfigFrom.Network") != '\0',
	     only = json_bool(request, "ConfigOnly");
	if (only &&
		(json_bool(request, "Ingress") || json_bool(request, "Internal") ||
			json_bool(request, "Attachable") || *json_str(request, "Scope") != '\0'))
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"configuration network can only contain network specific fields. Network "
			"operator "
			"fields like [ ingress | internal | attachable | scope ] are not "
			"supported.");
	if (only && from)
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"a configuration network cannot depend on another configuration network");
	if (from && (json_bool(request, "EnableIPv6") ||
			    json_filled(json_object_get(request, "Labels")) ||
			    json_filled(json_object_get(ipam, "Options")) ||
			    json_filled(json_object_get(ipam, "Config"))))
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"user specified configurations are not supported if the network depends on "
			"a "
			"configuration network");
	return !from || !json_filled(json_object_get(request, "Options")) ||
	       fail(error, BERTH_ERROR_FORBIDDEN,
		       "network driver options are not supported if the network depends on a "
		       "configuration network");
}

static bool check_driver(const char *driver, GError **error)
{
	static const char *const drivers[] = {"bridge", "macvlan", "ipvlan", NULL},
				 *const single[] = {"null", "host", NULL};
	if (g_strv_contains(drivers, driver))
		return true;
	if (g_strv_contains(single, driver))
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"only one instance of \"%s\" network is allowed", driver);
	if (strcmp(driver, "overlay") == 0)
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"This node is not a swarm manager. Use \"docker swarm init\" or \"docker "
			"swarm join\" to connect this node to swarm and try again.");
	return fail(error, BERTH_ERROR_NOT_FOUND, "plugin \"%s\" not found", driver);
}

static void copy_plain(json_t *spec, const json_t *request)
{
	static const char *const copied[] = {
		"Internal", "Attachable", "ConfigOnly", "Options", "Labels"};
	for (size_t i = 0; i < G_N_ELEMENTS(copied); i++) {
		json_t *value = json_object_get(request, copied[i]);
		if (json_is_true(value) || json_filled(value))
			json_object_set_new(spec, copied[i], json_deep_copy(value));
	}
	json_object_set_new(spec, "ConfigFrom",
		json_pack("{s:s}", "Network", json_str(request, "ConfigFrom.Network")));
}

/* daemon.json's default-network-opts: {driver: {option: value}}; options of the request take precedence, and an
 * overridden default is not shown. */
static void add_defaults(Engine *engine, json_t *spec, const json_t *request, const char *driver)
{
	static const char *const families[][2] = {{"EnableIPv4", "com.docker.network.enable_ipv4"},
		{"EnableIPv6", "com.docker.network.enable_ipv6"}};
	json_t *defaults = json_object_get(engine->config->network_options, driver);
	if (*json_str(request, "ConfigFrom.Network") != '\0' || defaults == NULL)
		return;
	g_autoptr(json_t) meant = json_copy(defaults);
	for (size_t i = 0; i < G_N_ELEMENTS(families); i++)
		if (json_is_boolean(json_object_get(request, families[i][0])))
			json_object_del(meant, families[i][1]);
	json_object_update_missing(json_object_get(spec, "Options"), meant);
}

json_t *network_spec_empty(void)
{
	return json_pack(
		"{s:s, s:s, s:b, s:b, s:{s:s, s:n, s:[]}, s:b, s:b, s:b, s:{s:s}, s:b, s:{}, s:{}}",
		"Scope", "local", "Driver", "bridge", "EnableIPv4", 1, "EnableIPv6", 0, "IPAM",
		"Driver", "default", "Options", "Config", "Internal", 0, "Attachable", 0, "Ingress",
		0, "ConfigFrom", "Network", "", "ConfigOnly", 0, "Options", "Labels");
}

json_t *network_spec_new(Engine *engine, const json_t *request, GError **error)
{
	const char *name = json_str(request, "Name"), *given = json_str(request, "Driver");
	const char *driver = *given != '\0' ? given : "bridge";
	bool only = json_bool(request, "ConfigOnly");
	g_autoptr(json_t) spec = network_spec_empty();
	copy_plain(spec, request);
	add_defaults(engine, spec, request, driver);
	if (!check_name(name, error) || !check_config(request, error) ||
		!read_family_switch(
			spec, request, "EnableIPv4", "com.docker.network.enable_ipv4", error) ||
		!read_family_switch(
			spec, request, "EnableIPv6", "com.docker.network.enable_ipv6", error) ||
		!copy_ipam(spec, request, error) || !check_scope(request, error) ||
		((!only || strcmp(driver, "overlay") == 0) && !check_driver(driver, error)))
		return NULL;
	if (!json_bool(spec, "EnableIPv4") && !json_bool(spec, "EnableIPv6") &&
		strcmp(driver, "macvlan") != 0 && strcmp(driver, "ipvlan") != 0) {
		fail(error, BERTH_ERROR_INVALID, "IPv4 or IPv6 must be enabled");
		return NULL;
	}
	json_object_set_new(spec, "Driver", json_string(only ? "null" : driver));
	return g_steal_pointer(&spec);
}

/* Copies the settings of a config-only network. network_lock is held. */
bool network_spec_take_config(Engine *engine, json_t *spec, GError **error)
{
	lock_held(&engine->network_lock);
	static const char *const taken[] = {
		"IPAM", "Options", "Labels", "EnableIPv4", "EnableIPv6"};
	const char *name = json_str(spec, "ConfigFrom.Network");
	const Network *from = *name != '\0' ? network_lookup(engine, name) : NULL;
	if (*name == '\0')
		return true;
	if (from == NULL || !from->config_only)
		return fail(error, BERTH_ERROR_NOT_FOUND,
			"configuration network \"%s\" does not exist", name);
	for (size_t i = 0; i < G_N_ELEMENTS(taken); i++)
		json_object_set_new(
			spec, taken[i], json_deep_copy(json_object_get(from->spec, taken[i])));
	json_object_set_new(spec, "ConfigFrom", json_pack("{s:s}", "Network", from->name));
	return true;
}

/* A bridge that existed before is not deleted with its network. */
static bool choose_bridge(
	Engine *engine, Network *network, json_t *spec, bool stored, GError **error)
{
	const char *name = network_option(spec, "com.docker.network.bridge.name");
	network->bridge = *name != '\0' ? g_strdup(name) : g_strdup_printf("br-%.12s", network->id);
	if (strlen(name) >= IF_NAMESIZE)
		return fail(error, BERTH_ERROR_SYSTEM,
			"invalid name of a bridge: %s: numerical result out of range", name);
	if (*name != '\0' && !link_name_valid(name))
		return fail(error, BERTH_ERROR_SYSTEM,
			"invalid name of a bridge: %s: invalid argument", name);
	for (guint i = 0; !stored && i < engine->networks->len; i++) {
		const Network *other = engine->networks->pdata[i];
		if (g_strcmp0(other->bridge, network->bridge) == 0)
			return fail(error, BERTH_ERROR_FORBIDDEN,
				"cannot create network %s (%s): conflicts with network %s (%s): "
				"networks "
				"have same bridge name",
				network->id, network->bridge, other->id, other->bridge);
	}
	if (stored || *name == '\0')
		return true;
	network->bridge_found = if_nametoindex(name) != 0;
	return link_is_free_for_bridge(name) ||
	       fail(error, BERTH_ERROR_SYSTEM, "existing interface %s is not a bridge", name);
}

bool network_spec_read(Engine *engine, Network *network, json_t *spec, bool stored, GError **error)
{
	g_autoptr(GError) problem = NULL;
	const char *driver = json_str(spec, "Driver");
	network->driver = g_strdup(driver);
	network->spec = json_incref(spec);
	network->used = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	network->members = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, (GDestroyNotify)endpoint_unref);
	network->config_only = json_bool(spec, "ConfigOnly");
	network->internal = json_bool(spec, "Internal");
	if (strcmp(driver, "null") == 0 || strcmp(driver, "host") == 0)
		return network_announcing_read(network, spec, stored ? NULL : error) || stored;
	network->kind = strcmp(driver, "macvlan") == 0	? LINK_MACVLAN
			: strcmp(driver, "ipvlan") == 0 ? LINK_IPVLAN
							: LINK_VETH;
	if (!network_options_read(network, spec, &problem) && !stored) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	bool linked = network->kind == LINK_VETH
			      ? choose_bridge(engine, network, spec, stored, error)
			      : network_parent_choose(engine, network, spec, stored, error);
	return linked &&
	       (network_pools_read(engine, network, spec, stored, stored ? NULL : error) || stored);
}

/* The default bridge's addresses of a family: from its own address, or from the range. */
static void add_default_pool(json_t *pools, const char *own, const char *range)
{
	Address address, fixed;
	bool named = address_parse(own, &address), ranged = address_parse(range, &fixed);
	if (!named && !ranged)
		return;
	Address network = address_network(named ? &address : &fixed);
	g_autofree char *subnet = address_cidr(&network),
			*gateway = named ? address_text(&address) : g_strdup("");
	json_t *pool = json_pack("{s:s}", "Subnet", subnet);
	if (named)
		json_object_set_new(pool, "Gateway", json_string(gateway));
	if (ranged)
		json_object_set_new(pool, "IPRange", json_string(range));
	json_array_append_new(pools, pool);
}

char *network_default_address(const Config *config, int family)
{
	bool is_v4 = family == AF_INET;
	Address found, wish;
	const char *own = is_v4 ? config->bip : config->bip6,
		   *range = is_v4 ? config->fixed_cidr : config->fixed_cidr6;
	if (*own != '\0' || strcmp(config->bridge, CONFIG_BRIDGE) == 0)
		return g_strdup(own);
	if (!address_parse(range, &wish))
		wish = (Address){.family = family};
	return link_own_address(config->bridge, &wish, &found) ? address_cidr(&found)
							       : g_strdup("");
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
	const Config *config = engine->config;
	json_t *pools = json_at(spec, "IPAM.Config");
	g_autofree char *own = network_default_address(config, AF_INET),
			*own6 = network_default_address(config, AF_INET6);
	add_default_pool(pools, own, config->fixed_cidr);
	json_object_set_new(spec, "EnableIPv6", json_boolean(config->ipv6));
	if (config->ipv6)
		add_default_pool(pools, own6, config->fixed_cidr6);
}
