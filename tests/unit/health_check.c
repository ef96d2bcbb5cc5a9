#include "engine/object/health_check.h"

#include "base/error.h"

static const gint64 second = 1000000000;

static void test_words(void)
{
	static const struct {
		const char *config, *argv; /* argv: joined by "|", NULL: no test */
	} cases[] = {
		{"{}", NULL},
		{"{\"Healthcheck\":{}}", NULL},
		{"{\"Healthcheck\":{\"Test\":[\"NONE\"]}}", NULL},
		{"{\"Healthcheck\":{\"Test\":[\"CMD\"]}}", NULL},
		{"{\"Healthcheck\":{\"Test\":[\"CMD\",\"a\",\"b\"]}}", "a|b"},
		{"{\"Healthcheck\":{\"Test\":[\"CMD-SHELL\"]}}", NULL},
		{"{\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"a b\"]}}", "/bin/sh|-c|a b"},
		{"{\"Shell\":[\"ash\",\"-e\"],\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"a\"]}}",
			"ash|-e|a"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(json_t) config = json_loads(cases[i].config, 0, NULL);
		g_auto(HealthCheck) check = {0};
		health_check_read(config, &check);
		g_autofree char *argv = check.argv != NULL ? g_strjoinv("|", check.argv) : NULL;
		g_assert_cmpstr(argv, ==, cases[i].argv);
	}
}

static void test_times(void)
{
	g_autoptr(json_t) config = json_loads(
		"{\"Healthcheck\":{\"Interval\":2000000,\"Timeout\":0,\"StartPeriod\":-5,"
		"\"Retries\":-1}}",
		0, NULL);
	g_auto(HealthCheck) check = {0};
	health_check_read(config, &check);
	g_assert_cmpint(check.interval, ==, 2000000);
	g_assert_cmpint(check.timeout, ==, 30 * second);
	g_assert_cmpint(check.start_period, ==, 0);
	g_assert_cmpint(check.start_interval, ==, 5 * second);
	g_assert_cmpint(check.retries, ==, 3);
}

static void test_refused(void)
{
	static const char *const keys[] = {"Interval", "Timeout", "StartPeriod", "StartInterval"};
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *words =
			g_strdup_printf("%s in Healthcheck cannot be less than 1ms", keys[i]);
		g_autoptr(json_t) config = json_pack("{s:{s:i}}", "Healthcheck", keys[i], 999999);
		g_assert_false(health_check_validate(config, &error));
		g_assert_error(error, BERTH_ERROR, BERTH_ERROR_INVALID);
		g_assert_cmpstr(error->message, ==, words);
	}
	g_autoptr(json_t) config = json_pack("{s:{s:i}}", "Healthcheck", "Retries", -1);
	g_assert_false(health_check_validate(config, NULL));
	g_autoptr(json_t) none = json_object();
	g_assert_true(health_check_validate(none, NULL));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/health_check/words", test_words);
	g_test_add_func("/health_check/times", test_times);
	g_test_add_func("/health_check/refused", test_refused);
	return g_test_run();
}
