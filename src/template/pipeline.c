#include "template/parser.h"

#include "template/functions.h"
#include "template/print.h"

#include <errno.h>
#include <string.h>

/* ---- operands ---- */

char *parser_unquote(const char *text)
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
	Node *node = parser_node(parser, NODE_CONSTANT, token->at, token->text);
	node->constant = (GoValue){type, json};
	return node;
}

static Node *parse_string(Parser *parser, const Token *token)
{
	g_autofree char *text = parser_unquote(token->text);
	if (text == NULL)
		return parser_refuse(parser, "invalid syntax");
	return constant(parser, token, &go_string, go_string_json(text, strlen(text)));
}

/* A number in the form that it is written in: 'a', 0x1f, 0b1, 1_000, 1e3. */
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
		return parser_refuse(parser, "illegal number syntax: \"%s\"", token->text);
	}
	if (strpbrk(digits, ".eE") == NULL) {
		json_decref(json);
		return parser_refuse(parser, "integer overflow: \"%s\"", token->text);
	}
	return constant(parser, token, &go_float64, json);
}

static Node *parse_rune(Parser *parser, const Token *token)
{
	g_autofree char *text = parser_unquote(token->text);
	if (text == NULL || g_utf8_strlen(text, -1) != 1)
		return parser_refuse(parser, "malformed character constant: %s", token->text);
	return constant(parser, token, &go_int32, json_integer(g_utf8_get_char(text)));
}

static Node *parse_variable(Parser *parser, const Token *token)
{
	Node *node = parser_node(parser, NODE_VARIABLE, token->at, token->text);
	g_ptr_array_add(node->words, g_strdup(token->text));
	for (guint i = 0; i < parser->variables->len; i++)
		if (strcmp(parser->variables->pdata[i], token->text) == 0)
			return node;
	return parser_refuse(parser, "undefined variable \"%s\"", token->text);
}

static Node *parse_parentheses(Parser *parser)
{
	if (parser->depth++ > MAX_DEPTH)
		return parser_refuse(parser, "max expression depth exceeded");
	Node *node = parser_pipe(parser, "parenthesized pipeline", TOKEN_RIGHT_PAREN);
	parser->depth--;
	return node;
}

/* NULL without an error: the next token is no term. */
static Node *parse_term(Parser *parser)
{
	const Token *token = parser_look_past_space(parser);
	parser->next++;
	switch (token->kind) {
	case TOKEN_IDENTIFIER:
		if (template_function(token->text) == NULL)
			return parser_refuse(parser, "function \"%s\" not defined", token->text);
		return parser_node(parser, NODE_FUNCTION, token->at, token->text);
	case TOKEN_DOT:
		return parser_node(parser, NODE_DOT, token->at, ".");
	case TOKEN_NIL:
		return parser_node(parser, NODE_NIL, token->at, "nil");
	case TOKEN_VARIABLE:
		return parse_variable(parser, token);
	case TOKEN_FIELD: {
		Node *node = parser_node(parser, NODE_FIELD, token->at, token->text);
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
	return parser_refuse(parser, "unexpected . after term %s", quoted->str);
}

/* A term with the fields after it. The position of such a chain is that of its second word, as in Go. */
static Node *parse_operand(Parser *parser)
{
	Node *node = parse_term(parser);
	if (node == NULL || parser_look(parser)->kind != TOKEN_FIELD)
		return node;
	if (node->kind == NODE_CONSTANT || node->kind == NODE_NIL || node->kind == NODE_DOT)
		return refuse_term(parser, node);
	gsize at = parser_look(parser)->at;
	if (node->kind != NODE_FIELD && node->kind != NODE_VARIABLE) {
		Node *chain = parser_node(parser, NODE_CHAIN, at, NULL);
		chain->pipe = node;
		node = chain;
	}
	node->at = at;
	while (parser_look(parser)->kind == TOKEN_FIELD)
		g_ptr_array_add(node->words, g_strdup(parser_take(parser)->text + 1));
	return node;
}

/* ---- pipelines ---- */

static Node *parse_command(Parser *parser)
{
	Node *command = parser_node(parser, NODE_COMMAND, parser_look_past_space(parser)->at, NULL);
	for (bool more = true; more;) {
		Node *operand = parse_operand(parser);
		if (has_error(parser))
			return NULL;
		if (operand != NULL)
			g_ptr_array_add(command->parts, operand);
		const Token *token = parser_look(parser);
		more = token->kind == TOKEN_SPACE;
		if (more || token->kind == TOKEN_PIPE)
			parser->next++;
		else if (token->kind != TOKEN_CLOSE && token->kind != TOKEN_RIGHT_PAREN)
			return parser_unexpected(parser, token, "operand");
	}
	return command->parts->len > 0 ? command : parser_refuse(parser, "empty command");
}

static Node *declare(Parser *parser, Node *pipe, const Token *token)
{
	Node *variable = parser_node(parser, NODE_VARIABLE, token->at, token->text);
	g_ptr_array_add(variable->words, g_strdup(token->text));
	g_ptr_array_add(pipe->declared, variable);
	g_ptr_array_add(parser->variables, variable->words->pdata[0]);
	return variable;
}

/* "$x :=", "$x =", "$i, $x :=" in front of a pipeline. */
static bool parse_declarations(Parser *parser, Node *pipe, const char *where)
{
	while (parser_look_past_space(parser)->kind == TOKEN_VARIABLE) {
		guint before = parser->next;
		const Token *variable = parser_take(parser), *next = parser_look_past_space(parser);
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
			return parser_refuse(parser, "too many declarations in %s", where) != NULL;
		TokenKind kind = parser_look_past_space(parser)->kind;
		if (kind != TOKEN_VARIABLE && kind != TOKEN_CLOSE && kind != TOKEN_RIGHT_PAREN)
			return parser_refuse(parser, "range can only initialize variables") != NULL;
	}
	return true;
}

static bool check_pipe(Parser *parser, const Node *pipe, const char *where)
{
	if (pipe->parts->len == 0)
		return parser_refuse(parser, "missing value for %s", where) != NULL;
	for (guint i = 1; i < pipe->parts->len; i++) {
		const Node *command = pipe->parts->pdata[i], *first = command->parts->pdata[0];
		if (first->kind == NODE_CONSTANT || first->kind == NODE_DOT ||
			first->kind == NODE_NIL)
			return parser_refuse(parser, "non executable command in pipeline stage %u",
				       i + 1) != NULL;
	}
	return true;
}

Node *parser_pipe(Parser *parser, const char *where, TokenKind end)
{
	Node *pipe = parser_node(parser, NODE_PIPE, parser_look_past_space(parser)->at, NULL);
	if (!parse_declarations(parser, pipe, where))
		return NULL;
	for (;;) {
		const Token *token = parser_look_past_space(parser);
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
			return parser_unexpected(parser, token, where);
		Node *command = parse_command(parser);
		if (command == NULL)
			return NULL;
		g_ptr_array_add(pipe->parts, command);
	}
}
