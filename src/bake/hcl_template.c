/* Templates: text with inserted expressions and with directives; quoted strings and heredocs. */
#include "bake/hcl_parser.h"

#include <string.h>

static void flush(Node *template, GString *text, int line)
{
	if (text->len > 0)
		g_ptr_array_add(template->parts, hcl_text_node(text->str, text->len, line));
	g_string_set_size(text, 0);
}

/* "${...}", "~" beside the braces takes blanks away. */
static bool take_inserted(Parser *parser, Node *template, GString *text)
{
	int before = parser->inside++;
	bool trim = hcl_take(parser, "~");
	if (trim)
		while (text->len > 0 && g_ascii_isspace(text->str[text->len - 1]))
			g_string_truncate(text, text->len - 1);
	flush(template, text, parser->line);
	Node *inner = parser->expression(parser);
	if (inner == NULL)
		return false;
	g_ptr_array_add(template->parts, inner);
	hcl_skip(parser, true);
	bool after = hcl_take(parser, "~");
	if (!hcl_take(parser, "}"))
		return hcl_refuse(parser, "Invalid template; \"}\" is missing behind \"${\"") !=
		       NULL;
	parser->inside = before;
	while (after && g_ascii_isspace(*parser->at))
		parser->at++;
	return true;
}

static bool take_escape(Parser *parser, GString *text)
{
	static const char names[] = "nrt\"\\", meanings[] = "\n\r\t\"\\";
	char c = *parser->at;
	const char *found = c != '\0' ? strchr(names, c) : NULL;
	if (found != NULL) {
		g_string_append_c(text, meanings[found - names]);
		parser->at++;
		return true;
	}
	int digits = c == 'u' ? 4 : c == 'U' ? 8 : 0;
	gunichar sign = 0;
	for (int i = 1; i <= digits; i++) {
		if (!g_ascii_isxdigit(parser->at[i]))
			digits = 0;
		else
			sign = sign * 16 + (gunichar)g_ascii_xdigit_value(parser->at[i]);
	}
	if (digits == 0 || !g_unichar_validate(sign) || sign == 0)
		return hcl_refuse(parser, "Invalid escape sequence") != NULL;
	g_string_append_unichar(text, sign);
	parser->at += digits + 1;
	return true;
}

/* "k, v in list" */
bool hcl_for_head_parse(Parser *parser, Node *node)
{
	hcl_skip(parser, true);
	node->text = hcl_take_name(parser);
	hcl_skip(parser, true);
	if (node->text != NULL && hcl_take(parser, ",")) {
		hcl_skip(parser, true);
		node->second = hcl_take_name(parser);
		hcl_skip(parser, true);
	}
	g_autofree char *in = hcl_take_name(parser);
	if (node->text == NULL || g_strcmp0(in, "in") != 0)
		return hcl_refuse(parser, "Invalid 'for' expression") != NULL;
	Node *parts[4] = {parser->expression(parser), NULL, NULL, NULL};
	for (int i = 0; i < 4; i++)
		g_ptr_array_add(node->parts, parts[i]);
	hcl_skip(parser, true);
	return parts[0] != NULL;
}

static bool parse_parts(Parser *parser, Node *template, bool quoted, char **end);

/* The end of "%{...}", and the blanks behind it where "~" takes them away. */
static bool end_directive(Parser *parser, int inside)
{
	hcl_skip(parser, true);
	bool trim = hcl_take(parser, "~");
	if (!hcl_take(parser, "}"))
		return hcl_refuse(parser, "Invalid template directive; \"}\" is missing") != NULL;
	parser->inside = inside;
	while (trim && g_ascii_isspace(*parser->at))
		parser->line += *parser->at++ == '\n';
	return true;
}

/* The text up to a directive of these names; *end: which it is. */
static Node *parse_branch(
	Parser *parser, bool quoted, const char *ends, const char *or_ends, char **end)
{
	g_autoptr(Node) branch = node_new(NODE_TEMPLATE, parser->line);
	if (!parse_parts(parser, branch, quoted, end))
		return NULL;
	if (g_strcmp0(*end, ends) == 0 || (or_ends != NULL && g_strcmp0(*end, or_ends) == 0))
		return g_steal_pointer(&branch);
	return hcl_refuse(parser, strcmp(ends, "endfor") == 0
					  ? "Unexpected end of template; \"endfor\" is missing"
					  : "Unexpected end of template; \"endif\" is missing");
}

/* "%{if x}yes%{else}no%{endif}" */
static Node *parse_if_directive(Parser *parser, bool quoted, int inside)
{
	g_autoptr(Node) node = node_new(NODE_CHOICE, parser->line);
	g_autofree char *end = NULL, *last = NULL;
	Node *condition = parser->expression(parser);
	if (condition == NULL)
		return NULL;
	g_ptr_array_add(node->parts, condition);
	Node *yes = end_directive(parser, inside)
			    ? parse_branch(parser, quoted, "endif", "else", &end)
			    : NULL;
	if (yes == NULL)
		return NULL;
	g_ptr_array_add(node->parts, yes);
	Node *no = strcmp(end, "else") == 0 ? parse_branch(parser, quoted, "endif", NULL, &last)
					    : hcl_text_node("", 0, parser->line);
	if (no == NULL)
		return NULL;
	g_ptr_array_add(node->parts, no);
	return g_steal_pointer(&node);
}

/* "%{for x in list}text%{endfor}": the texts, one behind the other. */
static Node *parse_for_directive(Parser *parser, bool quoted, int inside)
{
	g_autoptr(Node) each = node_new(NODE_FOR, parser->line);
	g_autofree char *end = NULL;
	if (!hcl_for_head_parse(parser, each) || !end_directive(parser, inside))
		return NULL;
	each->parts->pdata[2] = parse_branch(parser, quoted, "endfor", NULL, &end);
	if (each->parts->pdata[2] == NULL)
		return NULL;
	Node *node = node_new(NODE_CALL, each->line);
	node->text = g_strdup("join");
	g_ptr_array_add(node->parts, hcl_text_node("", 0, each->line));
	g_ptr_array_add(node->parts, g_steal_pointer(&each));
	return node;
}

/* Behind "%{". *end: the word of one that ends a part of another. */
static bool take_directive(Parser *parser, Node *template, GString *text, bool quoted, char **end)
{
	static const char *const ends[] = {"else", "endif", "endfor", NULL};
	int inside = parser->inside++;
	if (hcl_take(parser, "~"))
		while (text->len > 0 && g_ascii_isspace(text->str[text->len - 1]))
			g_string_truncate(text, text->len - 1);
	flush(template, text, parser->line);
	hcl_skip(parser, true);
	g_autofree char *word = hcl_take_name(parser);
	if (word != NULL && g_strv_contains(ends, word)) {
		*end = g_steal_pointer(&word);
		return end_directive(parser, inside);
	}
	bool is_if = g_strcmp0(word, "if") == 0;
	if (!is_if && g_strcmp0(word, "for") != 0)
		return hcl_refuse(parser, "Invalid template directive; it is neither if nor for") !=
		       NULL;
	if (++parser->depth > HCL_MAX_DEPTH)
		return hcl_refuse(parser, "the template is too deep") != NULL;
	Node *node = (is_if ? parse_if_directive : parse_for_directive)(parser, quoted, inside);
	parser->depth--;
	if (node != NULL)
		g_ptr_array_add(template->parts, node);
	return node != NULL;
}

/* Text and what is inserted, up to the quote that ends it (quoted), the end of the text, or a directive that ends this part. */
static bool parse_parts(Parser *parser, Node *template, bool quoted, char **end)
{
	g_autoptr(GString) text = g_string_new("");
	while (*parser->at != '\0' && !(quoted && *parser->at == '"') && *end == NULL) {
		if (hcl_take(parser, "$${") || hcl_take(parser, "%%{"))
			g_string_append(text, parser->at[-3] == '$' ? "${" : "%{");
		else if (hcl_take(parser, "${")) {
			if (!take_inserted(parser, template, text))
				return false;
		} else if (hcl_take(parser, "%{")) {
			if (!take_directive(parser, template, text, quoted, end))
				return false;
		} else if (quoted && *parser->at == '\n')
			return hcl_refuse(parser,
				       "Invalid multi-line string; Quoted strings may not be split "
				       "over multiple lines") != NULL;
		else if (quoted && hcl_take(parser, "\\")) {
			if (!take_escape(parser, text))
				return false;
		} else {
			parser->line += *parser->at == '\n';
			g_string_append_c(text, *parser->at++);
		}
	}
	flush(template, text, parser->line);
	return true;
}

/* A template that is but one expression is its value. */
Node *hcl_template_parse(Parser *parser, bool quoted)
{
	g_autoptr(Node) template = node_new(NODE_TEMPLATE, parser->line);
	g_autofree char *end = NULL;
	if (!parse_parts(parser, template, quoted, &end))
		return NULL;
	if (end != NULL)
		return hcl_refuse(parser, "Unexpected template directive; nothing was begun");
	if (quoted && !hcl_take(parser, "\""))
		return hcl_refuse(parser, "Unterminated template string");
	if (template->parts->len == 1 && ((Node *)template->parts->pdata[0])->kind != NODE_VALUE)
		return g_ptr_array_steal_index(template->parts, 0);
	if (template->parts->len == 0)
		g_ptr_array_add(template->parts, hcl_text_node("", 0, parser->line));
	return g_steal_pointer(&template);
}

static char *without_indent(char **lines)
{
	size_t least = G_MAXSIZE;
	for (int i = 0; lines[i] != NULL; i++)
		if (lines[i][strspn(lines[i], " \t")] != '\0')
			least = MIN(least, strspn(lines[i], " \t"));
	g_autoptr(GString) text = g_string_new("");
	for (int i = 0; lines[i] != NULL; i++)
		g_string_append_printf(
			text, "%s\n", lines[i] + MIN(least, strspn(lines[i], " \t")));
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* "<<EOT": the lines up to that word; "<<-" takes the blanks away that all of them begin with. */
Node *hcl_heredoc_parse(Parser *parser)
{
	bool indented = hcl_take(parser, "-");
	g_autofree char *word = hcl_take_name(parser);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	if (word == NULL || (*parser->at != '\n' && *parser->at != '\r'))
		return hcl_refuse(parser, "Invalid heredoc");
	int first = parser->line + 1;
	parser->at += strcspn(parser->at, "\n");
	for (;;) {
		if (*parser->at == '\0')
			return hcl_refuse(parser, "Unterminated heredoc");
		parser->at++;
		parser->line++;
		size_t length = strcspn(parser->at, "\n");
		g_autofree char *line = g_strndup(parser->at, length), *bare = g_strdup(line);
		parser->at += length;
		if (strcmp(g_strstrip(bare), word) == 0)
			break;
		g_ptr_array_add(lines, g_steal_pointer(&line));
	}
	g_ptr_array_add(lines, NULL);
	char **list = (char **)lines->pdata;
	g_autofree char *joined = g_strjoinv("\n", list),
			*text = indented	  ? without_indent(list)
				: list[0] != NULL ? g_strconcat(joined, "\n", NULL)
						  : g_strdup("");
	Parser inner = *parser;
	inner.at = text;
	inner.line = first;
	inner.inside = 0;
	return hcl_template_parse(&inner, false);
}
