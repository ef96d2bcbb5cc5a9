/* A network's specification: a request, checked and completed; and into the fields of a network. */
#pragma once
#include "engine/network/networks.h"

/* network_spec.c: a request as the specification of a new network, checked as far as it needs no other
 * network; NULL with error. */
json_t *network_spec_new(Engine *engine, const json_t *request, GError **error);
json_t *network_spec_empty(void); /* of which nothing is said: a bridge with IPv4 */
/* Takes the settings of the configuration network that it names, if it does. */
bool network_spec_take_config(Engine *engine, json_t *spec, GError **error);
/* Reads a specification into a network, and writes back what was chosen for it; checks it against other
 * networks. What an earlier engine let into a stored one is no reason to lose the network. */
bool network_spec_read(Engine *engine, Network *network, json_t *spec, bool stored, GError **error);
/* "bridge" for the default one, "none" and "host": what is always there. */
void network_spec_predefined(Engine *engine, const char *name, json_t *spec);

/* network_options.c: the driver's options into the network's fields. */
const char *network_option(const json_t *spec, const char *name); /* "" where it is not given */
/* Reads all of them, also behind one that is refused (error: the first of these). */
bool network_options_read(Network *network, const json_t *spec, GError **error);

/* network_pools.c: IPAM.Config as dockerd checks it in a request; as subnets, gateways and what is taken of
 * them, chosen where nobody did. */
bool network_pools_check(const json_t *ipam, bool ipv6, GError **error);
bool network_pools_read(
	Engine *engine, Network *network, json_t *spec, bool stored, GError **error);

/* network_parent.c: the host's link that containers' links of macvlan and ipvlan networks lie on. */
bool network_parent_choose(Network *network, json_t *spec, bool stored, GError **error);
bool network_parent_make(
	const Network *network, GError **error); /* a VLAN's, or one that leads nowhere */
/* Whether its containers need no router: ipvlan's l3 modes find every way by the host's own routes. */
bool network_routes_itself(const Network *network);
