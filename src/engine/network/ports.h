/* Published ports: reserved on the host, and carried by the firewall or the shim. */
#pragma once
#include "engine/network/networks.h"

/* publish.c: such a list of ports into the kernel or the shim, or out of them. */
bool publish_ports(
	Container *container, bool on, const json_t *list, const json_t *endpoint, GError **error);

/* port_bind.c: the ports that a container asks for, reserved for it; a list of
 * {"Port": "80/tcp", "HostIp", "HostPort"} or NULL; without HostPort where hosts are routed to the container's
 * own. What is held (such a list, or NULL) was the container's until now: its shim may not have let go of it yet.
 * Under the lock. */
json_t *port_bind(Engine *engine, const char *container, const Network *network,
	const json_t *endpoint, const json_t *config, const json_t *host, const json_t *held,
	GError **error);
/* By the firewall, or, in mode "proxy" and where families differ, by the container's shim. */
typedef enum { PORT_BY_RULE, PORT_BY_SHIM } PortWay;
/* What of such a list goes this way to an endpoint: an array of PortMapping. */
GArray *port_mappings(
	const Engine *engine, const json_t *list, const json_t *endpoint, PortWay way);
/* Whether shims carry all ports: so says daemon.json, or this host has no nftables. */
bool ports_by_proxy(const Engine *engine);
/* Such a list into the firewall's table, or out of it. */
bool port_publish(
	Engine *engine, bool on, const json_t *list, const json_t *endpoint, GError **error);
void port_release(Engine *engine, const json_t *list);
void port_remember(Engine *engine, const json_t *list); /* after a restart */

/* publish.c: hands a started container's ports to its shim, where they are published by proxy. */
void publish_by_shim(Container *container);
/* Adds and takes away published ports (PortBindings), of a running container at once; spec
 * is changed accordingly. */
bool publish_change(
	Container *container, json_t *spec, const json_t *more, const json_t *less, GError **error);
