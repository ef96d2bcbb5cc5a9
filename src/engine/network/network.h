/* Networks and their endpoints: what network.c, network_spec.c, endpoint.c and port_bind.c share. */
#pragma once
#include "engine/engine.h"
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
	Address source, source6; /* what containers' packets leave the host with; family 0: the host's own */
	char *trusted;		 /* links of the host, "eth0:eth1", that reach published ports directly; or NULL */
	char *prefix;		 /* of links in containers; NULL: "eth" */
	LinkKind kind;		 /* of links in containers, with what the kernel calls mode and flag */
	int link_mode, link_flag;
	bool parent_made; /* the parent is the engine's: it goes with the network */
	bool predefined; /* no names are resolved in it */
	bool realised;	 /* its bridge and rules are there */
	bool hairpin; /* br_netfilter translates addresses on the bridge itself: a container's call of its
		       * own published port comes back by the link that it came from */
	int mtu;
	Address host_binding; /* family 0: any */
	GHashTable *used;     /* of address_text: leases, gateways, auxiliary addresses */
	GHashTable *members;  /* container id -> json_t endpoint, of those that run */
};

/* network_spec.c: a request as the specification of a new network, checked as far as it needs no other
 * network; NULL with error. */
json_t *network_spec_new(Engine *engine, const json_t *request, GError **error);
json_t *network_spec_empty(void); /* of which nothing is said: a bridge with IPv4 */
/* Takes the settings of the configuration network that it names, if it does. */
bool network_spec_take_config(Engine *engine, json_t *spec, GError **error);
/* Reads a specification into a network, and writes back what was chosen for it; checks it against other
 * networks. What an earlier engine let into a stored one is no reason to lose the network. */
bool network_spec_read(
	Engine *engine, Network *network, json_t *spec, bool stored, GError **error);
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
bool network_parent_make(const Network *network, GError **error); /* a VLAN's, or one that leads nowhere */
/* Whether its containers need no router: ipvlan's l3 modes find every way by the host's own routes. */
bool network_routes_itself(const Network *network);

/* network.c: lookups under the lock. */
Network *network_lookup(Engine *engine, const char *reference); /* name, id or its prefix; NULL */
/* Makes its bridge and the rules, at the first container: a host without one is left alone. */
bool network_realise(Engine *engine, Network *network, GError **error);
bool network_is_wanted(Engine *engine, const Network *network); /* by a container, be it stopped */

/* network_names.c: the file of a network's names. Under the lock. */
void network_names_write(Engine *engine, const Network *network);
char *network_names_path(Engine *engine, const char *network_id); /* the caller frees it */

/* Keys that stay inside: of a specification, that the container was disconnected from the network of its mode; of an
 * endpoint, that it is on its way in or out: what is found so after a crash is taken away. */
#define SPEC_LEFT "_Left"
#define ENDPOINT_UNFINISHED "_Unfinished"
#define ENDPOINT_ON_LINK "_OnLink" /* its default routes are by its link, to no router (ipvlan, l3) */

/* endpoint.c, all under the lock: */
/* Name -> what was asked for, of each network that the container is to be in; that of the mode first. New reference. */
json_t *endpoints_wanted(Engine *engine, const json_t *spec);
bool endpoints_save(Container *container, GError **error); /* to the database */
/* The same where nothing follows from a failure, which is logged. */
void endpoints_keep(Container *container);
/* A new endpoint in the container's list: its addresses are taken, its names known, and it has no link. Borrowed. */
json_t *endpoint_join(Container *container, const json_t *spec, const char *name,
	const json_t *asked, GError **error);
/* Gives back what an endpoint holds; the network may be NULL. It is in no list any more. */
void endpoint_drop(Container *container, Network *network, const json_t *endpoint);
/* Chooses how its link is called in the container: eth and the first number that is free among its endpoints and, unless
 * netns is -1, in there. */
void endpoint_name_link(
	const Network *network, const json_t *endpoints, json_t *endpoint, int netns);
char *endpoint_link_name(const json_t *endpoint);
/* Where the default route of each family leads: endpoints, borrowed, or NULL. */
typedef struct {
	json_t *v4, *v6;
} Gateways;
/* Its link, default routes if it is a gateway, and its ports. Leaves no link behind when that cannot be made. */
bool endpoint_connect(Container *container, Network *network, json_t *endpoint, int netns,
	const Gateways *gateways, GError **error);
/* Takes its link away, if it is there. */
void endpoint_unlink(const Network *network, const json_t *endpoint, int netns);
void endpoint_event(Container *container, const Network *network, const char *action);
int netns_of(pid_t pid, GError **error); /* a descriptor, or -1 */

/* gateway.c, under the lock: */
/* Where an endpoint leads: its router, or no address in particular where its link itself does. False if nowhere. */
bool gateway_address(const json_t *endpoint, bool v6, Address *gateway);
Gateways gateways_elect(const json_t *endpoints);
/* Sets the default routes of a running container that differ from before. */
bool gateways_apply(const Gateways *before, const Gateways *now, int netns, GError **error);
/* The endpoint whose network publishes the ports: that of the default route, or the next that can. NULL if none can. */
json_t *ports_carrier(Container *container, Network **network);
/* Sees that the ports are with their carrier; from: the endpoint that had them (it may be in no list any more), or NULL.
 * running: they are published at once, not by endpoint_connect. */
bool ports_place(
	Container *container, const json_t *spec, json_t *from, bool running, GError **error);
json_t *ports_holder(const json_t *endpoints); /* the endpoint that has them, or NULL */
/* publish.c: such a list of ports into the kernel or the shim, or out of them. */
bool publish_ports(
	Container *container, bool on, const json_t *list, const json_t *endpoint, GError **error);

json_t *endpoints_copy(Container *container); /* endpoint_hosts.c: of a moment; takes the lock */
/* endpoint_hosts.c: the lines of one endpoint in /etc/hosts; the caller frees them. */
char *endpoint_hosts(const json_t *spec, const json_t *endpoint);
/* network_files.c: in the hosts file of a container that runs, lines go and come; what the container wrote there stays. less:
 * a line, or a tab and the names with which those begin that go. */
void hosts_change(Container *container, const char *less, const char *more);
/* Its resolv.conf names the resolver from now on, unless the container has changed that file. */
void resolv_conf_switch(Container *container, const json_t *host);
/* resolver.c: tells the shim of a running container which networks it is in now, and gives it a resolver if it has none and
 * one of them has names. Under the lock; failures are logged. True if it has a resolver that it had not before. */
bool resolver_update(Container *container, const json_t *host, int netns);
/* resolv_conf.c: that of a container, which has a resolver of its own or not; and the nameservers of the host. The caller
 * frees them. */
char *resolv_conf_text(const Config *config, const json_t *host, bool own_resolver);
char **host_nameservers(void);

/* endpoint_check.c: what is asked for in a network, as an API's EndpointSettings: an error for what it cannot
 * be, or what nobody would do. */
#define ENDPOINT_SYSCTLS "com.docker.network.endpoint.sysctls"
#define ENDPOINT_IFNAME "com.docker.network.endpoint.ifname"
bool endpoint_check(const Network *network, const json_t *asked, GError **error);
/* "02:42:ac:11:00:02", also with dashes, or "0242.ac11.0002". False if it is none of them. */
bool mac_parse(const char *text, guint8 mac[6]);

/* endpoint_settle.c: link-local addresses and sysctls of a link that is in the container. */
bool endpoint_settle(const json_t *endpoint, const char *link, int netns, GError **error);

/* port_bind.c: the ports that a container asks for, reserved for it; a list of
 * {"Port": "80/tcp", "HostIp", "HostPort"} or NULL; without HostPort where hosts are routed to the container's
 * own. What is held (such a list, or NULL) was the container's until now: its shim may not have let go of it yet.
 * Under the lock. */
json_t *port_bind(Engine *engine, const char *container, const Network *network,
	const json_t *endpoint, const json_t *config, const json_t *host, const json_t *held,
	GError **error);
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
