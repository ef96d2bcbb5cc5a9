#include "dockerfile/dockerfile.h"

static void check(const char *ignore, const char *path, bool left_out)
{
	g_autoptr(Patterns) patterns = patterns_parse(ignore, NULL);
	g_assert_nonnull(patterns);
	if (patterns_match(patterns, path) != left_out)
		g_error("\"%s\" on %s", ignore, path);
}

/* As Docker's reference of .dockerignore has them. */
static void test_matches(void)
{
	check("*/temp*", "a/temp.txt", true);
	check("*/temp*", "a/b/temp.txt", false);
	check("*/*/temp*", "a/b/temporary", true);
	check("temp?", "tempa", true);
	check("temp?", "temp", false);
	check("**/*.go", "x.go", true);
	check("**/*.go", "a/b/x.go", true);
	check("*.md\n!README.md", "README.md", false);
	check("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true);
	check("*.md\nREADME-secret.md\n!README*.md", "README-secret.md", false);
	check("a", "a/b/c", true);
	check("/a/", "a/b", true);
	check("a/../b", "b", true);
	check("# a\n#b\n\n", "#b", false);
	check("\xef\xbb\xbf"
	      "a",
		"a", true);
	check("a/**", "a/b", true);
	check("a/**", "ab", false);
	check("[a-c]x", "bx", true);
	check("[^a-c]x", "bx", false);
	check("a\\*", "a*", true);
	check("a\\*", "ab", false);
	check(".", "a", false);
	check("a.c", "abc", false);
}

static void test_return(void)
{
	g_autoptr(Patterns) patterns = patterns_parse("*\n!a/b/c", NULL);
	g_assert_true(patterns_may_return(patterns, "a"));
	g_assert_true(patterns_may_return(patterns, "a/b"));
	g_assert_false(patterns_may_return(patterns, "b"));
	g_assert_false(patterns_may_return(patterns, "a/bc"));
	g_autoptr(Patterns) wild = patterns_parse("*\n!**/x", NULL);
	g_assert_true(patterns_may_return(wild, "b"));
}

static void test_errors(void)
{
	g_autoptr(GError) error = NULL;
	g_assert_null(patterns_parse("!", &error));
	g_assert_null(patterns_parse("[a", NULL));
	g_autofree char *lines = g_strnfill(200000, '\n');
	for (int i = 0; i < 200000; i += 2)
		lines[i] = 'a';
	g_assert_null(patterns_parse(lines, NULL));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/pattern/matches", test_matches);
	g_test_add_func("/pattern/return", test_return);
	g_test_add_func("/pattern/errors", test_errors);
	return g_test_run();
}
