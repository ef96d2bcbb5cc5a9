/* The flags of an instruction: "--name" and "--name=value". */
#include "dockerfile/dockerfile.h"

#include "base/error.h"

#include <string.h>

const char *instruction_flag_value(const char *flag, const char *name)
{
	size_t length = strlen(name);
	if (strncmp(flag, "--", 2) != 0 || strncmp(flag + 2, name, length) != 0)
		return NULL;
	const char *rest = flag + 2 + length;
	return *rest == '\0' ? rest : *rest == '=' ? rest + 1 : NULL;
}

const char *instruction_flag(const Instruction *instruction, const char *name)
{
	const char *found = NULL;
	for (int i = 0; instruction->flags[i] != NULL; i++) {
		const char *value = instruction_flag_value(instruction->flags[i], name);
		found = value != NULL ? value : found;
	}
	return found;
}

char **instruction_flags(const Instruction *instruction, const char *name)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	for (int i = 0; instruction->flags[i] != NULL; i++) {
		const char *value = instruction_flag_value(instruction->flags[i], name);
		if (value != NULL)
			g_strv_builder_add(list, value);
	}
	return g_strv_builder_end(list);
}

bool flag_truth(const char *text, bool *value)
{
	*value = *text == '\0' || g_ascii_strcasecmp(text, "true") == 0;
	return *value || g_ascii_strcasecmp(text, "false") == 0;
}

bool instruction_flag_bool(
	const Instruction *instruction, const char *name, bool *value, GError **error)
{
	const char *text = instruction_flag(instruction, name);
	if (text == NULL)
		return true;
	/* A flag without a value is set. */
	return flag_truth(text, value) ||
	       fail(error, BERTH_ERROR_INVALID, "expecting boolean value for flag --%s, not: %s",
		       name, text);
}
