/* "a=b c='d e'" and the legacy "a b c": names and values of ENV, LABEL and ARG. */
#include "dockerfile/dockerfile.h"

#include "base/error.h"

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

/* "KEY the rest of the line" */
static bool add_legacy(const Instruction *instruction, GArray *pairs, GError **error)
{
	size_t length = strlen(instruction->words[0]);
	const char *value = instruction->text + length;
	value += strspn(value, " \t");
	if (*value == '\0')
		return fail(error, BERTH_ERROR_INVALID, "%s must have two arguments",
			instruction_name(instruction->kind));
	add(pairs, g_strdup(instruction->words[0]), g_strdup(value));
	return true;
}

static bool add_word(
	const Instruction *instruction, const char *word, GArray *pairs, GError **error)
{
	const char *equals = strchr(word, '=');
	if (equals == NULL && instruction->kind != DF_ARG)
		return fail(error, BERTH_ERROR_INVALID,
			"Syntax error - can't find = in \"%s\". Must be of the form: name=value",
			word);
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
	*legacy = false;
	if (words[0] == NULL) {
		fail(error, BERTH_ERROR_INVALID, "%s requires at least one argument",
			instruction_name(instruction->kind));
		return NULL;
	}
	if (strchr(words[0], '=') == NULL && instruction->kind != DF_ARG) {
		*legacy = true;
		return add_legacy(instruction, pairs, error) ? g_steal_pointer(&pairs) : NULL;
	}
	for (int i = 0; words[i] != NULL; i++)
		if (!add_word(instruction, words[i], pairs, error))
			return NULL;
	return g_steal_pointer(&pairs);
}
