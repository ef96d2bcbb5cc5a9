/* Adding and removing published ports of a running container (an extension of /containers/{id}/update: "PublishAdd"
 * and "PublishRm", in the form of PortBindings). */
#include "engine/network/gateway.h"
#include "engine/network/ports.h"

#include "base/error.h"
#include "base/lock.h"

#include <string.h>

/* Whether a binding matches a published port: absent fields match anything. */
static bool meant(const PublishedPort *port, const PortRequest *binding)
{
	return container_port_equal(&port->target, &binding->target) &&
	       (binding->host.family == 0 || address_equal(&binding->host, &port->host)) &&
	       (binding->last == 0 ||
		       (binding->first == binding->last && binding->first == port->host_port));
}

static bool is_meant(const PublishedPort *port, const GArray *bindings)
{
	for (guint i = 0; i < bindings->len; i++)
		if (meant(port, &g_array_index(bindings, PortRequest, i)))
			return true;
	return false;
}

static bool no_such_port(const Container *container, GError **error)
{
	return fail(error, BERTH_ERROR_NOT_FOUND, "container %s publishes no such port",
		container->row.name);
}

/* taken: the number of ports is added to it. network_lock is held. */
static bool take_away(Container *container, Endpoint *endpoint, const GArray *bindings,
	guint *taken, GError **error)
{
	lock_held(&container->engine->network_lock);
	g_autoptr(GArray) gone = g_array_new(FALSE, TRUE, sizeof(PublishedPort)),
			  kept = g_array_new(FALSE, TRUE, sizeof(PublishedPort));
	for (guint i = 0; endpoint->ports != NULL && i < endpoint->ports->len; i++) {
		const PublishedPort *port = &g_array_index(endpoint->ports, PublishedPort, i);
		g_array_append_vals(is_meant(port, bindings) ? gone : kept, port, 1);
	}
	*taken += gone->len;
	if (!publish_ports(container, false, gone, endpoint, error))
		return false;
	port_release(container->engine, gone);
	g_clear_pointer(&endpoint->ports, g_array_unref);
	endpoint->ports = g_steal_pointer(&kept);
	/* Two host ports may lead to the same port of the container, which may be reachable directly, too. */
	return port_publish(container->engine, true, endpoint->ports, endpoint, error);
}

/* network_lock is held. */
static bool add(
	Container *container, const PortCarrier *carrier, const GArray *requests, GError **error)
{
	lock_held(&container->engine->network_lock);
	Engine *engine = container->engine;
	Endpoint *endpoint = carrier->endpoint;
	g_autoptr(GArray) more =
		port_bind(engine, container->row.name, carrier, requests, NULL, error);
	if (more == NULL)
		return false;
	if (!publish_ports(container, true, more, endpoint, error)) {
		port_release(engine, more);
		return false;
	}
	g_array_append_vals(endpoint->ports, more->data, more->len);
	endpoint->published = endpoint->published || !ports_by_proxy(engine);
	return true;
}

/* Gives up the ports that were added last: all but the first count. network_lock is held. */
static void take_back(Container *container, Endpoint *endpoint, guint count)
{
	lock_held(&container->engine->network_lock);
	g_autoptr(GArray) last = g_array_new(FALSE, TRUE, sizeof(PublishedPort));
	if (endpoint->ports->len == count)
		return;
	g_array_append_vals(last, &g_array_index(endpoint->ports, PublishedPort, count),
		endpoint->ports->len - count);
	g_array_set_size(endpoint->ports, count);
	publish_ports(container, false, last, endpoint, NULL);
	port_release(container->engine, last);
}

/* A port that one of two carriers cannot have is published by neither. network_lock is held. */
static bool add_to_all(
	Container *container, const PortCarriers *carriers, const GArray *requests, GError **error)
{
	lock_held(&container->engine->network_lock);
	Endpoint *first = carriers->first.endpoint;
	guint count = first->ports->len;
	if (!add(container, &carriers->first, requests, error))
		return false;
	if (carriers->second.endpoint == NULL || add(container, &carriers->second, requests, error))
		return true;
	take_back(container, first, count);
	return false;
}

/* Whether a binding is one of those that go. */
static bool goes(const char *port, const json_t *binding, const GArray *less)
{
	const char *host = json_str(binding, "HostIp");
	PublishedPort one = {
		.host_port = (guint16)g_ascii_strtoull(json_str(binding, "HostPort"), NULL, 10)};
	address_parse(host, &one.host);
	return container_port_parse(port, &one.target) && is_meant(&one, less);
}

static void keep_less(json_t *bindings, const GArray *less)
{
	const char *port;
	json_t *list, *binding;
	void *next;
	size_t i;
	json_object_foreach_safe (bindings, next, port, list) {
		json_t *kept = json_array();
		json_array_foreach (list, i, binding)
			if (!goes(port, binding, less))
				json_array_append(kept, binding);
		bool same = json_array_size(kept) == json_array_size(list);
		if (!same && json_array_size(kept) == 0)
			json_object_del(bindings, port);
		else if (!same)
			json_object_set(bindings, port, kept);
		json_decref(kept);
	}
}

/* Changes the kept request, so that the next start publishes the same. */
static void keep_request(json_t *spec, const json_t *more, const GArray *less)
{
	json_t *bindings = json_member(json_object_get(spec, "HostConfig"), "PortBindings"),
	       *exposed = json_member(json_object_get(spec, "Config"), "ExposedPorts"), *list;
	const char *port;
	keep_less(bindings, less);
	json_object_foreach ((json_t *)more, port, list) {
		json_object_set_new(exposed, port, json_object());
		if (!json_is_array(json_object_get(bindings, port)))
			json_object_set_new(bindings, port, json_array());
		json_array_extend(json_object_get(bindings, port), list);
	}
}

/* Changes the ports of a running container. network_lock is held. */
static bool change_running(
	Container *container, const GArray *more, const GArray *less, GError **error)
{
	lock_held(&container->engine->network_lock);
	PortCarriers carriers = ports_carriers(container);
	Endpoint *first = carriers.first.endpoint, *second = carriers.second.endpoint;
	guint taken = 0;
	if (first == NULL)
		return fail(error, BERTH_ERROR_INVALID,
			"container %s is in no network whose ports can be published",
			container->row.name);
	if (!take_away(container, first, less, &taken, error) ||
		(second != NULL && !take_away(container, second, less, &taken, error)))
		return false;
	if (less->len > 0 && taken == 0)
		return no_such_port(container, error);
	if (!add_to_all(container, &carriers, more, error))
		return false;
	endpoints_keep(container);
	return true;
}

bool publish_change(
	Container *container, json_t *spec, const json_t *more, const json_t *less, GError **error)
{
	lock_held(&container->operation);
	g_autoptr(GArray) added = g_array_new(FALSE, TRUE, sizeof(PortRequest)),
			  gone = g_array_new(FALSE, TRUE, sizeof(PortRequest));
	bool ok = true;
	if (json_object_size(more) + json_object_size(less) == 0)
		return true;
	if (!port_requests_add(added, more, error) || !port_requests_add(gone, less, error))
		return false;
	if (json_object_size(less) > 0 && gone->len == 0)
		return no_such_port(container, error);
	g_mutex_lock(&container->engine->network_lock);
	if (container_running(container))
		ok = change_running(container, added, gone, error);
	g_mutex_unlock(&container->engine->network_lock);
	if (ok)
		keep_request(spec, more, gone);
	return ok;
}
