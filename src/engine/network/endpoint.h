/* Endpoints: a container's places in networks. */
#pragma once
#include "engine/network/networks.h"

/* A key that stays inside: that it is on its way in or out. What is found so after a crash is taken away. */
#define ENDPOINT_UNFINISHED "_Unfinished"
#define ENDPOINT_ON_LINK                                                                           \
	"_OnLink" /* its default routes are by its link, to no router (ipvlan, l3) */

bool endpoints_managed(const Spec *spec); /* whether the engine gives such a container its links */
bool endpoints_reserve(Container *container, const Spec *spec, GError **error);
/* dns_ports: where its resolver listens (udp, and tcp in the next 16 bits); 0: it has none */
bool endpoints_connect(Container *container, pid_t pid, gint64 dns_ports, GError **error);
void endpoints_release(Container *container);
void endpoints_restore(Container *container);
void endpoints_renamed(Container *container); /* its networks know it by its new name */
json_t *endpoints_json(Container *container, const Spec *spec); /* NetworkSettings.Networks */

/* List of {"Port": "80/tcp", "HostIp", "HostPort"}; NULL where none of its networks can publish ports. */
json_t *endpoints_ports(Container *container);

/* endpoint.c, all under the lock: */
/* Name -> what was asked for, of each network that the container is to be in; that of the mode first. New reference. */
json_t *endpoints_wanted(Engine *engine, const Spec *spec);
bool endpoints_save(Container *container, GError **error); /* to the database */
/* The same where nothing follows from a failure, which is logged. */
void endpoints_keep(Container *container);
/* A new endpoint in the container's list: its addresses are taken, its names known, and it has no link. Borrowed. */
json_t *endpoint_join(Container *container, const Spec *spec, const char *name, const json_t *asked,
	GError **error);
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

/* endpoint_change.c: of a container that may run. */
bool network_connect(
	Container *container, const char *reference, const json_t *asked, GError **error);
bool network_disconnect(Container *container, const char *reference, GError **error);
/* By force, of a container that nobody knows: no network has its endpoint (any more). Always false. */
bool network_disconnect_lost(
	Engine *engine, const char *reference, const char *container, GError **error);
/* After a restart of the engine: what was connected or disconnected when it was killed is disconnected. */
void endpoints_finish(Engine *engine);

/* endpoint_check.c: what is asked for in a network, as an API's EndpointSettings: an error for what it cannot
 * be, or what nobody would do. */
#define ENDPOINT_SYSCTLS "com.docker.network.endpoint.sysctls"
#define ENDPOINT_IFNAME "com.docker.network.endpoint.ifname"
bool endpoint_check(const Network *network, const json_t *asked, GError **error);
/* The same of a request, which may not ask for what a start lets pass. */
bool endpoint_check_new(const Network *network, const json_t *asked, GError **error);
/* Of a request for a container, what it asks for in each network. */
bool endpoints_check_new(Engine *engine, const json_t *request, GError **error);
/* "02:42:ac:11:00:02", also with dashes, or "0242.ac11.0002". False if it is none of them. */
bool mac_parse(const char *text, guint8 mac[6]);

/* endpoint_settle.c: link-local addresses and sysctls of a link that is in the container. */
bool endpoint_settle(const json_t *endpoint, const char *link, int netns, GError **error);
