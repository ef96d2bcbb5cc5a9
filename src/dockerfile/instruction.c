/* The instructions: their names, flags and arguments. */
#include "dockerfile/dockerfile.h"

#include "base/error.h"
#include "base/nearest.h"

#include <string.h>

enum { MAX_FLAGS = 12 };

typedef enum { FLAG_VALUE, FLAG_LIST, FLAG_SWITCH } FlagForm;

typedef bool (*Check)(const Instruction *instruction, GError **error);

static bool check_some(const Instruction *instruction, GError **error);
static bool check_any(const Instruction *instruction, GError **error);
static bool check_one(const Instruction *instruction, GError **error);
static bool check_run(const Instruction *instruction, GError **error);
static bool check_copy(const Instruction *instruction, GError **error);
static bool check_from(const Instruction *instruction, GError **error);
static bool check_shell(const Instruction *instruction, GError **error);
static bool check_healthcheck(const Instruction *instruction, GError **error);
static bool check_onbuild(const Instruction *instruction, GError **error);
static bool check_pairs(const Instruction *instruction, GError **error);
static bool check_volume(const Instruction *instruction, GError **error);

static const struct {
	Check check;
	struct {
		const char *name;
		FlagForm form;
	} flags[MAX_FLAGS];
} kinds[DF_KINDS] = {
	[DF_ADD] = {check_copy,
		{{"chown", FLAG_VALUE}, {"chmod", FLAG_VALUE}, {"link", FLAG_SWITCH},
			{"checksum", FLAG_VALUE}, {"keep-git-dir", FLAG_SWITCH},
			{"unpack", FLAG_SWITCH}, {"exclude", FLAG_LIST}}},
	[DF_ARG] = {check_pairs, {{0}}},
	[DF_CMD] = {check_any, {{0}}},
	[DF_COPY] = {check_copy,
		{{"from", FLAG_VALUE}, {"chown", FLAG_VALUE}, {"chmod", FLAG_VALUE},
			{"link", FLAG_SWITCH}, {"parents", FLAG_SWITCH}, {"exclude", FLAG_LIST}}},
	[DF_ENTRYPOINT] = {check_any, {{0}}},
	[DF_ENV] = {check_pairs, {{0}}},
	[DF_EXPOSE] = {check_some, {{0}}},
	[DF_FROM] = {check_from, {{"platform", FLAG_VALUE}}},
	[DF_HEALTHCHECK] = {check_healthcheck,
		{{"interval", FLAG_VALUE}, {"timeout", FLAG_VALUE}, {"start-period", FLAG_VALUE},
			{"start-interval", FLAG_VALUE}, {"retries", FLAG_VALUE}}},
	[DF_LABEL] = {check_pairs, {{0}}},
	[DF_MAINTAINER] = {check_one, {{0}}},
	[DF_ONBUILD] = {check_onbuild, {{0}}},
	[DF_RUN] = {check_run,
		{{"mount", FLAG_LIST}, {"network", FLAG_VALUE}, {"security", FLAG_VALUE}}},
	[DF_SHELL] = {check_shell, {{0}}},
	[DF_STOPSIGNAL] = {check_one, {{0}}},
	[DF_USER] = {check_one, {{0}}},
	[DF_VOLUME] = {check_volume, {{0}}},
	[DF_WORKDIR] = {check_one, {{0}}},
};

static bool unknown_flag(const Instruction *instruction, const char *flag, GError **error)
{
	const char *names[MAX_FLAGS + 1] = {0};
	g_autofree char *name = g_strndup(flag + 2, strcspn(flag + 2, "="));
	for (int i = 0; i < MAX_FLAGS && kinds[instruction->kind].flags[i].name != NULL; i++)
		names[i] = kinds[instruction->kind].flags[i].name;
	const char *near = words_nearest_exact(name, names, strlen(name) < 5 ? 1 : 2);
	return fail(error, BERTH_ERROR_INVALID, "unknown flag: --%s%s%s%s", name,
		near != NULL ? " (did you mean " : "", near != NULL ? near : "",
		near != NULL ? "?)" : "");
}

static bool check_flag(const Instruction *instruction, int at, GError **error)
{
	const char *flag = instruction->flags[at];
	for (int i = 0; i < MAX_FLAGS && kinds[instruction->kind].flags[i].name != NULL; i++) {
		const char *name = kinds[instruction->kind].flags[i].name;
		FlagForm form = kinds[instruction->kind].flags[i].form;
		const char *value = instruction_flag_value(flag, name);
		bool truth;
		if (value == NULL)
			continue;
		for (int earlier = 0; form != FLAG_LIST && earlier < at; earlier++)
			if (instruction_flag_value(instruction->flags[earlier], name) != NULL)
				return fail(error, BERTH_ERROR_INVALID,
					"duplicate flag specified: --%s", name);
		if (form != FLAG_SWITCH && strchr(flag, '=') == NULL)
			return fail(
				error, BERTH_ERROR_INVALID, "missing a value on flag: --%s", name);
		if (form == FLAG_SWITCH && !flag_truth(value, &truth))
			return fail(error, BERTH_ERROR_INVALID,
				"expecting boolean value for flag --%s, not: %s", name, value);
		return true;
	}
	return unknown_flag(instruction, flag, error);
}

static bool check_some(const Instruction *instruction, GError **error)
{
	return instruction->is_json || instruction->words[0] != NULL ||
	       fail(error, BERTH_ERROR_INVALID, "%s requires at least one argument",
		       instruction_name(instruction->kind));
}

static bool check_any(const Instruction *instruction, GError **error)
{
	(void)instruction;
	(void)error;
	return true;
}

static bool check_one(const Instruction *instruction, GError **error)
{
	return *instruction->text != '\0' ||
	       fail(error, BERTH_ERROR_INVALID, "%s requires exactly one argument",
		       instruction_name(instruction->kind));
}

/* Checks the parts of mounts that have no variables. */
static bool check_mounts(const Instruction *instruction, GError **error)
{
	g_auto(GStrv) flags = instruction_flags(instruction, "mount");
	for (int i = 0; flags[i] != NULL; i++) {
		g_auto(GStrv) fields = g_strsplit(flags[i], ",", -1);
		if (*flags[i] == '\0')
			return fail(error, BERTH_ERROR_INVALID, "failed to parse csv mounts: EOF");
		for (int f = 0; fields[f] != NULL; f++)
			if (g_ascii_strncasecmp(fields[f], "from=", strlen("from=")) == 0 &&
				strchr(fields[f], '$') != NULL)
				return fail(error, BERTH_ERROR_INVALID,
					"'from' doesn't support variable expansion, define alias "
					"stage instead");
	}
	return true;
}

static bool check_run(const Instruction *instruction, GError **error)
{
	static const char *const networks[] = {"default", "none", "host", NULL},
				 *const securities[] = {"sandbox", "insecure", NULL};
	const char *network = instruction_flag(instruction, "network"),
		   *security = instruction_flag(instruction, "security");
	if (network != NULL && !g_strv_contains(networks, network))
		return fail(error, BERTH_ERROR_INVALID, "invalid network mode \"%s\"", network);
	if (security != NULL && !g_strv_contains(securities, security))
		return fail(error, BERTH_ERROR_INVALID, "security \"%s\" is not valid", security);
	return check_mounts(instruction, error);
}

static bool check_copy(const Instruction *instruction, GError **error)
{
	return (instruction->words[0] != NULL && instruction->words[1] != NULL) ||
	       fail(error, BERTH_ERROR_INVALID,
		       "%s requires at least two arguments, but only one was provided. "
		       "Destination could not be determined",
		       instruction_name(instruction->kind));
}

static bool is_stage_name(const char *name)
{
	g_autofree char *lower = g_ascii_strdown(name, -1);
	return g_ascii_isalpha(*lower) &&
	       strspn(lower, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == strlen(lower);
}

static bool check_from(const Instruction *instruction, GError **error)
{
	guint count = g_strv_length(instruction->words);
	if (count != 1 && (count != 3 || g_ascii_strcasecmp(instruction->words[1], "as") != 0))
		return fail(
			error, BERTH_ERROR_INVALID, "FROM requires either one or three arguments");
	return count == 1 || is_stage_name(instruction->words[2]) ||
	       fail(error, BERTH_ERROR_INVALID,
		       "invalid name for build stage: \"%s\", name can't start with a number or "
		       "contain symbols",
		       instruction->words[2]);
}

static bool check_shell(const Instruction *instruction, GError **error)
{
	if (instruction->words[0] == NULL)
		return fail(error, BERTH_ERROR_INVALID, "SHELL requires at least one argument");
	return instruction->is_json ||
	       fail(error, BERTH_ERROR_INVALID, "SHELL requires the arguments to be in JSON form");
}

static bool check_healthcheck(const Instruction *instruction, GError **error)
{
	const char *type = instruction->words[0];
	if (type == NULL)
		return fail(
			error, BERTH_ERROR_INVALID, "HEALTHCHECK requires at least one argument");
	bool none = g_ascii_strcasecmp(type, "NONE") == 0;
	g_autofree char *upper = g_ascii_strup(type, -1);
	if (!none && strcmp(upper, "CMD") != 0)
		return fail(error, BERTH_ERROR_INVALID,
			"Unknown type \"%s\" in HEALTHCHECK (try CMD)", upper);
	if (none && instruction->words[1] != NULL)
		return fail(error, BERTH_ERROR_INVALID, "HEALTHCHECK NONE takes no arguments");
	if (!none && instruction->words[1] == NULL)
		return fail(error, BERTH_ERROR_INVALID, "Missing command after HEALTHCHECK CMD");
	g_autoptr(json_t) check = instruction_healthcheck(instruction, error);
	return check != NULL;
}

/* The trigger is checked when it is run. */
static bool check_onbuild(const Instruction *instruction, GError **error)
{
	if (*instruction->text == '\0')
		return fail(error, BERTH_ERROR_INVALID, "ONBUILD requires at least one argument");
	InstructionKind kind = DF_KINDS;
	g_autofree char *keyword =
		g_strndup(instruction->text, strcspn(instruction->text, " \t\v\f\r"));
	instruction_kind(keyword, &kind);
	if (kind == DF_ONBUILD)
		return fail(error, BERTH_ERROR_INVALID,
			"Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
	return (kind != DF_FROM && kind != DF_MAINTAINER) ||
	       fail(error, BERTH_ERROR_INVALID, "%s isn't allowed as an ONBUILD trigger",
		       instruction_name(kind));
}

static bool check_pairs(const Instruction *instruction, GError **error)
{
	bool legacy;
	g_autoptr(GArray) pairs = instruction_pairs(instruction, &legacy, error);
	return pairs != NULL;
}

static bool check_volume(const Instruction *instruction, GError **error)
{
	if (instruction->words[0] == NULL)
		return fail(error, BERTH_ERROR_INVALID, "VOLUME requires at least one argument");
	for (int i = 0; instruction->words[i] != NULL; i++)
		if (*instruction->words[i] == '\0')
			return fail(error, BERTH_ERROR_INVALID,
				"VOLUME specified can not be an empty string");
	return true;
}

bool instruction_check(const Instruction *instruction, GError **error)
{
	for (int i = 0; instruction->flags[i] != NULL; i++)
		if (!check_flag(instruction, i, error))
			return false;
	return kinds[instruction->kind].check(instruction, error);
}
