/* Networks: stored, and made on the host when they are first used. */
#pragma once
#include "engine/object/container.h"
#include "engine/object/filter.h"
#include "network/network.h"

/* A network. All fields are guarded by the engine's network_lock. */
struct Network {
	char *id, *name, *driver, *bridge, *parent; /* bridge, parent: links of the host, or NULL */
	gint64 created;
	json_t *spec; /* as inspect shows it: IPAM, Options, Labels, Internal, ... */
	Address subnet, gateway, range, subnet6, gateway6, range6; /* family 0: disabled */
	bool chosen, chosen6; /* its subnets were chosen by the engine */
	bool internal, icc, masquerade;
	bool config_only;  /* config-only: settings for other networks, never joined */
	bool inhibit_ipv4; /* its bridge gets no IPv4 address: another host is the gateway */
	GatewayMode mode, mode6;
	Address source,
		source6; /* source address of packets that leave the host; family 0: masquerading */
	char *trusted; /* links of the host, "eth0:eth1", from which published ports can be reached directly; or NULL */
	char *prefix;  /* name prefix of links in containers; NULL: "eth" */
	LinkKind kind; /* of macvlan and ipvlan links: the kernel's mode and flag */
	int link_mode, link_flag;
	bool parent_made;  /* the engine created the parent, and deletes it with the network */
	bool bridge_found; /* the bridge existed before, and is not deleted */
	bool predefined;   /* no names are resolved in it */
	bool realised;	   /* its bridge and rules exist */
	bool hairpin; /* br_netfilter translates addresses on the bridge itself: a container that calls its own published port gets the packet back by the same bridge port */
	int mtu;
	int announcements, announce_ms; /* of a new endpoint: their number, and the interval */
	Address host_binding;		/* family 0: any */
	GHashTable *used;		/* of address_text: leases, gateways, auxiliary addresses */
	GHashTable *members;		/* container id -> Endpoint, of running containers */
};

bool networks_open(Engine *engine, GError **error);
bool networks_resume(Engine *engine,
	GError **error); /* at the start, after running containers have been found */
char *network_create(Engine *engine, const json_t *request, GError **error); /* its id */
json_t *network_list(Engine *engine, const Filters *filters, bool with_members);
json_t *network_inspect(Engine *engine, const char *reference, GError **error);
bool network_remove(Engine *engine, const char *reference, GError **error);
/* Whether the client at an address such as "172.17.0.2", connected through a link (0: unknown), is a container on a
 * bridge. */
bool network_is_of_containers(Engine *engine, const char *address, unsigned int link);
json_t *network_prune(Engine *engine, const Filters *filters);

/* Lookups, with network_lock held. */
Network *network_lookup(Engine *engine, const char *reference); /* name, id or its prefix; NULL */
/* Whether it is the default network and disabled by the configuration: containers in this mode are in no network. */
bool network_is_left_out(const Engine *engine, const char *name);
/* Makes its bridge and the rules, unless they exist. For the default network this happens with the first container: a
 * host without containers is left alone. */
bool network_realise(Engine *engine, Network *network, GError **error);
/* Does so for bridges that have members, with one change of the rules for all of them; true if there was any. */
bool networks_realise_used(Engine *engine);
/* Removes the network from the host. The row is deleted last: what a crash leaves is made again, or removed. */
void network_unrealise(Engine *engine, Network *network);
bool network_is_wanted(
	Engine *engine, const Network *network); /* whether any container uses it, running or not */

/* network_status.c: NetworkStatus of the API, a new reference. network_lock is held. */
json_t *network_status(const Network *network);

/* network_names.c: the file of a network's names. network_lock is held. */
void network_names_write(Engine *engine, const Network *network);
char *network_names_path(Engine *engine, const char *network_id); /* the caller frees it */
