/* Lines become instructions: directives, comments, continued lines, heredocs. */
#include "dockerfile/dockerfile.h"

#include "base/error.h"

#include <string.h>

enum { MAX_SIZE = 16 << 20, MAX_INSTRUCTIONS = 10000, EXCERPT_AROUND = 2 };

typedef struct {
	Dockerfile *dockerfile;
	guint at;	 /* the next line */
	bool directives; /* may still come */
} Parser;

static void list_finding(Dockerfile *dockerfile, int line, const char *rule, char *text)
{
	Finding finding = {line, rule, text};
	g_array_append_val(dockerfile->findings, finding);
}

static bool parse_fail(GError **error, int line, const char *text)
{
	return fail(
		error, BERTH_ERROR_INVALID, "dockerfile parse error on line %d: %s", line, text);
}

static const char *trimmed(const char *line)
{
	return line + strspn(line, " \t\v\f\r");
}

static bool set_directive(
	Dockerfile *dockerfile, const char *key, const char *value, int line, GError **error)
{
	char **place = strcmp(key, "syntax") == 0 ? &dockerfile->syntax : &dockerfile->check;
	if (strcmp(key, "escape") == 0) {
		if (strcmp(value, "\\") != 0 && strcmp(value, "`") != 0) {
			g_autofree char *text =
				g_strdup_printf("invalid ESCAPE '%s'. Must be ` or \\", value);
			return parse_fail(error, line, text);
		}
		dockerfile->escape = *value;
		return true;
	}
	*place = g_strdup(value);
	return true;
}

/* "# key=value" on one of the first lines (Dockerfile reference, "Parser directives"). */
static bool take_directive(Parser *parser, const char *text, GHashTable *seen, GError **error)
{
	static const char *const known[] = {"syntax", "escape", "check", NULL};
	int line = (int)parser->at + 1;
	const char *p = trimmed(text);
	size_t length =
		*p == '#'
			? strspn(trimmed(p + 1),
				  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
			: 0;
	p = trimmed(p + (*p == '#'));
	const char *equals = trimmed(p + length);
	if (length == 0 || !g_ascii_isalpha(*p) || *equals != '=') {
		parser->directives = false;
		return true;
	}
	g_autofree char *key = g_ascii_strdown(p, (gssize)length),
			*value = g_strstrip(g_strdup(equals + 1));
	if (*value == '\0') {
		parser->directives = false;
		return true;
	}
	if (!g_strv_contains(known, key))
		return true;
	if (!g_hash_table_add(seen, g_strdup(key))) {
		g_autofree char *said =
			g_strdup_printf("only one %s parser directive can be used", key);
		return parse_fail(error, line, said);
	}
	return set_directive(parser->dockerfile, key, value, line, error);
}

static bool read_directives(Parser *parser, GError **error)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	char **lines = parser->dockerfile->lines;
	for (; lines[parser->at] != NULL; parser->at++) {
		if (!take_directive(parser, lines[parser->at], seen, error))
			return false;
		if (!parser->directives)
			break;
	}
	parser->dockerfile->directives = (int)parser->at;
	return true;
}

/* Whether the next line goes on with this one; its mark is cut off. A doubled one is no mark. */
static bool cut_continuation(GString *line, char escape)
{
	gsize end = line->len;
	while (end > 0 && (line->str[end - 1] == ' ' || line->str[end - 1] == '\t'))
		end--;
	if (end == 0 || line->str[end - 1] != escape || (end > 1 && line->str[end - 2] == escape))
		return false;
	g_string_truncate(line, end - 1);
	return true;
}

/* The lines of one instruction as one; NULL at the end of the text. */
static char *next_text(Parser *parser, int *first)
{
	Dockerfile *dockerfile = parser->dockerfile;
	char **lines = dockerfile->lines;
	while (lines[parser->at] != NULL &&
		(*trimmed(lines[parser->at]) == '\0' || *trimmed(lines[parser->at]) == '#'))
		parser->at++;
	if (lines[parser->at] == NULL)
		return NULL;
	*first = (int)parser->at + 1;
	g_autoptr(GString) text = g_string_new(trimmed(lines[parser->at++]));
	bool more = cut_continuation(text, dockerfile->escape), empty = false;
	while (more && lines[parser->at] != NULL) {
		const char *line = lines[parser->at++];
		if (*trimmed(line) == '#')
			continue;
		if (*trimmed(line) == '\0') {
			empty = true;
			continue;
		}
		g_autoptr(GString) next = g_string_new(line);
		more = cut_continuation(next, dockerfile->escape);
		g_string_append(text, next->str);
	}
	if (empty)
		list_finding(dockerfile, *first, "NoEmptyContinuation",
			g_strdup("Empty continuation line"));
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* The lines up to the one that is the heredoc's name. */
static bool read_heredoc(Parser *parser, Heredoc *heredoc, int first, GError **error)
{
	g_autoptr(GString) body = g_string_new("");
	char **lines = parser->dockerfile->lines;
	for (; lines[parser->at] != NULL; parser->at++) {
		const char *line = lines[parser->at];
		const char *content = heredoc->tabs ? line + strspn(line, "\t") : line;
		if (strcmp(content, heredoc->name) == 0) {
			parser->at++;
			heredoc->body = g_string_free(g_steal_pointer(&body), FALSE);
			return true;
		}
		g_string_append_printf(body, "%s\n", content);
	}
	g_autofree char *text = g_strdup_printf("unterminated heredoc \"%s\"", heredoc->name);
	return parse_fail(error, first, text);
}

/* Whether heredocs stand in its text: its own, or those of what an ONBUILD keeps. */
static bool has_heredocs(const Instruction *instruction)
{
	static const bool may[DF_KINDS] = {[DF_ADD] = true, [DF_COPY] = true, [DF_RUN] = true};
	if (instruction->kind != DF_ONBUILD)
		return may[instruction->kind] && !instruction->is_json;
	g_autoptr(Instruction) trigger = instruction_parse(instruction->text, '\\', NULL);
	return trigger != NULL && may[trigger->kind] && !trigger->is_json;
}

static bool read_heredocs(Parser *parser, Instruction *instruction, GError **error)
{
	if (!has_heredocs(instruction))
		return true;
	instruction->heredocs = words_heredocs(instruction->text, parser->dockerfile->escape);
	for (guint i = 0; i < instruction->heredocs->len; i++)
		if (!read_heredoc(
			    parser, instruction->heredocs->pdata[i], instruction->line, error))
			return false;
	return true;
}

/* The image keeps an ONBUILD's heredocs in the text of its trigger. */
static void keep_with_trigger(Instruction *instruction)
{
	if (instruction->kind != DF_ONBUILD || instruction->heredocs == NULL)
		return;
	g_autoptr(GString) text = g_string_new(instruction->text);
	for (guint i = 0; i < instruction->heredocs->len; i++) {
		const Heredoc *heredoc = instruction->heredocs->pdata[i];
		g_string_append_printf(text, "\n%s%s", heredoc->body, heredoc->name);
	}
	g_free(instruction->text);
	instruction->text = g_string_free(g_steal_pointer(&text), FALSE);
}

static bool add_instruction(Parser *parser, const char *text, int first, GError **error)
{
	Dockerfile *dockerfile = parser->dockerfile;
	g_autoptr(GError) problem = NULL;
	g_autoptr(Instruction) instruction = instruction_parse(text, dockerfile->escape, &problem);
	if (instruction == NULL)
		return parse_fail(error, first, problem->message);
	if (dockerfile->instructions->len >= MAX_INSTRUCTIONS)
		return parse_fail(error, first, "too many instructions");
	instruction->line = first;
	if (!read_heredocs(parser, instruction, error))
		return false;
	instruction->last_line = (int)parser->at;
	if (!instruction_check(instruction, &problem))
		return parse_fail(error, first, problem->message);
	keep_with_trigger(instruction);
	g_ptr_array_add(dockerfile->instructions, g_steal_pointer(&instruction));
	return true;
}

/* Lines without their ends; a byte order mark is no part of the first. */
static char **split_lines(const char *text)
{
	char **lines =
		g_strsplit(g_str_has_prefix(text, "\xef\xbb\xbf") ? text + 3 : text, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++) {
		size_t length = strlen(lines[i]);
		if (length > 0 && lines[i][length - 1] == '\r')
			lines[i][length - 1] = '\0';
	}
	return lines;
}

Dockerfile *dockerfile_parse(const char *text, size_t length, GError **error)
{
	g_autoptr(Dockerfile) dockerfile = g_new0(Dockerfile, 1);
	Parser parser = {.dockerfile = dockerfile, .directives = true};
	int first;
	dockerfile->escape = '\\';
	dockerfile->instructions = g_ptr_array_new_with_free_func((GDestroyNotify)instruction_free);
	dockerfile->findings = g_array_new(FALSE, FALSE, sizeof(Finding));
	g_array_set_clear_func(dockerfile->findings, finding_clear);
	if (length > MAX_SIZE) {
		fail(error, BERTH_ERROR_INVALID, "the Dockerfile is larger than %d MB",
			MAX_SIZE >> 20);
		return NULL;
	}
	if (memchr(text, '\0', length) != NULL || !g_utf8_validate(text, (gssize)length, NULL)) {
		fail(error, BERTH_ERROR_INVALID,
			"dockerfile parse error on line 1: the file is not text in UTF-8");
		return NULL;
	}
	dockerfile->lines = split_lines(text);
	if (!read_directives(&parser, error))
		return NULL;
	for (char *line; (line = next_text(&parser, &first)) != NULL;) {
		g_autofree char *owned = line;
		if (!add_instruction(&parser, owned, first, error))
			return NULL;
	}
	return g_steal_pointer(&dockerfile);
}

Instruction *trigger_parse(const char *text, GError **error)
{
	g_autoptr(Dockerfile) dockerfile = dockerfile_parse(text, strlen(text), error);
	if (dockerfile == NULL)
		return NULL;
	if (dockerfile->instructions->len != 1) {
		fail(error, BERTH_ERROR_INVALID,
			"onbuild trigger should be a single expression: %s", text);
		return NULL;
	}
	return g_ptr_array_steal_index(dockerfile->instructions, 0);
}

void finding_clear(gpointer finding)
{
	g_free(((Finding *)finding)->text);
}

void dockerfile_free(Dockerfile *dockerfile)
{
	g_free(dockerfile->syntax);
	g_free(dockerfile->check);
	g_ptr_array_unref(dockerfile->instructions);
	g_array_unref(dockerfile->findings);
	g_strfreev(dockerfile->lines);
	g_free(dockerfile);
}

char *dockerfile_excerpt(char *const *lines, const char *name, int line, int last_line)
{
	static const char rule[] = "--------------------\n";
	int count = (int)g_strv_length((char **)lines);
	count -= count > 0 && *lines[count - 1] == '\0'; /* behind the last line's end */
	int from = MAX(1, line - EXCERPT_AROUND), to = MIN(count, last_line + EXCERPT_AROUND);
	g_autoptr(GString) text = g_string_new("");
	g_string_append_printf(text, "%s:%d\n%s", name, line, rule);
	for (int i = from; i <= to; i++)
		g_string_append_printf(text, "%4d | %s %s\n", i,
			i >= line && i <= last_line ? ">>>" : "   ", lines[i - 1]);
	g_string_append(text, rule);
	return g_string_free(g_steal_pointer(&text), FALSE);
}
