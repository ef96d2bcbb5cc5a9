/* One line becomes an instruction. */
#include "dockerfile/dockerfile.h"

#include "base/error.h"
#include "base/nearest.h"

#include <string.h>

static const char *trimmed(const char *line)
{
	return line + strspn(line, " \t\v\f\r");
}

static bool unknown_instruction(const char *keyword, GError **error)
{
	const char *names[DF_KINDS + 1] = {0};
	for (int i = 0; i < DF_KINDS; i++)
		names[i] = instruction_name((InstructionKind)i);
	g_autofree char *upper = g_ascii_strup(keyword, -1);
	const char *near = words_nearest(upper, names);
	return fail(error, BERTH_ERROR_INVALID, "unknown instruction: %s%s%s%s", keyword,
		near != NULL ? " (did you mean " : "", near != NULL ? near : "",
		near != NULL ? "?)" : "");
}

static bool read_words(Instruction *instruction, char escape, GError **error)
{
	g_autoptr(GError) problem = NULL;
	static const bool by_json[DF_KINDS] = {[DF_ADD] = true,
		[DF_CMD] = true,
		[DF_COPY] = true,
		[DF_ENTRYPOINT] = true,
		[DF_RUN] = true,
		[DF_SHELL] = true,
		[DF_VOLUME] = true};
	static const bool by_quotes[DF_KINDS] = {
		[DF_ARG] = true, [DF_ENV] = true, [DF_LABEL] = true};
	if (by_json[instruction->kind])
		instruction->is_json =
			words_by_json(instruction->text, &instruction->words, &problem);
	if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	if (!instruction->is_json)
		instruction->words = by_quotes[instruction->kind]
					     ? words_by_quotes(instruction->text, escape)
					     : words_by_blanks(instruction->text);
	return true;
}

Instruction *instruction_parse(const char *line, char escape, GError **error)
{
	g_autofree char *text = g_strstrip(g_strdup(line));
	size_t length = strcspn(text, " \t\v\f\r");
	g_autoptr(Instruction) instruction = g_new0(Instruction, 1);
	instruction->keyword = g_strndup(text, length);
	if (!instruction_kind(instruction->keyword, &instruction->kind)) {
		unknown_instruction(instruction->keyword, error);
		return NULL;
	}
	const char *rest = words_flags(text + length, &instruction->flags, error);
	if (rest == NULL)
		return NULL;
	instruction->text = g_strstrip(g_strdup(rest));
	instruction->source = g_strconcat(instruction_name(instruction->kind),
		*trimmed(text + length) != '\0' ? " " : "", trimmed(text + length), NULL);
	return read_words(instruction, escape, error) ? g_steal_pointer(&instruction) : NULL;
}

void instruction_free(Instruction *instruction)
{
	g_free(instruction->keyword);
	g_free(instruction->text);
	g_free(instruction->source);
	g_strfreev(instruction->flags);
	g_strfreev(instruction->words);
	if (instruction->heredocs != NULL)
		g_ptr_array_unref(instruction->heredocs);
	g_free(instruction);
}
