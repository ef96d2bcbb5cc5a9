/* Making a network on the host: its bridge or parent, and the rules. */
#include "engine/network/network_spec.h"

#include "base/fd.h"
#include "base/lock.h"
#include "base/log.h"

#include <errno.h>
#include <string.h>

/* The table contains every network whose bridge exists. */
static bool apply_rules(Engine *engine, GError **error)
{
	g_autoptr(GArray) rules = g_array_new(FALSE, FALSE, sizeof(NetworkRules));
	for (guint i = 0; i < engine->networks->len; i++) {
		const Network *network = engine->networks->pdata[i];
		NetworkRules rule = {.bridge = network->bridge,
			.trusted = network->trusted,
			.v4 = {network->subnet, network->source, network->mode},
			.v6 = {network->subnet6, network->source6, network->mode6},
			.masquerade = network->masquerade,
			.internal = network->internal};
		if (network->realised && network->bridge != NULL)
			g_array_append_val(rules, rule);
	}
	return rules_apply(engine->table, (NetworkRules *)(void *)rules->data, rules->len, error);
}

static void put_sysctl(const char *path, const char *value)
{
	g_autofree char *now = file_read(path, 64);
	if (now != NULL && strcmp(g_strstrip(now), value) != 0 && !file_put(path, value))
		log_warn("cannot write %s to %s: %s", value, path, g_strerror(errno));
}

/* A forwarding host ignores router advertisements by default, but its own default route may come from them: it is set
 * to accept them still. */
static void forward_ipv6(void)
{
	static const char root[] = "/proc/sys/net/ipv6/conf";
	g_autoptr(GDir) links = g_dir_open(root, 0, NULL);
	const char *name;
	while (links != NULL && (name = g_dir_read_name(links)) != NULL) {
		g_autofree char *path = g_strdup_printf("%s/%s/accept_ra", root, name);
		g_autofree char *now = file_read(path, 16);
		if (now != NULL && *now == '1')
			put_sysctl(path, "2");
	}
	put_sysctl("/proc/sys/net/ipv6/conf/all/forwarding", "1");
}

/* The bridge's own addresses: the gateways of its containers, where these are the host's. */
static bool address_bridge(const Network *network, GError **error)
{
	return (network->gateway.family == 0 || network->inhibit_ipv4 ||
		       link_add_address(network->bridge, &network->gateway, error)) &&
	       (network->gateway6.family == 0 ||
		       link_add_address(network->bridge, &network->gateway6, error));
}

static bool make_bridge(Network *network, GError **error)
{
	g_autofree char *localnet =
		g_strdup_printf("/proc/sys/net/ipv4/conf/%s/route_localnet", network->bridge);
	g_autofree char *advertisements =
		g_strdup_printf("/proc/sys/net/ipv6/conf/%s/accept_ra", network->bridge);
	g_autofree char *no_ipv6 =
		g_strdup_printf("/proc/sys/net/ipv6/conf/%s/disable_ipv6", network->bridge);
	if (!link_make_bridge(network->bridge, network->mtu, error) ||
		!address_bridge(network, error))
		return false;
	put_sysctl(localnet, "1");
	/* A bridge without an address in an isolated network has no link-local address either. */
	if (network->mode6 == GATEWAY_ISOLATED ||
		(network->mode == GATEWAY_ISOLATED && network->subnet6.family == 0))
		put_sysctl(no_ipv6, "1");
	/* The host ignores router advertisements of containers (CVE-2020-13401). */
	put_sysctl(advertisements, "0");
	g_autofree char *bridge_calls =
		file_read("/proc/sys/net/bridge/bridge-nf-call-iptables", 16);
	network->hairpin = bridge_calls != NULL && *bridge_calls == '1';
	return network->realised = true;
}

/* Without rules forwarding stays off: they keep others out. */
static void set_rules(Engine *engine, bool forwards_ipv6)
{
	g_autoptr(GError) problem = NULL;
	bool known = engine->rules_missing;
	engine->has_rules = apply_rules(engine, &problem);
	engine->rules_missing = !engine->has_rules;
	if (engine->rules_missing && !known)
		log_warn("containers reach no further than their network, and shims carry their "
			 "ports: %s",
			problem->message);
	if (engine->rules_missing)
		return;
	put_sysctl("/proc/sys/net/ipv4/ip_forward", "1");
	if (forwards_ipv6)
		forward_ipv6();
}

static bool forwards_ipv6(const Network *network)
{
	return network->subnet6.family != 0 && !network->internal;
}

bool network_realise(Engine *engine, Network *network, GError **error)
{
	lock_held(&engine->network_lock);
	if (network->realised)
		return true;
	if (network->bridge == NULL)
		return network->parent == NULL ||
		       (network->realised = network_parent_make(network, error));
	if (!make_bridge(network, error))
		return false;
	set_rules(engine, forwards_ipv6(network));
	return true;
}

bool networks_realise_used(Engine *engine)
{
	lock_held(&engine->network_lock);
	bool any = false, ipv6 = false;
	for (guint i = 0; i < engine->networks->len; i++) {
		Network *network = engine->networks->pdata[i];
		if (network->bridge == NULL || network->realised ||
			g_hash_table_size(network->members) == 0 || !make_bridge(network, NULL))
			continue;
		any = true;
		ipv6 = ipv6 || forwards_ipv6(network);
	}
	if (any)
		set_rules(engine, ipv6);
	return any;
}

void network_unrealise(Engine *engine, Network *network)
{
	lock_held(&engine->network_lock);
	bool ruled = network->realised && network->bridge != NULL;
	network->realised = false;
	if (ruled)
		apply_rules(engine, NULL);
	/* Deletes a bridge that an older engine left, too. */
	if (network->bridge != NULL && !network->bridge_found)
		link_delete(network->bridge);
	if (network->parent_made && network_parent_sharer(engine, network) == NULL)
		link_delete(network->parent);
}
