/* `network connect` and `disconnect`, for containers that run or do not. */
#include "engine/network/gateway.h"
#include "engine/network/names.h"
#include "engine/network/ports.h"
#include "engine/shim/shim.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/lock.h"
#include "base/log.h"

#include <fcntl.h>
#include <string.h>

static char *resolve(Engine *engine, const char *reference, GError **error)
{
	g_mutex_lock(&engine->network_lock);
	Network *network = network_lookup(engine, reference);
	char *name = network != NULL ? g_strdup(network->name) : NULL;
	g_mutex_unlock(&engine->network_lock);
	if (name == NULL)
		fail(error, BERTH_ERROR_NOT_FOUND, "network %s not found", reference);
	return name;
}

/* network_lock is held. The container's end takes it after its process has gone: endpoints that exist now are
 * released by that end. */
static int running_pid(Container *container)
{
	lock_held(&container->engine->network_lock);
	ContainerRow row = container_snapshot(container);
	int pid = row.pid;
	container_row_clear(&row);
	return pid;
}

/* Whether a reference means the network of this name; a network that is gone has only its name. network_lock is held. */
static bool names_network(Engine *engine, const char *reference, const char *name)
{
	lock_held(&engine->network_lock);
	const Network *network = network_lookup(engine, reference);
	return strcmp(network != NULL ? network->name : reference, name) == 0;
}

/* Notes in the specification of a container that does not run which networks are new to it. */
static void note_unseen(const Container *container, json_t *spec, const char *name, bool connected)
{
	json_t *unseen = json_member(spec, SPEC_UNSEEN);
	json_object_del(unseen, name);
	if (connected)
		json_object_set_new(unseen, name, json_integer(container->row.started));
}

/* Records the request (NULL: a disconnection) in the container's specification. network_lock is held. */
static bool keep_request(Container *container, const char *name, json_t *asked, GError **error)
{
	lock_held(&container->operation);
	lock_held(&container->engine->network_lock);
	Engine *engine = container->engine;
	g_autoptr(Spec) old = container_spec(container, error);
	if (old == NULL)
		return false;
	g_autoptr(json_t) spec = json_deep_copy(old->json);
	const NamespaceMode *mode = &old->modes.network;
	json_t *configs = json_member(json_member(spec, "NetworkingConfig"), "EndpointsConfig"),
	       *value;
	const char *key;
	void *next;
	json_object_foreach_safe (configs, next, key, value) {
		const char *called = strcmp(key, "default") == 0 ? "bridge" : key;
		if (names_network(engine, called, name))
			json_object_del(configs, key);
	}
	/* Marks the network of the mode as left, so that the next start does not join it. */
	if (asked == NULL && mode->share != SHARE_CONTAINER &&
		names_network(engine, mode->target, name))
		json_object_set_new(spec, SPEC_LEFT, json_true());
	if (asked != NULL)
		json_object_set(configs, name, asked);
	bool runs = running_pid(container) > 0;
	if (!runs || json_object_get(spec, SPEC_UNSEEN) != NULL)
		note_unseen(container, spec, name, asked != NULL && !runs);
	return container_change_spec(container, g_steal_pointer(&spec), error);
}

/* Disconnects one endpoint of a running container. network_lock is held. */
static void detach(Container *container, const Spec *spec, const char *name, int netns)
{
	lock_held(&container->engine->network_lock);
	Network *network = network_lookup(container->engine, name);
	Endpoint *there = endpoint_in(container->endpoints, name);
	if (there == NULL)
		return;
	g_autoptr(Endpoint) endpoint = endpoint_ref(there);
	g_autoptr(GError) error = NULL;
	Gateways before = gateways_elect(container->endpoints);
	if (network != NULL)
		endpoint_unlink(network, endpoint, netns);
	g_ptr_array_remove(container->endpoints, endpoint);
	Gateways now = gateways_elect(container->endpoints);
	if (!gateways_apply(&before, &now, netns, &error)) {
		log_warn("container %s: %s", container->row.id, error->message);
		g_clear_error(&error);
	}
	if (!ports_place(container, spec, endpoint, true, &error))
		log_warn("container %s: %s", container->row.id, error->message);
	endpoint_drop(container, network, endpoint);
	g_autofree char *lines = endpoint_hosts(spec, endpoint);
	hosts_change(container, lines, "");
	resolver_update(container, spec, netns);
}

/* Connects a new endpoint: link, routes, ports, names. network_lock is held. */
static bool attach(Container *container, const Spec *spec, Network *network, Endpoint *endpoint,
	const Gateways *before, int netns, GError **error)
{
	lock_held(&container->engine->network_lock);
	static const Gateways none = {0};
	if (!endpoint_connect(container, network, endpoint, netns, &none, error))
		return false;
	Gateways now = gateways_elect(container->endpoints);
	if (!gateways_apply(before, &now, netns, error) ||
		!ports_place(container, spec, NULL, true, error))
		return false;
	g_autofree char *lines = endpoint_hosts(spec, endpoint);
	hosts_change(container, "", lines);
	if (resolver_update(container, spec, netns))
		resolv_conf_switch(container, spec);
	return true;
}

/* The engine may be killed at any step: the row is written before the kernel is changed. network_lock is held. */
static bool connect_running(
	Container *container, const Spec *spec, const char *name, json_t *asked, GError **error)
{
	lock_held(&container->operation);
	lock_held(&container->engine->network_lock);
	if (container->endpoints == NULL)
		container->endpoints = endpoints_new();
	if (endpoint_in(container->endpoints, name) != NULL)
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"endpoint with name %s already exists in network %s", container->row.name,
			name);
	autofd netns = container_part_open(container, "ns/net", O_RDONLY, error);
	if (netns < 0)
		return false;
	Gateways before = gateways_elect(container->endpoints);
	Endpoint *endpoint = endpoint_join(container, spec, name, asked, error);
	if (endpoint == NULL)
		return false;
	Network *network = network_lookup(container->engine, name);
	endpoint_name_link(network, container->endpoints, endpoint, netns);
	endpoint->settling = true;
	if (!endpoints_save(container, error)) {
		endpoint_drop(container, network, endpoint);
		g_ptr_array_remove(container->endpoints, endpoint);
		return false;
	}
	bool ok = attach(container, spec, network, endpoint, &before, netns, error) &&
		  keep_request(container, name, asked, error);
	if (ok) {
		endpoint->settling = false;
		endpoint_event(container, network, "connect");
	} else {
		detach(container, spec, name, netns);
	}
	endpoints_keep(container);
	return ok;
}

/* network_lock is held. */
static bool disconnect_running(
	Container *container, const Spec *spec, const char *name, GError **error)
{
	lock_held(&container->operation);
	lock_held(&container->engine->network_lock);
	Network *network = network_lookup(container->engine, name);
	Endpoint *endpoint = endpoint_in(container->endpoints, name);
	autofd netns = container_part_open(container, "ns/net", O_RDONLY, error);
	if (netns < 0)
		return false;
	endpoint->settling = true;
	endpoints_keep(container);
	detach(container, spec, name, netns);
	endpoint_event(container, network, "disconnect");
	bool ok = keep_request(container, name, NULL, error);
	endpoints_keep(container);
	return ok;
}

static bool no_other_of_none(GError **error)
{
	return fail(error, BERTH_ERROR_INVALID,
		"container cannot be connected to multiple networks with one of the networks in "
		"private (none) mode");
}

/* A container that is in a network cannot join "none". network_lock is held. */
static bool check_others(Engine *engine, const Spec *spec, const Network *network, GError **error)
{
	lock_held(&engine->network_lock);
	g_autoptr(json_t) wanted = endpoints_wanted(engine, spec);
	json_object_del(wanted, network->name);
	return strcmp(network->name, "none") != 0 || json_object_size(wanted) == 0 ||
	       no_other_of_none(error);
}

static bool check_connect(const Spec *spec, const char *name, GError **error)
{
	bool none = spec->modes.network.share == SHARE_NONE && !spec->left_network;
	if (spec->no_network)
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"the container was made without a network (NetworkDisabled), and cannot be "
			"connected to one");
	if (!none && !endpoints_managed(spec))
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"container sharing network namespace with another container or host cannot "
			"be connected to any other network");
	if (none && strcmp(name, "none") != 0)
		return no_other_of_none(error);
	if (strcmp(name, "host") == 0)
		return fail(error, BERTH_ERROR_INVALID,
			"cannot connect container to host network - container must be created in "
			"host network mode");
	return true;
}

static bool is_alive(const Container *container, GError **error)
{
	return !container->removed ||
	       fail(error, BERTH_ERROR_NOT_FOUND, "No such container: %s", container->row.id);
}

/* A container created without networks, which has left "none", rejoins it: there is no link to make. network_lock is
 * held. */
static bool come_back(Container *container, const Network *network, GError **error)
{
	lock_held(&container->engine->network_lock);
	g_autoptr(Spec) old = container_spec(container, error);
	if (old == NULL)
		return false;
	g_autoptr(json_t) spec = json_deep_copy(old->json);
	json_object_del(spec, SPEC_LEFT);
	if (!container_change_spec(container, g_steal_pointer(&spec), error))
		return false;
	endpoint_event(container, network, "connect");
	return true;
}

bool network_connect(
	Container *container, const char *reference, const json_t *asked, GError **error)
{
	Engine *engine = container->engine;
	g_autoptr(GMutexLocker) operation G_GNUC_UNUSED = g_mutex_locker_new(&container->operation);
	g_autofree char *name = resolve(engine, reference, error);
	if (name == NULL || !is_alive(container, error))
		return false;
	g_autoptr(Spec) spec = container_spec(container, error);
	g_autoptr(json_t) request =
		json_is_object(asked) ? json_copy((json_t *)asked) : json_object();
	if (spec == NULL || !check_connect(spec, name, error))
		return false;
	shim_resolver_state(container);
	g_mutex_lock(&engine->network_lock);
	int pid = running_pid(container);
	bool back = strcmp(name, "none") == 0 && spec->modes.network.share == SHARE_NONE &&
		    spec->left_network;
	Network *network = network_lookup(engine, name);
	bool ok = network == NULL ? fail(error, BERTH_ERROR_NOT_FOUND, "network %s not found", name)
		  : !check_others(engine, spec, network, error) ||
				  !endpoint_check_new(network, request, error)
			  ? false
		  : back    ? come_back(container, network, error)
		  : pid > 0 ? connect_running(container, spec, name, request, error)
			    : keep_request(container, name, request, error);
	g_mutex_unlock(&engine->network_lock);
	return ok;
}

bool network_disconnect_lost(
	Engine *engine, const char *reference, const char *container, GError **error)
{
	g_autofree char *name = resolve(engine, reference, error);
	return name != NULL &&
	       fail(error, BERTH_ERROR_NOT_FOUND, "endpoint %s not found", container);
}

/* Removes a network that is gone from what a stopped container asks for, so that it can start again. */
static bool forget_missing(Container *container, const char *reference, GError **error)
{
	Engine *engine = container->engine;
	g_autoptr(Spec) spec = container_spec(container, error);
	if (spec == NULL)
		return false;
	g_mutex_lock(&engine->network_lock);
	g_autoptr(json_t) wanted = endpoints_wanted(engine, spec);
	bool ok = network_lookup(engine, reference) == NULL && running_pid(container) <= 0 &&
				  json_object_get(wanted, reference) != NULL
			  ? keep_request(container, reference, NULL, error)
			  : fail(error, BERTH_ERROR_NOT_FOUND, "network %s not found", reference);
	g_mutex_unlock(&engine->network_lock);
	return ok;
}

bool network_disconnect(Container *container, const char *reference, GError **error)
{
	Engine *engine = container->engine;
	g_autoptr(GMutexLocker) operation G_GNUC_UNUSED = g_mutex_locker_new(&container->operation);
	g_autofree char *name = resolve(engine, reference, NULL);
	if (!is_alive(container, error))
		return false;
	if (name == NULL)
		return forget_missing(container, reference, error);
	g_autoptr(Spec) spec = container_spec(container, error);
	if (spec == NULL)
		return false;
	if (spec->modes.network.share == SHARE_HOST && strcmp(name, "host") == 0)
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"cannot disconnect container from host network - container was created in "
			"host network mode");
	shim_resolver_state(container);
	g_mutex_lock(&engine->network_lock);
	g_autoptr(json_t) wanted = endpoints_wanted(engine, spec);
	int pid = running_pid(container);
	bool there = pid > 0 && endpoint_in(container->endpoints, name) != NULL;
	bool ok = there ? disconnect_running(container, spec, name, error)
		  : json_object_get(wanted, name) != NULL
			  ? keep_request(container, name, NULL, error)
			  : fail(error, BERTH_ERROR_SYSTEM,
				    "container %s is not connected to %snetwork %s",
				    container->row.id, pid > 0 ? "" : "the ", name);
	g_mutex_unlock(&engine->network_lock);
	return ok;
}

/* The name of an endpoint that is being connected or disconnected, or NULL. */
static const char *unfinished(const GPtrArray *endpoints)
{
	for (guint i = 0; endpoints != NULL && i < endpoints->len; i++) {
		const Endpoint *endpoint = endpoints->pdata[i];
		if (endpoint->settling)
			return endpoint->network;
	}
	return NULL;
}

static void finish(Container *container)
{
	Engine *engine = container->engine;
	g_autoptr(GMutexLocker) operation G_GNUC_UNUSED = g_mutex_locker_new(&container->operation);
	g_autoptr(Spec) spec = container_spec(container, NULL);
	shim_resolver_state(container);
	g_mutex_lock(&engine->network_lock);
	int pid = running_pid(container);
	const char *name = spec != NULL && pid > 0 ? unfinished(container->endpoints) : NULL;
	if (name != NULL) {
		static const Gateways unknown = {0};
		g_autofree char *its = g_strdup(name);
		autofd netns = container_part_open(container, "ns/net", O_RDONLY, NULL);
		g_autoptr(GError) error = NULL;
		log_warn("container %s: its connection to network %s was cut off, and is undone",
			container->row.id, its);
		detach(container, spec, its, netns);
		Gateways now = gateways_elect(container->endpoints);
		if (!gateways_apply(&unknown, &now, netns, &error) ||
			!keep_request(container, its, NULL, &error))
			log_warn("container %s: %s", container->row.id, error->message);
		endpoints_keep(container);
	}
	g_mutex_unlock(&engine->network_lock);
}

void endpoints_finish(Engine *engine)
{
	g_autoptr(GPtrArray) all = container_all(engine);
	for (guint i = 0; i < all->len; i++)
		publish_again(all->pdata[i]);
	for (guint i = 0; i < all->len; i++) {
		Container *container = all->pdata[i];
		g_mutex_lock(&engine->network_lock);
		bool any = unfinished(container->endpoints) != NULL;
		g_mutex_unlock(&engine->network_lock);
		if (any)
			finish(container);
	}
}
