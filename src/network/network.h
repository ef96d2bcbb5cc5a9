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

/* Also rtnetlink. Failures name the link. */
bool link_make_bridge(const char *name, int mtu, GError **error); /* up; fine if it is there */
bool link_add_address(const char *name, const Address *address, GError **error);
void link_delete(const char *name);

/* The two ends of a container's link; parent: macvlan on that device instead of a pair on bridge. */
typedef struct {
	const char *host_name, *bridge, *parent, *name;
	int netns; /* descriptor of the container's network namespace */
	int index; /* of the link in there */
	guint8 mac[6];
	int mtu;       /* 0: the kernel's */
	bool first;    /* of the container's */
	bool isolated; /* ports of the bridge that have this cannot talk to each other */
	bool hairpin;  /* frames may go back where they came from */
	Address address, gateway, address6, gateway6; /* gateways of family 0: no default route */
} ContainerLink;
bool link_connect(const ContainerLink *link, GError **error);
/* Takes a link away from inside of a network namespace (macvlan has no other end). */
void link_delete_in(int netns, const char *name);

/* guard.c: in a container's network namespace, no router advertisement leaves by this link (Linux 5.16). */
bool guard_link(int netns, const char *link, GError **error);

/* rules.c: one nftables table, changed whole in one transaction when networks change. */
typedef struct {
	const char *bridge;
	Address subnet, subnet6; /* family 0: it has none of that kind */
	bool masquerade, internal;
} NetworkRules;
/* A table of each family that a network has. The elements of its maps are kept; what they should be comes
 * with ports_replace. */
bool rules_apply(const char *table, const NetworkRules *networks, guint count, GError **error);
/* In a container's network namespace: what is sent to 127.0.0.11:53 goes to these ports of it, so that
 * port 53 itself stays free for a name server in the container. */
bool rules_redirect_dns(int netns, guint16 udp, guint16 tcp, GError **error);

/* ports.c: published ports are elements of two maps of that table: the thousandth costs what the first did. */
typedef struct {
	Address host; /* all zero: any address of the host */
	guint16 host_port;
	guint8 protocol; /* IPPROTO_TCP, _UDP or _SCTP */
	Address target;	 /* of the host's family, which says the table */
	guint16 target_port;
} PortMapping;
/* Adds or takes away all of them in one transaction. */
bool ports_change(
	const char *table, bool add, const PortMapping *mappings, guint count, GError **error);
/* Empties the maps of a family, and fills them with those of these that are of it, in one transaction. */
bool ports_replace(
	const char *table, int family, const PortMapping *mappings, guint count, GError **error);
/* Whether a program of the host has the port; then bind() says so. False with errno. */
bool port_is_free(const Address *host, guint8 protocol, guint16 port);
