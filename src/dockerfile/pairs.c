/* "a=b c='d e'" and the legacy "a b c": names and values of ENV, LABEL and ARG. */
#include "dockerfile/dockerfile.h"

#include "base/error.h"
#include "base/quote.h"

#include <string.h>

static void pair_clear(gpointer data)
{
	Pair *pair = data;
	g_free(pair->key);
	g_free(pair->value);
}

static void add(GArray *pairs, char *key, char *value)
{
	Pair pair = {key, value};
	g_array_append_val(pairs, pair);
}

/* Whether it is written "KEY value". */
static bool is_legacy(const Instruction *instruction)
{
	char *const *words = instruction->words;
	return instruction->kind != DF_ARG && words[0] != NULL && strchr(words[0], '=') == NULL;
}

/* The text after the key and blanks. */
static const char *legacy_value(const Instruction *instruction)
{
	const char *value = instruction->text + strcspn(instruction->text, " \t");
	return value + strspn(value, " \t");
}

bool pairs_check(const Instruction *instruction, GError **error)
{
	if (instruction->kind != DF_ENV && instruction->kind != DF_LABEL)
		return true;
	if (is_legacy(instruction))
		return *legacy_value(instruction) != '\0' ||
		       fail(error, BERTH_ERROR_INVALID, "%s must have two arguments",
			       instruction_name(instruction->kind));
	for (int i = 0; instruction->words[i] != NULL; i++) {
		g_autofree char *quoted = text_quote(instruction->words[i]);
		if (strchr(instruction->words[i], '=') == NULL)
			return fail(error, BERTH_ERROR_INVALID,
				"Syntax error - can't find = in %s. Must be of the form: "
				"name=value",
				quoted);
	}
	return true;
}

/* "KEY the rest of the line" */
static void add_legacy(const Instruction *instruction, GArray *pairs)
{
	add(pairs, g_strndup(instruction->text, strcspn(instruction->text, " \t")),
		g_strdup(legacy_value(instruction)));
}

static bool add_word(
	const Instruction *instruction, const char *word, GArray *pairs, GError **error)
{
	const char *equals = strchr(word, '=');
	if (equals == word)
		return fail(error, BERTH_ERROR_INVALID, "%s names can not be blank",
			instruction_name(instruction->kind));
	add(pairs, g_strndup(word, equals != NULL ? (gsize)(equals - word) : strlen(word)),
		equals != NULL ? g_strdup(equals + 1) : NULL);
	return true;
}

GArray *instruction_pairs(const Instruction *instruction, bool *legacy, GError **error)
{
	g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
	g_array_set_clear_func(pairs, pair_clear);
	char **words = instruction->words;
	*legacy = is_legacy(instruction);
	if (words[0] == NULL) {
		fail(error, BERTH_ERROR_INVALID, "%s requires at least one argument",
			instruction_name(instruction->kind));
		return NULL;
	}
	if (*legacy)
		add_legacy(instruction, pairs);
	for (int i = 0; !*legacy && words[i] != NULL; i++)
		if (!add_word(instruction, words[i], pairs, error))
			return NULL;
	return g_steal_pointer(&pairs);
}
