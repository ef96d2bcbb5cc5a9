#include "engine/log/log_driver.h"

#include "base/error.h"

static bool parse(const char *type, const char *options, LogChoice *choice, GError **error)
{
	g_autoptr(json_t) json = json_loads(options, 0, NULL);
	g_assert_nonnull(json);
	return log_choice_parse(type, json, choice, error);
}

static void test_chosen(void)
{
	static const struct {
		const char *type, *options, *path;
		enum plan_log kind;
		gint64 size, files;
		bool readable;
	} cases[] = {
		{"json-file", "{}", "/c/ID-json.log", PLAN_LOG_JSON, 20 << 20, 5, true},
		{"json-file", "{\"max-size\":\"1k\",\"max-file\":\"2\"}", "/c/ID-json.log",
			PLAN_LOG_JSON, 1024, 2, true},
		{"json-file", "{\"max-size\":\"-1\"}", "/c/ID-json.log", PLAN_LOG_JSON, 0, 5, true},
		{"local", "{}", "/c/local.log", PLAN_LOG_LOCAL, 20 << 20, 5, true},
		{"none", "{}", "", PLAN_LOG_NONE, 0, 0, false},
		{"none", "{\"tag\":\"x\"}", "", PLAN_LOG_NONE, 0, 0, false},
		{"journald", "{\"cache-max-size\":\"1k\"}", "/c/local.log", PLAN_LOG_LOCAL, 1024, 5,
			true},
		{"syslog", "{\"cache-disabled\":\"true\"}", "/c/local.log", PLAN_LOG_NONE, 20 << 20,
			5, false},
		{"gelf", "{\"gelf-address\":\"udp://127.0.0.1:1\"}", "/c/local.log", PLAN_LOG_LOCAL,
			20 << 20, 5, true},
		{"fluentd", "{}", "/c/local.log", PLAN_LOG_LOCAL, 20 << 20, 5, true},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		LogChoice choice;
		g_assert_true(parse(cases[i].type, cases[i].options, &choice, &error));
		g_autofree char *path = choice.driver->path("/c", "ID");
		g_assert_cmpstr(choice.driver->name, ==, cases[i].type);
		g_assert_cmpstr(path, ==, cases[i].path);
		g_assert_cmpint(choice.kind, ==, cases[i].kind);
		g_assert_cmpint(choice.size, ==, cases[i].size);
		g_assert_cmpint(choice.files, ==, cases[i].files);
		g_assert_cmpint(choice.readable, ==, cases[i].readable);
	}
}

static void test_refused(void)
{
	static const struct {
		const char *type, *options, *words;
	} cases[] = {
		{"what", "{}", "error looking up logging plugin what: plugin \"what\" not found"},
		{"", "{}", "error looking up logging plugin : plugin \"\" not found"},
		{"local", "{\"tag\":\"x\"}", "unknown log opt 'tag' for log driver local"},
		{"gelf", "{\"what\":\"x\"}", "gelf-address is a required parameter"},
		{"gelf", "{\"what\":\"x\",\"gelf-address\":\"udp://127.0.0.1:1\"}",
			"unknown log opt \"what\" for gelf log driver"},
		{"gelf", "{}", "gelf-address is a required parameter"},
		{"local", "{\"max-size\":\"-1\"}",
			"invalid value for max-size: invalid size: '-1'"},
		{"json-file", "{\"max-size\":\"x\"}",
			"invalid value for max-size: invalid size: 'x'"},
		{"json-file", "{\"max-file\":\"0\"}", "max-file cannot be less than 1"},
		{"syslog", "{\"syslog-facility\":\"x\"}", "invalid syslog facility"},
		{"syslog", "{\"cache-disabled\":\"x\"}",
			"invalid value for option cache-disabled: x"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		LogChoice choice;
		g_assert_false(parse(cases[i].type, cases[i].options, &choice, &error));
		g_assert_error(error, BERTH_ERROR, BERTH_ERROR_INVALID);
		g_assert_cmpstr(error->message, ==, cases[i].words);
		g_assert_null(choice.driver);
	}
}

static void test_table(void)
{
	for (size_t i = 0; log_drivers[i] != NULL; i++) {
		g_assert_nonnull(log_drivers[i]->path);
		g_assert_true(log_drivers[i]->sender == NULL ||
			      (log_drivers[i]->sender->address != NULL &&
				      log_drivers[i]->sender->attributes != NULL));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/log_choice/chosen", test_chosen);
	g_test_add_func("/log_choice/refused", test_refused);
	g_test_add_func("/log_choice/table", test_table);
	return g_test_run();
}
