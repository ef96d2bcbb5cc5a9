#include "base/address.h"

#include <string.h>

static Address parsed(const char *text)
{
	Address address;
	g_assert_true(address_parse(text, &address));
	return address;
}

static void test_parse(void)
{
	static const char *const bad[] = {"", "/", "1.2.3", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/x",
		"::1/129", "1.2.3.4.5", "nonsense", "10.0.0.0/-1", "fe80::1%eth0"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		Address address;
		g_test_message("%s", bad[i]);
		g_assert_false(address_parse(bad[i], &address));
		g_assert_cmpint(address.family, ==, 0);
	}
	Address v4 = parsed("10.1.2.3/24"), v6 = parsed("fd00::5/64"), one = parsed("10.1.2.3");
	g_autofree char *cidr = address_cidr(&v4), *cidr6 = address_cidr(&v6);
	g_assert_cmpstr(cidr, ==, "10.1.2.3/24");
	g_assert_cmpstr(cidr6, ==, "fd00::5/64");
	g_assert_cmpint(one.prefix, ==, 32);
}

static void test_subnets(void)
{
	Address subnet = parsed("10.1.2.0/23"), inside = parsed("10.1.3.255"),
		outside = parsed("10.1.4.0"), v6 = parsed("fd00::/64");
	g_assert_true(address_contains(&subnet, &inside));
	g_assert_false(address_contains(&subnet, &outside));
	g_assert_false(address_contains(&subnet, &v6));
	Address wide = parsed("10.0.0.0/8"), other = parsed("11.0.0.0/8"), none = {0};
	g_assert_true(address_overlaps(&wide, &subnet));
	g_assert_true(address_overlaps(&subnet, &wide));
	g_assert_false(address_overlaps(&other, &subnet));
	g_assert_false(address_overlaps(&none, &subnet));
	Address host = parsed("10.1.3.77/23"), network = address_network(&host),
		third = address_nth(&host, 300);
	g_autofree char *base = address_text(&network), *nth = address_text(&third);
	g_assert_cmpstr(base, ==, "10.1.2.0");
	g_assert_cmpstr(nth, ==, "10.1.3.44");
	g_assert_cmpuint(address_count(&subnet), ==, 512);
	g_assert_cmpuint(address_count(&v6), ==, 1ULL << 32);
}

static void test_free(void)
{
	g_autoptr(GHashTable) used = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	Address subnet = parsed("10.0.0.0/30"), found;
	static const char *const wanted[] = {"10.0.0.1", "10.0.0.2"};
	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
		g_assert_true(address_free_one(&subnet, &subnet, used, &found));
		g_autofree char *text = address_text(&found);
		g_assert_cmpstr(text, ==, wanted[i]);
		g_assert_cmpint(found.prefix, ==, 30);
		g_hash_table_add(used, g_steal_pointer(&text));
	}
	g_assert_false(address_free_one(&subnet, &subnet, used, &found));
	g_hash_table_remove(used, "10.0.0.1");
	g_assert_true(address_free_one(&subnet, &subnet, used, &found));
}

static void test_small(void)
{
	static const struct {
		const char *subnet, *address;
		bool host;
	} cases[] = {{"10.0.0.0/24", "10.0.0.0", false}, {"10.0.0.0/24", "10.0.0.255", false},
		{"10.0.0.0/24", "10.0.0.1", true}, {"10.0.0.0/31", "10.0.0.0", true},
		{"10.0.0.0/31", "10.0.0.1", true}, {"10.0.0.0/32", "10.0.0.0", true},
		{"fd00::/64", "fd00::", false}, {"fd00::/64", "fd00::ffff:ffff:ffff:ffff", true},
		{"fd00::/127", "fd00::", true}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Address subnet = parsed(cases[i].subnet), address = parsed(cases[i].address);
		g_assert_cmpint(address_is_host(&subnet, &address), ==, cases[i].host);
	}
	Address none;
	g_assert_false(address_parse("10.0.0.0/024", &none));
}

static void test_subnet(void)
{
	static const struct {
		const char *base, *wanted;
		int size;
		guint64 n;
	} cases[] = {{"172.20.0.0/14", "172.20.0.0/16", 16, 0},
		{"172.20.0.0/14", "172.23.0.0/16", 16, 3},
		{"fd12:3456:789a::/48", "fd12:3456:789a::/64", 64, 0},
		{"fd12:3456:789a::/48", "fd12:3456:789a:102::/64", 64, 0x102},
		{"192.168.0.0/16", "192.168.240.0/20", 20, 15}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Address base = parsed(cases[i].base),
			subnet = address_subnet(&base, cases[i].size, cases[i].n);
		g_autofree char *text = address_cidr(&subnet);
		g_assert_cmpstr(text, ==, cases[i].wanted);
	}
}

static void test_tcp(void)
{
	static const struct {
		const char *text, *host, *port;
	} cases[] = {{"example.org:2376", "example.org", "2376"}, {":2375", "", "2375"},
		{"[::1]:80", "::1", "80"}, {"10.0.0.1:1", "10.0.0.1", "1"}};
	static const char *const bad[] = {
		"", "example.org", "example.org:", "[::1]", "[::1", "[:80"};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(GStrv) parts = tcp_address_split(cases[i].text);
		g_assert_nonnull(parts);
		g_assert_cmpstr(parts[0], ==, cases[i].host);
		g_assert_cmpstr(parts[1], ==, cases[i].port);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_null(tcp_address_split(bad[i]));
}

static void test_api(void)
{
	static const struct {
		const char *text, *host, *port;
	} cases[] = {{"", "localhost", "2375"}, {":", "localhost", "2375"},
		{":80", "localhost", "80"}, {"0.0.0.0:", "0.0.0.0", "2375"},
		{"[::1]", "::1", "2375"}, {"[::]:65535", "::", "65535"},
		{"example.org", "example.org", "2375"}, {"10.0.0.1:1", "10.0.0.1", "1"}};
	static const char *const bad[] = {"::1", "::1:5", "a:0", "a:65536", "a:http", "a:-1",
		"a:99999999999", "a:1/b", "a/b", "[::1", "[]:", ":1:"};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s", cases[i].text);
		g_auto(GStrv) parts = api_address_split(cases[i].text, false);
		g_assert_nonnull(parts);
		g_assert_cmpstr(parts[0], ==, cases[i].host);
		g_assert_cmpstr(parts[1], ==, cases[i].port);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_test_message("%s", bad[i]);
		g_assert_null(api_address_split(bad[i], false));
	}
	g_auto(GStrv) encrypted = api_address_split("a", true);
	g_assert_cmpstr(encrypted[1], ==, "2376");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/address/parse", test_parse);
	g_test_add_func("/address/subnets", test_subnets);
	g_test_add_func("/address/tcp", test_tcp);
	g_test_add_func("/address/api", test_api);
	g_test_add_func("/address/free", test_free);
	g_test_add_func("/address/small", test_small);
	g_test_add_func("/address/subnet", test_subnet);
	return g_test_run();
}
