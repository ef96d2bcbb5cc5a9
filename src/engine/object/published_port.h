/* Ports of containers that hosts reach: what is asked for (HostConfig.PortBindings), and what came of it. */
#pragma once
#include "base/address.h"
#include "base/json.h"

/* "80/tcp" */
typedef struct {
	guint16 number;
	guint8 protocol; /* IPPROTO_TCP, _UDP or _SCTP */
} ContainerPort;

/* "80", "80/tcp" or "80/TCP". False if it is none. */
bool container_port_parse(const char *text, ContainerPort *port);
char *container_port_text(const ContainerPort *port); /* "80/tcp"; the caller frees it */
bool container_port_equal(const ContainerPort *a, const ContainerPort *b);

/* What a request asks for. What means nothing is told when it is bound, and kept as it was written (borrowed) till then. */
typedef struct {
	ContainerPort target;
	Address host;	   /* family 0: none is named */
	guint first, last; /* of the host's ports; 0: any that is free */
	const char *bad_port, *bad_address;
} PortRequest;

/* Appends what bindings ({"80/tcp": [{"HostIp", "HostPort"}]}) ask for to a list of PortRequest. INVALID in dockerd's words for
 * what no request may say; all is appended in any case. */
bool port_requests_add(GArray *requests, const json_t *bindings, GError **error);
/* The same of a container: PortBindings, and ExposedPorts where PublishAllPorts says so. The caller frees the list. */
bool port_requests_parse(
	const json_t *config, const json_t *host, GArray **requests, GError **error);

typedef struct {
	ContainerPort target;
	Address host;	   /* all zero: any of its family */
	guint16 host_port; /* 0: none; hosts are routed to the container's own */
	bool direct;	   /* its own is reached from links of the host that are trusted, too */
} PublishedPort;

/* Lists of PublishedPort as the engine keeps them: an array of objects. New references; what means nothing is left out. */
json_t *published_ports_row(const GArray *ports);
GArray *published_ports_read(const json_t *row);
