/* Networks as the kernel has them: addresses, links, the firewall table, published ports. It is told names,
 * numbers and descriptors; it must not know containers, the database or the API. */
#pragma once
#include "base/address.h"

#include <glib.h>
#include <stdbool.h>

/* link.c: goes to another network namespace, with this thread alone; a descriptor to come back with
 * (namespace_leave closes it), or -1 with errno. */
int namespace_enter(int netns);
void namespace_leave(int own);

/* As the kernel has it: 1 to 15 characters, no blank, "/" or ":"; and nothing that a rule's text would break at. */
bool link_name_valid(const char *name);
/* Whether there is no such link, or a bridge. */
bool link_is_free_for_bridge(const char *name);

/* Also rtnetlink. Failures name the link. */
bool link_make_bridge(const char *name, int mtu, GError **error); /* up; fine if it is there */
bool link_add_address(const char *name, const Address *address, GError **error);
bool link_delete(const char *name); /* false with errno */

/* A pair, one end of it on a bridge; or a link on a parent. */
typedef enum { LINK_VETH, LINK_MACVLAN, LINK_IPVLAN } LinkKind;
/* A parent that leads nowhere, or a VLAN of one; up. Fine if it is there. */
bool link_make_dummy(const char *name, GError **error);
bool link_make_vlan(const char *name, const char *parent, int vlan, GError **error);
/* The IPv4 or IPv6 subnets that the host reaches without a router, but by this link: an array of Address. */
GArray *link_subnets(int family, const char *except);

/* The two ends of a container's link; parent: where kind is not LINK_VETH, on that instead of on a bridge. */
typedef struct {
	const char *host_name, *bridge, *parent, *name;
	LinkKind kind;
	int mode, flag; /* of macvlan and ipvlan: the kernel's numbers */
	int netns;	/* descriptor of the container's network namespace */
	guint8 mac[6];
	int mtu;       /* 0: the kernel's */
	bool first;    /* of the container's */
	bool isolated; /* ports of the bridge that have this cannot talk to each other */
	bool hairpin;  /* frames may go back where they came from */
	Address address, gateway, address6, gateway6; /* gateways of family 0: no default route */
} ContainerLink;
/* Leaves nothing behind when it fails. */
bool link_connect(const ContainerLink *link, GError **error);
/* Takes both ends away; of link it reads host_name, or parent, name and netns. */
void link_disconnect(const ContainerLink *link);
/* The default route of the gateway's family, in place of the one before. */
bool link_set_route(int netns, const char *name, const Address *gateway, GError **error);
bool link_is_in(int netns, const char *name); /* a network namespace has a link of that name */

/* guard.c: in a container's network namespace, no router advertisement leaves by this link (Linux 5.16). */
bool guard_link(int netns, const char *link, GError **error);

/* rules.c: one nftables table, changed whole in one transaction when networks change. */
/* How a network's containers are reached from outside: by ports of the host; also directly, at every port;
 * directly only, at published ports; or not at all, not even by the host. */
typedef enum { GATEWAY_NAT, GATEWAY_NAT_UNPROTECTED, GATEWAY_ROUTED, GATEWAY_ISOLATED } GatewayMode;
typedef struct {
	Address subnet; /* family 0: it has none of that kind */
	Address source; /* what packets leave the host with; family 0: the host's own */
	GatewayMode mode;
} FamilyRules;
typedef struct {
	const char *bridge;
	const char *trusted; /* "eth0:eth1": links that reach published ports directly; or NULL */
	FamilyRules v4, v6;
	bool masquerade, internal;
} NetworkRules;
/* A table of each family that a network has. The elements of its maps are kept; what they should be comes
 * with ports_replace. */
bool rules_apply(const char *table, const NetworkRules *networks, guint count, GError **error);
/* In a container's network namespace: what is sent to 127.0.0.11:53 goes to these ports of it, so that
 * port 53 itself stays free for a name server in the container. */
bool rules_redirect_dns(int netns, guint16 udp, guint16 tcp, GError **error);

/* resolver.c: sockets at 127.0.0.11 in a network namespace, UDP and TCP (owned by the caller), at port or, where that is 0, at
 * the ports that are then in ports. */
bool resolver_sockets(int netns, guint16 port, int fds[2], guint16 ports[2], GError **error);

/* ports.c: published ports are elements of two maps of that table: the thousandth costs what the first did. */
typedef struct {
	Address host; /* all zero: any address of the host */
	guint16 host_port;
	guint8 protocol; /* IPPROTO_TCP, _UDP or _SCTP */
	Address target;	 /* of the host's family, which says the table */
	guint16 target_port;
	bool direct; /* no port of the host: the target itself may be reached, by who is routed there */
} PortMapping;
/* Adds or takes away all of them in one transaction. */
bool ports_change(
	const char *table, bool add, const PortMapping *mappings, guint count, GError **error);
/* Empties the maps of a family, and fills them with those of these that are of it, in one transaction. */
bool ports_replace(
	const char *table, int family, const PortMapping *mappings, guint count, GError **error);
bool port_can_bind(const Address *host); /* at some port: a host may be without IPv6 */
/* Whether a program of the host has the port; then bind() says so. False with errno. */
bool port_is_free(const Address *host, guint8 protocol, guint16 port);
