/* Published ports: reserved on the host, and carried by the firewall or the shim. Lists are arrays of PublishedPort. */
#pragma once
#include "engine/network/endpoint.h"
#include "engine/object/published_port.h"

/* publish.c: such a list of ports into the kernel or the shim, or out of them. */
bool publish_ports(Container *container, bool on, const GArray *ports, const Endpoint *endpoint,
	GError **error);

/* port_bind.c: the ports that a container asks for (requests: of PortRequest), reserved for it; a new list, or NULL. What is held
 * (a list, or NULL) was the container's until now: its shim may not have let go of it yet. Under network_lock. */
GArray *port_bind(Engine *engine, const char *container, const Network *network,
	const Endpoint *endpoint, const GArray *requests, const GArray *held, GError **error);
/* By the firewall, or, in mode "proxy" and where families differ, by the container's shim. */
typedef enum { PORT_BY_RULE, PORT_BY_SHIM } PortWay;
/* What of such a list goes this way to an endpoint: an array of PortMapping. */
GArray *port_mappings(
	const Engine *engine, const GArray *ports, const Endpoint *endpoint, PortWay way);
/* Whether shims carry all ports: so says daemon.json, or this host has no nftables. */
bool ports_by_proxy(const Engine *engine);
/* Such a list into the firewall's table, or out of it. */
bool port_publish(
	Engine *engine, bool on, const GArray *ports, const Endpoint *endpoint, GError **error);
void port_release(Engine *engine, const GArray *ports);	 /* NULL: none */
void port_remember(Engine *engine, const GArray *ports); /* after a restart */

/* publish.c: hands a started container's ports to its shim, where they are published by proxy. */
void publish_by_shim(Container *container);
/* Adds and takes away published ports (PortBindings), of a running container at once; spec
 * is changed accordingly. */
bool publish_change(
	Container *container, json_t *spec, const json_t *more, const json_t *less, GError **error);
