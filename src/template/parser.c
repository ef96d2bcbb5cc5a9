#include "template/parser.h"

#include "base/error.h"
#include "template/print.h"

Node *parser_node(Parser *parser, NodeKind kind, gsize at, const char *text)
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

const Token *parser_look(Parser *parser)
{
	const Token *token = &g_array_index(parser->tokens, Token, parser->next);
	parser->line = token->line;
	return token;
}

const Token *parser_take(Parser *parser)
{
	const Token *token = parser_look(parser);
	if (token->kind != TOKEN_EOF && token->kind != TOKEN_ERROR)
		parser->next++;
	return token;
}

const Token *parser_look_past_space(Parser *parser)
{
	while (parser_look(parser)->kind == TOKEN_SPACE)
		parser->next++;
	return parser_look(parser);
}

const Token *parser_take_past_space(Parser *parser)
{
	parser_look_past_space(parser);
	return parser_take(parser);
}

Node *parser_refuse(Parser *parser, const char *format, ...)
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

Node *parser_unexpected(Parser *parser, const Token *token, const char *where)
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
		return parser_refuse(parser, "%s%s", token->text, more);
	}
	g_autofree char *shown = token_shown(token);
	return parser_refuse(parser, "unexpected %s in %s", shown, where);
}

bool parser_expect(Parser *parser, TokenKind kind, const char *where)
{
	const Token *token = parser_take_past_space(parser);
	return token->kind == kind || parser_unexpected(parser, token, where) != NULL;
}
