/* The rules of `build --check` that need nothing but the instructions (Dockerfile reference, "Build checks"). */
#include "dockerfile/check_names.h"

#include "base/nearest.h"

#include <stdarg.h>
#include <string.h>

typedef struct {
	const Dockerfile *dockerfile;
	GArray *findings;
	GHashTable *globals; /* ARGs before the first FROM -> default or NULL */
	const CheckWorld *world;
	bool wanted;		/* whether the current stage is checked */
	StageNames *stage;	/* the current one, which is in all; NULL before the first */
	GPtrArray *all;		/* of StageNames */
	GHashTable *stages;	/* name -> StageNames, borrowed */
	int commands[DF_KINDS]; /* lines of the last CMD, ENTRYPOINT and HEALTHCHECK of the stage */
	const Instruction *at;
} Check;

/* Of one line: what the parser says comes first, and of every stage; then what the whole file says. */
static int rank(const Finding *finding)
{
	static const char *const first[] = {"FromAsCasing", "MaintainerDeprecated",
		"NoEmptyContinuation", "StageNameCasing", "DuplicateStageName", "ReservedStageName",
		NULL};
	return g_strv_contains(first, finding->rule)			   ? 0
	       : strcmp(finding->rule, "ConsistentInstructionCasing") == 0 ? 1
									   : 2;
}

static void found(Check *check, int line, const char *rule, const char *format, ...)
	G_GNUC_PRINTF(4, 5);
static void found(Check *check, int line, const char *rule, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int last = check->at != NULL && check->at->line == line ? check->at->last_line : line;
	Finding finding = {line, last, rule, g_strdup_vprintf(format, args)};
	va_end(args);
	if (check->wanted || rank(&finding) == 0)
		g_array_append_val(check->findings, finding);
	else
		finding_clear(&finding);
}

static bool is_lower(const char *text)
{
	g_autofree char *lower = g_ascii_strdown(text, -1);
	return strcmp(text, lower) == 0;
}

static bool is_upper(const char *text)
{
	g_autofree char *upper = g_ascii_strup(text, -1);
	return strcmp(text, upper) == 0;
}

/* The case of most instructions decides which case is expected of all. */
static void check_casing(Check *check)
{
	guint lower = 0, upper = 0;
	GPtrArray *all = check->dockerfile->instructions;
	for (guint i = 0; i < all->len; i++) {
		const Instruction *instruction = all->pdata[i];
		lower += is_lower(instruction->keyword);
		upper += is_upper(instruction->keyword);
	}
	bool to_lower = lower > upper;
	for (guint i = 0; i < all->len; i++) {
		const Instruction *instruction = check->at = all->pdata[i];
		if (!(to_lower ? is_lower : is_upper)(instruction->keyword))
			found(check, instruction->line, "ConsistentInstructionCasing",
				"Command '%s' should match the case of the command majority (%s)",
				instruction->keyword, to_lower ? "lowercase" : "uppercase");
	}
}

static const char *global_value(gpointer data, const char *name)
{
	Check *check = data;
	const char *value = g_hash_table_lookup(check->globals, name);
	return value != NULL ? value : g_hash_table_contains(check->globals, name) ? "" : NULL;
}

/* The same, but --build-arg may have set another value. */
static const char *given_value(gpointer data, const char *name)
{
	const char *given = json_string_value(json_object_get(((Check *)data)->world->args, name));
	return given != NULL ? given : global_value(data, name);
}

static void undeclared(gpointer data, const char *name)
{
	enum { LETTERS = 2, GIVEN = 9 };
	Check *check = data;
	static const char *const given[GIVEN] = {"TARGETPLATFORM", "TARGETOS", "TARGETARCH",
		"TARGETVARIANT", "TARGETSTAGE", "BUILDPLATFORM", "BUILDOS", "BUILDARCH",
		"BUILDVARIANT"};
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	GHashTableIter each;
	gpointer key;
	g_hash_table_iter_init(&each, check->globals);
	while (g_hash_table_iter_next(&each, &key, NULL))
		g_ptr_array_add(names, key);
	for (int i = 0; i < GIVEN; i++)
		g_ptr_array_add(names, (gpointer)given[i]);
	if (g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
		return;
	g_ptr_array_add(names, NULL);
	const char *near = words_nearest_exact(name, (const char *const *)names->pdata, LETTERS);
	found(check, check->at->line, "UndefinedArgInFrom",
		"FROM argument '%s' is not declared%s%s%s", name,
		near != NULL ? " (did you mean " : "", near != NULL ? near : "",
		near != NULL ? "?)" : "");
}

/* "AS build_amd64" says that it is for this one: other stages choose it by that name. */
static bool names_platform(const Instruction *from, const char *platform)
{
	g_auto(GStrv) parts = g_strsplit(platform, "/", -1);
	for (int i = 0; from->words[1] != NULL && parts[i] != NULL; i++)
		if (*parts[i] != '\0' && strstr(from->words[2], parts[i]) != NULL)
			return true;
	return false;
}

static void check_platform(Check *check, const Instruction *from)
{
	const char *platform = instruction_flag(from, "platform");
	if (platform == NULL)
		return;
	if (strcmp(platform, "$TARGETPLATFORM") == 0 || strcmp(platform, "${TARGETPLATFORM}") == 0)
		found(check, from->line, "RedundantTargetPlatform",
			"Setting platform to predefined %s in FROM is redundant as this is the "
			"default "
			"behavior",
			platform);
	else if (strchr(platform, '$') == NULL && !names_platform(from, platform))
		found(check, from->line, "FromPlatformFlagConstDisallowed",
			"FROM --platform flag should not use constant value \"%s\"", platform);
}

/* The comment above a stage or an argument describes it: "# name what it is for". */
static void check_description(Check *check, int line, const char *name)
{
	bool any = false;
	for (int at = line - 1; at > check->dockerfile->directives; at--) {
		const char *text = check->dockerfile->lines[at - 1];
		text += strspn(text, " \t\r");
		if (*text == '\0')
			continue;
		if (*text != '#')
			break;
		text += 1 + strspn(text + 1, " \t");
		size_t length = strlen(name);
		if (strncmp(text, name, length) == 0 && text[length] == ' ')
			return;
		any = true;
	}
	if (any)
		found(check, line, "InvalidDefinitionDescription",
			"Comment for %s should follow the format: `# %s <description>`",
			instruction_name(check->at->kind), name);
}

static void check_stage_name(Check *check, const Instruction *from)
{
	if (from->words[1] == NULL)
		return;
	const char *name = from->words[2];
	check_description(check, from->line, name);
	g_autofree char *lower = g_ascii_strdown(name, -1);
	if (!is_lower(name))
		found(check, from->line, "StageNameCasing", "Stage name '%s' should be lowercase",
			name);
	if (is_lower(from->words[1]) != is_lower(from->keyword) ||
		is_upper(from->words[1]) != is_upper(from->keyword))
		found(check, from->line, "FromAsCasing",
			"'%s' and '%s' keywords' casing do not match", from->words[1],
			from->keyword);
	if (strcmp(lower, "scratch") == 0 || strcmp(lower, "context") == 0)
		found(check, from->line, "ReservedStageName",
			"Stage name should not use the same name as reserved stage \"%s\"", lower);
	if (g_hash_table_contains(check->stages, lower))
		found(check, from->line, "DuplicateStageName",
			"Duplicate stage name \"%s\", stage names should be unique", lower);
}

/* A stage starts with the variables of its base. */
static void begin_stage(Check *check, const Instruction *from, const char *base)
{
	g_autofree char *lower = g_ascii_strdown(base, -1);
	const StageNames *below = g_hash_table_lookup(check->stages, lower);
	check->stage = stage_names_new(below);
	g_ptr_array_add(check->all, check->stage);
	if (below == NULL) {
		g_autoptr(json_t) config = strcmp(lower, "scratch") == 0 ? json_object()
					   : check->world->image != NULL && *base != '\0'
						   ? check->world->image(check->world->data, base)
						   : NULL;
		if (config != NULL)
			stage_names_of_image(check->stage, config);
		if (!g_hash_table_contains(check->stage->values, "PATH"))
			stage_names_set(check->stage, "PATH", "/bin");
	}
	check->wanted = check->world->wanted == NULL ||
			check->world->wanted(check->world->data, (int)check->all->len - 1);
	memset(check->commands, 0, sizeof check->commands);
	if (from->words[1] != NULL)
		g_hash_table_insert(
			check->stages, g_ascii_strdown(from->words[2], -1), check->stage);
}

static void check_from(Check *check, const Instruction *from)
{
	Variables variables = {.get = global_value,
		.data = check,
		.escape = check->dockerfile->escape,
		.unknown = undeclared};
	check_platform(check, from);
	check_stage_name(check, from);
	g_autofree char *base = word_expand(from->words[0], &variables, NULL);
	const char *platform = instruction_flag(from, "platform");
	if (platform != NULL)
		g_free(word_expand(platform, &variables, NULL));
	bool blank = base == NULL || *base == '\0';
	if (blank || (strchr(from->words[0], '$') != NULL &&
			     (strchr(":/@", *base) != NULL || g_str_has_suffix(base, ":"))))
		found(check, from->line, "InvalidDefaultArgInFrom",
			"Default value for ARG %s results in empty or invalid base image name",
			from->words[0]);
	Variables given = {.get = given_value, .data = check, .escape = check->dockerfile->escape};
	g_autofree char *meant = word_expand(from->words[0], &given, NULL);
	begin_stage(check, from, meant != NULL ? meant : "");
}

static void undefined(gpointer data, const char *name, const char *near)
{
	Check *check = data;
	found(check, check->at->line, "UndefinedVar", "Usage of undefined variable '$%s'%s%s%s",
		name, near != NULL ? " (did you mean $" : "", near != NULL ? near : "",
		near != NULL ? "?)" : "");
}

static void note_secret(Check *check, const Instruction *instruction, const char *name)
{
	static const char *const parts[] = {"apikey", "auth", "credential", "credentials", "key",
		"password", "pword", "passwd", "secret", "token", NULL};
	g_autofree char *lower = g_ascii_strdown(name, -1);
	g_auto(GStrv) words = g_strsplit_set(lower, "_-.", -1);
	for (int i = 0; words[i] != NULL; i++)
		if (g_strv_contains(parts, words[i]) && strstr(lower, "public") == NULL) {
			found(check, instruction->line, "SecretsUsedInArgOrEnv",
				"Do not use ARG or ENV instructions for sensitive data (%s \"%s\")",
				instruction_name(instruction->kind), name);
			return;
		}
}

static char *stage_value(const Check *check, const char *word)
{
	return stage_names_expand(check->stage, word, check->dockerfile->escape, NULL, NULL);
}

/* The value of a stage's ARG: --build-arg, its default, or the value of the global ARG. */
static char *arg_value(const Check *check, const Pair *pair)
{
	const char *given = json_string_value(json_object_get(check->world->args, pair->key));
	if (given != NULL)
		return g_strdup(given);
	return pair->value != NULL ? stage_value(check, pair->value)
				   : g_strdup(g_hash_table_lookup(check->globals, pair->key));
}

/* What is set by one instruction is known to later ones only. */
static void set_pairs(Check *check, const Instruction *instruction, GArray *pairs)
{
	g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < pairs->len; i++) {
		const Pair *pair = &g_array_index(pairs, Pair, i);
		g_ptr_array_add(values, instruction->kind == DF_ARG
						? arg_value(check, pair)
						: stage_value(check, pair->value));
	}
	for (guint i = 0; i < pairs->len; i++)
		stage_names_set(check->stage, g_array_index(pairs, Pair, i).key, values->pdata[i]);
}

static void check_pairs(Check *check, const Instruction *instruction)
{
	bool legacy;
	g_autoptr(GArray) pairs = instruction_pairs(instruction, &legacy, NULL);
	if (legacy)
		found(check, instruction->line, "LegacyKeyValueFormat",
			"\"%s key=value\" should be used instead of legacy \"%s key value\" format",
			instruction_name(instruction->kind), instruction_name(instruction->kind));
	for (guint i = 0; pairs != NULL && i < pairs->len; i++) {
		const Pair *pair = &g_array_index(pairs, Pair, i);
		if (instruction->kind == DF_ARG)
			check_description(check, instruction->line, pair->key);
		if (instruction->kind != DF_LABEL)
			note_secret(check, instruction, pair->key);
		if (check->stage == NULL)
			g_hash_table_insert(
				check->globals, g_strdup(pair->key), g_strdup(pair->value));
	}
	if (pairs != NULL && check->stage != NULL && instruction->kind != DF_LABEL)
		set_pairs(check, instruction, pairs);
}

/* Of these only the last of a stage counts. */
static void check_once(Check *check, const Instruction *instruction)
{
	int *line = &check->commands[instruction->kind];
	if (*line != 0)
		found(check, *line, "MultipleInstructionsDisallowed",
			"Multiple %s instructions should not be used in the same stage because "
			"only the "
			"last one will be used",
			instruction_name(instruction->kind));
	*line = instruction->line;
}

static void check_command(Check *check, const Instruction *instruction)
{
	check_once(check, instruction);
	if (!instruction->is_json && check->stage != NULL && !check->stage->shell)
		found(check, instruction->line, "JSONArgsRecommended",
			"JSON arguments recommended for %s to prevent unintended behavior related "
			"to OS "
			"signals",
			instruction_name(instruction->kind));
}

/* The first one of a stage and of those below it. */
static void check_workdir(Check *check, const Instruction *instruction)
{
	if (check->stage == NULL)
		return;
	g_autofree char *path = stage_value(check, instruction->text);
	if (*path != '/' && !check->stage->workdir)
		found(check, instruction->line, "WorkdirRelativePath",
			"Relative workdir \"%s\" can have unexpected results if the base image "
			"changes",
			path);
	check->stage->workdir = true;
}

static void check_shell(Check *check, const Instruction *instruction)
{
	(void)instruction;
	if (check->stage != NULL)
		check->stage->shell = true;
}

static gint by_text(gconstpointer one, gconstpointer other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static void check_ports(Check *check, const Instruction *instruction)
{
	g_autoptr(GPtrArray) ports = g_ptr_array_new_with_free_func(g_free);
	for (int i = 0; check->stage != NULL && instruction->words[i] != NULL; i++)
		g_ptr_array_add(ports, stage_value(check, instruction->words[i]));
	g_ptr_array_sort(ports, by_text);
	for (guint i = 0; i < ports->len; i++) {
		const char *word = ports->pdata[i], *slash = strchr(word, '/');
		if (slash != NULL && !is_lower(slash))
			found(check, instruction->line, "ExposeProtoCasing",
				"Defined protocol '%s' in EXPOSE instruction should be lowercase",
				word);
		if (strchr(word, ':') != NULL)
			found(check, instruction->line, "ExposeInvalidFormat",
				"EXPOSE instruction should not define an IP address or host-port "
				"mapping, "
				"found '%s'",
				word);
	}
}

static void check_maintainer(Check *check, const Instruction *instruction)
{
	found(check, instruction->line, "MaintainerDeprecated",
		"Maintainer instruction is deprecated in favor of using label");
}

static void (*const rules[DF_KINDS])(Check *check, const Instruction *instruction) = {
	[DF_ARG] = check_pairs,
	[DF_CMD] = check_command,
	[DF_ENTRYPOINT] = check_command,
	[DF_ENV] = check_pairs,
	[DF_EXPOSE] = check_ports,
	[DF_HEALTHCHECK] = check_once,
	[DF_LABEL] = check_pairs,
	[DF_MAINTAINER] = check_maintainer,
	[DF_SHELL] = check_shell,
	[DF_WORKDIR] = check_workdir,
};

/* Whether "# check=" lists a rule, or all: "skip=A,B;experimental=all". */
static bool lists(const Dockerfile *dockerfile, const char *key, const char *rule)
{
	g_auto(GStrv) parts =
		g_strsplit(dockerfile->check != NULL ? dockerfile->check : "", ";", -1);
	for (int i = 0; parts[i] != NULL; i++) {
		const char *part = g_strstrip(parts[i]);
		if (!g_str_has_prefix(part, key))
			continue;
		g_auto(GStrv) names = g_strsplit(part + strlen(key), ",", -1);
		for (int n = 0; names[n] != NULL; n++)
			if (strcmp(g_strstrip(names[n]), "all") == 0 || strcmp(names[n], rule) == 0)
				return true;
	}
	return false;
}

/* Rules that are followed where they are asked for only. */
static bool is_experimental(const char *rule)
{
	return strcmp(rule, "InvalidDefinitionDescription") == 0 ||
	       strcmp(rule, "CopyIgnoredFile") == 0;
}

static int by_line(const void *a, const void *b)
{
	const Finding *one = a, *other = b;
	return one->line != other->line ? one->line - other->line : rank(one) - rank(other);
}

static void check_instructions(Check *check)
{
	GPtrArray *all = check->dockerfile->instructions;
	for (guint i = 0; i < all->len; i++) {
		const Instruction *instruction = check->at = all->pdata[i];
		if (instruction->kind == DF_FROM) {
			check->wanted = true;
			check_from(check, instruction);
			continue;
		}
		if (check->stage != NULL)
			stage_names_check(check->stage, instruction, check->dockerfile->escape,
				undefined, check);
		if (rules[instruction->kind] != NULL)
			rules[instruction->kind](check, instruction);
	}
}

bool dockerfile_rule_is_wanted(const Dockerfile *dockerfile, const char *rule)
{
	return !lists(dockerfile, "skip=", rule) &&
	       (!is_experimental(rule) || lists(dockerfile, "experimental=", rule));
}

GArray *dockerfile_check(const Dockerfile *dockerfile, const CheckWorld *world)
{
	Check check = {.dockerfile = dockerfile,
		.world = world,
		.wanted = true,
		.findings = g_array_new(FALSE, FALSE, sizeof(Finding))};
	check.globals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	check.stages = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	check.all = g_ptr_array_new_with_free_func(stage_names_free);
	g_array_set_clear_func(check.findings, finding_clear);
	for (guint i = 0; i < dockerfile->findings->len; i++) {
		const Finding *early = &g_array_index(dockerfile->findings, Finding, i);
		found(&check, early->line, early->rule, "%s", early->text);
	}
	check_casing(&check);
	check_instructions(&check);
	for (guint i = check.findings->len; i-- > 0;)
		if (!dockerfile_rule_is_wanted(
			    dockerfile, g_array_index(check.findings, Finding, i).rule))
			g_array_remove_index(check.findings, i);
	g_array_sort(check.findings, by_line);
	g_ptr_array_unref(check.all);
	g_hash_table_unref(check.globals);
	g_hash_table_unref(check.stages);
	return check.findings;
}
