#include "base/number.h"

static void test_whole(void)
{
	static const char bad[] = "invalid syntax", large[] = "value out of range";
	static const struct {
		const char *text;
		unsigned base;
		const char *why; /* NULL: value */
		gint64 value;
	} cases[] = {{"0", 0, NULL, 0}, {"10", 0, NULL, 10}, {"-1", 0, NULL, -1},
		{"+1", 10, NULL, 1}, {"0x10", 0, NULL, 16}, {"0b101", 0, NULL, 5},
		{"010", 0, NULL, 8}, {"0o17", 0, NULL, 15}, {"1_0", 0, NULL, 10},
		{"0x_1", 0, NULL, 1}, {"010", 10, NULL, 10}, {"", 0, bad, 0}, {"-", 0, bad, 0},
		{"0x", 0, bad, 0}, {"08", 0, bad, 0}, {"1__0", 0, bad, 0}, {"1_", 0, bad, 0},
		{"_1", 0, bad, 0}, {"1_0", 10, bad, 0}, {"0x10", 10, bad, 0}, {" 1", 0, bad, 0},
		{"1.5", 0, bad, 0}, {"x", 0, bad, 0}, {"9223372036854775807", 10, NULL, G_MAXINT64},
		{"-9223372036854775808", 10, NULL, G_MININT64},
		{"9223372036854775808", 10, large, 0}, {"99999999999999999999", 0, large, 0}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		gint64 value = 0;
		g_test_message("%s in base %u", cases[i].text, cases[i].base);
		g_assert_cmpstr(
			number_parse(cases[i].text, cases[i].base, &value), ==, cases[i].why);
		if (cases[i].why == NULL)
			g_assert_cmpint(value, ==, cases[i].value);
	}
}

static void test_unsigned(void)
{
	guint64 value = 0;
	g_assert_null(number_parse_unsigned("65535", 0, 16, &value));
	g_assert_cmpint(value, ==, 65535);
	g_assert_cmpstr(number_parse_unsigned("65536", 0, 16, &value), ==, "value out of range");
	g_assert_cmpstr(number_parse_unsigned("-1", 0, 16, &value), ==, "invalid syntax");
	g_assert_null(number_parse_unsigned("18446744073709551615", 10, 64, &value));
}

static void test_billionths(void)
{
	static const struct {
		const char *text, *why;
		gint64 value;
	} cases[] = {{"1", NULL, 1000000000}, {"1.5", NULL, 1500000000}, {"0.000000001", NULL, 1},
		{"1/2", NULL, 500000000}, {"2e-1", NULL, 200000000}, {"-1", NULL, -1000000000},
		{".5", NULL, 500000000}, {"0x10", NULL, 16000000000}, {"1_0", NULL, 10000000000},
		{"1e3", NULL, 1000000000000}, {"1e-12", "value is too precise", 0},
		{"1/3", "value is too precise", 0}, {"0e-99", NULL, 0}, {"1e99", NULL, G_MAXINT64},
		{"", "failed to parse  as a rational number", 0},
		{" 1", "failed to parse  1 as a rational number", 0},
		{"Inf", "failed to parse Inf as a rational number", 0},
		{"1/0", "failed to parse 1/0 as a rational number", 0},
		{"1e", "failed to parse 1e as a rational number", 0}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		gint64 value = 0;
		g_autofree char *why = billionths_parse(cases[i].text, &value);
		g_test_message("%s", cases[i].text);
		g_assert_cmpstr(why, ==, cases[i].why);
		if (why == NULL)
			g_assert_cmpint(value, ==, cases[i].value);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/number/whole", test_whole);
	g_test_add_func("/number/unsigned", test_unsigned);
	g_test_add_func("/number/billionths", test_billionths);
	return g_test_run();
}
