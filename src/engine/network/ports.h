/* Published ports: reserved on the host, and forwarded by the firewall or the shim. Lists are arrays of
 * PublishedPort. */
#pragma once
#include "engine/network/endpoint.h"
#include "engine/object/published_port.h"

/* publish.c: publishes or unpublishes a list of ports, in the kernel or by the shim. */
bool publish_ports(Container *container, bool on, const GArray *ports, const Endpoint *endpoint,
	GError **error);

/* An endpoint that is to have ports. */
typedef struct {
	Endpoint *endpoint;
	Network *network; /* its own */
	int only;	  /* those of this family; 0: of both */
} PortCarrier;

/* port_bind.c: the ports that a container asks for (requests: of PortRequest), reserved for it; a new list, or NULL. What is held
 * (a list, or NULL) was the container's until now: its shim may not have let go of it yet, and what is to be chosen is the same
 * again. Under network_lock. */
GArray *port_bind(Engine *engine, const char *container, const PortCarrier *carrier,
	const GArray *requests, const GArray *held, GError **error);
/* By the firewall or, in mode "proxy" and where families differ, by the container's shim. */
typedef enum { PORT_BY_RULE, PORT_BY_SHIM } PortWay;
/* The ports of a list that go this way to an endpoint: an array of PortMapping. */
GArray *port_mappings(
	const Engine *engine, const GArray *ports, const Endpoint *endpoint, PortWay way);
/* Whether shims forward all ports: set in daemon.json, or because this host has no nftables. */
bool ports_by_proxy(const Engine *engine);
/* Adds a list to the firewall's table, or removes it. */
bool port_publish(
	Engine *engine, bool on, const GArray *ports, const Endpoint *endpoint, GError **error);
void port_release(Engine *engine, const GArray *ports);	 /* NULL: none */
void port_remember(Engine *engine, const GArray *ports); /* at the start of the engine */

/* publish.c: hands a started container's ports to its shim, where it forwards them. */
void publish_by_shim(Container *container);
/* At the start of the engine: the shim of a running container forwards what the engine knows, whatever it did until now, and
 * reports then (shim_resolver_state). */
void publish_again(Container *container);
/* Adds and removes published ports (PortBindings), of a running container at once; spec is changed accordingly. */
bool publish_change(
	Container *container, json_t *spec, const json_t *more, const json_t *less, GError **error);
