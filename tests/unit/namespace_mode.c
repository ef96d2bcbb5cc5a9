#include "runtime/namespace_mode.h"

#include "base/error.h"

static void test_words(void)
{
	static const struct {
		const char *key, *text;
		size_t offset;
		NamespaceShare share;
		const char *target;
	} cases[] = {
		{"NetworkMode", "", offsetof(NamespaceModes, network), SHARE_NETWORK, "bridge"},
		{"NetworkMode", "default", offsetof(NamespaceModes, network), SHARE_NETWORK,
			"bridge"},
		{"NetworkMode", "mine", offsetof(NamespaceModes, network), SHARE_NETWORK, "mine"},
		{"NetworkMode", "private", offsetof(NamespaceModes, network), SHARE_NETWORK,
			"private"},
		{"NetworkMode", "none", offsetof(NamespaceModes, network), SHARE_NONE, "none"},
		{"NetworkMode", "host", offsetof(NamespaceModes, network), SHARE_HOST, "host"},
		{"NetworkMode", "container:a", offsetof(NamespaceModes, network), SHARE_CONTAINER,
			"a"},
		{"IpcMode", "", offsetof(NamespaceModes, ipc), SHARE_DEFAULT, ""},
		{"IpcMode", "private", offsetof(NamespaceModes, ipc), SHARE_PRIVATE, ""},
		{"IpcMode", "shareable", offsetof(NamespaceModes, ipc), SHARE_SHAREABLE, ""},
		{"IpcMode", "none", offsetof(NamespaceModes, ipc), SHARE_NONE, ""},
		{"IpcMode", "host", offsetof(NamespaceModes, ipc), SHARE_HOST, ""},
		{"IpcMode", "container:b", offsetof(NamespaceModes, ipc), SHARE_CONTAINER, "b"},
		{"PidMode", "host", offsetof(NamespaceModes, pid), SHARE_HOST, ""},
		{"PidMode", "container:c", offsetof(NamespaceModes, pid), SHARE_CONTAINER, "c"},
		{"UTSMode", "host", offsetof(NamespaceModes, uts), SHARE_HOST, ""},
		{"UsernsMode", "host", offsetof(NamespaceModes, user), SHARE_HOST, ""},
		{"CgroupnsMode", "private", offsetof(NamespaceModes, cgroup), SHARE_PRIVATE, ""},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(json_t) host = json_pack("{s:s}", cases[i].key, cases[i].text);
		NamespaceModes modes;
		g_assert_true(namespace_modes_parse(host, &modes, &error));
		const NamespaceMode *mode = (void *)((char *)&modes + cases[i].offset);
		g_assert_cmpint(mode->share, ==, cases[i].share);
		g_assert_cmpstr(mode->target, ==, cases[i].target);
	}
}

/* In dockerd's words; and what is kept all the same joins nothing. */
static void test_refused(void)
{
	static const struct {
		const char *key, *text, *words;
	} cases[] = {
		{"NetworkMode", "container",
			"invalid network mode: invalid container format container:<name|id>"},
		{"NetworkMode", "container:",
			"invalid network mode: invalid container format container:<name|id>"},
		{"IpcMode", "Host", "invalid IPC mode: Host"},
		{"PidMode", "container:", "invalid PID mode: container:"},
		{"PidMode", "private", "invalid PID mode: private"},
		{"UTSMode", "container:x", "invalid UTS mode: container:x"},
		{"UsernsMode", "private", "invalid userns mode: private"},
		{"CgroupnsMode", "none", "invalid cgroup namespace mode: none"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(json_t) host =
			json_pack("{s:s, s:s}", cases[i].key, cases[i].text, "Unrelated", "host");
		NamespaceModes modes;
		g_assert_false(namespace_modes_parse(host, &modes, &error));
		g_assert_error(error, BERTH_ERROR, BERTH_ERROR_INVALID);
		g_assert_cmpstr(error->message, ==, cases[i].words);
		const NamespaceMode *all[] = {
			&modes.ipc, &modes.pid, &modes.uts, &modes.user, &modes.cgroup};
		for (size_t n = 0; n < G_N_ELEMENTS(all); n++)
			g_assert_cmpint(all[n]->share, ==, SHARE_DEFAULT);
		g_assert_cmpint(modes.network.share, ==, SHARE_NETWORK);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/namespace_mode/words", test_words);
	g_test_add_func("/namespace_mode/refused", test_refused);
	return g_test_run();
}
