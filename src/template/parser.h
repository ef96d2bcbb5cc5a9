/* Shared by the files of the parser. */
#pragma once
#include "template/node.h"
#include "template/template.h"

/* Limit of nested blocks and parentheses. */
enum { MAX_DEPTH = 200 };

typedef struct {
	Template *template;
	const GArray *tokens;
	guint next;
	unsigned line;	      /* of the token that was read last */
	unsigned action_line; /* where the current action began; 0: none */
	GPtrArray *variables; /* in scope; the words are the nodes' */
	int ranges, depth;
	GError **error;
} Parser;

Node *parser_node(Parser *parser, NodeKind kind, gsize at, const char *text);

const Token *parser_look(Parser *parser);
/* The last token is never passed. */
const Token *parser_take(Parser *parser);
const Token *parser_look_past_space(Parser *parser);
const Token *parser_take_past_space(Parser *parser);

/* NULL, with an error that names the line. */
Node *parser_refuse(Parser *parser, const char *format, ...) G_GNUC_PRINTF(2, 3);
Node *parser_unexpected(Parser *parser, const Token *token, const char *where);
bool parser_expect(Parser *parser, TokenKind kind, const char *where);

/* The content of a quoted string, as Go reads it; NULL if it is invalid. The caller frees it. */
char *parser_unquote(const char *text);
/* A pipeline with its end. */
Node *parser_pipe(Parser *parser, const char *where, TokenKind end);
