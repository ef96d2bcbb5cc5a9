/* Published ports: what a request asks for (HostConfig.PortBindings), and what was bound. */
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

/* One binding of a request. Invalid text is kept (borrowed) and reported when the port is bound. */
typedef struct {
	ContainerPort target;
	Address host;	   /* family 0: no address given */
	guint first, last; /* host ports; 0: any free one */
	const char *bad_port, *bad_address;
} PortRequest;

/* Appends what bindings ({"80/tcp": [{"HostIp", "HostPort"}]}) ask for to a list of PortRequest. INVALID in dockerd's words for
 * what no request may say; all is appended in any case. */
bool port_requests_add(GArray *requests, const json_t *bindings, GError **error);
/* Reads those of a container: PortBindings, and ExposedPorts if PublishAllPorts is set. The caller frees the list. */
bool port_requests_parse(
	const json_t *config, const json_t *host, GArray **requests, GError **error);

typedef struct {
	ContainerPort target;
	Address host;	   /* all zero: any address of its family */
	guint16 host_port; /* 0: none; hosts route to the container's own port */
	bool direct; /* links of the host that are trusted reach the container's own port too */
} PublishedPort;

/* Lists of PublishedPort as the engine keeps them: an array of objects. New references; invalid entries are left
 * out. */
json_t *published_ports_row(const GArray *ports);
GArray *published_ports_read(const json_t *row);
