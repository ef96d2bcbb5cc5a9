/* The order of names with numbers in them, as docker's lists have it. */
#include "cli/common/natural.h"

#include <glib.h>

static void test_order(void)
{
	static const char *const sorted[] = {"", "1", "01", "2", "10", "10a", "010", "A", "a", "a0",
		"a00", "a1", "a2", "a2b", "a10", "b"};
	for (size_t i = 0; i < G_N_ELEMENTS(sorted); i++)
		for (size_t j = 0; j < G_N_ELEMENTS(sorted); j++) {
			int order = natural_compare(sorted[i], sorted[j]);
			g_test_message("%s %s: %d", sorted[i], sorted[j], order);
			g_assert_cmpint((order > 0) - (order < 0), ==, (i > j) - (i < j));
		}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/natural/order", test_order);
	return g_test_run();
}
