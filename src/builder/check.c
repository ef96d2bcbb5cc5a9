/* `build --check`, and what of it every build is told. */
#include "builder/internal.h"

#include <string.h>

/* "JSONArgsRecommended" as its page's address has it: "json-args-recommended". */
static char *slug(const char *rule)
{
	g_autoptr(GString) text = g_string_new("");
	for (const char *c = rule; *c != '\0'; c++) {
		bool begins = g_ascii_isupper(*c) && c > rule &&
			      (g_ascii_islower(c[-1]) || g_ascii_islower(c[1]));
		if (begins)
			g_string_append_c(text, '-');
		g_string_append_c(text, g_ascii_tolower(*c));
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* COPY of what .dockerignore leaves out of the context. */
static void add_ignored(Build *build, GArray *findings)
{
	const Patterns *ignore = build->context->ignore;
	for (guint i = 0; ignore != NULL && i < build->dockerfile->instructions->len; i++) {
		const Instruction *instruction = build->dockerfile->instructions->pdata[i];
		if ((instruction->kind != DF_COPY && instruction->kind != DF_ADD) ||
			instruction_flag(instruction, "from") != NULL)
			continue;
		for (int w = 0; instruction->words[w + 1] != NULL; w++) {
			g_autofree char *path = g_canonicalize_filename(instruction->words[w], "/");
			if (path[1] == '\0' || pattern_has_wildcard(path) ||
				strchr(path, '$') != NULL || !patterns_match(ignore, path + 1))
				continue;
			Finding finding = {instruction->line, "CopyIgnoredFile",
				g_strdup_printf("Attempting to %s file \"%s\" that is excluded by "
						".dockerignore",
					instruction->kind == DF_COPY ? "Copy" : "Add",
					instruction->words[w])};
			g_array_append_val(findings, finding);
		}
	}
}

static char *report(Build *build, GArray *findings)
{
	g_autoptr(GString) text = g_string_new("");
	if (findings->len == 0)
		g_string_append(text, "Check complete, no warnings found.\n");
	else
		g_string_append_printf(text, "Check complete, %u warning%s been found!\n",
			findings->len, findings->len == 1 ? " has" : "s have");
	for (guint i = 0; i < findings->len; i++) {
		const Finding *finding = &g_array_index(findings, Finding, i);
		g_autofree char *page = slug(finding->rule),
				*excerpt = dockerfile_excerpt(build->dockerfile->lines,
					build->dockerfile_name, finding->line, finding->line);
		g_string_append_printf(text,
			"\nWARNING: %s - https://docs.docker.com/go/dockerfile/rule/%s/\n%s\n%s",
			finding->rule, page, finding->text, excerpt);
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* "error=true" in "# check=": a finding is a failure. */
static bool is_strict(const Dockerfile *dockerfile)
{
	g_autofree char *text =
		g_ascii_strdown(dockerfile->check != NULL ? dockerfile->check : "", -1);
	return strstr(text, "error=true") != NULL;
}

bool build_check(Build *build, bool *only, GError **error)
{
	g_autoptr(GArray) findings = dockerfile_check(build->dockerfile);
	*only = json_bool(build->request->more, "check");
	if (build->context != NULL)
		add_ignored(build, findings);
	if (*only) {
		g_autofree char *text = report(build, findings);
		build->request->say(
			build->request->who, json_pack("{s:{s:s, s:b}}", "build", "text", text,
						     "failed", findings->len > 0));
		return true;
	}
	for (guint i = 0; build->request->events && i < findings->len; i++) {
		const Finding *finding = &g_array_index(findings, Finding, i);
		g_autofree char *line = g_strdup_printf(
			"%s: %s (line %d)", finding->rule, finding->text, finding->line);
		progress_warn(build->progress, line);
	}
	return findings->len == 0 || !is_strict(build->dockerfile) ||
	       fail(error, BERTH_ERROR_INVALID, "lint violation found for rules: %s: %s (line %d)",
		       g_array_index(findings, Finding, 0).rule,
		       g_array_index(findings, Finding, 0).text,
		       g_array_index(findings, Finding, 0).line);
}
