/* Variables of stages, for the checks: which are set where, and which words of an instruction name them. */
#include "dockerfile/check_names.h"

#include "base/nearest.h"

#include <string.h>

StageNames *stage_names_new(const StageNames *of)
{
	StageNames *names = g_new0(StageNames, 1);
	names->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	names->order = g_ptr_array_new();
	if (of == NULL)
		return names;
	names->known = of->known;
	names->shell = of->shell;
	names->workdir = of->workdir;
	for (guint i = 0; i < of->order->len; i++)
		stage_names_set(names, of->order->pdata[i],
			g_hash_table_lookup(of->values, of->order->pdata[i]));
	GHashTableIter each;
	gpointer name, value;
	g_hash_table_iter_init(&each, of->values);
	while (g_hash_table_iter_next(&each, &name, &value))
		if (value == NULL)
			stage_names_set(names, name, NULL);
	return names;
}

void stage_names_free(gpointer data)
{
	StageNames *names = data;
	if (names == NULL)
		return;
	g_ptr_array_unref(names->order);
	g_hash_table_unref(names->values);
	g_free(names);
}

void stage_names_set(StageNames *names, const char *name, const char *value)
{
	gpointer key;
	if (!g_hash_table_lookup_extended(names->values, name, &key, NULL)) {
		key = g_strdup(name);
		g_hash_table_insert(names->values, key, g_strdup(value));
	} else {
		bool named = g_hash_table_lookup(names->values, name) != NULL;
		if (value != NULL)
			g_hash_table_insert(names->values, g_strdup(name), g_strdup(value));
		if (named)
			return;
	}
	if (value != NULL)
		g_ptr_array_add(names->order, key);
}

void stage_names_of_image(StageNames *names, const json_t *config)
{
	size_t i;
	json_t *one;
	json_array_foreach (json_object_get(config, "Env"), i, one) {
		const char *text = json_string_value(one),
			   *equals = text != NULL ? strchr(text, '=') : NULL;
		if (equals == NULL)
			continue;
		g_autofree char *name = g_strndup(text, (gsize)(equals - text));
		stage_names_set(names, name, equals + 1);
	}
	names->known = true;
	names->shell = json_array_size(json_object_get(config, "Shell")) > 0;
}

typedef struct {
	const StageNames *names;
	GPtrArray *reported; /* of this word */
	NameMissing missing;
	gpointer data;
} Word;

static const char *value_of(gpointer data, const char *name)
{
	return g_hash_table_lookup(((Word *)data)->names->values, name);
}

static void tell(gpointer data, const char *name)
{
	enum { LETTERS = 2 };
	Word *word = data;
	if (*name == '\0' || g_hash_table_contains(word->names->values, name) ||
		g_ptr_array_find_with_equal_func(word->reported, name, g_str_equal, NULL))
		return;
	g_ptr_array_add(word->reported, g_strdup(name));
	GPtrArray *order = word->names->order;
	g_autofree const char **list = g_new0(const char *, order->len + 1);
	for (guint i = 0; i < order->len; i++)
		list[i] = order->pdata[i];
	word->missing(word->data, name, words_nearest_exact(name, list, LETTERS));
}

static char *expand(const StageNames *names, const char *text, char escape, bool keep_quotes,
	NameMissing missing, gpointer data)
{
	g_autoptr(GPtrArray) reported = g_ptr_array_new_with_free_func(g_free);
	Word word = {names, reported, missing, data};
	Variables variables = {.get = value_of,
		.data = &word,
		.escape = escape,
		.keep_quotes = keep_quotes,
		.unknown = missing != NULL ? tell : NULL};
	char *value = word_expand(text, &variables, NULL);
	return value != NULL ? value : g_strdup("");
}

char *stage_names_expand(
	const StageNames *names, const char *word, char escape, NameMissing missing, gpointer data)
{
	return expand(names, word, escape, false, missing, data);
}

typedef struct {
	const StageNames *names;
	char escape;
	NameMissing missing;
	gpointer data;
} Look;

static void look(const Look *with, const char *word, bool heredoc)
{
	if (word != NULL && strchr(word, '$') != NULL)
		g_free(expand(with->names, word, with->escape, heredoc, with->missing, with->data));
}

static void look_at_pairs(const Look *with, const Instruction *instruction)
{
	bool legacy;
	g_autoptr(GArray) pairs = instruction_pairs(instruction, &legacy, NULL);
	for (guint i = 0; pairs != NULL && i < pairs->len; i++) {
		look(with, g_array_index(pairs, Pair, i).key, false);
		look(with, g_array_index(pairs, Pair, i).value, false);
	}
}

static void look_at_copy(const Look *with, const Instruction *instruction)
{
	look(with, instruction_flag(instruction, "chown"), false);
	look(with, instruction_flag(instruction, "chmod"), false);
	for (int i = 0; instruction->words[i] != NULL; i++)
		look(with, instruction->words[i], false);
	for (guint i = 0; instruction->heredocs != NULL && i < instruction->heredocs->len; i++) {
		const Heredoc *heredoc = instruction->heredocs->pdata[i];
		if (heredoc->expand)
			look(with, heredoc->body, true);
	}
}

static void look_at_mounts(const Look *with, const Instruction *instruction)
{
	g_auto(GStrv) flags = instruction_flags(instruction, "mount");
	for (int i = 0; flags[i] != NULL; i++) {
		g_auto(GStrv) fields = g_strsplit(flags[i], ",", -1);
		for (int f = 0; fields[f] != NULL; f++)
			look(with, fields[f], false);
	}
}

static void look_at_words(const Look *with, const Instruction *instruction)
{
	for (int i = 0; instruction->words[i] != NULL; i++)
		look(with, instruction->words[i], false);
}

static void look_at_text(const Look *with, const Instruction *instruction)
{
	look(with, instruction->text, false);
}

void stage_names_check(const StageNames *names, const Instruction *instruction, char escape,
	NameMissing missing, gpointer data)
{
	static void (*const looks[DF_KINDS])(const Look *with, const Instruction *instruction) = {
		[DF_ADD] = look_at_copy,
		[DF_ARG] = look_at_pairs,
		[DF_COPY] = look_at_copy,
		[DF_ENV] = look_at_pairs,
		[DF_LABEL] = look_at_pairs,
		[DF_RUN] = look_at_mounts,
		[DF_STOPSIGNAL] = look_at_text,
		[DF_USER] = look_at_text,
		[DF_VOLUME] = look_at_words,
		[DF_WORKDIR] = look_at_text};
	const Look with = {names, escape, missing, data};
	if (names->known && looks[instruction->kind] != NULL)
		looks[instruction->kind](&with, instruction);
}
