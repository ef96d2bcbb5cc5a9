#include "engine/object/published_port.h"

#include "base/error.h"

#include <netinet/in.h>

static void test_container_port(void)
{
	static const struct {
		const char *text, *shown; /* NULL: it is none */
	} cases[] = {{"80", "80/tcp"}, {"80/", "80/tcp"}, {"53/UDP", "53/udp"},
		{"9/sctp", "9/sctp"}, {"65535/tcp", "65535/tcp"}, {"0/tcp", NULL}, {"65536", NULL},
		{"80-90", NULL}, {"80/icmp", NULL}, {"", NULL}, {"a", NULL}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		ContainerPort port;
		bool ok = container_port_parse(cases[i].text, &port);
		g_autofree char *shown = ok ? container_port_text(&port) : NULL;
		g_assert_cmpstr(shown, ==, cases[i].shown);
	}
}

/* A request as "80/tcp 127.0.0.1 8000-8010", with what means nothing behind it. */
static char *request_text(const PortRequest *request)
{
	g_autofree char *port = container_port_text(&request->target),
			*host = address_text(&request->host);
	return g_strdup_printf("%s %s %u-%u %s%s", port, host, request->first, request->last,
		request->bad_port != NULL ? request->bad_port : "",
		request->bad_address != NULL ? request->bad_address : "");
}

static void test_requests(void)
{
	static const struct {
		const char *port, *ip, *host_port, *request, *words;
	} cases[] = {
		{"80/tcp", "", "", "80/tcp  0-0 ", NULL},
		{"80/tcp", "", "0", "80/tcp  0-0 ", NULL},
		{"80", "127.0.0.1", "8080", "80/tcp 127.0.0.1 8080-8080 ", NULL},
		{"80", "::1", "8000-8010", "80/tcp ::1 8000-8010 ", NULL},
		{"80", "::ffff:10.0.0.1", "", "80/tcp 10.0.0.1 0-0 ", NULL},
		{"80", "no", "", "80/tcp  0-0 no", NULL},
		{"80", "10.0.0.0/8", "", "80/tcp  0-0 10.0.0.0/8", NULL},
		{"80/foo", "", "1", "80/tcp  1-1 80/foo", NULL},
		{"80", "", "0-5", "80/tcp  0-5 0-5", NULL},
		{"80", "", "5-4", "80/tcp  0-0 5-4", "invalid port specification: \"5-4\""},
		{"80", "", "x", "80/tcp  0-0 x", "invalid port specification: \"x\""},
		{"80-90/tcp", "", "1", NULL, "invalid port specification: \"80-90\""},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GArray) requests = g_array_new(FALSE, TRUE, sizeof(PortRequest));
		g_autoptr(json_t) bindings = json_pack("{s:[{s:s, s:s}]}", cases[i].port, "HostIp",
			cases[i].ip, "HostPort", cases[i].host_port);
		bool ok = port_requests_add(requests, bindings, &error);
		g_assert_cmpint(ok, ==, cases[i].words == NULL);
		g_assert_cmpstr(error != NULL ? error->message : NULL, ==, cases[i].words);
		g_assert_cmpuint(requests->len, ==, 1);
		g_autofree char *text = request_text(&g_array_index(requests, PortRequest, 0));
		if (cases[i].request != NULL)
			g_assert_cmpstr(text, ==, cases[i].request);
	}
}

/* What is exposed comes last, and each port once, however it is written. */
static void test_exposed(void)
{
	g_autoptr(json_t) config = json_pack(
		"{s:{s:{}, s:{}, s:{}, s:{}}}", "ExposedPorts", "80/tcp", "81", "81/tcp", "82/udp");
	g_autoptr(json_t) host = json_pack("{s:b, s:{s:[{s:s}]}}", "PublishAllPorts", 1,
		"PortBindings", "80", "HostPort", "8080");
	g_autoptr(GArray) requests = NULL;
	g_autoptr(GString) all = g_string_new("");
	g_assert_true(port_requests_parse(config, host, &requests, NULL));
	for (guint i = 0; i < requests->len; i++) {
		g_autofree char *text = request_text(&g_array_index(requests, PortRequest, i));
		g_string_append_printf(all, "%s;", text);
	}
	g_assert_cmpstr(all->str, ==, "80/tcp  8080-8080 ;81/tcp  0-0 ;82/udp  0-0 ;");
}

static void test_rows(void)
{
	g_autoptr(json_t) old = json_pack("[{s:s, s:s, s:s, s:b}, {s:s, s:s, s:s}, {s:s}]", "Port",
		"80/tcp", "HostIp", "0.0.0.0", "HostPort", "8080", "_Direct", 1, "Port", "53/udp",
		"HostIp", "::", "HostPort", "", "Port", "nothing");
	g_autoptr(GArray) first = published_ports_read(old);
	g_autoptr(json_t) row = published_ports_row(first);
	g_autoptr(GArray) ports = published_ports_read(row);
	g_assert_cmpuint(ports->len, ==, 2);
	const PublishedPort *port = &g_array_index(ports, PublishedPort, 0);
	g_assert_cmpuint(port->target.number, ==, 80);
	g_assert_cmpuint(port->host_port, ==, 8080);
	g_assert_cmpint(port->host.family, ==, AF_INET);
	g_assert_true(port->direct);
	port = &g_array_index(ports, PublishedPort, 1);
	g_assert_cmpuint(port->target.protocol, ==, IPPROTO_UDP);
	g_assert_cmpuint(port->host_port, ==, 0);
	g_assert_cmpint(port->host.family, ==, AF_INET6);
	g_assert_false(port->direct);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/published_port/container_port", test_container_port);
	g_test_add_func("/published_port/requests", test_requests);
	g_test_add_func("/published_port/exposed", test_exposed);
	g_test_add_func("/published_port/rows", test_rows);
	return g_test_run();
}
