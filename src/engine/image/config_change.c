/* --change of import and commit: Dockerfile instructions that alter only the configuration. */
#include "engine/image/images.h"

#include "base/error.h"
#include "dockerfile/dockerfile.h"
#include "runtime/runtime.h"

#include <string.h>

static const InstructionKind kinds[] = {DF_CMD, DF_ENTRYPOINT, DF_ENV, DF_EXPOSE, DF_HEALTHCHECK,
	DF_LABEL, DF_ONBUILD, DF_STOPSIGNAL, DF_USER, DF_VOLUME, DF_WORKDIR};

static bool may_change(InstructionKind kind)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (kinds[i] == kind)
			return true;
	return false;
}

static const char *variable_of(gpointer config, const char *name)
{
	json_t *env = json_object_get(config, "Env"), *setting;
	size_t i, length = strlen(name);
	json_array_foreach (env, i, setting)
		if (strncmp(json_elem(env, i), name, length) == 0 &&
			json_elem(env, i)[length] == '=')
			return json_elem(env, i) + length + 1;
	return NULL;
}

static bool apply(json_t *config, const Instruction *instruction, char escape, GError **error)
{
	Variables variables = {.get = variable_of, .data = config, .escape = escape};
	if (!may_change(instruction->kind))
		return fail(error, BERTH_ERROR_INVALID, "%s is not a valid change command",
			instruction->keyword);
	g_autofree char *history = NULL;
	if (!config_apply(config, instruction, &variables, &history, error))
		return false;
	const char *signal = json_str(config, "StopSignal");
	return instruction->kind != DF_STOPSIGNAL || signal_number(signal) >= 0 ||
	       fail(error, BERTH_ERROR_INVALID, "invalid signal: %s", signal);
}

/* Unknown instructions get the same error as those that are not allowed here. */
static bool check_first(const char *change, GError **error)
{
	const char *text = change + strspn(change, " \t\r\n");
	g_autofree char *word = g_strndup(text, strcspn(text, " \t\r\n"));
	g_autofree char *keyword = g_ascii_strup(word, -1);
	InstructionKind kind;
	if (*keyword == '\0')
		return fail(error, BERTH_ERROR_INVALID, "file with no instructions");
	return (instruction_kind(keyword, &kind) && may_change(kind)) ||
	       fail(error, BERTH_ERROR_INVALID, "%s is not a valid change command", word);
}

/* There is no file, so the error has no line number. */
static Dockerfile *parse(const char *change, GError **error)
{
	static const char place[] = "dockerfile parse error on line ";
	g_autoptr(GError) problem = NULL;
	Dockerfile *lines = dockerfile_parse(change, strlen(change), NULL, &problem);
	if (lines != NULL)
		return lines;
	const char *words = problem->message, *colon = strstr(words, ": ");
	if (g_str_has_prefix(words, place) && colon != NULL)
		words = colon + 2;
	fail(error, BERTH_ERROR_INVALID, "%s", words);
	return NULL;
}

bool config_change(json_t *config, const char *change, GError **error)
{
	if (!check_first(change, error))
		return false;
	g_autoptr(Dockerfile) lines = parse(change, error);
	for (guint i = 0; lines != NULL && i < lines->instructions->len; i++)
		if (!apply(config, lines->instructions->pdata[i], lines->escape, error))
			return false;
	return lines != NULL;
}
