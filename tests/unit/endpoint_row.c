#include "engine/network/endpoint.h"

/* As an engine of before wrote it, with keys of its own among those of inspect. */
static const char old[] =
	"{\"IPAMConfig\":{\"IPv4Address\":\"10.0.0.5\"},\"Links\":null,\"Aliases\":[\"web\"],"
	"\"MacAddress\":\"02:42:0a:00:00:05\",\"DriverOpts\":null,\"GwPriority\":7,"
	"\"NetworkID\":\"n1\",\"EndpointID\":\"e1\",\"Gateway\":\"10.0.0.1\","
	"\"IPAddress\":\"10.0.0.5\",\"IPPrefixLen\":24,\"IPv6Gateway\":\"\","
	"\"GlobalIPv6Address\":\"\",\"GlobalIPv6PrefixLen\":0,\"DNSNames\":[\"box\",\"web\"],"
	"\"_Link\":\"vethe1\",\"_Name\":\"eth0\",\"_OnLink\":true,\"_Unfinished\":true,"
	"\"_Published\":true,"
	"\"_Ports\":[{\"Port\":\"80/tcp\",\"HostIp\":\"0.0.0.0\",\"HostPort\":\"8080\"}]}";

static Endpoint *read_text(const char *text)
{
	g_autoptr(json_t) row = json_loads(text, 0, NULL);
	g_assert_nonnull(row);
	return endpoint_read("mine", row);
}

static void check(const Endpoint *endpoint)
{
	g_autofree char *address = address_cidr(&endpoint->address),
			*gateway = address_text(&endpoint->gateway), *mac = mac_text(endpoint->mac);
	g_assert_cmpstr(endpoint->network, ==, "mine");
	g_assert_cmpstr(endpoint->network_id, ==, "n1");
	g_assert_cmpstr(endpoint->id, ==, "e1");
	g_assert_cmpstr(endpoint->link, ==, "vethe1");
	g_assert_cmpstr(endpoint->name, ==, "eth0");
	g_assert_cmpstr(address, ==, "10.0.0.5/24");
	g_assert_cmpstr(gateway, ==, "10.0.0.1");
	g_assert_cmpstr(mac, ==, "02:42:0a:00:00:05");
	g_assert_cmpint(endpoint->address6.family, ==, 0);
	g_assert_cmpint(endpoint->priority, ==, 7);
	g_assert_true(endpoint->on_link);
	g_assert_true(endpoint->settling);
	g_assert_true(endpoint->published);
	g_assert_cmpuint(g_strv_length(endpoint->names), ==, 2);
	g_assert_cmpuint(endpoint->ports->len, ==, 1);
	g_assert_cmpstr(json_str(endpoint->asked, "IPAMConfig.IPv4Address"), ==, "10.0.0.5");
}

static void test_forms(void)
{
	g_autoptr(Endpoint) before = read_text(old);
	check(before);
	g_autoptr(json_t) row = endpoint_row(before);
	g_autoptr(Endpoint) now = endpoint_read("mine", row);
	check(now);
}

/* The oldest rows have a number for a name, and a link that is not made yet has neither. */
static void test_names(void)
{
	g_autoptr(Endpoint) counted = read_text("{\"EndpointID\":\"e\",\"_Index\":3}");
	g_autoptr(Endpoint) unnamed = read_text("{\"EndpointID\":\"e\"}");
	g_autoptr(Endpoint) bare = read_text("{}");
	g_assert_cmpstr(counted->name, ==, "eth1");
	g_assert_null(unnamed->name);
	g_assert_null(unnamed->ports);
	g_assert_null(bare->names);
	g_assert_null(endpoint_read("mine", NULL));
}

/* Nothing of ours is in what clients see. */
static void test_shown(void)
{
	g_autoptr(Endpoint) endpoint = read_text(old);
	g_autoptr(json_t) shown = endpoint_json(endpoint), was = json_loads(old, 0, NULL);
	const char *key;
	json_t *value;
	json_object_foreach (was, key, value) {
		json_t *now = json_object_get(shown, key);
		g_assert_cmpint(now == NULL, ==, *key == '_');
		g_assert_true(now == NULL || json_equal(now, value));
	}
	json_object_foreach (shown, key, value)
		g_assert_nonnull(json_object_get(was, key));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/endpoint_row/forms", test_forms);
	g_test_add_func("/endpoint_row/names", test_names);
	g_test_add_func("/endpoint_row/shown", test_shown);
	return g_test_run();
}
