/* Endpoints: containers in networks. */
#pragma once
#include "engine/network/networks.h"
#include "engine/object/published_port.h"

/* announcer.c: announcements of an endpoint's addresses that are not sent yet. */
typedef struct Announcement Announcement;
void announcement_unref(Announcement *announcement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Announcement, announcement_unref)

/* A container's place in a network. Shared by the container's list and the network's members; guarded by
 * network_lock. */
typedef struct {
	char *id, *network_id, *network; /* network: by name */
	char *link,
		*name; /* its link on the host, and in the container: NULL until it is created */
	Address address, address6, gateway, gateway6; /* family 0: none */
	guint8 mac[6];
	int priority; /* the network's gateways */
	bool on_link; /* default routes use its link without a router (ipvlan, l3) */
	bool settling; /* being connected or disconnected: removed if found in this state after a crash */
	bool published; /* its ports are in the firewall's table */
	char **names;	/* the names that its network resolves; NULL in predefined networks */
	json_t *asked;	/* EndpointSettings as requested */
	GArray *ports;	/* of PublishedPort; NULL: another endpoint has the container's ports */
	int ports_only; /* they are of this family, another endpoint has the other's; 0: of both */
	Announcement *announcement; /* while its addresses are announced; or NULL */
} Endpoint;
Endpoint *endpoint_ref(Endpoint *endpoint);
void endpoint_unref(Endpoint *endpoint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Endpoint, endpoint_unref)
/* endpoint_row.c: the stored form, of this and of older engines. network: its name. NULL for an invalid row. */
json_t *endpoint_row(const Endpoint *endpoint);
Endpoint *endpoint_read(const char *network, const json_t *row);
/* endpoint_json.c: the form that inspect shows; and that of a container that does not run: the request alone. */
json_t *endpoint_json(const Endpoint *endpoint);
/* names: those that its network resolves while it runs; NULL: none. */
json_t *endpoint_json_resting(const char *network_id, char *const *names, const json_t *asked);
/* A value of its DriverOpts; "" if absent. */
const char *endpoint_option(const Endpoint *endpoint, const char *name);
GPtrArray *endpoints_new(void); /* of Endpoint, which it owns */
/* A container's endpoint in a network, or NULL; borrowed. endpoints: NULL: none. */
Endpoint *endpoint_in(const GPtrArray *endpoints, const char *network);

bool endpoints_managed(
	const Spec *spec); /* whether the engine creates links for such a container */
/* Whether a request names networks, but not that of the mode: the container joins only the named ones. */
bool endpoints_leave_out_mode(Engine *engine, const Spec *spec);
bool endpoints_reserve(Container *container, const Spec *spec, GError **error);
/* dns_ports: ports of its resolver (udp, and tcp in the next 16 bits); 0: it has none */
bool endpoints_connect(Container *container, int netns, gint64 dns_ports, GError **error);
void endpoints_release(Container *container);
void endpoints_restore(Container *container);
void endpoints_renamed(Container *container); /* its networks resolve its new name */
json_t *endpoints_json(Container *container, const Spec *spec); /* NetworkSettings.Networks */

/* A copy of its published ports; NULL where none of its networks can publish ports. */
GArray *endpoints_ports(Container *container);

/* endpoint.c, with network_lock held: */
/* Name -> settings of each network that the container joins, that of the mode first. New reference. */
json_t *endpoints_wanted(Engine *engine, const Spec *spec);
bool endpoints_save(Container *container, GError **error); /* to the database */
/* Does so where a failure has no consequence; it is logged. */
void endpoints_keep(Container *container);
/* Adds an endpoint to the container's list: addresses reserved, names resolved, no link yet. Borrowed. */
Endpoint *endpoint_join(Container *container, const Spec *spec, const char *name,
	const json_t *asked, GError **error);
/* endpoint_new.c: an endpoint in no list, with its addresses leased. */
Endpoint *endpoint_new(Container *container, Network *network, const Spec *spec,
	const json_t *asked, GError **error);
/* The names that its network resolves: NULL-terminated; the caller frees them. */
char **endpoint_names(const Container *container, const Spec *spec, const json_t *asked);
void endpoint_give_back(Network *network, const Endpoint *endpoint); /* its addresses */
/* Releases what an endpoint holds; the network may be NULL. It must be in no list any more. */
void endpoint_drop(Container *container, Network *network, Endpoint *endpoint);
/* announcer.c: announces its addresses to its neighbours in the background; a failure is logged. */
void endpoint_announce(Engine *engine, const Network *network, Endpoint *endpoint, int netns);
/* Cancels announcements that are not sent yet. */
void endpoint_quiet(Engine *engine, Endpoint *endpoint);
/* Chooses its link's name in the container: eth and the first number that is free among its endpoints and, unless
 * netns is -1, in that namespace. */
void endpoint_name_link(
	const Network *network, const GPtrArray *endpoints, Endpoint *endpoint, int netns);
/* The endpoints of the default route of each family; borrowed, or NULL. */
typedef struct {
	Endpoint *v4, *v6;
} Gateways;
/* Creates its link, the default routes if it is a gateway, and its ports. Leaves no link behind on failure. */
bool endpoint_connect(Container *container, Network *network, Endpoint *endpoint, int netns,
	const Gateways *gateways, GError **error);
/* Deletes its link, if there is one. */
void endpoint_unlink(const Network *network, const Endpoint *endpoint, int netns);
void endpoint_event(Container *container, const Network *network, const char *action);
/* Handles a container in the network none or host, which has no endpoint; does nothing for others. */
void linkless_event(Container *container, const Spec *spec, const char *action);

/* endpoint_change.c: for a container that may be running. */
bool network_connect(
	Container *container, const char *reference, const json_t *asked, GError **error);
bool network_disconnect(Container *container, const char *reference, GError **error);
/* Disconnects a container that does not exist any more, by force: no network has its endpoint. Always false. */
bool network_disconnect_lost(
	Engine *engine, const char *reference, const char *container, GError **error);
/* At the start of the engine, once its firewall is known: shims forward the ports that are recorded, and endpoints that were
 * being connected or disconnected when it was killed are disconnected. */
void endpoints_finish(Engine *engine);

/* endpoint_check.c: checks the API's EndpointSettings of a request: an error for invalid or unsupported ones. */
#define ENDPOINT_SYSCTLS "com.docker.network.endpoint.sysctls"
#define ENDPOINT_IFNAME "com.docker.network.endpoint.ifname"
bool endpoint_check(const Network *network, const json_t *asked, GError **error);
/* Checks a new request, which may not ask for what a start tolerates. */
bool endpoint_check_new(const Network *network, const json_t *asked, GError **error);
/* Checks the endpoints of a request to create a container. */
bool endpoints_check_new(Engine *engine, const json_t *request, GError **error);
/* "02:42:ac:11:00:02", also with dashes, or "0242.ac11.0002". False for anything else. */
bool mac_parse(const char *text, guint8 mac[6]);
char *mac_text(const guint8 mac[6]); /* "02:42:ac:11:00:02"; the caller frees it */

/* endpoint_settle.c: link-local addresses and sysctls of a link in the container. */
bool endpoint_settle(const Endpoint *endpoint, int netns, GError **error);
