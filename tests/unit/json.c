#include "base/json.h"
#include "base/error.h"

#include <string.h>

static void test_access(void)
{
	g_autoptr(json_t) json =
		json_loads("{\"a\":{\"b\":\"c\",\"n\":5,\"t\":true},\"l\":[\"x\",1]}", 0, NULL);
	g_assert_cmpstr(json_str(json, "a.b"), ==, "c");
	g_assert_cmpstr(json_str(json, "a.n"), ==, "");
	g_assert_cmpstr(json_str(json, "no.such"), ==, "");
	g_assert_cmpint(json_int(json, "a.n"), ==, 5);
	g_assert_cmpint(json_int(json, "a.b"), ==, 0);
	g_assert_true(json_bool(json, "a.t"));
	g_assert_false(json_bool(json, "a.n"));
	g_assert_cmpstr(json_elem(json_object_get(json, "l"), 0), ==, "x");
	g_assert_cmpstr(json_elem(json_object_get(json, "l"), 1), ==, "");
	g_assert_cmpstr(json_elem(json_object_get(json, "l"), 9), ==, "");
	g_assert_cmpstr(json_str(NULL, "a"), ==, "");
}

static void test_hostile(void)
{
	g_autofree char *deep = g_strnfill(100000, '[');
	static const char *const bad[] = {"", "{", "{\"a\":}", "nul", "\"\\ud800\"", "{}x", "\xff"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(json_parse(bad[i], strlen(bad[i]), &error));
		g_assert_error(error, BERTH_ERROR, BERTH_ERROR_INVALID);
	}
	g_autoptr(GError) error = NULL;
	g_assert_null(json_parse(deep, strlen(deep), &error));
	g_assert_error(error, BERTH_ERROR, BERTH_ERROR_INVALID);
}

static void test_lenient(void)
{
	g_autoptr(json_t) good = json_lenient("ä"), bad = json_lenient("a\xff"
								       "b");
	g_assert_cmpstr(json_string_value(good), ==, "ä");
	g_assert_cmpstr(json_string_value(bad), ==,
		"a\xef\xbf\xbd"
		"b");
}

static void test_strings(void)
{
	g_autoptr(json_t) lone = json_string("x"), list = json_pack("[s, s]", "a", "b");
	g_auto(GStrv) one = json_strv(lone), two = json_strv(list), none = json_strv(NULL);
	g_assert_cmpuint(g_strv_length(one), ==, 1);
	g_assert_cmpstr(two[1], ==, "b");
	g_assert_cmpuint(g_strv_length(none), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/json/access", test_access);
	g_test_add_func("/json/hostile", test_hostile);
	g_test_add_func("/json/lenient", test_lenient);
	g_test_add_func("/json/strings", test_strings);
	return g_test_run();
}
