#include "dockerfile/dockerfile.h"

#include <string.h>

static Dockerfile *parse(const char *text, GError **error)
{
	return dockerfile_parse(text, strlen(text), NULL, error);
}

static const Instruction *at(const Dockerfile *dockerfile, guint i)
{
	g_assert_cmpuint(i, <, dockerfile->instructions->len);
	return dockerfile->instructions->pdata[i];
}

static void test_lines(void)
{
	g_autoptr(Dockerfile) dockerfile = parse("# comment\nFROM a \\\n# in between\n  as b\n\n"
						 "run echo \\\n\n hi\n",
		NULL);
	g_assert_cmpuint(dockerfile->instructions->len, ==, 2);
	g_assert_cmpstr(at(dockerfile, 0)->text, ==, "a   as b");
	g_assert_cmpint(at(dockerfile, 0)->line, ==, 2);
	g_assert_cmpint(at(dockerfile, 0)->last_line, ==, 4);
	g_assert_cmpint(at(dockerfile, 1)->kind, ==, DF_RUN);
	g_assert_cmpstr(at(dockerfile, 1)->keyword, ==, "run");
	g_assert_cmpuint(dockerfile->findings->len, ==, 1);
	g_assert_cmpstr(
		g_array_index(dockerfile->findings, Finding, 0).rule, ==, "NoEmptyContinuation");
}

static void test_directives(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Dockerfile) dockerfile = parse(
		"# syntax = docker/dockerfile:1\n#escape=`\nFROM a `\n as b\n# escape=\\\n", NULL);
	g_assert_cmpstr(dockerfile->syntax, ==, "docker/dockerfile:1");
	g_assert_cmpint(dockerfile->escape, ==, '`');
	g_assert_cmpint(dockerfile->directives, ==, 2);
	/* After another comment they are comments. */
	g_autoptr(Dockerfile) late = parse("# hello\n# escape=`\nFROM a\n", NULL);
	g_assert_cmpint(late->escape, ==, '\\');
	g_assert_null(parse("# escape=x\nFROM a\n", &error));
	g_assert_cmpstr(error->message, ==, "invalid escape token 'x' does not match ` or \\");
	g_assert_null(parse("# escape=`\n# escape=`\nFROM a\n", NULL));
}

static void test_heredocs(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Dockerfile) dockerfile = parse(
		"FROM a\nCOPY <<A <<-\"B\" /d/\none\nA\n\t\ttwo\n\tB\nRUN <<E\nx\nE\nCMD <<N\n",
		NULL);
	const Instruction *copy = at(dockerfile, 1);
	const Heredoc *first = copy->heredocs->pdata[0], *second = copy->heredocs->pdata[1];
	g_assert_cmpstr(first->body, ==, "one\n");
	g_assert_true(first->expand);
	g_assert_cmpstr(second->body, ==, "two\n");
	g_assert_false(second->expand);
	g_assert_nonnull(instruction_script(at(dockerfile, 2)));
	g_assert_null(instruction_script(copy));
	g_assert_null(at(dockerfile, 3)->heredocs);
	g_assert_null(parse("FROM a\nRUN <<E\nx\n", &error));
	g_assert_cmpstr(error->message, ==, "unterminated heredoc");
}

static void test_triggers(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Dockerfile) dockerfile = parse("FROM a\nONBUILD RUN <<E\nx\nE\n", NULL);
	g_assert_cmpstr(at(dockerfile, 1)->text, ==, "RUN <<E\nx\nE");
	g_autoptr(Instruction) trigger = trigger_parse(at(dockerfile, 1)->text, NULL);
	g_assert_cmpstr(instruction_script(trigger)->body, ==, "x\n");
	g_assert_null(trigger_parse("RUN a\nRUN b", &error));
	g_assert_nonnull(strstr(error->message, "single expression"));
	g_assert_null(trigger_parse("", NULL));
}

static void test_hostile(void)
{
	g_autoptr(GError) error = NULL;
	g_assert_null(dockerfile_parse("FROM a\0b", 8, NULL, NULL));
	/* What is no UTF-8 is the sign for that, as in BuildKit. */
	g_autoptr(Dockerfile) bytes = parse("FROM \xff\n", NULL);
	g_assert_cmpstr(at(bytes, 0)->words[0], ==, "\xef\xbf\xbd");
	g_assert_null(parse("FORM a\n", &error));
	g_assert_cmpstr(error->message, ==,
		"dockerfile parse error on line 1: unknown instruction: FORM (did you mean FROM?)");
	g_autoptr(GString) many = g_string_new("FROM a\n");
	for (int i = 0; i < 10001; i++)
		g_string_append(many, "ENV a=b\n");
	g_assert_null(parse(many->str, NULL));
	g_autofree char *large = g_strnfill((16 << 20) + 1, ' ');
	g_assert_null(dockerfile_parse(large, strlen(large), NULL, NULL));
}

static void test_flags(void)
{
	g_autoptr(Dockerfile) dockerfile =
		parse("FROM a\nCOPY --link --chmod=1 --exclude=x --exclude=y a b\n", NULL);
	const Instruction *copy = at(dockerfile, 1);
	g_auto(GStrv) excludes = instruction_flags(copy, "exclude");
	bool link = false;
	g_assert_cmpuint(g_strv_length(excludes), ==, 2);
	g_assert_cmpstr(instruction_flag(copy, "chmod"), ==, "1");
	g_assert_null(instruction_flag(copy, "chown"));
	g_assert_true(instruction_flag_bool(copy, "link", &link, NULL) && link);
	static const char *const bad[] = {"COPY --chmod=1 --chmod=2 a b", "COPY --nope a b",
		"COPY --chown a b", "COPY --link=maybe a b", "COPY a", "FROM a b", "FROM a as 1",
		"SHELL sh", "HEALTHCHECK x", "VOLUME", "ENV =x", "HEALTHCHECK --interval=1 CMD x",
		"RUN --mount=from=$x,target=/y z", "ONBUILD ONBUILD RUN x", "ONBUILD FROM x"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *text = g_strconcat("FROM a\n", bad[i], "\n", NULL);
		g_autoptr(GError) error = NULL;
		g_assert_null(parse(text, &error));
		g_assert_true(
			g_str_has_prefix(error->message, "dockerfile parse error on line 2: "));
	}
	/* The form of any line is looked at before what an instruction may be. */
	g_autoptr(GError) error = NULL;
	int line = 0;
	const char *late = "FROM a\nFOO\nENV x\n";
	g_assert_null(dockerfile_parse(late, strlen(late), &line, &error));
	g_assert_cmpstr(error->message, ==, "ENV must have two arguments");
	g_assert_cmpint(line, ==, 3);
}

static void test_excerpt(void)
{
	char *lines[] = {"FROM a", "RUN x", "RUN y", "RUN z", "", NULL};
	g_autofree char *text = dockerfile_excerpt(lines, "Dockerfile", 2, 2);
	g_assert_nonnull(strstr(text, "   2 | >>> RUN x\n   3 |     RUN y\n"));
	g_autofree char *beyond = dockerfile_excerpt(lines, "Dockerfile", 40, 41);
	g_assert_nonnull(beyond);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/dockerfile/lines", test_lines);
	g_test_add_func("/dockerfile/directives", test_directives);
	g_test_add_func("/dockerfile/heredocs", test_heredocs);
	g_test_add_func("/dockerfile/triggers", test_triggers);
	g_test_add_func("/dockerfile/hostile", test_hostile);
	g_test_add_func("/dockerfile/flags", test_flags);
	g_test_add_func("/dockerfile/excerpt", test_excerpt);
	return g_test_run();
}
