/* The parent link of an ipvlan or macvlan network: an existing link, a VLAN of one ("eth0.50") or, without an option,
 * one that leads nowhere. */
#include "engine/network/network_spec.h"

#include "base/error.h"
#include "base/lock.h"

#include <linux/if_link.h>
#include <net/if.h>
#include <string.h>

enum { VLAN_LAST = 4094 };

typedef struct {
	const char *name;
	int number;
} Choice;

static const Choice macvlan_modes[] = {{"bridge", MACVLAN_MODE_BRIDGE}, {"", MACVLAN_MODE_BRIDGE},
	{"private", MACVLAN_MODE_PRIVATE}, {"vepa", MACVLAN_MODE_VEPA},
	{"passthru", MACVLAN_MODE_PASSTHRU}, {NULL, 0}};
static const Choice ipvlan_modes[] = {{"l2", IPVLAN_MODE_L2}, {"", IPVLAN_MODE_L2},
	{"l3", IPVLAN_MODE_L3}, {"l3s", IPVLAN_MODE_L3S}, {NULL, 0}};
static const Choice ipvlan_flags[] = {
	{"bridge", 0}, {"", 0}, {"private", IPVLAN_F_PRIVATE}, {"vepa", IPVLAN_F_VEPA}, {NULL, 0}};

static bool choose(const Choice *choices, const char *name, int *number)
{
	for (; choices->name != NULL; choices++)
		if (strcmp(choices->name, name) == 0) {
			*number = choices->number;
			return true;
		}
	return false;
}

/* In dockerd's words. */
static bool read_modes(Network *network, const json_t *spec, GError **error)
{
	const char *macvlan = network_option(spec, "macvlan_mode"),
		   *ipvlan = network_option(spec, "ipvlan_mode"),
		   *flag = network_option(spec, "ipvlan_flag");
	if (network->kind == LINK_MACVLAN)
		return choose(macvlan_modes, macvlan, &network->link_mode) ||
		       fail(error, BERTH_ERROR_SYSTEM,
			       "requested macvlan mode '%s' is not valid, 'bridge' mode is the "
			       "macvlan "
			       "driver default",
			       macvlan);
	if (!choose(ipvlan_modes, ipvlan, &network->link_mode))
		return fail(error, BERTH_ERROR_SYSTEM,
			"requested ipvlan mode '%s' is not valid, 'l2' mode is the ipvlan driver "
			"default",
			ipvlan);
	return choose(ipvlan_flags, flag, &network->link_flag) ||
	       fail(error, BERTH_ERROR_SYSTEM,
		       "requested ipvlan flag '%s' is not valid, 'bridge' is the ipvlan driver "
		       "default",
		       flag);
}

bool network_routes_itself(const Network *network)
{
	return network->kind == LINK_IPVLAN && network->link_mode != IPVLAN_MODE_L2;
}

/* Parses "eth0.50": the VLAN's link, and its number. The caller frees the name; NULL with error. */
static char *split_vlan(const char *parent, int *vlan, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(parent, ".", -1);
	guint64 number = 0;
	if (g_strv_length(parts) == 1) {
		fail(error, BERTH_ERROR_SYSTEM,
			"invalid subinterface vlan name %s, example formatting is eth0.10", parent);
		return NULL;
	}
	if (g_strv_length(parts) != 2) {
		fail(error, BERTH_ERROR_SYSTEM,
			"required interface name format is: name.vlan_id, ex. eth0.10 for vlan 10, "
			"instead received %s",
			parent);
		return NULL;
	}
	if (!g_ascii_string_to_unsigned(parts[1], 10, 0, G_MAXINT, &number, NULL)) {
		fail(error, BERTH_ERROR_SYSTEM,
			"unable to parse a valid vlan id from: %s (ex. eth0.10 for vlan 10)",
			parts[1]);
		return NULL;
	}
	if (number < 1 || number > VLAN_LAST) {
		fail(error, BERTH_ERROR_SYSTEM, "vlan id must be between 1-%d, received: %d",
			VLAN_LAST, (int)number);
		return NULL;
	}
	*vlan = (int)number;
	return g_strdup(parts[0]);
}

static bool check_parent(Network *network, GError **error)
{
	int vlan;
	if (strcmp(network->parent, "lo") == 0)
		return fail(error, BERTH_ERROR_SYSTEM,
			"loopback interface is not a valid %s parent link", network->driver);
	if (link_name_valid(network->parent) && if_nametoindex(network->parent) != 0)
		return true;
	g_autofree char *master = split_vlan(network->parent, &vlan, error);
	if (master == NULL)
		return false;
	network->parent_made = true;
	if (!link_name_valid(network->parent) || if_nametoindex(master) == 0)
		return fail(error, BERTH_ERROR_SYSTEM,
			"-o parent interface was not found on the host: %s", master);
	return true;
}

const Network *network_parent_sharer(Engine *engine, const Network *network)
{
	lock_held(&engine->network_lock);
	for (guint i = 0; i < engine->networks->len; i++) {
		const Network *other = engine->networks->pdata[i];
		if (other != network && !other->config_only &&
			g_strcmp0(other->parent, network->parent) == 0)
			return other;
	}
	return NULL;
}

/* Refuses a parent that another network keeps to itself, in dockerd's words. */
static bool check_sharers(Engine *engine, const Network *network, GError **error)
{
	for (guint i = 0; i < engine->networks->len; i++) {
		const Network *other = engine->networks->pdata[i];
		if (other->kind != network->kind || g_strcmp0(other->parent, network->parent) != 0)
			continue;
		if (network->kind == LINK_IPVLAN)
			return fail(error, BERTH_ERROR_SYSTEM,
				"network di-%.12s is already using parent interface %s", other->id,
				network->parent);
		if (network->link_mode == MACVLAN_MODE_PASSTHRU)
			return fail(error, BERTH_ERROR_SYSTEM,
				"cannot use mode passthru, macvlan network %s is already using "
				"parent interface %s",
				other->id, network->parent);
		if (other->link_mode == MACVLAN_MODE_PASSTHRU)
			return fail(error, BERTH_ERROR_SYSTEM,
				"macvlan network %s is already using parent interface %s in mode "
				"passthru",
				other->id, network->parent);
	}
	return true;
}

bool network_parent_choose(
	Engine *engine, Network *network, json_t *spec, bool stored, GError **error)
{
	const char *parent = network_option(spec, "parent");
	if (!read_modes(network, spec, error))
		return false;
	network->parent =
		*parent != '\0' ? g_strdup(parent) : g_strdup_printf("dm-%.12s", network->id);
	network->parent_made = *parent == '\0' || network->parent_made;
	network->internal = network->internal || *parent == '\0';
	/* The parent of a stored network may be missing for a while: its containers cannot start then. */
	if (stored || *parent == '\0' || network->config_only)
		return true;
	if (!check_sharers(engine, network, error) || !check_parent(network, error))
		return false;
	/* A VLAN that was made for another network goes with the last one that is on it. */
	const Network *sharer = network_parent_sharer(engine, network);
	network->parent_made = network->parent_made || (sharer != NULL && sharer->parent_made);
	return true;
}

bool network_parent_make(const Network *network, GError **error)
{
	int vlan;
	if (!network->parent_made || if_nametoindex(network->parent) != 0)
		return true;
	if (*network_option(network->spec, "parent") == '\0')
		return link_make_dummy(network->parent, error);
	g_autofree char *master = split_vlan(network->parent, &vlan, error);
	return master != NULL && link_make_vlan(network->parent, master, vlan, error);
}
