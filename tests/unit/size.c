#include "base/size.h"

static void test_parse(void)
{
	static const struct {
		const char *text;
		gint64 bytes; /* -1: no size */
	} cases[] = {{"0", 0}, {"100", 100}, {"64m", 64 << 20}, {"64M", 64 << 20}, {"1.5k", 1536},
		{"2g", 2LL << 30}, {"512KiB", 512 << 10}, {"1 kb", 1024}, {"1t", 1LL << 40},
		{"", -1}, {"m", -1}, {"5b", 5}, {"1bb", -1}, {"6.7.8m", -1}, {" 5m", -1},
		{"1 mb ", -1}, {"1e3", 1000}, {"-5", -1}, {"5x", -1}, {"5mm", -1}, {"1e", -1},
		{"99999999999999999999", -1}, {"9p9", -1}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		gint64 bytes = -1;
		bool ok = size_parse(cases[i].text, &bytes);
		g_test_message("%s", cases[i].text);
		g_assert_cmpint(ok, ==, cases[i].bytes >= 0);
		if (ok)
			g_assert_cmpint(bytes, ==, cases[i].bytes);
	}
}

static void test_human(void)
{
	static const struct {
		double bytes;
		const char *text;
	} cases[] = {
		{0, "0B"}, {999, "999B"}, {1000, "1kB"}, {1980000, "1.98MB"}, {1.5e9, "1.5GB"}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = size_human(cases[i].bytes);
		g_assert_cmpstr(text, ==, cases[i].text);
	}
	g_autofree char *binary = size_human_binary(64 << 20);
	g_assert_cmpstr(binary, ==, "64MiB");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/size/parse", test_parse);
	g_test_add_func("/size/human", test_human);
	return g_test_run();
}
