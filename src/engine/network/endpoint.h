/* Endpoints: a container's places in networks. */
#pragma once
#include "engine/network/networks.h"
#include "engine/object/published_port.h"

/* A container's place in a network. Its own list and the network's members share it; guarded by network_lock. */
typedef struct {
	char *id, *network_id, *network; /* network: by name */
	char *link,
		*name; /* its link on the host, and in the container: NULL until it is to be made */
	Address address, address6, gateway, gateway6; /* family 0: none */
	guint8 mac[6];
	int priority;	/* of its network as a way out */
	bool on_link;	/* default routes are by its link, to no router (ipvlan, l3) */
	bool settling;	/* on its way in or out: what is found so after a crash is taken away */
	bool published; /* its ports are in the firewall's table */
	char **names;	/* what its network knows it by; NULL in predefined ones */
	json_t *asked;	/* EndpointSettings as they were asked for */
	GArray *ports;	/* of PublishedPort; NULL: it does not carry the container's */
} Endpoint;
Endpoint *endpoint_ref(Endpoint *endpoint);
void endpoint_unref(Endpoint *endpoint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Endpoint, endpoint_unref)
/* endpoint_row.c: as it is kept, and as engines before this one kept it. network: its name. NULL for what is none. */
json_t *endpoint_row(const Endpoint *endpoint);
Endpoint *endpoint_read(const char *network, const json_t *row);
/* endpoint_json.c: as inspect shows it, and one of a container that does not run: what was asked for, and nothing else. */
json_t *endpoint_json(const Endpoint *endpoint);
json_t *endpoint_json_resting(const char *network_id, const json_t *asked);
/* What was asked of it in DriverOpts; "" for nothing. */
const char *endpoint_option(const Endpoint *endpoint, const char *name);
GPtrArray *endpoints_new(void); /* of Endpoint, which it owns */
/* A container's endpoint in a network, or NULL; borrowed. endpoints: NULL: none. */
Endpoint *endpoint_in(const GPtrArray *endpoints, const char *network);

bool endpoints_managed(const Spec *spec); /* whether the engine gives such a container its links */
bool endpoints_reserve(Container *container, const Spec *spec, GError **error);
/* dns_ports: where its resolver listens (udp, and tcp in the next 16 bits); 0: it has none */
bool endpoints_connect(Container *container, int netns, gint64 dns_ports, GError **error);
void endpoints_release(Container *container);
void endpoints_restore(Container *container);
void endpoints_renamed(Container *container); /* its networks know it by its new name */
json_t *endpoints_json(Container *container, const Spec *spec); /* NetworkSettings.Networks */

/* A copy of its published ports; NULL where none of its networks can publish any. */
GArray *endpoints_ports(Container *container);

/* endpoint.c, all under network_lock: */
/* Name -> what was asked for, of each network that the container is to be in; that of the mode first. New reference. */
json_t *endpoints_wanted(Engine *engine, const Spec *spec);
bool endpoints_save(Container *container, GError **error); /* to the database */
/* The same where nothing follows from a failure, which is logged. */
void endpoints_keep(Container *container);
/* A new endpoint in the container's list: its addresses are taken, its names known, and it has no link. Borrowed. */
Endpoint *endpoint_join(Container *container, const Spec *spec, const char *name,
	const json_t *asked, GError **error);
/* Gives back what an endpoint holds; the network may be NULL. It is in no list any more. */
void endpoint_drop(Container *container, Network *network, const Endpoint *endpoint);
/* Chooses how its link is called in the container: eth and the first number that is free among its endpoints and, unless
 * netns is -1, in there. */
void endpoint_name_link(
	const Network *network, const GPtrArray *endpoints, Endpoint *endpoint, int netns);
/* Where the default route of each family leads: endpoints, borrowed, or NULL. */
typedef struct {
	Endpoint *v4, *v6;
} Gateways;
/* Its link, default routes if it is a gateway, and its ports. Leaves no link behind when that cannot be made. */
bool endpoint_connect(Container *container, Network *network, Endpoint *endpoint, int netns,
	const Gateways *gateways, GError **error);
/* Takes its link away, if it is there. */
void endpoint_unlink(const Network *network, const Endpoint *endpoint, int netns);
void endpoint_event(Container *container, const Network *network, const char *action);
/* The same of a container in the network none or host, which has no endpoint; nothing of others. */
void linkless_event(Container *container, const Spec *spec, const char *action);

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
char *mac_text(const guint8 mac[6]); /* "02:42:ac:11:00:02"; the caller frees it */

/* endpoint_settle.c: link-local addresses and sysctls of a link that is in the container. */
bool endpoint_settle(const Endpoint *endpoint, int netns, GError **error);
