#include "engine/object/name.h"

#include <string.h>

static void test_valid(void)
{
	static const char *const good[] = {"ab", "a.b", "A_b-1", "0x"}, *const bad[] = {"", "a",
										"-ab", ".ab", "a b",
										"a/b", "ä1", "_ab"};
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
		g_assert_true(name_valid(good[i]));
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_false(name_valid(bad[i]));
}

static void test_generated(void)
{
	for (guint attempt = 0; attempt < 100; attempt++) {
		g_autofree char *name = name_generate(attempt), *id = id_generate();
		g_assert_true(name_valid(name));
		g_assert_nonnull(strchr(name, '_'));
		g_assert_cmpuint(strlen(id), ==, 64);
		g_assert_cmpuint(strspn(id, "0123456789abcdef"), ==, 64);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/name/valid", test_valid);
	g_test_add_func("/name/generated", test_generated);
	return g_test_run();
}
