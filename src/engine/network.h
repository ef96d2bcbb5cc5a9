/* Networks and their endpoints: what network.c, network_spec.c, endpoint.c and port_bind.c share. */
#pragma once
#include "engine/engine.h"
#include "network/network.h"

/* A network. All fields are guarded by the engine's network_lock. */
struct Network {
	char *id, *name, *driver, *bridge, *parent; /* bridge, parent: links of the host, or NULL */
	gint64 created;
	json_t *spec; /* as inspect shows it: IPAM, Options, Labels, Internal, ... */
	Address subnet, gateway, range, subnet6, gateway6;
	bool chosen; /* its subnet: nobody asked for one */
	bool internal, icc, masquerade;
	bool predefined; /* no names are resolved in it */
	bool realised;	 /* its bridge and rules are there */
	bool hairpin; /* br_netfilter translates addresses on the bridge itself: a container's call of its
		       * own published port comes back by the link that it came from */
	int mtu;
	Address host_binding; /* family 0: any */
	GHashTable *used;     /* of address_text: leases, gateways, auxiliary addresses */
	GHashTable *members;  /* container id -> json_t endpoint, of those that run */
};

/* network_spec.c: reads a request or a stored specification into a network; checks it against others. */
bool network_spec_read(Engine *engine, Network *network, json_t *spec, GError **error);
/* "bridge" for the default one, "none" and "host": what is always there. */
void network_spec_predefined(Engine *engine, const char *name, json_t *spec);

/* network.c: lookups under the lock. */
Network *network_lookup(Engine *engine, const char *reference); /* name, id or its prefix; NULL */
/* Makes its bridge and the rules, at the first container: a host without one is left alone. */
bool network_realise(Engine *engine, Network *network, GError **error);
bool network_is_wanted(Engine *engine, const Network *network); /* by a container, be it stopped */

/* network_names.c: the file of a network's names (under the lock); and for the launch of a container, the
 * files of its networks (NULL: it needs no resolver) and whom its resolver asks for other names. */
void network_names_write(Engine *engine, const Network *network);
char **network_names_files(Container *container);
char **network_names_servers(Container *container, const json_t *host);

json_t *endpoints_copy(Container *container); /* endpoint_hosts.c: of a moment; takes the lock */
void endpoints_save(Container *container);    /* endpoint.c: to the database; under the lock */

/* port_bind.c: the ports that a container asks for, reserved for it; a list of
 * {"Port": "80/tcp", "HostIp", "HostPort"} or NULL. Under the lock. */
json_t *port_bind(Engine *engine, const char *container, const json_t *endpoint,
	const json_t *config, const json_t *host, const Address *fallback_host, GError **error);
/* By the firewall, or, in mode "proxy" and where families differ, by the container's shim. */
typedef enum { PORT_BY_RULE, PORT_BY_SHIM } PortWay;
/* What of such a list goes this way to an endpoint: an array of PortMapping. */
GArray *port_mappings(
	const Engine *engine, const json_t *list, const json_t *endpoint, PortWay way);
/* Whether shims carry all ports: so says daemon.json, or this host has no nftables. */
bool ports_by_proxy(const Engine *engine);
/* Such a list into the firewall's table, or out of it. */
bool port_publish(
	Engine *engine, bool on, const json_t *list, const json_t *endpoint, GError **error);
void port_release(Engine *engine, const json_t *list);
void port_remember(Engine *engine, const json_t *list); /* after a restart */
