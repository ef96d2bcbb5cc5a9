/* The kernel's side of networks: addresses, links, the firewall table, published ports. It gets names, numbers and
 * descriptors; it must not know containers, the database or the API. */
#pragma once
#include "base/address.h"

#include <glib.h>
#include <stdbool.h>

/* link.c: moves this thread to another network namespace; returns a descriptor to come back with (namespace_leave
 * closes it), or -1 with errno. */
int namespace_enter(int netns);
void namespace_leave(int own);

/* A link name that the kernel accepts: 1 to 15 characters, no blank, "/" or ":"; nor any that has a meaning in a
 * rule's text. */
bool link_name_valid(const char *name);
/* Whether the link does not exist, or is a bridge. */
bool link_is_free_for_bridge(const char *name);
/* An address that a link of the host has: the one whose network holds the wish, or else the first; none of IPv6's link-local
 * ones. wish->family is that of the address; wish->prefix 0: any. False if there is none. */
bool link_own_address(const char *name, const Address *wish, Address *found);

/* Also rtnetlink. Errors name the link. */
bool link_make_bridge(
	const char *name, int mtu, GError **error); /* creates it if needed, and sets it up */
bool link_add_address(const char *name, const Address *address, GError **error);
bool link_delete(const char *name); /* false with errno */

/* A pair with one end on a bridge; or a link on a parent. */
typedef enum { LINK_VETH, LINK_MACVLAN, LINK_IPVLAN } LinkKind;
/* Creates a parent that leads nowhere (dummy), or a VLAN of a link, and sets it up. Fine if it exists. */
bool link_make_dummy(const char *name, GError **error);
bool link_make_vlan(const char *name, const char *parent, int vlan, GError **error);
/* The IPv4 or IPv6 subnets that are directly connected to the host, except by this link: an array of Address. */
GArray *link_subnets(int family, const char *except);

/* A container's link; parent: used instead of a bridge if kind is not LINK_VETH. */
typedef struct {
	const char *host_name, *bridge, *parent, *name;
	LinkKind kind;
	int mode, flag; /* of macvlan and ipvlan: the kernel's numbers */
	int netns;	/* descriptor of the container's network namespace */
	guint8 mac[6];
	int mtu;       /* 0: chosen by the kernel */
	bool first;    /* of the container's */
	bool isolated; /* bridge ports with this flag cannot talk to each other */
	bool hairpin;  /* hairpin mode: frames may return by the port that they came from */
	Address address, gateway, address6, gateway6; /* gateways of family 0: no default route */
} ContainerLink;
/* Leaves nothing behind when it fails. */
bool link_connect(const ContainerLink *link, GError **error);
/* Deletes the link; reads host_name, or parent, name and netns of it. */
void link_disconnect(const ContainerLink *link);
/* Replaces the default route of the gateway's family. */
bool link_set_route(int netns, const char *name, const Address *gateway, GError **error);
bool link_is_in(
	int netns, const char *name); /* whether a network namespace has a link of that name */

/* Whether frames from this link of the host are forwarded: a port of a bridge starts to forward some time after it is up. */
bool link_forwards(const char *name);

/* announce.c: announcements of a container link's addresses. Opens a packet socket in the namespace, and looks up the link's
 * index there; -1 with errno. Closing it waits for the kernel, for some milliseconds. */
int announce_socket(int netns, const char *name, unsigned *index);
/* Sends one packet of each family; false if the link is gone, or has another MAC address. */
bool announce(int fd, unsigned index, const guint8 mac[6], const Address *address,
	const Address *address6);

/* guard.c: drops router advertisements that leave by this link of a container's network namespace (Linux 5.16). */
bool guard_link(int netns, const char *link, GError **error);

/* rules.c: one nftables table, replaced in one transaction when networks change. */
/* How a network's containers can be reached from outside: by host ports; also directly, at every port; directly, at
 * published ports only; or not at all, not even from the host. */
typedef enum { GATEWAY_NAT, GATEWAY_NAT_UNPROTECTED, GATEWAY_ROUTED, GATEWAY_ISOLATED } GatewayMode;
typedef struct {
	Address subnet; /* family 0: the network has no addresses of that family */
	Address source; /* source address of packets that leave the host; family 0: masquerading */
	GatewayMode mode;
} FamilyRules;
typedef struct {
	const char *bridge;
	const char *
		trusted; /* "eth0:eth1": links from which published ports can be reached directly; or NULL */
	FamilyRules v4, v6;
	bool masquerade, internal;
} NetworkRules;
/* Makes a table for each family that a network has. Elements of its maps are kept; ports_replace sets them. */
bool rules_apply(const char *table, const NetworkRules *networks, guint count, GError **error);
/* In a container's network namespace: redirects 127.0.0.11:53 to these ports, so that the container can use port 53
 * itself. */
bool rules_redirect_dns(int netns, guint16 udp, guint16 tcp, GError **error);

/* resolver.c: UDP and TCP sockets (owned by the caller) at 127.0.0.11 in a network namespace, at port or, if that is
 * 0, at free ports, which are returned in ports. */
bool resolver_sockets(int netns, guint16 port, int fds[2], guint16 ports[2], GError **error);

/* ports.c: published ports are elements of two maps of that table, so the cost of one does not depend on their
 * number. */
typedef struct {
	Address host; /* all zero: any address of the host */
	guint16 host_port;
	guint8 protocol; /* IPPROTO_TCP, _UDP or _SCTP */
	Address target;	 /* of the host address' family, which selects the table */
	guint16 target_port;
	bool direct; /* no host port: hosts that route to the target may reach it */
} PortMapping;
/* Adds or removes all of them in one transaction. */
bool ports_change(
	const char *table, bool add, const PortMapping *mappings, guint count, GError **error);
/* Replaces the elements of a family's maps by those of these ports that are of it, in one transaction. */
bool ports_replace(
	const char *table, int family, const PortMapping *mappings, guint count, GError **error);
bool port_can_bind(const Address *host); /* chosen per port: a host may lack IPv6 */
/* Whether a program of the host uses the port: tried with bind(). False with errno. */
bool port_is_free(const Address *host, guint8 protocol, guint16 port);
