#include "engine/object/published_port.h"

#include "base/error.h"

#include <netinet/in.h>
#include <string.h>

static const struct {
	const char *name;
	guint8 number;
} protocols[] = {{"tcp", IPPROTO_TCP}, {"udp", IPPROTO_UDP}, {"sctp", IPPROTO_SCTP}};

static bool read_protocol(const char *name, guint8 *protocol)
{
	for (size_t i = 0; i < G_N_ELEMENTS(protocols); i++)
		if (g_ascii_strcasecmp(*name != '\0' ? name : "tcp", protocols[i].name) == 0) {
			*protocol = protocols[i].number;
			return true;
		}
	return false;
}

bool container_port_parse(const char *text, ContainerPort *port)
{
	g_auto(GStrv) parts = g_strsplit(text, "/", 2);
	guint64 number;
	if (parts[0] == NULL || !g_ascii_string_to_unsigned(parts[0], 10, 1, 65535, &number, NULL))
		return false;
	port->number = (guint16)number;
	return read_protocol(parts[1] != NULL ? parts[1] : "", &port->protocol);
}

char *container_port_text(const ContainerPort *port)
{
	const char *name = "tcp";
	for (size_t i = 0; i < G_N_ELEMENTS(protocols); i++)
		if (protocols[i].number == port->protocol)
			name = protocols[i].name;
	return g_strdup_printf("%u/%s", port->number, name);
}

bool container_port_equal(const ContainerPort *a, const ContainerPort *b)
{
	return a->number == b->number && a->protocol == b->protocol;
}

/* "8000-8010" or "80", as a request may give it; port 0 is valid there. */
static bool range_parse(const char *text, guint *first, guint *last)
{
	g_auto(GStrv) ends = g_strsplit(text, "-", 2);
	guint64 low, high;
	if (ends[0] == NULL || !g_ascii_string_to_unsigned(ends[0], 10, 0, 65535, &low, NULL) ||
		!g_ascii_string_to_unsigned(
			ends[1] != NULL ? ends[1] : ends[0], 10, low, 65535, &high, NULL))
		return false;
	*first = (guint)low;
	*last = (guint)high;
	return true;
}

static bool check_port(const char *text, GError **error)
{
	g_autofree char *number = g_strndup(text, strcspn(text, "/"));
	return g_ascii_string_to_unsigned(number, 10, 0, 65535, NULL, NULL) ||
	       fail(error, BERTH_ERROR_INVALID, "invalid port specification: \"%s\"", number);
}

/* An IPv4 address mapped into IPv6 becomes IPv4. */
static void unmap(Address *address)
{
	static const guint8 mapped[12] = {[10] = 0xff, [11] = 0xff};
	enum { FULL = 32 };
	if (address->family != AF_INET6 || memcmp(address->bytes, mapped, sizeof mapped) != 0)
		return;
	Address plain = {.family = AF_INET, .prefix = FULL};
	memcpy(plain.bytes, address->bytes + sizeof mapped, 4);
	*address = plain;
}

static PortRequest read_request(const char *port, const char *host_ip)
{
	PortRequest request = {0};
	if (!container_port_parse(port, &request.target))
		request.bad_port = port;
	if (*host_ip != '\0' &&
		(strchr(host_ip, '/') != NULL || !address_parse(host_ip, &request.host)))
		request.bad_address = host_ip;
	unmap(&request.host);
	return request;
}

static bool add_request(GArray *requests, const char *port, const json_t *binding, GError **error)
{
	const char *host_port = json_str(binding, "HostPort");
	PortRequest request = read_request(port, json_str(binding, "HostIp"));
	bool ok = *host_port == '\0' || range_parse(host_port, &request.first, &request.last);
	/* "0-5" is a range, and no host port 0 can be bound. */
	if (request.bad_port == NULL && (!ok || (request.first == 0 && request.last != 0)))
		request.bad_port = host_port;
	g_array_append_val(requests, request);
	return ok ||
	       fail(error, BERTH_ERROR_INVALID, "invalid port specification: \"%s\"", host_port);
}

bool port_requests_add(GArray *requests, const json_t *bindings, GError **error)
{
	const char *port;
	json_t *list, *binding;
	size_t i;
	bool ok = true;
	json_object_foreach ((json_t *)bindings, port, list) {
		ok = ok && check_port(port, error);
		json_array_foreach (list, i, binding)
			ok = add_request(requests, port, binding, ok ? error : NULL) && ok;
	}
	return ok;
}

static gpointer port_key(const ContainerPort *port)
{
	return GUINT_TO_POINTER((guint)port->protocol << 16 | port->number);
}

/* Adds the exposed ports that no binding names. */
static void add_exposed(GArray *requests, const json_t *exposed)
{
	g_autoptr(GHashTable) named = g_hash_table_new(NULL, NULL);
	const char *port;
	json_t *unused;
	for (guint i = 0; i < requests->len; i++)
		g_hash_table_add(named, port_key(&g_array_index(requests, PortRequest, i).target));
	json_object_foreach ((json_t *)exposed, port, unused) {
		PortRequest request = read_request(port, "");
		if (request.bad_port != NULL || g_hash_table_add(named, port_key(&request.target)))
			g_array_append_val(requests, request);
	}
}

bool port_requests_parse(
	const json_t *config, const json_t *host, GArray **requests, GError **error)
{
	*requests = g_array_new(FALSE, TRUE, sizeof(PortRequest));
	bool ok = port_requests_add(*requests, json_object_get(host, "PortBindings"), error);
	if (json_bool(host, "PublishAllPorts"))
		add_exposed(*requests, json_object_get(config, "ExposedPorts"));
	return ok;
}

static json_t *port_row(const PublishedPort *port)
{
	g_autofree char *target = container_port_text(&port->target),
			*host = address_text(&port->host);
	return json_pack("{s:s, s:s, s:i, s:o*}", "target", target, "host", host, "port",
		port->host_port, "direct", port->direct ? json_true() : NULL);
}

json_t *published_ports_row(const GArray *ports)
{
	json_t *list = json_array();
	for (guint i = 0; i < ports->len; i++)
		json_array_append_new(list, port_row(&g_array_index(ports, PublishedPort, i)));
	return list;
}

/* Older engines kept objects of strings, {"Port", "HostIp", "HostPort"}. */
static bool read_port(const json_t *row, PublishedPort *port)
{
	bool old = json_object_get(row, "Port") != NULL;
	gint64 number =
		old ? g_ascii_strtoll(json_str(row, "HostPort"), NULL, 10) : json_int(row, "port");
	*port = (PublishedPort){.host_port = (guint16)CLAMP(number, 0, G_MAXUINT16),
		.direct = json_bool(row, old ? "_Direct" : "direct")};
	return container_port_parse(json_str(row, old ? "Port" : "target"), &port->target) &&
	       address_parse(json_str(row, old ? "HostIp" : "host"), &port->host);
}

GArray *published_ports_read(const json_t *row)
{
	GArray *ports = g_array_new(FALSE, TRUE, sizeof(PublishedPort));
	const json_t *entry;
	PublishedPort port;
	for (size_t i = 0; i < json_array_size(row); i++) {
		entry = json_array_get(row, i);
		if (read_port(entry, &port))
			g_array_append_val(ports, port);
	}
	return ports;
}
