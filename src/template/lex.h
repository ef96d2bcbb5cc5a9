/* A template's text as tokens. */
#pragma once
#include <glib.h>

typedef enum {
	TOKEN_ERROR, /* the text is the error's */
	TOKEN_BOOL,
	TOKEN_CHAR, /* a character that has no meaning of its own, as a comma */
	TOKEN_RUNE,
	TOKEN_ASSIGN,
	TOKEN_DECLARE,
	TOKEN_EOF,
	TOKEN_FIELD,
	TOKEN_IDENTIFIER,
	TOKEN_OPEN,
	TOKEN_LEFT_PAREN,
	TOKEN_NUMBER,
	TOKEN_PIPE,
	TOKEN_RAW_STRING,
	TOKEN_CLOSE,
	TOKEN_RIGHT_PAREN,
	TOKEN_SPACE,
	TOKEN_STRING,
	TOKEN_TEXT,
	TOKEN_VARIABLE,
	TOKEN_DOT,
	TOKEN_FIRST_KEYWORD,
	TOKEN_BLOCK = TOKEN_FIRST_KEYWORD,
	TOKEN_BREAK,
	TOKEN_CONTINUE,
	TOKEN_DEFINE,
	TOKEN_ELSE,
	TOKEN_END,
	TOKEN_IF,
	TOKEN_NIL,
	TOKEN_RANGE,
	TOKEN_TEMPLATE,
	TOKEN_WITH,
} TokenKind;

typedef struct {
	TokenKind kind;
	gsize at; /* in the text */
	char *text;
	unsigned line;
} Token;

/* The last one is TOKEN_EOF or TOKEN_ERROR. An array of Token. */
GArray *template_lex(const char *text);
