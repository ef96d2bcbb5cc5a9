/* A network's specification: a request, checked and completed; and its conversion into a Network. */
#pragma once
#include "engine/network/networks.h"

/* network_spec.c: the specification of a new network, with the checks that need no other network; NULL with error. */
json_t *network_spec_new(Engine *engine, const json_t *request, GError **error);
json_t *network_spec_empty(void); /* the default: a bridge with IPv4 */
/* Copies the settings of the config-only network that config-from names. */
bool network_spec_take_config(Engine *engine, json_t *spec, GError **error);
/* Reads a specification into a network, writes chosen values back, and checks it against other networks. A stored
 * network is never refused for what an older engine accepted. */
bool network_spec_read(Engine *engine, Network *network, json_t *spec, bool stored, GError **error);
/* The address of the default bridge in a family, with its prefix: as configured, or the one that a bridge of the user's
 * has; "" for none. The caller frees it. */
char *network_default_address(const Config *config, int family);
/* "bridge" for the default one, "none" and "host": the predefined networks. */
void network_spec_predefined(Engine *engine, const char *name, json_t *spec);

/* network_options.c: reads the driver's options into the network's fields. */
const char *network_option(const json_t *spec, const char *name); /* "" if absent */
/* Reads the options for announcements of endpoints, the only ones that are checked in a config-only network. */
bool network_announcing_read(Network *network, const json_t *spec, GError **error);
/* Reads all of them, also after an error (error: the first one). */
bool network_options_read(Network *network, const json_t *spec, GError **error);

/* network_pools.c: checks IPAM.Config of a request as dockerd does; and reads it as subnets, gateways and reserved
 * addresses, choosing what is absent. */
bool network_pools_check(const json_t *ipam, bool ipv6, GError **error);
bool network_pools_read(
	Engine *engine, Network *network, json_t *spec, bool stored, GError **error);

/* network_parent.c: the host's link that macvlan and ipvlan links are on. */
bool network_parent_choose(
	Engine *engine, Network *network, json_t *spec, bool stored, GError **error);
/* Another network on the same parent, or NULL. Borrowed; network_lock is held. */
const Network *network_parent_sharer(Engine *engine, const Network *network);
bool network_parent_make(const Network *network,
	GError **error); /* whether the engine creates it: a VLAN, or one that leads nowhere */
/* Whether its containers need no router: ipvlan's l3 modes use the host's routes. */
bool network_routes_itself(const Network *network);
