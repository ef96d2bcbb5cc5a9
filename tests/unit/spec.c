#include "engine/object/spec.h"

static json_t *request(const char *restart)
{
	return json_pack("{s:{s:s}, s:{s:{s:s, s:i}, s:b, s:i, s:s, s:{s:[{s:s}]}, s:{s:s, s:{}}}}",
		"Config", "Image", "busybox", "HostConfig", "RestartPolicy", "Name", restart,
		"MaximumRetryCount", 0, "AutoRemove", 1, "Memory", 64 << 20, "NetworkMode", "host",
		"PortBindings", "80/tcp", "HostPort", "8080", "LogConfig", "Type", "local",
		"Config");
}

/* Facts are read once, by whoever makes it. */
static void test_facts(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Spec) spec = spec_parse(request("no"), &error);
	g_assert_no_error(error);
	g_assert_true(spec->auto_remove);
	g_assert_cmpint(spec->limits.memory, ==, 64 << 20);
	g_assert_cmpint(spec->modes.network.share, ==, SHARE_HOST);
	g_assert_cmpuint(spec->ports->len, ==, 1);
	g_assert_cmpuint(g_array_index(spec->ports, PortRequest, 0).first, ==, 8080);
	g_assert_false(spec->left_network);
	g_assert_false(spec->labelled);
	g_assert_null(spec->nodes);
	g_assert_true(spec->log.readable);
}

/* A request is refused for what an engine of before may have kept; what it kept is read without that. */
static void test_kept(void)
{
	g_autoptr(GError) error = NULL;
	g_assert_null(spec_parse(request("sometimes"), &error));
	g_assert_nonnull(error);
	g_autoptr(Spec) spec = spec_restore(request("sometimes"));
	g_assert_nonnull(spec);
	g_assert_cmpint(spec->limits.memory, ==, 64 << 20);
	g_assert_cmpuint(spec->ports->len, ==, 1);
}

static void test_labels(void)
{
	g_autoptr(Spec) spec = spec_parse(request("no"), NULL);
	spec_set_labels(spec, "process", "mount");
	g_assert_true(spec->labelled);
	g_autoptr(Spec) again = spec_restore(json_deep_copy(spec->json));
	g_assert_true(again->labelled);
	g_assert_cmpstr(again->process_label, ==, "process");
	g_assert_cmpstr(again->mount_label, ==, "mount");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/spec/facts", test_facts);
	g_test_add_func("/spec/kept", test_kept);
	g_test_add_func("/spec/labels", test_labels);
	return g_test_run();
}
