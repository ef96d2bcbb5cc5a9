/* Takes the text of an instruction apart: flags, words, lists in JSON, heredocs. */
#include "dockerfile/dockerfile.h"

#include "base/error.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r' || c == '\n';
}

static const char *skip_blanks(const char *text)
{
	while (is_blank(*text))
		text++;
	return text;
}

const char *words_flags(const char *text, char ***flags, GError **error)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	const char *p = skip_blanks(text);
	while (g_str_has_prefix(p, "--")) {
		g_autoptr(GString) word = g_string_new("");
		char quote = '\0';
		for (; *p != '\0' && (quote != '\0' || !is_blank(*p)); p++) {
			if (*p == '\\' && p[1] != '\0') {
				g_string_append_c(word, *++p);
			} else if (quote != '\0' ? *p == quote : *p == '"' || *p == '\'') {
				quote = quote != '\0' ? '\0' : *p;
			} else {
				g_string_append_c(word, *p);
			}
		}
		if (quote != '\0') {
			fail(error, BERTH_ERROR_INVALID, "a quote in a flag is not closed");
			return NULL;
		}
		p = skip_blanks(p);
		if (strcmp(word->str, "--") == 0)
			break;
		g_strv_builder_add(list, word->str);
	}
	*flags = g_strv_builder_end(list);
	return p;
}

char **words_by_blanks(const char *text)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	for (const char *p = skip_blanks(text); *p != '\0'; p = skip_blanks(p)) {
		const char *end = p;
		while (*end != '\0' && !is_blank(*end))
			end++;
		g_autofree char *word = g_strndup(p, (gsize)(end - p));
		g_strv_builder_add(list, word);
		p = end;
	}
	return g_strv_builder_end(list);
}

/* The end of the word at p: blanks in quotes and after the escape character do not end it. */
static const char *word_end(const char *p, char escape)
{
	char quote = '\0';
	for (; *p != '\0' && (quote != '\0' || !is_blank(*p)); p++) {
		if (*p == escape && quote != '\'' && p[1] != '\0')
			p++;
		else if (quote != '\0' ? *p == quote : *p == '"' || *p == '\'')
			quote = quote != '\0' ? '\0' : *p;
	}
	return p;
}

char **words_by_quotes(const char *text, char escape)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	for (const char *p = skip_blanks(text); *p != '\0'; p = skip_blanks(p)) {
		const char *end = word_end(p, escape);
		g_autofree char *word = g_strndup(p, (gsize)(end - p));
		g_strv_builder_add(list, word);
		p = end;
	}
	return g_strv_builder_end(list);
}

bool words_by_json(const char *text, char ***words, GError **error)
{
	const char *p = skip_blanks(text);
	g_autoptr(json_t) list = *p == '[' ? json_parse(p, strlen(p), NULL) : NULL;
	json_t *value;
	size_t i;
	if (!json_is_array(list))
		return false;
	json_array_foreach (list, i, value)
		if (!json_is_string(value))
			return fail(error, BERTH_ERROR_INVALID,
				"when using JSON array syntax, arrays must be comprised of strings "
				"only");
	*words = json_strv(list);
	return true;
}

/* "<<NAME", "<<-NAME", "<<'NAME'", possibly after a file descriptor's number; NULL for another word. */
static Heredoc *heredoc_of(const char *word, char escape)
{
	const char *p = word + strspn(word, "0123456789");
	if (!g_str_has_prefix(p, "<<") || p[2] == '<')
		return NULL;
	p += 2;
	bool tabs = *p == '-';
	p += tabs;
	g_autoptr(GString) name = g_string_new("");
	bool expand = true;
	char quote = '\0';
	for (; *p != '\0'; p++) {
		if (*p == escape && quote != '\'' && p[1] != '\0') {
			expand = false;
			g_string_append_c(name, *++p);
		} else if (quote != '\0' ? *p == quote : *p == '"' || *p == '\'') {
			expand = false;
			quote = quote != '\0' ? '\0' : *p;
		} else if (quote == '\0' && strchr("<>|&;()", *p) != NULL) {
			return NULL;
		} else {
			g_string_append_c(name, *p);
		}
	}
	if (quote != '\0' || name->len == 0)
		return NULL;
	Heredoc *heredoc = g_new0(Heredoc, 1);
	heredoc->name = g_strdup(name->str);
	heredoc->expand = expand;
	heredoc->tabs = tabs;
	return heredoc;
}

static void heredoc_free(gpointer data)
{
	Heredoc *heredoc = data;
	g_free(heredoc->name);
	g_free(heredoc->body);
	g_free(heredoc->raw);
	g_free(heredoc);
}

static bool is_heredoc_mark(const char *word)
{
	word += strspn(word, "0123456789");
	return strcmp(word, "<<") == 0 || strcmp(word, "<<-") == 0;
}

GPtrArray *words_heredocs(const char *text, char escape)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(heredoc_free);
	g_auto(GStrv) words =
		strstr(text, "<<") != NULL ? words_by_quotes(text, escape) : g_new0(char *, 1);
	for (int i = 0; words[i] != NULL; i++) {
		/* "<< NAME" is "<<NAME". */
		bool parted = words[i + 1] != NULL && is_heredoc_mark(words[i]);
		g_autofree char *word = g_strconcat(words[i], parted ? words[i + 1] : "", NULL);
		Heredoc *heredoc = heredoc_of(word, escape);
		if (heredoc != NULL)
			g_ptr_array_add(list, heredoc);
	}
	return list;
}

const Heredoc *instruction_script(const Instruction *instruction)
{
	if (instruction->heredocs == NULL || instruction->heredocs->len != 1 ||
		instruction->words[0] == NULL || instruction->words[1] != NULL)
		return NULL;
	return instruction->heredocs->pdata[0];
}
