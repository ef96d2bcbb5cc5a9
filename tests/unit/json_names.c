#include "base/json_names.h"

static void test_sorted(void)
{
	g_autoptr(json_t) object = json_pack("{s:i, s:i, s:i}", "b", 1, "a", 2, "B", 3);
	g_autoptr(GPtrArray) names = json_names(object);
	static const char *const expected[] = {"B", "a", "b"};
	g_assert_cmpuint(names->len, ==, G_N_ELEMENTS(expected));
	for (guint i = 0; i < names->len; i++)
		g_assert_cmpstr(names->pdata[i], ==, expected[i]);
	g_autoptr(json_t) sorted = json_sorted(object);
	g_autofree char *text = json_text(sorted);
	g_assert_cmpstr(text, ==, "{\"B\":3,\"a\":2,\"b\":1}");
}

static void test_none(void)
{
	g_autoptr(GPtrArray) nothing = json_names(NULL);
	g_autoptr(json_t) list = json_array();
	g_autoptr(GPtrArray) of_list = json_names(list);
	g_assert_cmpuint(nothing->len, ==, 0);
	g_assert_cmpuint(of_list->len, ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/json-names/sorted", test_sorted);
	g_test_add_func("/json-names/none", test_none);
	return g_test_run();
}
