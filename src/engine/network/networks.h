/* Networks: kept, and made on the host when they are first used. */
#pragma once
#include "engine/object/container.h"
#include "engine/object/filter.h"
#include "network/network.h"

/* A network. All fields are guarded by the engine's network_lock. */
struct Network {
	char *id, *name, *driver, *bridge, *parent; /* bridge, parent: links of the host, or NULL */
	gint64 created;
	json_t *spec; /* as inspect shows it: IPAM, Options, Labels, Internal, ... */
	Address subnet, gateway, range, subnet6, gateway6, range6; /* family 0: it has none */
	bool chosen, chosen6; /* its subnets: nobody asked for them */
	bool internal, icc, masquerade;
	bool config_only;  /* settings for other networks: no container is ever in it */
	bool inhibit_ipv4; /* its bridge gets no IPv4 address: another host is the gateway */
	GatewayMode mode, mode6;
	Address source,
		source6; /* what containers' packets leave the host with; family 0: the host's own */
	char *trusted; /* links of the host, "eth0:eth1", that reach published ports directly; or NULL */
	char *prefix;  /* of links in containers; NULL: "eth" */
	LinkKind kind; /* of links in containers, with what the kernel calls mode and flag */
	int link_mode, link_flag;
	bool parent_made;  /* the parent is the engine's: it goes with the network */
	bool bridge_found; /* the bridge was there before it, and stays */
	bool predefined;   /* no names are resolved in it */
	bool realised;	   /* its bridge and rules are there */
	bool hairpin; /* br_netfilter translates addresses on the bridge itself: a container's call of its
		       * own published port comes back by the link that it came from */
	int mtu;
	Address host_binding; /* family 0: any */
	GHashTable *used;     /* of address_text: leases, gateways, auxiliary addresses */
	GHashTable *members;  /* container id -> Endpoint, of those that run */
};

bool networks_open(Engine *engine, GError **error);
bool networks_resume(Engine *engine, GError **error); /* once running containers are known again */
char *network_create(Engine *engine, const json_t *request, GError **error); /* its id */
json_t *network_list(Engine *engine, const Filters *filters, bool with_members);
json_t *network_inspect(Engine *engine, const char *reference, GError **error);
bool network_remove(Engine *engine, const char *reference, GError **error);
/* Whether who is at an address such as "172.17.0.2", and came by a link (0: unknown), is a container on a bridge. */
bool network_is_of_containers(Engine *engine, const char *address, unsigned int link);
json_t *network_prune(Engine *engine, const Filters *filters);

/* Lookups under network_lock. */
Network *network_lookup(Engine *engine, const char *reference); /* name, id or its prefix; NULL */
/* Whether it is the default network, and the configuration wants none: containers of its mode are in no network. */
bool network_is_left_out(const Engine *engine, const char *name);
/* Makes its bridge and the rules, unless they are there. The default network's wait for the first container: a host without one
 * is left alone. */
bool network_realise(Engine *engine, Network *network, GError **error);
/* Removes what the host has of a network. The row goes last: what a crash leaves is made again, or removed. */
void network_unrealise(Engine *engine, Network *network);
bool network_is_wanted(Engine *engine, const Network *network); /* by a container, be it stopped */

/* network_status.c: NetworkStatus of the API, a new reference. Under network_lock. */
json_t *network_status(const Network *network);

/* network_names.c: the file of a network's names. Under network_lock. */
void network_names_write(Engine *engine, const Network *network);
char *network_names_path(Engine *engine, const char *network_id); /* the caller frees it */
