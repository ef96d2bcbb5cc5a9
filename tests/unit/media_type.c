/* Content types, against the words of Go's mime.ParseMediaType. */
#include "base/media_type.h"

#include <string.h>

static void test_taken(void)
{
	static const char *const json[] = {"application/json", "Application/JSON",
		" application/json ", "application/json; charset=utf-8", "application/json;",
		"application/json ; q=1", "application/json; a=\"b c\"; a=\"b c\"",
		"application/json; a=\"\\\"\""};
	for (size_t i = 0; i < G_N_ELEMENTS(json); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *type = media_type_parse(json[i], &error);
		g_test_message("%s", json[i]);
		g_assert_no_error(error);
		g_assert_cmpstr(type, ==, "application/json");
	}
}

static void test_refused(void)
{
	static const struct {
		const char *header, *why;
	} cases[] = {{"", "mime: no media type"}, {";a=b", "mime: no media type"},
		{"a b", "mime: expected slash after first token"},
		{"a/", "mime: expected token after slash"},
		{"a/b/c", "mime: unexpected content after media subtype"},
		{"a/b, c/d", "mime: unexpected content after media subtype"},
		{"a/b;;", "mime: invalid media parameter"},
		{"a/b; =x", "mime: invalid media parameter"},
		{"a/b; x", "mime: invalid media parameter"},
		{"a/b; x=", "mime: invalid media parameter"},
		{"a/b; x=\"y", "mime: invalid media parameter"},
		{"a/b; x=1; X=2", "mime: duplicate parameter name"}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("%s", cases[i].header);
		g_assert_null(media_type_parse(cases[i].header, &error));
		g_assert_cmpstr(error->message, ==, cases[i].why);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/media-type/taken", test_taken);
	g_test_add_func("/media-type/refused", test_refused);
	return g_test_run();
}
