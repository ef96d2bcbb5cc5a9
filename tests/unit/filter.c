#include "engine/object/filter.h"

static void test_forms(void)
{
	g_autoptr(json_t) older = filters_parse("{\"name\":[\"a\"]}", FILTER_NETWORKS, NULL);
	g_autoptr(json_t) newer = filters_parse("{\"name\":{\"a\":true}}", FILTER_NETWORKS, NULL);
	g_autoptr(json_t) none = filters_parse("", FILTER_NETWORKS, NULL);
	g_assert_cmpstr(filters_value(older, "name", 0), ==, "a");
	g_assert_cmpstr(filters_value(newer, "name", 0), ==, "a");
	g_assert_null(filters_value(newer, "name", 1));
	g_assert_false(filters_have(none, "name"));
	g_assert_true(filters_match(none, "name", "anything"));
	g_autoptr(GError) error = NULL;
	g_assert_null(filters_parse("{\"color\":[\"a\"]}", FILTER_NETWORKS, &error));
	g_assert_cmpstr(error->message, ==, "invalid filter 'color'");
	g_assert_null(filters_parse("[1]", FILTER_NETWORKS, NULL));
	g_assert_null(filters_parse("{", FILTER_NETWORKS, NULL));
}

static void test_matches(void)
{
	g_autoptr(json_t) filters =
		filters_parse("{\"name\":[\"^/?we\"],\"id\":[\"ab\"],\"label\":[\"a=b\",\"c\"]}",
			FILTER_NETWORKS, NULL);
	g_autoptr(json_t) both = json_pack("{s:s, s:s}", "a", "b", "c", ""),
			  one = json_pack("{s:s}", "a", "b");
	g_assert_true(filters_match_name(filters, "name", "web"));
	g_assert_false(filters_match_name(filters, "name", "other"));
	g_assert_true(filters_match_prefix(filters, "id", "abc"));
	g_assert_false(filters_match_prefix(filters, "id", "a"));
	g_assert_true(filters_match_labels(filters, both));
	g_assert_false(filters_match_labels(filters, one));
	g_assert_false(filters_match_labels(filters, NULL));
}

static void test_without_labels(void)
{
	g_autoptr(json_t) filters =
		filters_parse("{\"label!\":{\"keep\":true}}", FILTER_VOLUMES_PRUNE, NULL),
			  labels = json_pack("{s:s}", "keep", "");
	g_assert_false(filters_match_labels(filters, labels));
	g_assert_true(filters_match_labels(filters, NULL));
}

/* The client's own word comes beside the user's, in any order. */
static void test_flag_of_many(void)
{
	g_autoptr(json_t) filters =
		filters_parse("{\"dangling\":[\"maybe\",\"true\"]}", FILTER_IMAGES_PRUNE, NULL);
	g_assert_nonnull(filters);
	g_assert_true(filters_match_flag(filters, "dangling", true));
	g_assert_false(filters_match_flag(filters, "dangling", false));
}

static void test_refused(void)
{
	static const struct {
		FilterSet set;
		const char *text, *words; /* NULL: it is taken */
	} cases[] = {
		{FILTER_VOLUMES, "{\"label\":{\"a\":false}}", NULL},
		{FILTER_VOLUMES, "null", NULL},
		{FILTER_VOLUMES, "{\"label\":null}", NULL},
		{FILTER_VOLUMES, "{\"label\":\"a\"}", "invalid filter"},
		{FILTER_VOLUMES, "{\"label\":{\"a\":1}}", "invalid filter"},
		{FILTER_VOLUMES, "{\"label\":[1]}", "invalid filter"},
		{FILTER_VOLUMES, "{\"label\":[\"a\"],\"name\":{\"a\":true}}", "invalid filter"},
		{FILTER_VOLUMES, "{\"\":[\"a\"]}", "invalid filter"},
		{FILTER_VOLUMES, "{\"label!\":[\"a\"]}", "invalid filter 'label!'"},
		{FILTER_VOLUMES, "{\"dangling\":[\"t\"]}", "invalid filter 'dangling=[t]'"},
		{FILTER_VOLUMES, "{\"dangling\":[]}", "invalid filter 'dangling'"},
		{FILTER_VOLUMES, "{\"dangling\":{\"true\":false}}",
			"invalid filter 'dangling=[true]'"},
		{FILTER_VOLUMES_PRUNE, "{\"all\":[\"T\"]}", NULL},
		{FILTER_VOLUMES_PRUNE, "{\"all\":[\"yes\"]}",
			"invalid filter 'all': strconv.ParseBool: parsing \"yes\": invalid syntax"},
		{FILTER_VOLUMES_PRUNE, "{\"until\":[\"1h\"]}", "invalid filter 'until'"},
		{FILTER_NETWORKS_PRUNE, "{\"until\":[\"1600000000.5\"]}", NULL},
		{FILTER_NETWORKS_PRUNE, "{\"until\":[\"2020-01-01T00:00:00Z\"]}", NULL},
		{FILTER_NETWORKS_PRUNE, "{\"until\":[\"1d\"]}",
			"failed to parse value as time or duration: \"1d\""},
		{FILTER_NETWORKS_PRUNE, "{\"until\":[\"0x10s\"]}",
			"failed to parse value as time or duration: \"0x10s\""},
		{FILTER_NETWORKS_PRUNE, "{\"until\":[\"-5\"]}",
			"failed to parse value as time or duration: \"-5\""},
		{FILTER_NETWORKS_PRUNE, "{\"until\":[\"1h\",\"2h\"]}",
			"more than one until filter specified"},
		{FILTER_NETWORKS_PRUNE, "{\"until\":[]}", "invalid filter 'until'"},
		{FILTER_NETWORKS, "{\"type\":[\"bogus\"]}", "invalid filter: 'type'='bogus'"},
		{FILTER_IMAGES, "{\"reference\":[\"a[\"]}", "syntax error in pattern"},
		{FILTER_IMAGES, "{\"reference\":[\"a[b-c]*\"]}", NULL},
		{FILTER_IMAGES, "{\"until\":[\"1h\",\"2h\"]}", NULL},
		{FILTER_CONTAINERS, "{\"status\":[\"up\"]}",
			"invalid filter 'status=up': invalid value for state (up): must be one of "
			"created, "
			"running, paused, restarting, removing, exited, dead"},
		{FILTER_CONTAINERS, "{\"exited\":[\"x\"]}",
			"invalid filter 'exited=x': strconv.Atoi: parsing \"x\": invalid syntax"},
		{FILTER_CONTAINERS, "{\"publish\":[\"80-90/udp\"]}", NULL},
		{FILTER_CONTAINERS, "{\"publish\":[\"90-80\"]}",
			"error while looking up for publish 90-80: Invalid range specified for the "
			"Port: 90-80"},
		{FILTER_BUILDS_PRUNE, "{\"inuse\":[\"maybe\"]}", "invalid filter 'inuse=maybe'"},
		{FILTER_BUILDS_PRUNE, "{\"id\":[\"a\",\"b\"]}", "filters expect only one value"},
		{FILTER_EVENTS, "{\"until\":[\"1h\"]}", "invalid filter 'until'"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(json_t) filters = filters_parse(cases[i].text, cases[i].set, &error);
		g_assert_cmpstr(error != NULL ? error->message : NULL, ==, cases[i].words);
		g_assert_true((filters == NULL) == (cases[i].words != NULL));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/filter/forms", test_forms);
	g_test_add_func("/filter/matches", test_matches);
	g_test_add_func("/filter/without-labels", test_without_labels);
	g_test_add_func("/filter/flag-of-many", test_flag_of_many);
	g_test_add_func("/filter/refused", test_refused);
	return g_test_run();
}
