/* The rules of `build --check` that the instructions alone tell (Dockerfile reference, "Build checks"). */
#include "dockerfile/dockerfile.h"

#include <stdarg.h>
#include <string.h>

typedef struct {
	const Dockerfile *dockerfile;
	GArray *findings;
	GHashTable *globals; /* ARGs before the first FROM -> default or NULL */
	GHashTable *known;   /* variables of the stage at hand */
	bool checks_names; /* it stands on scratch or on such a stage: nothing else can set variables */
	GHashTable *
		stages; /* name -> its known variables, or NULL where its base may have set others */
	int commands[DF_KINDS]; /* lines of the last CMD, ENTRYPOINT and HEALTHCHECK of the stage */
	const Instruction *at;
} Check;

static void found(Check *check, int line, const char *rule, const char *format, ...)
	G_GNUC_PRINTF(4, 5);
static void found(Check *check, int line, const char *rule, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	Finding finding = {line, rule, g_strdup_vprintf(format, args)};
	va_end(args);
	g_array_append_val(check->findings, finding);
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

/* Most of the instructions say how all are to be written. */
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
		const Instruction *instruction = all->pdata[i];
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

static void undeclared(gpointer data, const char *name)
{
	Check *check = data;
	static const char *const given[] = {"TARGETPLATFORM", "TARGETOS", "TARGETARCH",
		"TARGETVARIANT", "BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT", NULL};
	if (!g_strv_contains(given, name))
		found(check, check->at->line, "UndefinedArgInFrom",
			"FROM argument '%s' is not declared", name);
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
	else if (strchr(platform, '$') == NULL)
		found(check, from->line, "FromPlatformFlagConstDisallowed",
			"FROM --platform flag should not use constant value \"%s\"", platform);
}

/* The comment right above a stage or an argument describes it: "# name what it is for". */
static void check_description(Check *check, int line, const char *name)
{
	bool any = false;
	for (int at = line - 1; at > check->dockerfile->directives; at--) {
		const char *text = check->dockerfile->lines[at - 1];
		text += strspn(text, " \t");
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
			"Comment for build stage or argument should follow the format: `# %s "
			"<description>`. If this is not intended to be a description comment, add "
			"an empty line or comment between the instruction and the comment.",
			name);
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
	if (is_lower(from->words[1]) != is_lower(from->keyword))
		found(check, from->line, "FromAsCasing",
			"'%s' and '%s' keywords' casing do not match", from->words[1],
			from->keyword);
	if (strcmp(lower, "scratch") == 0 || strcmp(lower, "context") == 0)
		found(check, from->line, "ReservedStageName",
			"Stage name should not use the same name as reserved stage \"%s\"", lower);
	if (g_hash_table_contains(check->stages, lower))
		found(check, from->line, "DuplicateStageName",
			"Duplicate stage name '%s', stage names should be unique", lower);
}

static GHashTable *copy_names(GHashTable *names)
{
	GHashTable *copy = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GHashTableIter each;
	gpointer name;
	if (names != NULL)
		g_hash_table_iter_init(&each, names);
	while (names != NULL && g_hash_table_iter_next(&each, &name, NULL))
		g_hash_table_add(copy, g_strdup(name));
	return copy;
}

/* The variables of a stage begin with those of what it stands on. */
static void begin_stage(Check *check, const Instruction *from, const char *base)
{
	g_autofree char *lower = g_ascii_strdown(base, -1);
	GHashTable *inherited = g_hash_table_lookup(check->stages, lower);
	check->checks_names = inherited != NULL || strcmp(lower, "scratch") == 0;
	check->known = copy_names(inherited);
	memset(check->commands, 0, sizeof check->commands);
	g_autofree char *name = from->words[1] != NULL ? g_ascii_strdown(from->words[2], -1) : NULL;
	if (name != NULL)
		g_hash_table_insert(check->stages, g_steal_pointer(&name),
			check->checks_names ? g_hash_table_ref(check->known) : NULL);
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
	if (strchr(from->words[0], '$') != NULL &&
		(base == NULL || *base == '\0' || strchr(":/@", *base) != NULL ||
			g_str_has_suffix(base, ":")))
		found(check, from->line, "InvalidDefaultArgInFrom",
			"Default value for ARG %s results in empty or invalid base image name",
			from->words[0]);
	begin_stage(check, from, base != NULL ? base : "");
}

static const char *known_value(gpointer data, const char *name)
{
	return g_hash_table_contains(((Check *)data)->known, name) ? "x" : NULL;
}

static void undefined(gpointer data, const char *name)
{
	Check *check = data;
	if (strcmp(name, "PATH") != 0)
		found(check, check->at->line, "UndefinedVar", "Usage of undefined variable '$%s'",
			name);
}

/* Where the base may have set variables of its own, nobody can tell from here. */
static void check_variables(Check *check, const Instruction *instruction)
{
	static const bool expanded[DF_KINDS] = {[DF_ADD] = true,
		[DF_COPY] = true,
		[DF_ENV] = true,
		[DF_EXPOSE] = true,
		[DF_LABEL] = true,
		[DF_STOPSIGNAL] = true,
		[DF_USER] = true,
		[DF_VOLUME] = true,
		[DF_WORKDIR] = true,
		[DF_ARG] = true};
	Variables variables = {.get = known_value,
		.data = check,
		.escape = check->dockerfile->escape,
		.unknown = undefined};
	if (check->checks_names && expanded[instruction->kind])
		g_free(word_expand(instruction->text, &variables, NULL));
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
		if (instruction->kind != DF_LABEL && check->known != NULL)
			g_hash_table_add(check->known, g_strdup(pair->key));
		if (check->known == NULL)
			g_hash_table_insert(
				check->globals, g_strdup(pair->key), g_strdup(pair->value));
	}
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
	if (!instruction->is_json)
		found(check, instruction->line, "JSONArgsRecommended",
			"JSON arguments recommended for %s to prevent unintended behavior related "
			"to OS "
			"signals",
			instruction_name(instruction->kind));
}

static void check_workdir(Check *check, const Instruction *instruction)
{
	const char *path = instruction->text;
	if (*path != '/' && *path != '$' && *path != '"')
		found(check, instruction->line, "WorkdirRelativePath",
			"Relative workdir \"%s\" can have unexpected results if the base image "
			"changes",
			path);
}

static void check_ports(Check *check, const Instruction *instruction)
{
	for (int i = 0; instruction->words[i] != NULL; i++) {
		const char *word = instruction->words[i], *slash = strchr(word, '/');
		if (slash != NULL && !is_lower(slash))
			found(check, instruction->line, "ExposeProtoCasing",
				"Defined protocol '%s' in EXPOSE instruction should be lowercase",
				word);
		if (strchr(word, ':') != NULL && strchr(word, '$') == NULL)
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
	return strcmp(rule, "InvalidDefinitionDescription") == 0;
}

static int by_line(const void *a, const void *b)
{
	return ((const Finding *)a)->line - ((const Finding *)b)->line;
}

static bool is_left_out(const Dockerfile *dockerfile, const char *rule)
{
	return lists(dockerfile, "skip=", rule) ||
	       (is_experimental(rule) && !lists(dockerfile, "experimental=", rule));
}

static void unref_names(gpointer names)
{
	if (names != NULL)
		g_hash_table_unref(names);
}

GArray *dockerfile_check(const Dockerfile *dockerfile)
{
	Check check = {
		.dockerfile = dockerfile, .findings = g_array_new(FALSE, FALSE, sizeof(Finding))};
	check.globals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	check.stages = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref_names);
	g_array_set_clear_func(check.findings, finding_clear);
	for (guint i = 0; i < dockerfile->findings->len; i++) {
		const Finding *early = &g_array_index(dockerfile->findings, Finding, i);
		found(&check, early->line, early->rule, "%s", early->text);
	}
	check_casing(&check);
	for (guint i = 0; i < dockerfile->instructions->len; i++) {
		const Instruction *instruction = check.at = dockerfile->instructions->pdata[i];
		if (instruction->kind == DF_FROM) {
			g_clear_pointer(&check.known, g_hash_table_unref);
			check_from(&check, instruction);
			continue;
		}
		if (check.known != NULL)
			check_variables(&check, instruction);
		if (rules[instruction->kind] != NULL)
			rules[instruction->kind](&check, instruction);
	}
	for (guint i = check.findings->len; i-- > 0;)
		if (is_left_out(dockerfile, g_array_index(check.findings, Finding, i).rule))
			g_array_remove_index(check.findings, i);
	g_array_sort(check.findings, by_line);
	g_clear_pointer(&check.known, g_hash_table_unref);
	g_hash_table_unref(check.globals);
	g_hash_table_unref(check.stages);
	return check.findings;
}
