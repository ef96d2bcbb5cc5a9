/* HCL's text becomes bodies of attributes and blocks, and expressions. */
#include "bake/hcl.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 200 };

typedef struct {
	const char *file, *at;
	int line;
	int inside; /* brackets that are open: line ends say nothing in them */
	int depth;
	GError **error;
} Parser;

Node *node_new(NodeKind kind, int line)
{
	Node *node = g_new0(Node, 1);
	node->kind = kind;
	node->line = line;
	node->parts = g_ptr_array_new_with_free_func(node_free);
	return node;
}

void node_free(gpointer data)
{
	Node *node = data;
	if (node == NULL)
		return;
	json_decref(node->value);
	g_free(node->text);
	g_free(node->second);
	g_ptr_array_unref(node->parts);
	g_free(node);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Node, node_free)

static void block_free(gpointer data)
{
	Block *block = data;
	g_free(block->type);
	g_free(block->label);
	g_clear_pointer(&block->body, body_free);
	g_free(block);
}

Body *body_new(void)
{
	Body *body = g_new0(Body, 1);
	body->attributes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, node_free);
	body->names = g_ptr_array_new();
	body->blocks = g_ptr_array_new_with_free_func(block_free);
	return body;
}

void body_free(gpointer data)
{
	Body *body = data;
	g_ptr_array_unref(body->names);
	g_hash_table_unref(body->attributes);
	g_ptr_array_unref(body->blocks);
	g_free(body);
}

static Node *refuse(Parser *parser, const char *what)
{
	if (parser->error != NULL && *parser->error == NULL)
		fail(parser->error, BERTH_ERROR_INVALID, "%s:%d: %s", parser->file, parser->line,
			what);
	return NULL;
}

static void skip_comment(Parser *parser)
{
	bool block = parser->at[1] == '*';
	while (*parser->at != '\0' && (block || *parser->at != '\n')) {
		if (block && parser->at[0] == '*' && parser->at[1] == '/') {
			parser->at += 2;
			return;
		}
		parser->line += *parser->at == '\n';
		parser->at++;
	}
}

static void skip(Parser *parser, bool lines)
{
	for (;;) {
		char c = *parser->at;
		if (c == '#' || (c == '/' && (parser->at[1] == '/' || parser->at[1] == '*')))
			skip_comment(parser);
		else if (c == ' ' || c == '\t' || c == '\r' ||
			 (c == '\n' && (lines || parser->inside > 0))) {
			parser->line += c == '\n';
			parser->at++;
		} else
			return;
	}
}

static bool take(Parser *parser, const char *sign)
{
	size_t length = strlen(sign);
	if (strncmp(parser->at, sign, length) != 0)
		return false;
	parser->at += length;
	return true;
}

static bool begins_name(char c)
{
	return g_ascii_isalpha(c) || c == '_';
}

static char *take_name(Parser *parser)
{
	const char *begin = parser->at;
	if (!begins_name(*begin))
		return NULL;
	while (g_ascii_isalnum(*parser->at) || *parser->at == '_' || *parser->at == '-')
		parser->at++;
	return g_strndup(begin, (gsize)(parser->at - begin));
}

static Node *parse_expression(Parser *parser);

static Node *node_text(const char *text, gsize length, int line)
{
	Node *node = node_new(NODE_VALUE, line);
	g_autofree char *copy = g_strndup(text, length);
	node->value = json_lenient(copy);
	return node;
}

static void flush(Node *template, GString *text, int line)
{
	if (text->len > 0)
		g_ptr_array_add(template->parts, node_text(text->str, text->len, line));
	g_string_set_size(text, 0);
}

/* "${...}", "~" beside the braces takes blanks away. */
static bool take_inserted(Parser *parser, Node *template, GString *text)
{
	int before = parser->inside++;
	bool trim = take(parser, "~");
	if (trim)
		while (text->len > 0 && g_ascii_isspace(text->str[text->len - 1]))
			g_string_truncate(text, text->len - 1);
	flush(template, text, parser->line);
	Node *inner = parse_expression(parser);
	if (inner == NULL)
		return false;
	g_ptr_array_add(template->parts, inner);
	skip(parser, true);
	bool after = take(parser, "~");
	if (!take(parser, "}"))
		return refuse(parser, "Invalid template; \"}\" is missing behind \"${\"") != NULL;
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
		return refuse(parser, "Invalid escape sequence") != NULL;
	g_string_append_unichar(text, sign);
	parser->at += digits + 1;
	return true;
}

static bool parse_for_head(Parser *parser, Node *node);
static bool parse_parts(Parser *parser, Node *template, bool quoted, char **end);

/* The end of "%{...}", and the blanks behind it where "~" takes them away. */
static bool end_directive(Parser *parser, int inside)
{
	skip(parser, true);
	bool trim = take(parser, "~");
	if (!take(parser, "}"))
		return refuse(parser, "Invalid template directive; \"}\" is missing") != NULL;
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
	return refuse(parser, strcmp(ends, "endfor") == 0
				      ? "Unexpected end of template; \"endfor\" is missing"
				      : "Unexpected end of template; \"endif\" is missing");
}

/* "%{if x}yes%{else}no%{endif}" */
static Node *parse_if_directive(Parser *parser, bool quoted, int inside)
{
	g_autoptr(Node) node = node_new(NODE_CHOICE, parser->line);
	g_autofree char *end = NULL, *last = NULL;
	Node *condition = parse_expression(parser);
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
					    : node_text("", 0, parser->line);
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
	if (!parse_for_head(parser, each) || !end_directive(parser, inside))
		return NULL;
	each->parts->pdata[2] = parse_branch(parser, quoted, "endfor", NULL, &end);
	if (each->parts->pdata[2] == NULL)
		return NULL;
	Node *node = node_new(NODE_CALL, each->line);
	node->text = g_strdup("join");
	g_ptr_array_add(node->parts, node_text("", 0, each->line));
	g_ptr_array_add(node->parts, g_steal_pointer(&each));
	return node;
}

/* Behind "%{". *end: the word of one that ends a part of another. */
static bool take_directive(Parser *parser, Node *template, GString *text, bool quoted, char **end)
{
	static const char *const ends[] = {"else", "endif", "endfor", NULL};
	int inside = parser->inside++;
	if (take(parser, "~"))
		while (text->len > 0 && g_ascii_isspace(text->str[text->len - 1]))
			g_string_truncate(text, text->len - 1);
	flush(template, text, parser->line);
	skip(parser, true);
	g_autofree char *word = take_name(parser);
	if (word != NULL && g_strv_contains(ends, word)) {
		*end = g_steal_pointer(&word);
		return end_directive(parser, inside);
	}
	bool is_if = g_strcmp0(word, "if") == 0;
	if (!is_if && g_strcmp0(word, "for") != 0)
		return refuse(parser, "Invalid template directive; it is neither if nor for") !=
		       NULL;
	if (++parser->depth > MAX_DEPTH)
		return refuse(parser, "the template is too deep") != NULL;
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
		if (take(parser, "$${") || take(parser, "%%{"))
			g_string_append(text, parser->at[-3] == '$' ? "${" : "%{");
		else if (take(parser, "${")) {
			if (!take_inserted(parser, template, text))
				return false;
		} else if (take(parser, "%{")) {
			if (!take_directive(parser, template, text, quoted, end))
				return false;
		} else if (quoted && *parser->at == '\n')
			return refuse(parser,
				       "Invalid multi-line string; Quoted strings may not be split "
				       "over multiple lines") != NULL;
		else if (quoted && take(parser, "\\")) {
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
static Node *parse_template(Parser *parser, bool quoted)
{
	g_autoptr(Node) template = node_new(NODE_TEMPLATE, parser->line);
	g_autofree char *end = NULL;
	if (!parse_parts(parser, template, quoted, &end))
		return NULL;
	if (end != NULL)
		return refuse(parser, "Unexpected template directive; nothing was begun");
	if (quoted && !take(parser, "\""))
		return refuse(parser, "Unterminated template string");
	if (template->parts->len == 1 && ((Node *)template->parts->pdata[0])->kind != NODE_VALUE)
		return g_ptr_array_steal_index(template->parts, 0);
	if (template->parts->len == 0)
		g_ptr_array_add(template->parts, node_text("", 0, parser->line));
	return g_steal_pointer(&template);
}

Node *hcl_template(const char *name, const char *text, GError **error)
{
	Parser parser = {.file = name, .at = text, .line = 1, .error = error};
	return parse_template(&parser, false);
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
static Node *parse_heredoc(Parser *parser)
{
	bool indented = take(parser, "-");
	g_autofree char *word = take_name(parser);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	if (word == NULL || (*parser->at != '\n' && *parser->at != '\r'))
		return refuse(parser, "Invalid heredoc");
	int first = parser->line + 1;
	parser->at += strcspn(parser->at, "\n");
	for (;;) {
		if (*parser->at == '\0')
			return refuse(parser, "Unterminated heredoc");
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
	Parser inner = {.file = parser->file,
		.at = text,
		.line = first,
		.depth = parser->depth,
		.error = parser->error};
	return parse_template(&inner, false);
}

static Node *parse_number(Parser *parser)
{
	char *end;
	double number = g_ascii_strtod(parser->at, &end);
	Node *node = node_new(NODE_VALUE, parser->line);
	node->value = hcl_number_new(number);
	parser->at = end;
	return node;
}

/* Values up to a closing sign. */
static bool parse_items(Parser *parser, Node *into, const char *end)
{
	parser->inside++;
	for (;;) {
		skip(parser, true);
		if (take(parser, end))
			break;
		Node *item = parse_expression(parser);
		if (item == NULL)
			return false;
		g_ptr_array_add(into->parts, item);
		skip(parser, true);
		if (into->kind == NODE_CALL && take(parser, "..."))
			into->spread = true;
		skip(parser, true);
		if (!take(parser, ",") && strncmp(parser->at, end, strlen(end)) != 0)
			return refuse(parser, "Missing item separator") != NULL;
	}
	parser->inside--;
	return true;
}

/* "k, v in list" */
static bool parse_for_head(Parser *parser, Node *node)
{
	skip(parser, true);
	node->text = take_name(parser);
	skip(parser, true);
	if (node->text != NULL && take(parser, ",")) {
		skip(parser, true);
		node->second = take_name(parser);
		skip(parser, true);
	}
	g_autofree char *in = take_name(parser);
	if (node->text == NULL || g_strcmp0(in, "in") != 0)
		return refuse(parser, "Invalid 'for' expression") != NULL;
	Node *parts[4] = {parse_expression(parser), NULL, NULL, NULL};
	for (int i = 0; i < 4; i++)
		g_ptr_array_add(node->parts, parts[i]);
	skip(parser, true);
	return parts[0] != NULL;
}

/* "for k, v in list : k => v if x", up to the closing sign. */
static Node *parse_for(Parser *parser, const char *end)
{
	g_autoptr(Node) node = node_new(NODE_FOR, parser->line);
	bool object = *end == '}';
	parser->inside++;
	if (!parse_for_head(parser, node))
		return NULL;
	if (!take(parser, ":"))
		return refuse(parser, "Invalid 'for' expression: \":\" is missing");
	Node *first = parse_expression(parser);
	node->parts->pdata[object ? 1 : 2] = first;
	skip(parser, true);
	if (first != NULL && object) {
		if (!take(parser, "=>") ||
			(node->parts->pdata[2] = parse_expression(parser)) == NULL)
			return refuse(parser, "Invalid 'for' expression: \"=>\" is missing");
		skip(parser, true);
		node->spread = take(parser, "...");
		skip(parser, true);
	}
	const char *before = parser->at;
	g_autofree char *word = take_name(parser);
	if (g_strcmp0(word, "if") == 0) {
		if ((node->parts->pdata[3] = parse_expression(parser)) == NULL)
			return NULL;
	} else
		parser->at = before;
	skip(parser, true);
	if (first == NULL || !take(parser, end))
		return refuse(parser, "Invalid 'for' expression: extra characters");
	parser->inside--;
	return g_steal_pointer(&node);
}

static bool takes_for(Parser *parser)
{
	const char *before = parser->at;
	int line = parser->line;
	skip(parser, true);
	g_autofree char *word = take_name(parser);
	if (g_strcmp0(word, "for") == 0 && (*parser->at == ' ' || *parser->at == '\n'))
		return true;
	parser->at = before;
	parser->line = line;
	return false;
}

static Node *parse_key(Parser *parser)
{
	const char *before = parser->at;
	int line = parser->line;
	g_autofree char *name = take_name(parser);
	skip(parser, false);
	if (name != NULL && (*parser->at == '=' || *parser->at == ':') && parser->at[1] != '=')
		return node_text(name, strlen(name), line);
	parser->at = before;
	return parse_expression(parser);
}

static Node *parse_object(Parser *parser)
{
	g_autoptr(Node) node = node_new(NODE_OBJECT, parser->line);
	int before = parser->inside;
	for (;;) {
		parser->inside = 1;
		skip(parser, true);
		if (take(parser, "}"))
			break;
		Node *key = parse_key(parser);
		if (key == NULL)
			return NULL;
		g_ptr_array_add(node->parts, key);
		skip(parser, true);
		if (!take(parser, "=") && !take(parser, ":"))
			return refuse(parser, "Missing attribute value: \"=\" is missing");
		parser->inside = 0;
		Node *value = parse_expression(parser);
		g_ptr_array_add(node->parts, value);
		if (value == NULL)
			return NULL;
		skip(parser, false);
		if (!take(parser, ",") && *parser->at != '\n' && *parser->at != '}')
			return refuse(parser, "Missing attribute separator");
	}
	parser->inside = before;
	return g_steal_pointer(&node);
}

static Node *parse_named(Parser *parser)
{
	static const char *const words[] = {"true", "false", "null"};
	int line = parser->line;
	g_autofree char *name = take_name(parser);
	Node *node;
	for (int i = 0; i < 3; i++)
		if (strcmp(name, words[i]) == 0) {
			node = node_new(NODE_VALUE, line);
			node->value = i == 2 ? json_null() : json_boolean(i == 0);
			return node;
		}
	bool call = take(parser, "(");
	node = node_new(call ? NODE_CALL : NODE_NAME, line);
	node->text = g_steal_pointer(&name);
	if (!call || parse_items(parser, node, ")"))
		return node;
	node_free(node);
	return NULL;
}

static Node *parse_bracketed(Parser *parser, const char *end)
{
	if (takes_for(parser))
		return parse_for(parser, end);
	if (*end == '}')
		return parse_object(parser);
	g_autoptr(Node) list = node_new(NODE_LIST, parser->line);
	return parse_items(parser, list, end) ? g_steal_pointer(&list) : NULL;
}

static Node *parse_primary(Parser *parser)
{
	skip(parser, false);
	if (g_ascii_isdigit(*parser->at))
		return parse_number(parser);
	if (begins_name(*parser->at))
		return parse_named(parser);
	if (take(parser, "\"")) {
		int inside = parser->inside;
		Node *text = parse_template(parser, true);
		parser->inside = inside;
		return text;
	}
	if (take(parser, "<<"))
		return parse_heredoc(parser);
	if (take(parser, "["))
		return parse_bracketed(parser, "]");
	if (take(parser, "{"))
		return parse_bracketed(parser, "}");
	if (!take(parser, "("))
		return refuse(parser,
			"Invalid expression; Expected the start of an expression, but "
			"found an invalid expression token.");
	parser->inside++;
	g_autoptr(Node) inner = parse_expression(parser);
	skip(parser, true);
	if (inner == NULL || !take(parser, ")"))
		return refuse(parser, "Unbalanced parentheses");
	parser->inside--;
	return g_steal_pointer(&inner);
}

static Node *wrap(NodeKind kind, Node *inner, Node *second, char *text, int line)
{
	Node *node = node_new(kind, line);
	g_ptr_array_add(node->parts, inner);
	if (second != NULL)
		g_ptr_array_add(node->parts, second);
	node->text = text;
	return node;
}

/* ".name", "[index]", "[*].name" behind a value. */
static Node *parse_traversal(Parser *parser)
{
	Node *node = parse_primary(parser);
	while (node != NULL) {
		int line = parser->line;
		if (take(parser, "[*]") || take(parser, ".*")) {
			char *name = take(parser, ".") ? take_name(parser) : NULL;
			node = wrap(NODE_SPLAT, node, NULL, name, line);
		} else if (*parser->at == '.' && begins_name(parser->at[1])) {
			parser->at++;
			node = wrap(NODE_MEMBER, node, NULL, take_name(parser), line);
		} else if (take(parser, "[")) {
			parser->inside++;
			Node *index = parse_expression(parser);
			skip(parser, true);
			if (index == NULL || !take(parser, "]")) {
				node_free(node);
				node_free(index);
				return refuse(parser, "Invalid index: \"]\" is missing");
			}
			parser->inside--;
			node = wrap(NODE_INDEX, node, index, NULL, line);
		} else
			break;
	}
	return node;
}

static Node *parse_unary(Parser *parser)
{
	skip(parser, false);
	const char *sign = *parser->at == '!' && parser->at[1] != '=' ? "!"
			   : *parser->at == '-'			      ? "-"
								      : NULL;
	if (sign == NULL)
		return parse_traversal(parser);
	if (++parser->depth > MAX_DEPTH)
		return refuse(parser, "the expression is too deep");
	parser->at++;
	int line = parser->line;
	Node *inner = parse_unary(parser);
	parser->depth--;
	return inner != NULL ? wrap(NODE_UNARY, inner, NULL, g_strdup(sign), line) : NULL;
}

/* From the loosest to the tightest; of signs that begin alike the longer first. */
static const char *const levels[][5] = {
	{"||"}, {"&&"}, {"==", "!="}, {"<=", ">=", "<", ">"}, {"+", "-"}, {"*", "/", "%"}};

static const char *take_operator(Parser *parser, size_t level)
{
	skip(parser, false);
	for (int i = 0; i < 5 && levels[level][i] != NULL; i++)
		if (take(parser, levels[level][i]))
			return levels[level][i];
	return NULL;
}

static Node *parse_binary(Parser *parser, size_t level)
{
	if (level == G_N_ELEMENTS(levels))
		return parse_unary(parser);
	Node *left = parse_binary(parser, level + 1);
	const char *sign;
	while (left != NULL && (sign = take_operator(parser, level)) != NULL) {
		int line = parser->line;
		Node *right = parse_binary(parser, level + 1);
		if (right == NULL) {
			node_free(left);
			return NULL;
		}
		left = wrap(NODE_BINARY, left, right, g_strdup(sign), line);
	}
	return left;
}

static Node *parse_expression(Parser *parser)
{
	if (++parser->depth > MAX_DEPTH)
		return refuse(parser, "the expression is too deep");
	g_autoptr(Node) condition = parse_binary(parser, 0);
	parser->depth--;
	if (condition == NULL)
		return NULL;
	skip(parser, false);
	if (!take(parser, "?"))
		return g_steal_pointer(&condition);
	g_autoptr(Node) node = node_new(NODE_CHOICE, parser->line);
	g_ptr_array_add(node->parts, g_steal_pointer(&condition));
	for (int i = 0; i < 2; i++) {
		skip(parser, false);
		if (i == 1 && !take(parser, ":"))
			return refuse(parser, "Missing false expression in conditional");
		Node *part = parse_expression(parser);
		if (part == NULL)
			return NULL;
		g_ptr_array_add(node->parts, part);
	}
	return g_steal_pointer(&node);
}

static Body *parse_body(Parser *parser, bool inner);

static bool parse_attribute(Parser *parser, Body *body, char *name)
{
	Node *node = parse_expression(parser);
	if (node == NULL) {
		g_free(name);
		return false;
	}
	skip(parser, false);
	if (*parser->at != '\n' && *parser->at != '\0' && *parser->at != '}') {
		g_free(name);
		node_free(node);
		return refuse(parser, "Missing newline after argument") != NULL;
	}
	if (!g_hash_table_contains(body->attributes, name))
		g_ptr_array_add(body->names, name);
	else {
		node_free(node);
		g_free(name);
		return refuse(parser, "Attribute redefined") != NULL;
	}
	g_hash_table_insert(body->attributes, name, node);
	return true;
}

static bool parse_block(Parser *parser, Body *body, char *type)
{
	Block *block = g_new0(Block, 1);
	g_ptr_array_add(body->blocks, block);
	block->type = type;
	block->line = parser->line;
	const char *end = *parser->at == '"' ? strpbrk(parser->at + 1, "\"\n") : NULL;
	if (end != NULL && *end == '"') {
		block->label = g_strndup(parser->at + 1, (gsize)(end - parser->at - 1));
		parser->at = end + 1;
		skip(parser, false);
	} else {
		/* A name needs no quotes. */
		size_t length = strcspn(parser->at, " \t\r\n{\"=");
		block->label = g_strndup(parser->at, length);
		parser->at += length;
		skip(parser, false);
	}
	if (!take(parser, "{"))
		return refuse(parser, "Invalid block definition: \"{\" is missing") != NULL;
	if (++parser->depth > MAX_DEPTH)
		return refuse(parser, "the blocks are too deep") != NULL;
	block->body = parse_body(parser, true);
	parser->depth--;
	return block->body != NULL;
}

static Body *parse_body(Parser *parser, bool inner)
{
	g_autoptr(Body) body = body_new();
	for (;;) {
		skip(parser, true);
		if (inner ? take(parser, "}") : *parser->at == '\0')
			return g_steal_pointer(&body);
		char *name = take_name(parser);
		if (name == NULL) {
			refuse(parser, "Argument or block definition required");
			return NULL;
		}
		skip(parser, false);
		bool attribute = *parser->at == '=' && parser->at[1] != '=';
		if (attribute)
			parser->at++;
		if (!(attribute ? parse_attribute(parser, body, name)
				: parse_block(parser, body, name)))
			return NULL;
	}
}

Body *hcl_parse(const char *name, const char *text, GError **error)
{
	Parser parser = {.file = name, .at = text, .line = 1, .error = error};
	return parse_body(&parser, false);
}
