/* `build --check`, and the warnings of every build. */
#include "builder/internal.h"

#include "base/fd.h"
#include "base/number.h"
#include "base/size.h"
#include "engine/image/images.h"

#include <string.h>

/* "JSONArgsRecommended" in the URL of its page: "json-args-recommended". */
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

char *build_rule_url(const char *rule)
{
	g_autofree char *page = slug(rule);
	return g_strdup_printf("https://docs.docker.com/go/dockerfile/rule/%s/", page);
}

const char *build_rule_description(const char *rule)
{
	static const struct {
		const char *rule, *description;
	} rules[] = {
		{"ConsistentInstructionCasing", "All commands within the Dockerfile should use the "
						"same casing (either upper or "
						"lower)"},
		{"CopyIgnoredFile", "Attempting to Copy file that is excluded by .dockerignore"},
		{"DuplicateStageName", "Stage names should be unique"},
		{"ExposeInvalidFormat", "IP address and host-port mapping should not be used in "
					"EXPOSE instruction. "
					"This will become an error in a future release"},
		{"ExposeProtoCasing", "Protocol in EXPOSE instruction should be lowercase"},
		{"FromAsCasing", "The 'as' keyword should match the case of the 'from' keyword"},
		{"FromPlatformFlagConstDisallowed",
			"FROM --platform flag should not use a constant value"},
		{"InvalidDefaultArgInFrom", "Default value for global ARG results in an empty or "
					    "invalid base image name"},
		{"InvalidDefinitionDescription",
			"Comment for build stage or argument should follow the format: `# "
			"<arg/stage name> <description>`. If this is not intended to be a "
			"description "
			"comment, add an empty line or comment between the instruction and the "
			"comment."},
		{"JSONArgsRecommended", "JSON arguments recommended for ENTRYPOINT/CMD to prevent "
					"unintended behavior "
					"related to OS signals"},
		{"LegacyKeyValueFormat",
			"Legacy key/value format with whitespace separator should not be used"},
		{"MaintainerDeprecated", "The MAINTAINER instruction is deprecated, use a label "
					 "instead to define an "
					 "image author"},
		{"MultipleInstructionsDisallowed", "Multiple instructions of the same type should "
						   "not be used in the same stage"},
		{"NoEmptyContinuation",
			"Empty continuation lines will become errors in a future release"},
		{"RedundantTargetPlatform", "Setting platform to predefined $TARGETPLATFORM in "
					    "FROM is redundant as this is "
					    "the default behavior"},
		{"ReservedStageName", "Reserved words should not be used as stage names"},
		{"SecretsUsedInArgOrEnv",
			"Sensitive data should not be used in the ARG or ENV commands"},
		{"StageNameCasing", "Stage names should be lowercase"},
		{"UndefinedArgInFrom", "FROM command must use declared ARGs"},
		{"UndefinedVar", "Variables should be defined before their use"},
		{"WorkdirRelativePath", "Relative workdir without an absolute workdir declared "
					"within the build can have "
					"unexpected results if the base image changes"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
		if (strcmp(rules[i].rule, rule) == 0)
			return rules[i].description;
	return "";
}

/* COPY of files that .dockerignore excludes. */
static void add_ignored(Build *build, GArray *findings)
{
	const Patterns *ignore = build->context->ignore;
	for (guint i = 0; ignore != NULL && i < build->dockerfile->instructions->len; i++) {
		const Instruction *instruction = build->dockerfile->instructions->pdata[i];
		if ((instruction->kind != DF_COPY && instruction->kind != DF_ADD) ||
			instruction_flag(instruction, "from") != NULL)
			continue;
		for (int w = 0; instruction->words[w + 1] != NULL; w++) {
			g_autofree char *path = path_normal(instruction->words[w], "/");
			if (path[1] == '\0' || pattern_has_wildcard(path) ||
				strchr(path, '$') != NULL || !patterns_match(ignore, path + 1))
				continue;
			Finding finding = {instruction->line, instruction->last_line,
				"CopyIgnoredFile",
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
					build->dockerfile_name, finding->line, finding->last_line);
		g_string_append_printf(text,
			"\nWARNING: %s - https://docs.docker.com/go/dockerfile/rule/%s/\n%s\n%s",
			finding->rule, page, finding->text, excerpt);
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* A "key=value" of "# check=". strict: "error=true", findings are failures. */
static bool read_option(const char *option, bool *strict, GError **error)
{
	const char *equals = strchr(option, '=');
	g_autofree char *key =
		g_strndup(option, equals != NULL ? (gsize)(equals - option) : strlen(option));
	if (equals == NULL)
		return fail(error, BERTH_ERROR_INVALID,
			"failed to parse check options: invalid check option \"%s\"", option);
	if (strcmp(key, "skip") == 0 || strcmp(key, "experimental") == 0)
		return true;
	if (strcmp(key, "error") != 0)
		return fail(error, BERTH_ERROR_INVALID,
			"failed to parse check options: invalid check option \"%s\"", key);
	g_autofree char *why = number_problem("ParseBool", equals + 1, "invalid syntax");
	return bool_parse(equals + 1, strict) ||
	       fail(error, BERTH_ERROR_INVALID,
		       "failed to parse check options: failed to parse check option \"%s\": %s",
		       option, why);
}

static bool read_options(const Dockerfile *dockerfile, bool *strict, GError **error)
{
	g_auto(GStrv) options =
		g_strsplit(dockerfile->check != NULL ? dockerfile->check : "", ";", -1);
	*strict = false;
	for (int i = 0; options[i] != NULL; i++)
		if (*g_strstrip(options[i]) != '\0' && !read_option(options[i], strict, error))
			return false;
	return true;
}

/* The violated rules, each once. */
static bool violated(GArray *findings, GError **error)
{
	g_autoptr(GPtrArray) rules = g_ptr_array_new();
	for (guint i = 0; i < findings->len; i++) {
		const char *rule = g_array_index(findings, Finding, i).rule;
		if (!g_ptr_array_find_with_equal_func(rules, rule, g_str_equal, NULL))
			g_ptr_array_add(rules, (gpointer)rule);
	}
	g_ptr_array_add(rules, NULL);
	g_autofree char *list = g_strjoinv(", ", (char **)rules->pdata);
	return fail(error, BERTH_ERROR_INVALID, "lint violation found for rules: %s", list);
}

/* In BuildKit's form: a short text, and all fields that a client may show. */
static json_t *finding_json(const Build *build, const Finding *finding)
{
	g_autofree char *line = g_strdup_printf(
				"%s: %s (line %d)", finding->rule, finding->text, finding->line),
			*url = build_rule_url(finding->rule),
			*text = g_strjoinv("\n", build->dockerfile->lines),
			*data = g_base64_encode((const guchar *)text, strlen(text));
	json_t *json = json_pack("{s:o, s:i}", "short", json_lenient(line), "level", 1);
	if (build->definition != NULL)
		json_object_update_new(
			json, json_pack("{s:[s], s:s, s:s, s:s, s:i}", "detail",
				      build_rule_description(finding->rule), "url", url, "filename",
				      build->dockerfile_name, "data", data, "line", finding->line));
	return json;
}

/* The configuration of a local image: none is pulled for a check. */
static json_t *image_config_of(gpointer data, const char *reference)
{
	Build *build = data;
	g_auto(GStrv) platforms = g_strsplit(build->request->platform, ",", -1);
	const char *platform = platforms[0] != NULL ? platforms[0] : "";
	g_autofree char *id = image_find_on(build->engine, reference, platform, NULL);
	g_autoptr(json_t) image = id != NULL ? image_config(build->engine, id, NULL) : NULL;
	json_t *config = json_object_get(image, "config");
	return json_is_object(config) ? json_incref(config) : NULL;
}

/* With a target, or when building, only the needed stages are checked. */
static bool is_wanted(gpointer data, int number)
{
	const Build *build = data;
	const Lane *lane = build->lanes->len > 0 ? build->lanes->pdata[0] : NULL;
	bool all = json_bool(build->request->more, "check") && *build->request->target == '\0';
	return all || lane == NULL || (guint)number >= lane->stages->len ||
	       ((Stage *)lane->stages->pdata[number])->needed;
}

GArray *build_findings(Build *build)
{
	const CheckWorld world = {.image = image_config_of,
		.wanted = is_wanted,
		.data = build,
		.args = build->request->args};
	GArray *findings = dockerfile_check(build->dockerfile, &world);
	if (build->context != NULL &&
		dockerfile_rule_is_wanted(build->dockerfile, "CopyIgnoredFile"))
		add_ignored(build, findings);
	return findings;
}

/* What a stage is based on, without building: another stage, a named context, or an available image. */
static bool check_base(Stage *stage, GError **error)
{
	g_autofree char *name = stage_base(stage, error);
	if (name == NULL)
		return false;
	g_autofree char *lower = g_ascii_strdown(name, -1);
	return lane_context(stage->lane, lower) != NULL ||
	       lane_stage_named(stage->lane, name, stage->index) != NULL ||
	       strcmp(name, "scratch") == 0 ||
	       source_image_exists(stage->build, name, &stage->lane->platform, error);
}

/* The first instruction that copies from what is not there; NULL: none does. */
static const Instruction *check_copies(Stage *stage, GError **error)
{
	for (guint i = 0; i < stage->instructions->len; i++) {
		const Instruction *instruction = stage->instructions->pdata[i];
		const char *from =
			instruction->kind == DF_COPY ? instruction_flag(instruction, "from") : NULL;
		if (from != NULL && *from != '\0' && !source_exists(stage, from, error))
			return instruction;
	}
	return NULL;
}

bool build_check_sources(Build *build, const Instruction **at, GError **error)
{
	*at = NULL;
	if (build->lanes->len == 0 && !lanes_make(build, error))
		return false;
	const Lane *lane = build->lanes->pdata[0];
	for (guint i = 0; i < lane->stages->len; i++) {
		Stage *stage = lane->stages->pdata[i];
		bool wanted = *build->request->target == '\0' || stage->needed;
		if (!wanted)
			continue;
		*at = check_base(stage, error) ? check_copies(stage, error) : stage->from;
		if (*at != NULL)
			return false;
	}
	return true;
}

/* As buildx shows it: findings, if there is one or no mistake; then what a build would fail by. */
static void tell_check(Build *build, GArray *findings)
{
	const Instruction *at = NULL;
	g_autoptr(GError) problem = NULL;
	g_autofree char *text = report(build, findings), *excerpt = NULL, *mistake = NULL;
	if (build->mistake == NULL)
		build_check_sources(build, &at, &problem);
	const char *why = build->mistake != NULL ? build->mistake
			  : problem != NULL	 ? problem->message
						 : NULL;
	int first = at != NULL ? at->line : build->mistake_line,
	    last = at != NULL ? at->last_line : first;
	if (first > 0)
		excerpt = dockerfile_excerpt(
			build->dockerfile->lines, build->dockerfile_name, first, last);
	if (why != NULL)
		mistake = g_strdup_printf("ERROR: %s\n%s", why, excerpt != NULL ? excerpt : "");
	g_autofree char *found = why == NULL	     ? g_strdup(text)
				 : findings->len > 0 ? g_strconcat(text, "\n", NULL)
						     : g_strdup("");
	build->request->say(build->request->who,
		json_pack("{s:{s:o, s:o*, s:b}}", "build", "text", json_lenient(found), "mistake",
			mistake != NULL ? json_lenient(mistake) : NULL, "failed",
			findings->len > 0 || why != NULL));
}

bool build_check(Build *build, bool *only, GError **error)
{
	bool strict;
	g_autoptr(GArray) findings = build_findings(build);
	*only = json_bool(build->request->more, "check");
	if (!read_options(build->dockerfile, &strict, error))
		return false;
	if (*only)
		return tell_check(build, findings), true;
	for (guint i = 0; build->request->events && i < findings->len; i++) {
		const Finding *finding = &g_array_index(findings, Finding, i);
		vertex_warn(build->progress, build->definition, finding_json(build, finding));
	}
	return findings->len == 0 || !strict || violated(findings, error);
}
