#include "runtime/runtime.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static void test_rules(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) host = json_pack("{s:[s], s:[{s:s, s:s, s:s}]}", "DeviceCgroupRules",
		"c 42:* rm", "Devices", "PathOnHost", "/dev/null", "PathInContainer",
		"/dev/nothing", "CgroupPermissions", "r");
	g_auto(Confinement) confinement = {0};
	confinement_read(host, &confinement);
	g_autoptr(GArray) rules = device_rules(&confinement, NULL, &error);
	g_assert_no_error(error);
	g_autoptr(GString) all = g_string_new("");
	for (guint i = 0; i < rules->len; i++) {
		g_autofree char *text = device_rule_text(&g_array_index(rules, DeviceRule, i));
		g_string_append_printf(all, "%s;", text);
	}
	g_assert_nonnull(g_strstr_len(all->str, -1, "c *:* m;"));
	g_assert_nonnull(g_strstr_len(all->str, -1, "c 1:3 r;"));
	g_assert_nonnull(g_strstr_len(all->str, -1, "c 42:* rm;"));
	g_assert_null(g_strstr_len(all->str, -1, "a *:* rwm;"));
	g_autoptr(GArray) code = device_rules_compile(rules);
	g_assert_cmpuint(code->len, >, rules->len);
}

static void test_bad(void)
{
	static const char *const rules[] = {"", "c", "x 1:1 r", "c 1:1 z", "c a:b r", "c 1 r"};
	for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(json_t) host = json_pack("{s:[s]}", "DeviceCgroupRules", rules[i]);
		g_auto(Confinement) confinement = {0};
		confinement_read(host, &confinement);
		g_assert_null(device_rules(&confinement, NULL, &error));
		g_assert_nonnull(error);
	}
	g_autoptr(json_t) missing =
		json_pack("{s:[{s:s}]}", "Devices", "PathOnHost", "/dev/no-such-device");
	g_autoptr(json_t) file = json_pack("{s:[{s:s}]}", "Devices", "PathOnHost", "/etc/passwd");
	const json_t *hosts[] = {missing, file};
	for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
		g_auto(Confinement) confinement = {0};
		confinement_read(hosts[i], &confinement);
		g_assert_null(device_rules(&confinement, NULL, NULL));
	}
}

/* What CDI describes is allowed beside what was asked for; a request cannot say such a thing. */
static void test_described(void)
{
	g_autoptr(GArray) nodes = device_nodes_new();
	DeviceNode facts = {.mode = S_IFBLK | 0600, .number = makedev(7, 99)};
	device_node_add(nodes, "/dev/host", "/dev/here", "rw", &facts);
	g_autoptr(json_t) host = json_pack("{s:[{s:s, s:s, s:s, s:{s:i, s:i, s:i}}]}", "Devices",
		"PathOnHost", "/dev/null", "PathInContainer", "/dev/x", "CgroupPermissions", "r",
		"_Node", "Mode", S_IFBLK | 0666, "Major", 8, "Minor", 77);
	g_auto(Confinement) confinement = {0};
	confinement_read(host, &confinement);
	g_autoptr(GArray) rules = device_rules(&confinement, nodes, NULL);
	bool described = false;
	for (guint i = 0; i < rules->len; i++) {
		g_autofree char *text = device_rule_text(&g_array_index(rules, DeviceRule, i));
		described = described || strcmp(text, "b 7:99 rw") == 0;
		g_assert_cmpstr(text, !=, "b 8:77 r");
	}
	g_assert_true(described);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/device/rules", test_rules);
	g_test_add_func("/device/bad", test_bad);
	g_test_add_func("/device/described", test_described);
	return g_test_run();
}
