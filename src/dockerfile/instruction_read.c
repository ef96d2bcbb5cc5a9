/* One line becomes an instruction. */
#include "dockerfile/dockerfile.h"

#include "base/error.h"
#include "base/nearest.h"

#include <string.h>

enum { MISTAKES = 2 }; /* letters of a misspelt instruction */

static const char *trimmed(const char *line)
{
	return line + strspn(line, " \t\v\f\r");
}

bool instruction_unknown(const char *keyword, GError **error)
{
	const char *names[DF_KINDS + 1] = {0};
	for (int i = 0; i < DF_KINDS; i++)
		names[i] = instruction_name((InstructionKind)i);
	g_autofree char *upper = g_ascii_strup(keyword, -1), *lower = g_ascii_strdown(keyword, -1);
	const char *near = words_nearest_within(upper, names, MISTAKES);
	if (near == NULL)
		return fail(error, BERTH_ERROR_INVALID, "unknown instruction: %s", keyword);
	g_autofree char *meant =
		strcmp(keyword, lower) == 0 ? g_ascii_strdown(near, -1) : g_strdup(near);
	return fail(error, BERTH_ERROR_INVALID, "unknown instruction: %s (did you mean %s?)",
		keyword, meant);
}

/* Only the form of HEALTHCHECK's CMD is read here; instruction_healthcheck interprets it. */
static bool check_health_words(const Instruction *instruction, GError **error)
{
	g_auto(GStrv) words = NULL;
	g_autoptr(GError) problem = NULL;
	words_by_json(instruction->text + strcspn(instruction->text, " \t"), &words, &problem);
	if (problem == NULL)
		return true;
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

/* The form of ONBUILD's trigger; an unknown instruction in it is an error when it is run. */
static bool check_trigger_words(const Instruction *instruction, char escape, GError **error)
{
	InstructionKind kind;
	g_autofree char *keyword =
		g_strndup(instruction->text, strcspn(instruction->text, " \t\v\f\r"));
	g_autoptr(Instruction) trigger =
		instruction_kind(keyword, &kind)
			? instruction_parse(instruction->text, escape, error)
			: NULL;
	return trigger != NULL || !instruction_kind(keyword, &kind);
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
	if (instruction->kind == DF_HEALTHCHECK)
		return check_health_words(instruction, error);
	if (instruction->kind == DF_ONBUILD)
		return check_trigger_words(instruction, escape, error);
	return pairs_check(instruction, error);
}

Instruction *instruction_parse(const char *line, char escape, GError **error)
{
	g_autofree char *text = g_strstrip(g_strdup(line));
	size_t length = strcspn(text, " \t\v\f\r");
	g_autoptr(Instruction) instruction = g_new0(Instruction, 1);
	instruction->keyword = g_strndup(text, length);
	if (!instruction_kind(instruction->keyword, &instruction->kind)) {
		instruction_unknown(instruction->keyword, error);
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
