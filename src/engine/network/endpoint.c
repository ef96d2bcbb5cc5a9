/* A container's endpoints: reserved before its start, connected while its process makes its mounts, released at its
 * end. */
#include "engine/network/gateway.h"
#include "engine/network/network_spec.h"
#include "engine/network/ports.h"
#include "engine/object/event.h"
#include "engine/object/name.h"
#include "engine/shim/shim.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/lock.h"
#include "base/log.h"

#include <fcntl.h>
#include <string.h>

/* Prefixed to an error of a start. */
#define NETWORKING_FAILED "failed to set up container networking: "

enum { DNS_PORT = 53 };

bool endpoints_managed(const Spec *spec)
{
	NamespaceShare share = spec->modes.network.share;
	return share == SHARE_NETWORK || (share == SHARE_NONE && spec->left_network);
}

/* The network's current name, whatever name or id was given; a network that does not exist keeps that. network_lock
 * is held. */
static const char *network_name(Engine *engine, const char *reference)
{
	lock_held(&engine->network_lock);
	const Network *network = network_lookup(engine, reference);
	return network != NULL ? network->name : reference;
}

json_t *endpoints_wanted(Engine *engine, const Spec *spec)
{
	lock_held(&engine->network_lock);
	json_t *asked = json_at(spec->json, "NetworkingConfig.EndpointsConfig"), *value,
	       *wanted = json_object();
	bool own = spec->modes.network.share != SHARE_CONTAINER;
	const char *mode = own ? spec->modes.network.target : "default",
		   *first = network_name(engine, mode), *key;
	if (spec->no_network)
		return wanted;
	if (own && !spec->left_network)
		json_object_set_new(wanted, first, json_object());
	json_object_foreach (asked, key, value) {
		const char *name = network_name(engine, strcmp(key, "default") == 0 ? mode : key);
		/* The mode names one network: its settings under any of its names are meant. */
		if (json_object_size(json_object_get(wanted, name)) == 0)
			json_object_set_new(wanted, name,
				json_is_object(value) ? json_copy(value) : json_object());
	}
	/* Clients before API 1.44 give it there. */
	json_t *of_mode = json_object_get(wanted, first);
	if (of_mode != NULL && *json_str(of_mode, "MacAddress") == '\0' &&
		*json_str(spec->config, "MacAddress") != '\0')
		json_object_set(of_mode, "MacAddress", json_object_get(spec->config, "MacAddress"));
	return wanted;
}

bool endpoints_leave_out_mode(Engine *engine, const Spec *spec)
{
	const NamespaceMode *mode = &spec->modes.network;
	const json_t *asked = json_at(spec->json, "NetworkingConfig.EndpointsConfig");
	const char *key;
	json_t *value;
	if (mode->share != SHARE_NETWORK && mode->share != SHARE_NONE)
		return false;
	g_mutex_lock(&engine->network_lock);
	bool among = json_object_size(asked) == 0;
	const char *own = network_name(engine, mode->target);
	json_object_foreach ((json_t *)asked, key, value)
		among = among || strcmp(key, "default") == 0 ||
			strcmp(network_name(engine, key), own) == 0;
	g_mutex_unlock(&engine->network_lock);
	return !among;
}

bool network_is_wanted(Engine *engine, const Network *network)
{
	lock_held(&engine->network_lock);
	g_autoptr(GPtrArray) all = container_all(engine);
	for (guint i = 0; i < all->len; i++) {
		g_autoptr(Spec) spec = container_spec(all->pdata[i], NULL);
		g_autoptr(json_t) names = spec != NULL ? endpoints_wanted(engine, spec) : NULL;
		if (json_object_get(names, network->name) != NULL)
			return true;
	}
	return false;
}

void endpoint_drop(Container *container, Network *network, Endpoint *endpoint)
{
	lock_held(&container->engine->network_lock);
	Engine *engine = container->engine;
	endpoint_quiet(engine, endpoint);
	if (endpoint->published)
		port_publish(engine, false, endpoint->ports, endpoint, NULL);
	port_release(engine, endpoint->ports);
	if (network == NULL)
		return;
	endpoint_give_back(network, endpoint);
	g_hash_table_remove(network->members, container->row.id);
	network_names_write(engine, network);
}

bool endpoints_save(Container *container, GError **error)
{
	lock_held(&container->engine->network_lock);
	g_autoptr(json_t) rows = json_object();
	for (guint i = 0; container->endpoints != NULL && i < container->endpoints->len; i++) {
		const Endpoint *endpoint = container->endpoints->pdata[i];
		json_object_set_new(rows, endpoint->network, endpoint_row(endpoint));
	}
	g_autofree char *text = json_text(rows);
	return endpoint_store_set(container->engine->store, container->row.id, text, error);
}

void endpoints_keep(Container *container)
{
	g_autoptr(GError) error = NULL;
	if (!endpoints_save(container, &error))
		log_error("cannot save the endpoints of container %s: %s", container->row.id,
			error->message);
}

Endpoint *endpoint_join(Container *container, const Spec *spec, const char *name,
	const json_t *asked, GError **error)
{
	lock_held(&container->engine->network_lock);
	Engine *engine = container->engine;
	Network *network = network_lookup(engine, name);
	if (network == NULL) {
		fail(error, BERTH_ERROR_NOT_FOUND, "network %s not found", name);
		return NULL;
	}
	if (network->config_only) {
		fail(error, BERTH_ERROR_FORBIDDEN,
			"cannot create endpoint on configuration-only network");
		return NULL;
	}
	if (network->bridge == NULL && network->parent == NULL) {
		fail(error, BERTH_ERROR_FORBIDDEN,
			strcmp(network->driver, "host") == 0
				? "cannot connect container to host network - container must be "
				  "created "
				  "in host network mode"
				: "container cannot be connected to multiple networks with one of "
				  "the "
				  "networks in private (none) mode");
		return NULL;
	}
	Endpoint *endpoint = network_realise(engine, network, error)
				     ? endpoint_new(container, network, spec, asked, error)
				     : NULL;
	if (endpoint == NULL)
		return NULL;
	g_hash_table_insert(network->members, g_strdup(container->row.id), endpoint_ref(endpoint));
	g_ptr_array_add(container->endpoints, endpoint);
	network_names_write(engine, network);
	return endpoint;
}

/* A container that is in no network: settings for networks would have no effect, and one in the host's cannot join others. */
static bool check_unmanaged(Engine *engine, const Spec *spec, GError **error)
{
	const char *name;
	json_t *asked;
	bool ok = true, of_host = spec->modes.network.share == SHARE_HOST;
	g_mutex_lock(&engine->network_lock);
	g_autoptr(json_t) wanted = endpoints_wanted(engine, spec);
	json_object_foreach (wanted, name, asked) {
		const Network *network = network_lookup(engine, name);
		ok = ok && (network == NULL || endpoint_check(network, asked, error));
		if (ok && of_host && strcmp(name, "host") != 0)
			ok = fail(error, BERTH_ERROR_FORBIDDEN,
				NETWORKING_FAILED
				"container sharing network namespace with another "
				"container or host cannot be connected to any other "
				"network");
	}
	g_mutex_unlock(&engine->network_lock);
	return ok;
}

/* The network of the mode is there, if it is wanted; in dockerd's words. network_lock is held. */
static bool check_mode(Engine *engine, const Spec *spec, const json_t *wanted, GError **error)
{
	lock_held(&engine->network_lock);
	const char *target = spec->modes.network.target;
	return spec->modes.network.share != SHARE_NETWORK ||
	       network_lookup(engine, target) != NULL || json_object_get(wanted, target) == NULL ||
	       fail(error, BERTH_ERROR_NOT_FOUND,
		       "could not find a network matching network mode %s: network %s not found",
		       target, target);
}

bool endpoints_reserve(Container *container, const Spec *spec, GError **error)
{
	Engine *engine = container->engine;
	const char *name;
	json_t *asked;
	if (!endpoints_managed(spec))
		return check_unmanaged(engine, spec, error);
	endpoints_release(container);
	g_mutex_lock(&engine->network_lock);
	g_autoptr(json_t) wanted = endpoints_wanted(engine, spec);
	container->endpoints = endpoints_new();
	bool ok = network_is_left_out(engine, spec->modes.network.target) ||
		  check_mode(engine, spec, wanted, error);
	json_object_foreach (wanted, name, asked)
		ok = ok && (network_is_left_out(engine, name) ||
				   endpoint_join(container, spec, name, asked, error) != NULL);
	ok = ok && ports_place(container, spec, NULL, false, error) &&
	     endpoints_save(container, error);
	g_mutex_unlock(&engine->network_lock);
	if (!ok) {
		endpoints_release(container);
		g_prefix_error(error, NETWORKING_FAILED);
	}
	return ok;
}

/* A container that may change its network (NET_ADMIN) may also be its router. network_lock is held. */
static void guard(Container *container, int netns, const char *link)
{
	lock_held(&container->engine->network_lock);
	Engine *engine = container->engine;
	g_autoptr(GError) problem = NULL;
	if (engine->rules_missing || engine->guard_missing)
		return;
	g_autoptr(Spec) spec = container_spec_or_none(container);
	const Confinement *confinement = &spec->confinement;
	guint64 caps = capability_resolve(&confinement->capabilities, confinement->privileged);
	if ((caps & capability_mask("NET_ADMIN")) != 0 || guard_link(netns, link, &problem))
		return;
	engine->guard_missing = true;
	log_warn("containers that have NET_RAW can send router advertisements: %s",
		problem->message);
}

/* The part of a link that deleting it needs. The endpoint's strings are borrowed. */
static ContainerLink link_of(const Network *network, const Endpoint *endpoint, int netns)
{
	return (ContainerLink){.host_name = endpoint->link,
		.bridge = network->bridge,
		.parent = network->parent,
		.kind = network->kind,
		.mode = network->link_mode,
		.flag = network->link_flag,
		.name = endpoint->name,
		.netns = netns};
}

bool endpoint_connect(Container *container, Network *network, Endpoint *endpoint, int netns,
	const Gateways *gateways, GError **error)
{
	lock_held(&container->engine->network_lock);
	Engine *engine = container->engine;
	ContainerLink link = link_of(network, endpoint, netns);
	link.mtu = network->mtu;
	link.first = container->endpoints->pdata[0] == endpoint;
	link.isolated = !network->icc;
	link.hairpin = network->hairpin;
	memcpy(link.mac, endpoint->mac, sizeof link.mac);
	link.address = endpoint->address;
	link.address6 = endpoint->address6;
	if (gateways->v4 == endpoint)
		gateway_address(endpoint, false, &link.gateway);
	if (gateways->v6 == endpoint)
		gateway_address(endpoint, true, &link.gateway6);
	if (!link_connect(&link, error))
		return false;
	endpoint_announce(engine, network, endpoint, netns);
	guard(container, netns, endpoint->name);
	if (!endpoint_settle(endpoint, netns, error))
		return false;
	if (endpoint->ports == NULL || endpoint->ports->len == 0 || ports_by_proxy(engine))
		return true;
	endpoint->published = port_publish(engine, true, endpoint->ports, endpoint, error);
	return endpoint->published;
}

void endpoint_unlink(const Network *network, const Endpoint *endpoint, int netns)
{
	ContainerLink link = link_of(network, endpoint, netns);
	link_disconnect(&link);
}

void endpoint_event(Container *container, const Network *network, const char *action)
{
	event_publish(container->engine, "network", action, network->id,
		json_pack("{s:s, s:s, s:s}", "container", container->row.id, "name", network->name,
			"type", network->driver));
}

void linkless_event(Container *container, const Spec *spec, const char *action)
{
	NamespaceShare share = spec->modes.network.share;
	const char *name = share == SHARE_HOST ? "host" : share == SHARE_NONE ? "none" : NULL;
	if (name == NULL || spec->left_network)
		return;
	g_mutex_lock(&container->engine->network_lock);
	endpoint_event(container, network_lookup(container->engine, name), action);
	g_mutex_unlock(&container->engine->network_lock);
}

bool endpoints_connect(Container *container, int netns, gint64 dns_ports, GError **error)
{
	Engine *engine = container->engine;
	bool ok = true;
	g_mutex_lock(&engine->network_lock);
	Gateways gateways = gateways_elect(container->endpoints);
	for (guint i = 0; ok && i < container->endpoints->len; i++) {
		Endpoint *endpoint = container->endpoints->pdata[i];
		Network *network = network_lookup(engine, endpoint->network);
		if (network == NULL)
			break;
		endpoint_name_link(network, container->endpoints, endpoint, -1);
		ok = endpoint_connect(container, network, endpoint, netns, &gateways, error);
		if (ok)
			endpoint_event(container, network, "connect");
	}
	ok = ok && endpoints_save(container, error);
	g_mutex_unlock(&engine->network_lock);
	guint16 udp = (guint16)dns_ports, tcp = (guint16)(dns_ports >> 16);
	ok = ok && (udp == 0 || udp == DNS_PORT || rules_redirect_dns(netns, udp, tcp, error));
	if (!ok)
		g_prefix_error(error, NETWORKING_FAILED);
	return ok;
}

/* The network namespace of a container that has ended, if another one that joined it still runs there; else -1. */
static int joined_namespace(Container *container)
{
	g_autoptr(GPtrArray) all =
		g_atomic_int_get(&container->joined) ? container_all(container->engine) : NULL;
	int netns = -1;
	for (guint i = 0; all != NULL && netns < 0 && i < all->len; i++) {
		Container *one = all->pdata[i];
		g_autoptr(Spec) spec = container_running(one) ? container_spec(one, NULL) : NULL;
		const NamespaceMode *mode = spec != NULL ? &spec->modes.network : NULL;
		if (mode == NULL || mode->share != SHARE_CONTAINER)
			continue;
		g_autoptr(Container) target = container_find(container->engine, mode->target, NULL);
		if (target == container)
			netns = container_part_open(one, "ns/net", O_RDONLY, NULL);
	}
	return netns;
}

void endpoints_release(Container *container)
{
	Engine *engine = container->engine;
	autofd netns = joined_namespace(container);
	g_mutex_lock(&engine->network_lock);
	g_autoptr(GPtrArray) endpoints = g_steal_pointer(&container->endpoints);
	for (guint i = 0; endpoints != NULL && i < endpoints->len; i++) {
		Endpoint *endpoint = endpoints->pdata[i];
		Network *network = network_lookup(engine, endpoint->network);
		/* Its addresses are free from now on, so nobody may keep them. */
		if (netns >= 0 && network != NULL)
			endpoint_unlink(network, endpoint, netns);
		endpoint_drop(container, network, endpoint);
		if (network != NULL)
			endpoint_event(container, network, "disconnect");
	}
	g_mutex_unlock(&engine->network_lock);
	if (endpoints != NULL)
		endpoint_store_remove(engine->store, container->row.id, NULL);
}

/* Reserves again what a running container holds. network_lock is held. */
static void remember(Container *container, Endpoint *endpoint)
{
	lock_held(&container->engine->network_lock);
	Engine *engine = container->engine;
	Network *network = network_lookup(engine, endpoint->network);
	const Address *const leases[] = {&endpoint->address, &endpoint->address6};
	port_remember(engine, endpoint->ports);
	if (network == NULL || endpoint->settling)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(leases); i++)
		if (leases[i]->family != 0)
			g_hash_table_add(network->used, address_text(leases[i]));
	g_hash_table_insert(network->members, g_strdup(container->row.id), endpoint_ref(endpoint));
}

void endpoints_restore(Container *container)
{
	Engine *engine = container->engine;
	g_autofree char *text = endpoint_store_get(engine->store, container->row.id);
	g_autoptr(json_t) rows = text != NULL ? json_parse(text, strlen(text), NULL) : NULL;
	const char *name;
	json_t *row;
	if (rows == NULL)
		return;
	g_atomic_int_set(&container->joined, 1);
	g_mutex_lock(&engine->network_lock);
	container->endpoints = endpoints_new();
	json_object_foreach (rows, name, row) {
		Endpoint *endpoint = endpoint_read(name, row);
		if (endpoint == NULL)
			continue;
		g_ptr_array_add(container->endpoints, endpoint);
		remember(container, endpoint);
	}
	g_mutex_unlock(&engine->network_lock);
}

void endpoints_renamed(Container *container)
{
	Engine *engine = container->engine;
	g_autoptr(Spec) spec = container_spec_or_none(container);
	g_mutex_lock(&engine->network_lock);
	for (guint i = 0; container->endpoints != NULL && i < container->endpoints->len; i++) {
		Endpoint *endpoint = container->endpoints->pdata[i];
		Network *network = network_lookup(engine, endpoint->network);
		if (network == NULL || network->predefined)
			continue;
		g_strfreev(endpoint->names);
		endpoint->names = endpoint_names(container, spec, endpoint->asked);
		network_names_write(engine, network);
	}
	if (container->endpoints != NULL)
		endpoints_keep(container);
	g_mutex_unlock(&engine->network_lock);
}

json_t *endpoints_json(Container *container, const Spec *spec)
{
	Engine *engine = container->engine;
	json_t *result = json_object(), *asked;
	const char *name;
	bool was_started = container->row.started != 0;
	if (spec->modes.network.share == SHARE_CONTAINER)
		return result;
	g_mutex_lock(&engine->network_lock);
	for (guint i = 0; container->endpoints != NULL && i < container->endpoints->len; i++) {
		const Endpoint *endpoint = container->endpoints->pdata[i];
		json_object_set_new(result, endpoint->network, endpoint_json(endpoint));
	}
	g_autoptr(json_t) wanted =
		json_object_size(result) == 0 ? endpoints_wanted(engine, spec) : NULL;
	json_object_foreach (wanted, name, asked) {
		const json_t *unseen =
			json_object_get(json_object_get(spec->json, SPEC_UNSEEN), name);
		bool is_new =
			unseen != NULL && json_integer_value(unseen) == container->row.started;
		const Network *network =
			was_started || is_new ? network_lookup(engine, name) : NULL;
		g_auto(GStrv) names = network != NULL && !network->predefined
					      ? endpoint_names(container, spec, asked)
					      : NULL;
		bool shown = network != NULL && !is_new;
		json_object_set_new(result, name,
			endpoint_json_resting(shown ? network->id : "", names, asked));
	}
	g_mutex_unlock(&engine->network_lock);
	return result;
}

GArray *endpoints_ports(Container *container)
{
	g_mutex_lock(&container->engine->network_lock);
	GArray *ports = ports_all(container->endpoints);
	g_mutex_unlock(&container->engine->network_lock);
	return ports;
}
