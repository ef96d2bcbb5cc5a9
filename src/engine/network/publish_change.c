/* Ports of a container that runs, added and taken away (an extension of /containers/{id}/update:
 * "PublishAdd" and "PublishRm", both written as PortBindings are). */
#include "engine/network/gateway.h"
#include "engine/network/ports.h"

#include "base/error.h"

#include <string.h>

/* Whether a published port is meant by a binding: what the binding leaves open does not count. */
static bool meant(const json_t *published, const char *port, const json_t *binding)
{
	const char *ip = json_str(binding, "HostIp"), *host_port = json_str(binding, "HostPort");
	return strcmp(json_str(published, "Port"), port) == 0 &&
	       (*ip == '\0' || strcmp(ip, json_str(published, "HostIp")) == 0) &&
	       (*host_port == '\0' || strcmp(host_port, json_str(published, "HostPort")) == 0);
}

static bool is_meant(const json_t *published, const json_t *bindings)
{
	const char *port;
	json_t *list, *binding;
	size_t i;
	json_object_foreach ((json_t *)bindings, port, list)
		json_array_foreach (list, i, binding)
			if (meant(published, port, binding))
				return true;
	return false;
}

/* Under the lock. */
static bool take_away(
	Container *container, json_t *endpoint, const json_t *bindings, GError **error)
{
	json_t *ports = json_object_get(endpoint, "_Ports"), *entry;
	g_autoptr(json_t) gone = json_array(), kept = json_array();
	size_t i;
	json_array_foreach (ports, i, entry)
		json_array_append(is_meant(entry, bindings) ? gone : kept, entry);
	if (json_object_size(bindings) > 0 && json_array_size(gone) == 0)
		return fail(error, BERTH_ERROR_NOT_FOUND, "container %s publishes no such port",
			container->row.name);
	if (!publish_ports(container, false, gone, endpoint, error))
		return false;
	port_release(container->engine, gone);
	json_object_set(endpoint, "_Ports", kept);
	/* Two ports of the host may lead to one of the container, which is reached directly, too. */
	return port_publish(container->engine, true, kept, endpoint, error);
}

/* Under the lock. */
static bool add(Container *container, Network *network, json_t *endpoint, const json_t *bindings,
	GError **error)
{
	Engine *engine = container->engine;
	g_autoptr(json_t) host = json_pack("{s:O}", "PortBindings", bindings);
	g_autoptr(json_t) more =
		port_bind(engine, container->row.name, network, endpoint, NULL, host, NULL, error);
	if (more == NULL)
		return false;
	if (!publish_ports(container, true, more, endpoint, error)) {
		port_release(engine, more);
		return false;
	}
	if (!json_is_array(json_object_get(endpoint, "_Ports")))
		json_object_set_new(endpoint, "_Ports", json_array());
	json_array_extend(json_object_get(endpoint, "_Ports"), more);
	if (!ports_by_proxy(engine))
		json_object_set_new(endpoint, "_Published", json_true());
	return true;
}

/* The wish, so that the next start publishes the same. */
static void keep_wish(json_t *spec, const json_t *more, const json_t *less)
{
	json_t *host = json_object_get(spec, "HostConfig"),
	       *config = json_object_get(spec, "Config"), *list, *binding;
	const char *port;
	size_t i;
	if (!json_is_object(json_object_get(host, "PortBindings")))
		json_object_set_new(host, "PortBindings", json_object());
	if (!json_is_object(json_object_get(config, "ExposedPorts")))
		json_object_set_new(config, "ExposedPorts", json_object());
	json_t *wish = json_object_get(host, "PortBindings");
	json_object_foreach ((json_t *)less, port, list) {
		g_autoptr(json_t) kept = json_array();
		json_array_foreach (json_object_get(wish, port), i, binding) {
			g_autoptr(json_t) one = json_copy(binding);
			json_object_set_new(one, "Port", json_string(port));
			if (!is_meant(one, less))
				json_array_append(kept, binding);
		}
		if (json_array_size(kept) > 0)
			json_object_set(wish, port, kept);
		else
			json_object_del(wish, port);
	}
	json_object_foreach ((json_t *)more, port, list) {
		json_object_set_new(json_object_get(config, "ExposedPorts"), port, json_object());
		if (!json_is_array(json_object_get(wish, port)))
			json_object_set_new(wish, port, json_array());
		json_array_extend(json_object_get(wish, port), list);
	}
}

bool publish_change(
	Container *container, json_t *spec, const json_t *more, const json_t *less, GError **error)
{
	Network *network = NULL;
	bool running = container_running(container), ok = true;
	if (json_object_size(more) + json_object_size(less) == 0)
		return true;
	g_mutex_lock(&container->engine->network_lock);
	json_t *endpoint = running ? ports_carrier(container, &network) : NULL;
	if (running && endpoint == NULL)
		ok = fail(error, BERTH_ERROR_INVALID,
			"container %s is in no network whose ports can be published",
			container->row.name);
	else if (running)
		ok = take_away(container, endpoint, less, error) &&
		     add(container, network, endpoint, more, error);
	if (running && ok)
		endpoints_keep(container);
	g_mutex_unlock(&container->engine->network_lock);
	if (ok)
		keep_wish(spec, more, less);
	return ok;
}
