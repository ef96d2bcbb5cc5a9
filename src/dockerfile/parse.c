/* Lines become instructions: directives, comments, continued lines, heredocs. */
#include "dockerfile/dockerfile.h"

#include "base/error.h"

#include <string.h>

enum { MAX_SIZE = 16 << 20, MAX_INSTRUCTIONS = 10000 };

typedef struct {
	Dockerfile *dockerfile;
	guint at;	 /* the next line */
	bool directives; /* may still come */
	int failed;	 /* the line at fault */
	/* What an instruction must not be is told once all lines have been read, as BuildKit does it: a fault of a
	 * later line's form comes first. */
	GError *deferred;
	int deferred_line;
} Parser;

static void list_finding(Dockerfile *dockerfile, int line, const char *rule, char *text)
{
	Finding finding = {line, line, rule, text};
	g_array_append_val(dockerfile->findings, finding);
}

static void defer(Parser *parser, int line, const char *text)
{
	if (parser->deferred != NULL)
		return;
	parser->deferred_line = line;
	fail(&parser->deferred, BERTH_ERROR_INVALID, "dockerfile parse error on line %d: %s", line,
		text);
}

/* Removes a CR at the end of a line; only heredocs keep it. */
static char *line_text(const char *line)
{
	size_t length = strlen(line);
	return g_strndup(line, length - (length > 0 && line[length - 1] == '\r'));
}

static const char *trimmed(const char *line)
{
	return line + strspn(line, " \t\v\f\r");
}

static bool set_directive(
	Dockerfile *dockerfile, const char *key, const char *value, GError **error)
{
	char **place = strcmp(key, "syntax") == 0 ? &dockerfile->syntax : &dockerfile->check;
	if (strcmp(key, "escape") == 0) {
		if (strcmp(value, "\\") != 0 && strcmp(value, "`") != 0)
			return fail(error, BERTH_ERROR_INVALID,
				"invalid escape token '%s' does not match ` or \\", value);
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
	parser->failed = (int)parser->at + 1;
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
	if (!g_strv_contains(known, key)) {
		parser->directives = false;
		return true;
	}
	if (!g_hash_table_add(seen, g_strdup(key)))
		return fail(error, BERTH_ERROR_INVALID, "only one %s parser directive can be used",
			key);
	return set_directive(parser->dockerfile, key, value, error);
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

/* Whether the line is continued; the mark is removed. A doubled escape character is no mark. */
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
	g_autofree char *start = line_text(trimmed(lines[parser->at++]));
	g_autoptr(GString) text = g_string_new(start);
	bool more = cut_continuation(text, dockerfile->escape), empty = false;
	while (more && lines[parser->at] != NULL) {
		g_autofree char *line = line_text(lines[parser->at++]);
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
		list_finding(dockerfile, (int)parser->at, "NoEmptyContinuation",
			g_strdup("Empty continuation line"));
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* The lines up to the one that consists of the heredoc's name. */
static bool read_heredoc(Parser *parser, Heredoc *heredoc, GError **error)
{
	g_autoptr(GString) body = g_string_new(""), raw = g_string_new("");
	char **lines = parser->dockerfile->lines;
	for (; lines[parser->at] != NULL; parser->at++) {
		const char *line = lines[parser->at];
		const char *content = heredoc->tabs ? line + strspn(line, "\t") : line;
		g_autofree char *end = line_text(content);
		if (strcmp(end, heredoc->name) == 0) {
			parser->at++;
			heredoc->body = g_string_free(g_steal_pointer(&body), FALSE);
			heredoc->raw = g_string_free(g_steal_pointer(&raw), FALSE);
			return true;
		}
		g_string_append_printf(body, "%s\n", content);
		g_string_append_printf(raw, "%s\n", line);
	}
	return fail(error, BERTH_ERROR_INVALID, "unterminated heredoc");
}

/* Whether its text has heredocs: its own, or those of an ONBUILD trigger. */
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
		if (!read_heredoc(parser, instruction->heredocs->pdata[i], error))
			return false;
	return true;
}

/* In the image, the text of an ONBUILD trigger includes its heredocs. */
static void keep_with_trigger(Instruction *instruction)
{
	if (instruction->kind != DF_ONBUILD || instruction->heredocs == NULL)
		return;
	g_autoptr(GString) text = g_string_new(instruction->text);
	for (guint i = 0; i < instruction->heredocs->len; i++) {
		const Heredoc *heredoc = instruction->heredocs->pdata[i];
		g_string_append_printf(text, "\n%s%s", heredoc->raw, heredoc->name);
	}
	g_free(instruction->text);
	instruction->text = g_string_free(g_steal_pointer(&text), FALSE);
}

/* A line that is no instruction is skipped here. */
static bool is_known(Parser *parser, const char *text, int first)
{
	InstructionKind kind;
	g_autoptr(GError) problem = NULL;
	g_autofree char *keyword = g_strndup(text, strcspn(text, " \t\v\f\r"));
	if (instruction_kind(keyword, &kind))
		return true;
	instruction_unknown(keyword, &problem);
	defer(parser, first, problem->message);
	return false;
}

static bool add_instruction(Parser *parser, const char *text, int first, GError **error)
{
	Dockerfile *dockerfile = parser->dockerfile;
	g_autoptr(GError) problem = NULL;
	parser->failed = first;
	if (!is_known(parser, text, first))
		return true;
	g_autoptr(Instruction) instruction = instruction_parse(text, dockerfile->escape, error);
	if (instruction == NULL)
		return false;
	if (dockerfile->instructions->len >= MAX_INSTRUCTIONS)
		return fail(error, BERTH_ERROR_INVALID, "too many instructions");
	instruction->line = first;
	if (!read_heredocs(parser, instruction, error))
		return false;
	instruction->last_line = (int)parser->at;
	if (!instruction_check(instruction, &problem))
		defer(parser, first, problem->message);
	keep_with_trigger(instruction);
	g_ptr_array_add(dockerfile->instructions, g_steal_pointer(&instruction));
	return true;
}

char **dockerfile_lines(const char *text)
{
	return g_strsplit(g_str_has_prefix(text, "\xef\xbb\xbf") ? text + 3 : text, "\n", -1);
}

static bool check_text(const char *text, size_t length, GError **error)
{
	if (length > MAX_SIZE)
		return fail(error, BERTH_ERROR_INVALID, "the Dockerfile is larger than %d MB",
			MAX_SIZE >> 20);
	return memchr(text, '\0', length) == NULL ||
	       fail(error, BERTH_ERROR_INVALID, "the Dockerfile holds a null byte");
}

static bool read_all(Parser *parser, GError **error)
{
	int first;
	if (!read_directives(parser, error))
		return false;
	for (char *line; (line = next_text(parser, &first)) != NULL;) {
		g_autofree char *owned = line;
		if (!add_instruction(parser, owned, first, error))
			return false;
	}
	if (parser->deferred == NULL)
		return parser->dockerfile->instructions->len > 0 ||
		       fail(error, BERTH_ERROR_INVALID, "file with no instructions");
	parser->failed = parser->deferred_line;
	g_propagate_error(error, g_steal_pointer(&parser->deferred));
	return false;
}

/* Leaves what precedes a line. */
static void cut_at(Dockerfile *dockerfile, int line)
{
	for (guint i = dockerfile->instructions->len; i-- > 0;)
		if (((Instruction *)dockerfile->instructions->pdata[i])->line >= line)
			g_ptr_array_remove_index(dockerfile->instructions, i);
	for (guint i = dockerfile->findings->len; i-- > 0;)
		if (g_array_index(dockerfile->findings, Finding, i).line >= line)
			g_array_remove_index(dockerfile->findings, i);
}

Dockerfile *dockerfile_parse_part(const char *text, size_t length, int *line, GError **error)
{
	g_autoptr(Dockerfile) dockerfile = g_new0(Dockerfile, 1);
	Parser parser = {.dockerfile = dockerfile, .directives = true};
	dockerfile->escape = '\\';
	dockerfile->instructions = g_ptr_array_new_with_free_func((GDestroyNotify)instruction_free);
	dockerfile->findings = g_array_new(FALSE, FALSE, sizeof(Finding));
	g_array_set_clear_func(dockerfile->findings, finding_clear);
	if (!check_text(text, length, error))
		return NULL;
	/* Invalid UTF-8 becomes U+FFFD, as in BuildKit. */
	g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);
	dockerfile->lines = dockerfile_lines(valid);
	bool ok = read_all(&parser, error);
	g_clear_error(&parser.deferred);
	if (!ok && line != NULL)
		*line = parser.failed;
	if (!ok)
		cut_at(dockerfile, parser.failed);
	return g_steal_pointer(&dockerfile);
}

Dockerfile *dockerfile_parse(const char *text, size_t length, int *line, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(Dockerfile) dockerfile = dockerfile_parse_part(text, length, line, &problem);
	if (problem == NULL)
		return g_steal_pointer(&dockerfile);
	g_propagate_error(error, g_steal_pointer(&problem));
	return NULL;
}

Instruction *trigger_parse(const char *text, GError **error)
{
	g_autoptr(Dockerfile) dockerfile = dockerfile_parse(text, strlen(text), NULL, error);
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
	/* As in BuildKit: two lines of context around one line, one around several, and the empty last line. */
	int count = (int)g_strv_length((char **)lines), around = line == last_line ? 2 : 1;
	int from = MAX(1, line - around), to = MIN(count, last_line + around);
	g_autoptr(GString) text = g_string_new("");
	g_string_append_printf(text, "%s:%d\n%s", name, line, rule);
	for (int i = from; i <= to; i++) {
		g_autofree char *shown = line_text(lines[i - 1]);
		g_string_append_printf(text, "%4d | %s %s\n", i,
			i >= line && i <= last_line ? ">>>" : "   ", shown);
	}
	g_string_append(text, rule);
	return g_string_free(g_steal_pointer(&text), FALSE);
}
