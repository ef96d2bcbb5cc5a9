#include "base/timefmt.h"

#include <stdlib.h>
#include <time.h>

static const gint64 second = 1000000000;

static void test_format(void)
{
	static const struct {
		gint64 time;
		const char *text;
	} cases[] = {{0, "0001-01-01T00:00:00Z"},
		{1136073600LL * 1000000000, "2006-01-01T00:00:00Z"},
		{1136073600LL * 1000000000 + 500000000, "2006-01-01T00:00:00.5Z"},
		{1136073600LL * 1000000000 + 1, "2006-01-01T00:00:00.000000001Z"}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = time_format(cases[i].time);
		g_assert_cmpstr(text, ==, cases[i].text);
	}
}

static void test_parse(void)
{
	static const struct {
		const char *text;
		gint64 time; /* -1: no time */
	} cases[] = {{"2006-01-01T00:00:00Z", 1136073600LL * 1000000000},
		{"2006-01-01T01:00:00+01:00", 1136073600LL * 1000000000},
		{"2006-01-01T00:00:00.25Z", 1136073600LL * 1000000000 + 250000000},
		{"2006-01-01T00:00:00", 1136073600LL * 1000000000},
		{"2006-01-01", 1136073600LL * 1000000000},
		{"1136073600", 1136073600LL * 1000000000},
		{"1136073600.5", 1136073600LL * 1000000000 + 500000000}, {"yesterday", -1},
		{"2006-13-01T00:00:00Z", -1}, {"", -1}, {"2006-01-01T00:00:00X", -1}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		gint64 time = -1;
		g_test_message("%s", cases[i].text);
		g_assert_cmpint(time_parse(cases[i].text, &time), ==, cases[i].time >= 0);
		if (cases[i].time >= 0)
			g_assert_cmpint(time, ==, cases[i].time);
	}
}

static void test_duration(void)
{
	static const struct {
		const char *text;
		gint64 value; /* -1: none */
	} cases[] = {{"0", 0}, {"1s", 1000000000}, {"1h30m", 5400LL * 1000000000},
		{"300ms", 300000000}, {"1.5s", 1500000000}, {"2us", 2000}, {"5", -1}, {"", -1},
		{"s", -1}, {"1y", -1}, {"1s5", -1}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		gint64 value = -1;
		g_test_message("%s", cases[i].text);
		g_assert_cmpint(duration_parse(cases[i].text, &value), ==, cases[i].value >= 0);
		if (cases[i].value >= 0)
			g_assert_cmpint(value, ==, cases[i].value);
	}
}

static void test_human(void)
{
	static const struct {
		gint64 seconds;
		const char *text;
	} cases[] = {{0, "Less than a second"}, {1, "1 second"}, {59, "59 seconds"},
		{60, "About a minute"}, {119, "About a minute"}, {120, "2 minutes"},
		{3600, "About an hour"}, {7200, "2 hours"}, {86400 * 3, "3 days"},
		{86400 * 21, "3 weeks"}, {86400 * 90, "3 months"}, {86400 * 800, "2 years"}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = duration_human(cases[i].seconds * second);
		g_assert_cmpstr(text, ==, cases[i].text);
	}
}

int main(int argc, char **argv)
{
	setenv("TZ", "UTC", 1);
	tzset();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/time/format", test_format);
	g_test_add_func("/time/parse", test_parse);
	g_test_add_func("/time/duration", test_duration);
	g_test_add_func("/time/human", test_human);
	return g_test_run();
}
