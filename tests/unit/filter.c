#include "engine/engine.h"

static const char *const known[] = {"label", "name", "id", NULL};

static void test_forms(void)
{
	g_autoptr(json_t) older = filters_parse("{\"name\":[\"a\"]}", known, NULL);
	g_autoptr(json_t) newer = filters_parse("{\"name\":{\"a\":true,\"b\":false}}", known, NULL);
	g_autoptr(json_t) none = filters_parse("", known, NULL);
	g_assert_cmpstr(filters_value(older, "name", 0), ==, "a");
	g_assert_cmpstr(filters_value(newer, "name", 0), ==, "a");
	g_assert_null(filters_value(newer, "name", 1));
	g_assert_false(filters_have(none, "name"));
	g_assert_true(filters_match(none, "name", "anything"));
	g_autoptr(GError) error = NULL;
	g_assert_null(filters_parse("{\"color\":[\"a\"]}", known, &error));
	g_assert_cmpstr(error->message, ==, "invalid filter 'color'");
	g_assert_null(filters_parse("[1]", known, NULL));
	g_assert_null(filters_parse("{", known, NULL));
}

static void test_matches(void)
{
	g_autoptr(json_t) filters = filters_parse(
		"{\"name\":[\"^/?we\"],\"id\":[\"ab\"],\"label\":[\"a=b\",\"c\"]}", known, NULL);
	g_autoptr(json_t) both = json_pack("{s:s, s:s}", "a", "b", "c", ""),
			  one = json_pack("{s:s}", "a", "b");
	g_assert_true(filters_match_name(filters, "name", "web"));
	g_assert_false(filters_match_name(filters, "name", "other"));
	g_assert_true(filters_match_prefix(filters, "id", "abc"));
	g_assert_false(filters_match_prefix(filters, "id", "a"));
	g_assert_true(filters_match_labels(filters, "label", both));
	g_assert_false(filters_match_labels(filters, "label", one));
	g_assert_false(filters_match_labels(filters, "label", NULL));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/filter/forms", test_forms);
	g_test_add_func("/filter/matches", test_matches);
	return g_test_run();
}
