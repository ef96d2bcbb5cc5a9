#include "dockerfile/dockerfile.h"

#include <string.h>

static const char *get(gpointer data, const char *name)
{
	static const char *const values[][2] = {{"a", "A"}, {"empty", ""},
		{"path", "/usr/local/lib.tar.gz"}, {"two", "x  y"}, {"star", "a*b"}};
	(void)data;
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
		if (strcmp(values[i][0], name) == 0)
			return values[i][1];
	return NULL;
}

static const Variables variables = {.get = get, .escape = '\\'};

static void test_forms(void)
{
	static const char *const cases[][2] = {{"$a", "A"}, {"${a}x", "Ax"}, {"$none.", "."},
		{"${none:-d}", "d"}, {"${empty:-d}", "d"}, {"${empty-d}", ""}, {"${none-d}", "d"},
		{"${a:+y}", "y"}, {"${empty:+y}", ""}, {"${empty+y}", "y"}, {"${none+y}", ""},
		{"${a:?no}", "A"}, {"${none:-${a}}", "A"}, {"${path#*/}", "usr/local/lib.tar.gz"},
		{"${path##*/}", "lib.tar.gz"}, {"${path%.*}", "/usr/local/lib.tar"},
		{"${path%%.*}", "/usr/local/lib"}, {"${path/l/L}", "/usr/Local/lib.tar.gz"},
		{"${path//l/L}", "/usr/LocaL/Lib.tar.gz"}, {"${star#a\\*}", "b"}, {"'$a'", "$a"},
		{"\"$a'\"", "A'"}, {"\\$a", "$a"}, {"\"\\\"\"", "\""}, {"a\\ b", "a b"}, {"$", "$"},
		{"$$", ""}, {"${two}", "x  y"}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *value = word_expand(cases[i][0], &variables, NULL);
		g_assert_cmpstr(value, ==, cases[i][1]);
	}
}

static void test_errors(void)
{
	static const char *const bad[] = {"${a", "${}", "${:-x}", "${a:", "${a^b}", "'a", "\"a",
		"${none:?}", "${empty:?why}", "${a/b}"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(word_expand(bad[i], &variables, &error));
		g_assert_nonnull(error);
	}
	g_autoptr(GError) error = NULL;
	g_assert_null(word_expand("${none:?give one}", &variables, &error));
	g_assert_cmpstr(
		error->message, ==, "failed to process \"${none:?give one}\": none: give one");
	/* Nested without end. */
	g_autoptr(GString) deep = g_string_new("");
	for (int i = 0; i < 10000; i++)
		g_string_append(deep, "${x:-");
	g_assert_null(word_expand(deep->str, &variables, NULL));
}

static void test_split(void)
{
	g_auto(GStrv) words = word_expand_split("$two \"$two\" '' $empty z", &variables, NULL);
	g_autofree char *joined = g_strjoinv("|", words);
	g_assert_cmpstr(joined, ==, "x|y|x  y||z");
}

static void test_heredoc(void)
{
	Variables keep = variables;
	keep.keep_quotes = true;
	g_autofree char *value = word_expand("it's \"$a\"", &keep, NULL);
	g_assert_cmpstr(value, ==, "it's \"A\"");
}

static void note(gpointer data, const char *name)
{
	g_string_append(data, name);
}

static void test_unknown(void)
{
	g_autoptr(GString) names = g_string_new("");
	Variables told = {.get = get, .escape = '\\', .unknown = note, .data = names};
	g_autofree char *value = word_expand("$a $n1 ${n2} ${n3:-x}", &told, NULL);
	/* A default does not make it known: BuildKit tells of it as well. */
	g_assert_cmpstr(names->str, ==, "n1n2n3");
}

static const char *big(gpointer data, const char *name)
{
	(void)name;
	return data;
}

/* Words that grow out of each other, and patterns that take ages, end in an error soon. */
static void test_bounds(void)
{
	g_autofree char *letters = g_strnfill(200000, 'a');
	gsize spent = 0;
	Variables all = {.get = big, .data = letters, .escape = '\\', .spent = &spent};
	static const char *const endless[] = {"$a$a$a$a$a$a", "${a//a/$a}", "${a//*a*a*b/x}",
		"${a##*a*a*a*b}", "${a%%*b*a*b}", "${a/a*b/x}"};
	for (size_t i = 0; i < G_N_ELEMENTS(endless); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("%s", endless[i]);
		g_assert_null(word_expand(endless[i], &all, &error));
		g_assert_nonnull(error);
	}
	int words = 0;
	for (char *word; (word = word_expand("$a", &all, NULL)) != NULL; words++)
		g_free(word);
	g_assert_cmpint(words, ==, (64 << 20) / 200000);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/expand/forms", test_forms);
	g_test_add_func("/expand/errors", test_errors);
	g_test_add_func("/expand/split", test_split);
	g_test_add_func("/expand/heredoc", test_heredoc);
	g_test_add_func("/expand/unknown", test_unknown);
	g_test_add_func("/expand/bounds", test_bounds);
	return g_test_run();
}
