#include "image/image.h"

static void test_good(void)
{
	static const struct {
		const char *text, *full, *familiar;
	} cases[] = {{"busybox", "docker.io/library/busybox:latest", "busybox:latest"},
		{"busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36"},
		{"user/app", "docker.io/user/app:latest", "user/app:latest"},
		{"docker.io/library/busybox", "docker.io/library/busybox:latest", "busybox:latest"},
		{"index.docker.io/user/app:x", "docker.io/user/app:x", "user/app:x"},
		{"localhost/app", "localhost/app:latest", "localhost/app:latest"},
		{"localhost:5000/a/b:t", "localhost:5000/a/b:t", "localhost:5000/a/b:t"},
		{"example.com/a", "example.com/a:latest", "example.com/a:latest"},
		{"[::1]:5000/a", "[::1]:5000/a:latest", "[::1]:5000/a:latest"},
		{"a__b/c-d.e", "docker.io/a__b/c-d.e:latest", "a__b/c-d.e:latest"}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Reference) reference = reference_parse(cases[i].text, &error);
		g_test_message("%s", cases[i].text);
		g_assert_no_error(error);
		g_autofree char *full = reference_full(reference),
				*familiar = reference_familiar(reference);
		g_assert_cmpstr(full, ==, cases[i].full);
		g_assert_cmpstr(familiar, ==, cases[i].familiar);
	}
}

static void test_digest(void)
{
	g_autofree char *hex = g_strnfill(64, 'a'),
			*text = g_strconcat("busybox@sha256:", hex, NULL);
	g_autoptr(Reference) reference = reference_parse(text, NULL);
	g_assert_nonnull(reference);
	g_assert_null(reference->tag);
	g_assert_true(g_str_has_prefix(reference->digest, "sha256:aaaa"));
}

static void test_bad(void)
{
	g_autofree char *long_name = g_strnfill(300, 'a'), *long_tag = g_strnfill(200, 't'),
			*tagged = g_strconcat("a:", long_tag, NULL), *hex = g_strnfill(64, 'a');
	const char *bad[] = {"", "UPPER", "a//b", "/a", "a/", "a:", ":t", "a b", "a@sha256:xyz",
		"-a", "a..b", "a:t:u", "a@", "../etc/passwd", "a:\xff", long_name, tagged, hex,
		"http://a/b", "a___b"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("%s", bad[i]);
		g_assert_null(reference_parse(bad[i], &error));
		g_assert_nonnull(error);
		g_assert_true(g_str_has_prefix(error->message, "invalid reference") ||
			      g_str_has_prefix(error->message, "invalid repository name") ||
			      g_str_has_prefix(error->message, "repository name must not be"));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/reference/good", test_good);
	g_test_add_func("/reference/digest", test_digest);
	g_test_add_func("/reference/bad", test_bad);
	return g_test_run();
}
