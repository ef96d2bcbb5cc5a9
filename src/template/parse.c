#include "template/node.h"

#include "base/error.h"
#include "template/functions.h"
#include "template/print.h"
#include "template/template.h"

#include <errno.h>
#include <string.h>

/* Of blocks and parentheses in each other. */
enum { MAX_DEPTH = 200 };

typedef struct {
	Template *template;
	const GArray *tokens;
	guint next;
	unsigned line;	      /* of the token that was looked at last */
	unsigned action_line; /* where the action began that we are in; 0: in none */
	GPtrArray *variables; /* in scope; the words are the nodes' */
	int ranges, depth;
	GError **error;
} Parser;

/* ---- nodes ---- */

static void node_free(gpointer data)
{
	Node *node = data;
	g_clear_pointer(&node->words, g_ptr_array_unref);
	g_clear_pointer(&node->parts, g_ptr_array_unref);
	g_clear_pointer(&node->declared, g_ptr_array_unref);
	json_decref(node->constant.json);
	g_free(node->text);
	g_free(node);
}

static Node *node_new(Parser *parser, NodeKind kind, gsize at, const char *text)
{
	Node *node = g_new0(Node, 1);
	*node = (Node){.kind = kind, .at = at, .text = g_strdup(text)};
	if (kind == NODE_LIST || kind == NODE_PIPE || kind == NODE_COMMAND)
		node->parts = g_ptr_array_new();
	if (kind == NODE_PIPE)
		node->declared = g_ptr_array_new();
	if (kind == NODE_FIELD || kind == NODE_VARIABLE || kind == NODE_CHAIN)
		node->words = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(parser->template->nodes, node);
	return node;
}

/* ---- tokens and errors ---- */

static const Token *look(Parser *parser)
{
	const Token *token = &g_array_index(parser->tokens, Token, parser->next);
	parser->line = token->line;
	return token;
}

/* The last token is never passed. */
static const Token *take(Parser *parser)
{
	const Token *token = look(parser);
	if (token->kind != TOKEN_EOF && token->kind != TOKEN_ERROR)
		parser->next++;
	return token;
}

static const Token *look_past_space(Parser *parser)
{
	while (look(parser)->kind == TOKEN_SPACE)
		parser->next++;
	return look(parser);
}

static const Token *take_past_space(Parser *parser)
{
	look_past_space(parser);
	return take(parser);
}

static Node *refuse(Parser *parser, const char *format, ...) G_GNUC_PRINTF(2, 3);
static Node *refuse(Parser *parser, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *what = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	fail(parser->error, BERTH_ERROR_INVALID, "template: %s:%u: %s", parser->template->name,
		parser->line, what);
	return NULL;
}

static char *token_shown(const Token *token)
{
	enum { SHOWN = 10 };
	if (token->kind == TOKEN_EOF)
		return g_strdup("EOF");
	if (token->kind >= TOKEN_FIRST_KEYWORD || token->kind == TOKEN_DOT)
		return g_strdup_printf("<%s>", token->text);
	GString *out = g_string_new("");
	bool cut = g_utf8_strlen(token->text, -1) > SHOWN;
	g_autofree char *text =
		cut ? g_utf8_substring(token->text, 0, SHOWN) : g_strdup(token->text);
	go_quote(out, text);
	g_string_append(out, cut ? "..." : "");
	return g_string_free(out, FALSE);
}

static Node *unexpected(Parser *parser, const Token *token, const char *where)
{
	parser->line = token->line;
	if (token->kind == TOKEN_ERROR) {
		bool elsewhere = parser->action_line != 0 && parser->action_line != token->line;
		g_autofree char *more =
			!elsewhere
				? g_strdup("")
				: g_strdup_printf("%s started at %s:%u",
					  g_str_has_suffix(token->text, " action") ? ""
										   : " in action",
					  parser->template->name, parser->action_line);
		return refuse(parser, "%s%s", token->text, more);
	}
	g_autofree char *shown = token_shown(token);
	return refuse(parser, "unexpected %s in %s", shown, where);
}

static bool expect(Parser *parser, TokenKind kind, const char *where)
{
	const Token *token = take_past_space(parser);
	return token->kind == kind || unexpected(parser, token, where) != NULL;
}

/* ---- operands ---- */

static Node *parse_pipe(Parser *parser, const char *where, TokenKind end);

/* The text inside of quotation marks, as Go reads it; NULL if it is none. */
static char *unquote(const char *text)
{
	static const char names[] = "abfnrtv\\'\"", values[] = "\a\b\f\n\r\t\v\\'\"";
	static const struct {
		char name;
		int digits, base;
	} codes[] = {{'x', 2, 16}, {'u', 4, 16}, {'U', 8, 16}, {'0', 3, 8}, {'1', 3, 8},
		{'2', 3, 8}, {'3', 3, 8}};
	size_t length = strlen(text) - 1;
	g_autoptr(GString) out = g_string_new("");
	if (*text == '`')
		return g_strndup(text + 1, length - 1);
	for (const char *p = text + 1; p < text + length;) {
		if (*p != '\\') {
			g_string_append_c(out, *p++);
			continue;
		}
		const char *name = strchr(names, *++p);
		if (name != NULL) {
			g_string_append_c(out, values[name - names]);
			p++;
			continue;
		}
		size_t i = 0;
		while (i < G_N_ELEMENTS(codes) && codes[i].name != *p)
			i++;
		if (i == G_N_ELEMENTS(codes))
			return NULL;
		g_autofree char *digits =
			g_strndup(p + (codes[i].base == 16), (gsize)codes[i].digits);
		char *end;
		guint64 code = g_ascii_strtoull(digits, &end, (guint)codes[i].base);
		if (strlen(digits) != (size_t)codes[i].digits || *end != '\0' || code == 0 ||
			code > 0x10ffff)
			return NULL;
		if (*p == 'u' || *p == 'U')
			g_string_append_unichar(out, (gunichar)code);
		else
			g_string_append_c(out, (gchar)code);
		p += codes[i].digits + (codes[i].base == 16);
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

static Node *constant(Parser *parser, const Token *token, const GoType *type, json_t *json)
{
	Node *node = node_new(parser, NODE_CONSTANT, token->at, token->text);
	node->constant = (GoValue){type, json};
	return node;
}

static Node *parse_string(Parser *parser, const Token *token)
{
	g_autofree char *text = unquote(token->text);
	if (text == NULL)
		return refuse(parser, "invalid syntax");
	return constant(parser, token, &go_string, json_stringn_nocheck(text, strlen(text)));
}

/* A number of the form that it is in: 'a', 0x1f, 0b1, 1_000, 1e3. */
static Node *parse_number(Parser *parser, const Token *token)
{
	g_auto(GStrv) groups = g_strsplit(token->text, "_", -1);
	g_autofree char *digits = g_strjoinv("", groups);
	const char *p = digits + strspn(digits, "+-");
	guint base = *p != '0'			    ? 10
		     : g_ascii_tolower(p[1]) == 'x' ? 16
		     : g_ascii_tolower(p[1]) == 'b' ? 2
						    : 8;
	gsize prefix =
		base == 16 || base == 2 || (base == 8 && g_ascii_tolower(p[1]) == 'o') ? 2 : 0;
	char *end;
	errno = 0;
	g_autofree char *plain = g_strconcat(*digits == '-' ? "-" : "", p + prefix, NULL);
	gint64 whole = g_ascii_strtoll(plain, &end, (guint)base);
	bool grouped = !g_str_has_suffix(token->text, "_") && strstr(token->text, "__") == NULL;
	if (*plain != '\0' && *end == '\0' && end != plain && errno == 0 && grouped)
		return constant(parser, token, &go_int, json_integer(whole));
	double real = g_ascii_strtod(digits, &end);
	json_t *json = *end == '\0' && end != digits ? json_real(real) : NULL;
	if (json == NULL || !grouped) {
		json_decref(json);
		return refuse(parser, "illegal number syntax: \"%s\"", token->text);
	}
	if (strpbrk(digits, ".eE") == NULL) {
		json_decref(json);
		return refuse(parser, "integer overflow: \"%s\"", token->text);
	}
	return constant(parser, token, &go_float64, json);
}

static Node *parse_rune(Parser *parser, const Token *token)
{
	g_autofree char *text = unquote(token->text);
	if (text == NULL || g_utf8_strlen(text, -1) != 1)
		return refuse(parser, "malformed character constant: %s", token->text);
	return constant(parser, token, &go_int32, json_integer(g_utf8_get_char(text)));
}

static Node *parse_variable(Parser *parser, const Token *token)
{
	Node *node = node_new(parser, NODE_VARIABLE, token->at, token->text);
	g_ptr_array_add(node->words, g_strdup(token->text));
	for (guint i = 0; i < parser->variables->len; i++)
		if (strcmp(parser->variables->pdata[i], token->text) == 0)
			return node;
	return refuse(parser, "undefined variable \"%s\"", token->text);
}

static Node *parse_parentheses(Parser *parser)
{
	if (parser->depth++ > MAX_DEPTH)
		return refuse(parser, "max expression depth exceeded");
	Node *node = parse_pipe(parser, "parenthesized pipeline", TOKEN_RIGHT_PAREN);
	parser->depth--;
	return node;
}

/* NULL without an error: the next token is no term. */
static Node *parse_term(Parser *parser)
{
	const Token *token = look_past_space(parser);
	parser->next++;
	switch (token->kind) {
	case TOKEN_IDENTIFIER:
		if (template_function(token->text) == NULL)
			return refuse(parser, "function \"%s\" not defined", token->text);
		return node_new(parser, NODE_FUNCTION, token->at, token->text);
	case TOKEN_DOT:
		return node_new(parser, NODE_DOT, token->at, ".");
	case TOKEN_NIL:
		return node_new(parser, NODE_NIL, token->at, "nil");
	case TOKEN_VARIABLE:
		return parse_variable(parser, token);
	case TOKEN_FIELD: {
		Node *node = node_new(parser, NODE_FIELD, token->at, token->text);
		g_ptr_array_add(node->words, g_strdup(token->text + 1));
		return node;
	}
	case TOKEN_BOOL:
		return constant(parser, token, &go_bool, json_boolean(*token->text == 't'));
	case TOKEN_RUNE:
		return parse_rune(parser, token);
	case TOKEN_NUMBER:
		return parse_number(parser, token);
	case TOKEN_LEFT_PAREN:
		return parse_parentheses(parser);
	case TOKEN_STRING:
	case TOKEN_RAW_STRING:
		return parse_string(parser, token);
	default:
		parser->next--;
		return NULL;
	}
}

static bool has_error(const Parser *parser)
{
	return *parser->error != NULL;
}

static Node *refuse_term(Parser *parser, const Node *node)
{
	g_autoptr(GString) quoted = g_string_new("");
	go_quote(quoted, node->text);
	return refuse(parser, "unexpected . after term %s", quoted->str);
}

/* A term, and the fields behind it. Go says of such a chain that it is where its second word is. */
static Node *parse_operand(Parser *parser)
{
	Node *node = parse_term(parser);
	if (node == NULL || look(parser)->kind != TOKEN_FIELD)
		return node;
	if (node->kind == NODE_CONSTANT || node->kind == NODE_NIL || node->kind == NODE_DOT)
		return refuse_term(parser, node);
	gsize at = look(parser)->at;
	if (node->kind != NODE_FIELD && node->kind != NODE_VARIABLE) {
		Node *chain = node_new(parser, NODE_CHAIN, at, NULL);
		chain->pipe = node;
		node = chain;
	}
	node->at = at;
	while (look(parser)->kind == TOKEN_FIELD)
		g_ptr_array_add(node->words, g_strdup(take(parser)->text + 1));
	return node;
}

/* ---- pipelines ---- */

static Node *parse_command(Parser *parser)
{
	Node *command = node_new(parser, NODE_COMMAND, look_past_space(parser)->at, NULL);
	for (bool more = true; more;) {
		Node *operand = parse_operand(parser);
		if (has_error(parser))
			return NULL;
		if (operand != NULL)
			g_ptr_array_add(command->parts, operand);
		const Token *token = look(parser);
		more = token->kind == TOKEN_SPACE;
		if (more || token->kind == TOKEN_PIPE)
			parser->next++;
		else if (token->kind != TOKEN_CLOSE && token->kind != TOKEN_RIGHT_PAREN)
			return unexpected(parser, token, "operand");
	}
	return command->parts->len > 0 ? command : refuse(parser, "empty command");
}

static Node *declare(Parser *parser, Node *pipe, const Token *token)
{
	Node *variable = node_new(parser, NODE_VARIABLE, token->at, token->text);
	g_ptr_array_add(variable->words, g_strdup(token->text));
	g_ptr_array_add(pipe->declared, variable);
	g_ptr_array_add(parser->variables, variable->words->pdata[0]);
	return variable;
}

/* "$x :=", "$x =", "$i, $x :=" in front of a pipeline. */
static bool parse_declarations(Parser *parser, Node *pipe, const char *where)
{
	while (look_past_space(parser)->kind == TOKEN_VARIABLE) {
		guint before = parser->next;
		const Token *variable = take(parser), *next = look_past_space(parser);
		if (next->kind == TOKEN_ASSIGN || next->kind == TOKEN_DECLARE) {
			pipe->assigns = next->kind == TOKEN_ASSIGN;
			parser->next++;
			declare(parser, pipe, variable);
			return true;
		}
		if (next->kind != TOKEN_CHAR || strcmp(next->text, ",") != 0) {
			parser->next = before;
			return true;
		}
		parser->next++;
		declare(parser, pipe, variable);
		if (strcmp(where, "range") != 0 || pipe->declared->len > 1)
			return refuse(parser, "too many declarations in %s", where) != NULL;
		TokenKind kind = look_past_space(parser)->kind;
		if (kind != TOKEN_VARIABLE && kind != TOKEN_CLOSE && kind != TOKEN_RIGHT_PAREN)
			return refuse(parser, "range can only initialize variables") != NULL;
	}
	return true;
}

static bool check_pipe(Parser *parser, const Node *pipe, const char *where)
{
	if (pipe->parts->len == 0)
		return refuse(parser, "missing value for %s", where) != NULL;
	for (guint i = 1; i < pipe->parts->len; i++) {
		const Node *command = pipe->parts->pdata[i], *first = command->parts->pdata[0];
		if (first->kind == NODE_CONSTANT || first->kind == NODE_DOT ||
			first->kind == NODE_NIL)
			return refuse(parser, "non executable command in pipeline stage %u",
				       i + 1) != NULL;
	}
	return true;
}

/* Up to its end, which is taken. */
static Node *parse_pipe(Parser *parser, const char *where, TokenKind end)
{
	Node *pipe = node_new(parser, NODE_PIPE, look_past_space(parser)->at, NULL);
	if (!parse_declarations(parser, pipe, where))
		return NULL;
	for (;;) {
		const Token *token = look_past_space(parser);
		if (token->kind == end) {
			parser->next++;
			return check_pipe(parser, pipe, where) ? pipe : NULL;
		}
		bool starts = token->kind == TOKEN_BOOL || token->kind == TOKEN_RUNE ||
			      token->kind == TOKEN_DOT || token->kind == TOKEN_FIELD ||
			      token->kind == TOKEN_IDENTIFIER || token->kind == TOKEN_NUMBER ||
			      token->kind == TOKEN_NIL || token->kind == TOKEN_RAW_STRING ||
			      token->kind == TOKEN_STRING || token->kind == TOKEN_VARIABLE ||
			      token->kind == TOKEN_LEFT_PAREN;
		if (!starts)
			return unexpected(parser, token, where);
		Node *command = parse_command(parser);
		if (command == NULL)
			return NULL;
		g_ptr_array_add(pipe->parts, command);
	}
}

/* ---- blocks ---- */

static Node *parse_text_or_action(Parser *parser);

/* Up to {{end}} or {{else}}, which is given in *end. */
static Node *parse_list(Parser *parser, Node **end)
{
	Node *list = node_new(parser, NODE_LIST, look_past_space(parser)->at, NULL);
	while (look_past_space(parser)->kind != TOKEN_EOF) {
		Node *node = parse_text_or_action(parser);
		if (node == NULL)
			return NULL;
		if (node->kind == NODE_END || node->kind == NODE_ELSE) {
			*end = node;
			return list;
		}
		g_ptr_array_add(list->parts, node);
	}
	return refuse(parser, "unexpected EOF");
}

static Node *parse_block(Parser *parser, NodeKind kind);

/* What belongs to {{else}}; "else if" and "else with" are a block in it that has no end of its own. */
static Node *parse_else(Parser *parser, NodeKind kind)
{
	TokenKind next = look(parser)->kind;
	Node *list, *end;
	if ((kind == NODE_IF && next == TOKEN_IF) || (kind == NODE_WITH && next == TOKEN_WITH)) {
		parser->next++;
		list = node_new(parser, NODE_LIST, look(parser)->at, NULL);
		Node *inner = parse_block(parser, kind);
		if (inner == NULL)
			return NULL;
		g_ptr_array_add(list->parts, inner);
		return list;
	}
	list = parse_list(parser, &end);
	if (list != NULL && end->kind != NODE_END)
		return refuse(parser, "expected end; found %s", end->text);
	return list;
}

/* if, range, with, behind the word. */
static Node *parse_block(Parser *parser, NodeKind kind)
{
	static const char *const words[] = {
		[NODE_IF] = "if", [NODE_RANGE] = "range", [NODE_WITH] = "with"};
	guint scope = parser->variables->len;
	Node *end, *node = node_new(parser, kind, 0, NULL);
	if (parser->depth++ > MAX_DEPTH)
		return refuse(parser, "max expression depth exceeded");
	node->pipe = parse_pipe(parser, words[kind], TOKEN_CLOSE);
	if (node->pipe == NULL)
		return NULL;
	node->at = node->pipe->at;
	parser->ranges += kind == NODE_RANGE;
	node->body = parse_list(parser, &end);
	parser->ranges -= kind == NODE_RANGE;
	if (node->body == NULL)
		return NULL;
	if (end->kind == NODE_ELSE && (node->other = parse_else(parser, kind)) == NULL)
		return NULL;
	parser->depth--;
	g_ptr_array_set_size(parser->variables, (gint)scope);
	return node;
}

/* ---- templates in templates ---- */

static bool is_blank_list(const Node *list)
{
	for (guint i = 0; i < list->parts->len; i++) {
		const Node *node = list->parts->pdata[i];
		if (node->kind != NODE_TEXT ||
			node->text[strspn(node->text, " \t\r\n\v\f")] != '\0')
			return false;
	}
	return true;
}

/* The later one of a name counts, where one of them is empty. */
static bool add_list(Parser *parser, const char *name, Node *list)
{
	const Node *old = g_hash_table_lookup(parser->template->lists, name);
	if (old != NULL && !is_blank_list(old)) {
		if (!is_blank_list(list))
			return refuse(parser, "template: multiple definition of template \"%s\"",
				       name) != NULL;
		return true;
	}
	g_hash_table_replace(parser->template->lists, g_strdup(name), list);
	return true;
}

/* A definition's list, which sees no variables from outside. */
static bool parse_defined(Parser *parser, const char *name, const char *where)
{
	g_autoptr(GPtrArray) outer = parser->variables;
	int ranges = parser->ranges;
	Node *end, *list;
	parser->variables = g_ptr_array_new();
	g_ptr_array_add(parser->variables, (gpointer) "$");
	parser->ranges = 0;
	list = parser->depth++ > MAX_DEPTH ? refuse(parser, "max expression depth exceeded")
					   : parse_list(parser, &end);
	parser->depth--;
	parser->ranges = ranges;
	g_ptr_array_unref(parser->variables);
	parser->variables = g_steal_pointer(&outer);
	if (list != NULL && end->kind != NODE_END)
		list = refuse(parser, "unexpected %s in %s", end->text, where);
	return list != NULL && add_list(parser, name, list);
}

static char *parse_name(Parser *parser, const char *where, gsize *at)
{
	const Token *token = take_past_space(parser);
	*at = token->at;
	if (token->kind != TOKEN_STRING && token->kind != TOKEN_RAW_STRING) {
		unexpected(parser, token, where);
		return NULL;
	}
	char *name = unquote(token->text);
	if (name == NULL)
		refuse(parser, "invalid syntax");
	return name;
}

static bool parse_define(Parser *parser)
{
	gsize at;
	g_autofree char *name = parse_name(parser, "define clause", &at);
	return name != NULL && expect(parser, TOKEN_CLOSE, "define clause") &&
	       parse_defined(parser, name, "define clause");
}

/* {{template "name" pipe}}, and {{block "name" pipe}}, which is a definition as well. */
static Node *parse_template(Parser *parser, bool block)
{
	const char *where = block ? "block clause" : "template clause";
	gsize at;
	g_autofree char *name = parse_name(parser, where, &at);
	if (name == NULL)
		return NULL;
	Node *node = node_new(parser, NODE_TEMPLATE, at, name);
	if (!block && look_past_space(parser)->kind == TOKEN_CLOSE) {
		parser->next++;
		return node;
	}
	node->pipe = parse_pipe(parser, where, TOKEN_CLOSE);
	if (node->pipe == NULL || (block && !parse_defined(parser, name, where)))
		return NULL;
	return node;
}

/* ---- actions ---- */

static Node *parse_jump(Parser *parser, NodeKind kind, const Token *token)
{
	const char *shown = kind == NODE_BREAK ? "{{break}}" : "{{continue}}";
	if (!expect(parser, TOKEN_CLOSE, shown))
		return NULL;
	if (parser->ranges == 0)
		return refuse(parser, "%s outside {{range}}", shown);
	return node_new(parser, kind, token->at, shown);
}

static Node *parse_else_word(Parser *parser)
{
	const Token *token = look_past_space(parser);
	if (token->kind != TOKEN_IF && token->kind != TOKEN_WITH &&
		!expect(parser, TOKEN_CLOSE, "else"))
		return NULL;
	return node_new(parser, NODE_ELSE, token->at, "{{else}}");
}

static Node *parse_action(Parser *parser)
{
	const Token *token = look_past_space(parser);
	parser->next += token->kind >= TOKEN_FIRST_KEYWORD && token->kind != TOKEN_NIL &&
			token->kind != TOKEN_DEFINE;
	switch (token->kind) {
	case TOKEN_BLOCK:
	case TOKEN_TEMPLATE:
		return parse_template(parser, token->kind == TOKEN_BLOCK);
	case TOKEN_BREAK:
	case TOKEN_CONTINUE:
		return parse_jump(
			parser, token->kind == TOKEN_BREAK ? NODE_BREAK : NODE_CONTINUE, token);
	case TOKEN_ELSE:
		return parse_else_word(parser);
	case TOKEN_END:
		return expect(parser, TOKEN_CLOSE, "end")
			       ? node_new(parser, NODE_END, token->at, "{{end}}")
			       : NULL;
	case TOKEN_IF:
		return parse_block(parser, NODE_IF);
	case TOKEN_RANGE:
		return parse_block(parser, NODE_RANGE);
	case TOKEN_WITH:
		return parse_block(parser, NODE_WITH);
	default:
		break;
	}
	Node *pipe = parse_pipe(parser, "command", TOKEN_CLOSE);
	if (pipe == NULL)
		return NULL;
	Node *node = node_new(parser, NODE_ACTION, token->at, NULL);
	node->pipe = pipe;
	return node;
}

static Node *parse_text_or_action(Parser *parser)
{
	const Token *token = take_past_space(parser);
	if (token->kind == TOKEN_TEXT)
		return node_new(parser, NODE_TEXT, token->at, token->text);
	if (token->kind != TOKEN_OPEN)
		return unexpected(parser, token, "input");
	parser->action_line = token->line;
	Node *node = parse_action(parser);
	parser->action_line = 0;
	return node;
}

static bool at_define(Parser *parser)
{
	guint before = parser->next;
	bool found =
		take(parser)->kind == TOKEN_OPEN && look_past_space(parser)->kind == TOKEN_DEFINE;
	parser->next = before;
	return found;
}

static bool parse_all(Parser *parser)
{
	Node *list = node_new(parser, NODE_LIST, 0, NULL);
	while (look(parser)->kind != TOKEN_EOF) {
		if (at_define(parser)) {
			take(parser);
			take_past_space(parser);
			if (!parse_define(parser))
				return false;
			continue;
		}
		Node *node = parse_text_or_action(parser);
		if (node == NULL)
			return false;
		if (node->kind == NODE_END || node->kind == NODE_ELSE)
			return refuse(parser, "unexpected %s", node->text) != NULL;
		g_ptr_array_add(list->parts, node);
	}
	return add_list(parser, parser->template->name, list);
}

Template *template_parse(const char *name, const char *text, GError **error)
{
	g_autoptr(Template) template = g_new0(Template, 1);
	g_autoptr(GArray) tokens = template_lex(text);
	g_autoptr(GError) problem = NULL;
	*template = (Template){g_strdup(name), g_strdup(text),
		g_ptr_array_new_with_free_func(node_free),
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
	Parser parser = {.template = template,
		.tokens = tokens,
		.variables = g_ptr_array_new(),
		.error = &problem};
	g_ptr_array_add(parser.variables, (gpointer) "$");
	bool ok = parse_all(&parser);
	g_ptr_array_unref(parser.variables);
	if (ok)
		return g_steal_pointer(&template);
	g_propagate_error(error, g_steal_pointer(&problem));
	return NULL;
}

void template_free(Template *template)
{
	g_hash_table_unref(template->lists);
	g_ptr_array_unref(template->nodes);
	g_free(template->name);
	g_free(template->text);
	g_free(template);
}
