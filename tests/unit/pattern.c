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

/* CVE-2026-47262's relatives: what costs a backtracking matcher ages costs this one length times length. */
static void test_stars(void)
{
	g_autoptr(GString) many = g_string_new(""), folders = g_string_new("");
	for (int i = 0; i < 200; i++)
		g_string_append(many, "*a");
	for (int i = 0; i < 200; i++)
		g_string_append(folders, "**/a/");
	g_string_append(many, "b");
	g_string_append(folders, "b");
	g_autofree char *letters = g_strnfill(4000, 'a');
	check(many->str, letters, false);
	g_autoptr(GString) path = g_string_new("");
	for (int i = 0; i < 2000; i++)
		g_string_append(path, "a/");
	g_autofree char *hit = g_strconcat(path->str, "b", NULL),
			*missed = g_strconcat(path->str, "c", NULL);
	check(folders->str, hit, true);
	check(folders->str, missed, false);
	g_autoptr(Glob) glob = glob_new("*a*a*a*a*a*a*a*a*a*a*a*a*b", false);
	g_assert_false(glob_match(glob, letters, false));
}

static void check_glob(const char *pattern, const char *name, int matches)
{
	g_autoptr(Glob) glob = glob_new(pattern, false);
	g_test_message("%s on %s", pattern, name);
	g_assert_cmpint(glob == NULL ? -1 : glob_match(glob, name, false), ==, matches);
}

/* Go's filepath.Match, which COPY is matched by. */
static void test_match(void)
{
	check_glob("*", "abc", 1);
	check_glob("*", "a/c", 0);
	check_glob("a*c*e", "abcde", 1);
	check_glob("**", "ab", 1);
	check_glob("a?c", "a/c", 0);
	check_glob("a?c",
		"a\xc3\xa9"
		"c",
		1);
	check_glob("a?c",
		"a\xff"
		"c",
		1);
	check_glob("[\xc3\xa0-\xc3\xbf]", "\xc3\xa9", 1);
	check_glob("[\\]a]", "]", 1);
	check_glob("[\\-x]", "-", 1);
	check_glob("[^a-c]", "b", 0);
	check_glob("[a-c]?", "bz", 1);
	check_glob("[]a]", "]", -1);
	check_glob("[z-a]", "b", -1);
	check_glob("[a", "a", -1);
	check_glob("a\\", "a", -1);
	check_glob("", "", 1);
	check_glob("", "a", 0);
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
	g_test_add_func("/pattern/stars", test_stars);
	g_test_add_func("/pattern/match", test_match);
	g_test_add_func("/pattern/return", test_return);
	g_test_add_func("/pattern/errors", test_errors);
	return g_test_run();
}
