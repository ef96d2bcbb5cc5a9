#include "template/lex.h"

#include "template/print.h"

#include <stdbool.h>
#include <string.h>

typedef struct {
	const char *text;
	gsize start, at; /* of this token, and of the next character */
	unsigned line;	 /* of start */
	int parens;
	GArray *tokens;
	bool ended;
} Lexer;

static const char blanks[] = " \t\r\n";

static bool is_blank(char c)
{
	return c != '\0' && strchr(blanks, c) != NULL;
}

static void token_clear(gpointer data)
{
	Token *token = data;
	g_free(token->text);
}

static void skip(Lexer *lexer)
{
	for (; lexer->start < lexer->at; lexer->start++)
		lexer->line += lexer->text[lexer->start] == '\n';
}

static void emit(Lexer *lexer, TokenKind kind)
{
	Token token = {kind, lexer->start,
		g_strndup(lexer->text + lexer->start, lexer->at - lexer->start), lexer->line};
	g_array_append_val(lexer->tokens, token);
	skip(lexer);
}

static void refuse(Lexer *lexer, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void refuse(Lexer *lexer, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	Token token = {TOKEN_ERROR, lexer->start, g_strdup_vprintf(format, arguments), lexer->line};
	va_end(arguments);
	g_array_append_val(lexer->tokens, token);
	lexer->ended = true;
}

static gunichar rune_at(const Lexer *lexer, gsize at)
{
	gunichar c = g_utf8_get_char_validated(lexer->text + at, -1);
	return c == (gunichar)-1 || c == (gunichar)-2 ? 0xfffd : c;
}

static gsize rune_length(const Lexer *lexer, gsize at)
{
	gunichar c = g_utf8_get_char_validated(lexer->text + at, -1);
	return c == (gunichar)-1 || c == (gunichar)-2 ? 1 : (gsize)g_unichar_to_utf8(c, NULL);
}

static bool in_word(gunichar c)
{
	return c == '_' || g_unichar_isalpha(c) || g_unichar_isdigit(c);
}

static void skip_word(Lexer *lexer)
{
	while (lexer->text[lexer->at] != '\0' && in_word(rune_at(lexer, lexer->at)))
		lexer->at += rune_length(lexer, lexer->at);
}

/* The next character in the form of Go's %#U: U+0021 '!'. */
static void bad_character(Lexer *lexer, const char *what)
{
	gunichar c = rune_at(lexer, lexer->at);
	char quoted[12] = "";
	if (g_unichar_isprint(c)) {
		char utf8[7] = "";
		g_unichar_to_utf8(c, utf8);
		g_snprintf(quoted, sizeof(quoted), " '%s'", utf8);
	}
	refuse(lexer, "%s U+%04X%s", what, c, quoted);
}

static bool starts(const Lexer *lexer, const char *with)
{
	return strncmp(lexer->text + lexer->at, with, strlen(with)) == 0;
}

/* At "}}" or " -}}": how long it is, or 0. */
static gsize close_length(const Lexer *lexer)
{
	const char *p = lexer->text + lexer->at;
	if (is_blank(p[0]) && strncmp(p + 1, "-}}", 3) == 0)
		return 4;
	return strncmp(p, "}}", 2) == 0 ? 2 : 0;
}

/* Length of the white space that a trim marker of a closing delimiter removes. */
static void trim_behind(Lexer *lexer, gsize length)
{
	if (length > 2)
		lexer->at += strspn(lexer->text + lexer->at, blanks);
	skip(lexer);
}

static void lex_comment(Lexer *lexer)
{
	const char *end = strstr(lexer->text + lexer->at + 2, "*/");
	if (end == NULL) {
		refuse(lexer, "unclosed comment");
		return;
	}
	lexer->at = (gsize)(end + 2 - lexer->text);
	gsize length = close_length(lexer);
	if (length == 0) {
		refuse(lexer, "comment ends before closing delimiter");
		return;
	}
	lexer->at += length;
	trim_behind(lexer, length);
}

/* Text up to the next action, and the opening delimiter. True if an action follows. */
static bool lex_text(Lexer *lexer)
{
	const char *from = lexer->text + lexer->at, *open = strstr(from, "{{");
	gsize end = open != NULL ? (gsize)(open - lexer->text) : strlen(lexer->text);
	bool trims = open != NULL && open[2] == '-' && is_blank(open[3]);
	lexer->at = end;
	while (trims && lexer->at > lexer->start && is_blank(lexer->text[lexer->at - 1]))
		lexer->at--;
	if (lexer->at > lexer->start)
		emit(lexer, TOKEN_TEXT);
	lexer->at = end;
	skip(lexer);
	if (open == NULL) {
		emit(lexer, TOKEN_EOF);
		lexer->ended = true;
		return false;
	}
	gsize mark = trims ? 4 : 2;
	if (strncmp(open + mark, "/*", 2) == 0) {
		lexer->at += mark;
		skip(lexer);
		lex_comment(lexer);
		return false;
	}
	lexer->at += 2;
	emit(lexer, TOKEN_OPEN);
	lexer->at = end + mark;
	skip(lexer);
	lexer->parens = 0;
	return true;
}

static void lex_space(Lexer *lexer)
{
	while (is_blank(lexer->text[lexer->at]) && close_length(lexer) == 0)
		lexer->at++;
	emit(lexer, TOKEN_SPACE);
}

/* Whether a word may end here. */
static bool at_terminator(const Lexer *lexer)
{
	char c = lexer->text[lexer->at];
	return c == '\0' || strchr(" \t\r\n.,|:)(", c) != NULL || starts(lexer, "}}");
}

static void lex_word(Lexer *lexer)
{
	static const struct {
		const char *word;
		TokenKind kind;
	} keywords[] = {{"block", TOKEN_BLOCK}, {"break", TOKEN_BREAK},
		{"continue", TOKEN_CONTINUE}, {"define", TOKEN_DEFINE}, {"else", TOKEN_ELSE},
		{"end", TOKEN_END}, {"if", TOKEN_IF}, {"nil", TOKEN_NIL}, {"range", TOKEN_RANGE},
		{"template", TOKEN_TEMPLATE}, {"with", TOKEN_WITH}, {"true", TOKEN_BOOL},
		{"false", TOKEN_BOOL}};
	skip_word(lexer);
	if (!at_terminator(lexer)) {
		bad_character(lexer, "bad character");
		return;
	}
	gsize length = lexer->at - lexer->start;
	for (gsize i = 0; i < G_N_ELEMENTS(keywords); i++)
		if (strlen(keywords[i].word) == length &&
			strncmp(lexer->text + lexer->start, keywords[i].word, length) == 0) {
			emit(lexer, keywords[i].kind);
			return;
		}
	emit(lexer, TOKEN_IDENTIFIER);
}

/* ".Name" or "$name"; alone: the dot and the root. */
static void lex_name(Lexer *lexer, TokenKind kind, TokenKind alone)
{
	lexer->at++;
	if (at_terminator(lexer)) {
		emit(lexer, alone);
		return;
	}
	skip_word(lexer);
	if (!at_terminator(lexer))
		bad_character(lexer, "bad character");
	else
		emit(lexer, kind);
}

static void lex_quoted(Lexer *lexer, char quote, TokenKind kind, const char *unterminated)
{
	for (lexer->at++; lexer->text[lexer->at] != quote; lexer->at++) {
		if (lexer->text[lexer->at] == '\\' && quote != '`')
			lexer->at++;
		if (lexer->text[lexer->at] == '\0' ||
			(lexer->text[lexer->at] == '\n' && quote != '`')) {
			refuse(lexer, "%s", unterminated);
			return;
		}
	}
	lexer->at++;
	emit(lexer, kind);
}

static void accept(Lexer *lexer, const char *any)
{
	if (lexer->text[lexer->at] != '\0' && strchr(any, lexer->text[lexer->at]) != NULL)
		lexer->at++;
}

static void lex_number(Lexer *lexer)
{
	const char *digits = "0123456789_";
	accept(lexer, "+-");
	if (lexer->text[lexer->at] == '0') {
		static const char *const others[] = {
			"xX0123456789abcdefABCDEF_", "oO01234567_", "bB01_"};
		lexer->at++;
		for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
			if (lexer->text[lexer->at] != '\0' &&
				strchr((char[]){others[i][0], others[i][1], '\0'},
					lexer->text[lexer->at]) != NULL) {
				lexer->at++;
				digits = others[i] + 2;
				break;
			}
	}
	lexer->at += strspn(lexer->text + lexer->at, digits);
	accept(lexer, ".");
	lexer->at += strspn(lexer->text + lexer->at, digits);
	if (strcmp(digits, "0123456789_") == 0 && strchr("eE", lexer->text[lexer->at]) != NULL &&
		lexer->text[lexer->at] != '\0') {
		lexer->at++;
		accept(lexer, "+-");
		lexer->at += strspn(lexer->text + lexer->at, digits);
	}
	if (lexer->text[lexer->at] != '\0' && in_word(rune_at(lexer, lexer->at))) {
		lexer->at += rune_length(lexer, lexer->at);
		g_autofree char *word =
			g_strndup(lexer->text + lexer->start, lexer->at - lexer->start);
		g_autoptr(GString) quoted = g_string_new("");
		go_quote(quoted, word);
		refuse(lexer, "bad number syntax: %s", quoted->str);
	} else {
		emit(lexer, TOKEN_NUMBER);
	}
}

static void lex_symbol(Lexer *lexer)
{
	static const struct {
		char c;
		TokenKind kind;
	} symbols[] = {{'=', TOKEN_ASSIGN}, {'|', TOKEN_PIPE}, {'(', TOKEN_LEFT_PAREN},
		{')', TOKEN_RIGHT_PAREN}};
	char c = lexer->text[lexer->at];
	if (c == ':' && lexer->text[lexer->at + 1] != '=') {
		refuse(lexer, "expected :=");
		return;
	}
	lexer->parens += c == '(' ? 1 : c == ')' ? -1 : 0;
	if (lexer->parens < 0) {
		refuse(lexer, "unexpected right paren");
		return;
	}
	TokenKind kind = c == ':' ? TOKEN_DECLARE : TOKEN_CHAR;
	for (gsize i = 0; i < G_N_ELEMENTS(symbols); i++)
		kind = symbols[i].c == c ? symbols[i].kind : kind;
	if (kind == TOKEN_CHAR && !g_ascii_isprint(c)) {
		bad_character(lexer, "unrecognized character in action:");
		return;
	}
	lexer->at += c == ':' ? 2 : 1;
	emit(lexer, kind);
}

/* One token inside an action. False after the action. */
static bool lex_action(Lexer *lexer)
{
	gsize length = close_length(lexer);
	char c = lexer->text[lexer->at], next = c != '\0' ? lexer->text[lexer->at + 1] : '\0';
	if (length > 0 && lexer->parens > 0) {
		refuse(lexer, "unclosed left paren");
	} else if (length > 0) {
		lexer->at += length - 2;
		skip(lexer);
		lexer->at += 2;
		emit(lexer, TOKEN_CLOSE);
		trim_behind(lexer, length);
		return false;
	} else if (c == '\0') {
		refuse(lexer, "unclosed action");
	} else if (is_blank(c)) {
		lex_space(lexer);
	} else if (c == '"') {
		lex_quoted(lexer, c, TOKEN_STRING, "unterminated quoted string");
	} else if (c == '`') {
		lex_quoted(lexer, c, TOKEN_RAW_STRING, "unterminated raw quoted string");
	} else if (c == '\'') {
		lex_quoted(lexer, c, TOKEN_RUNE, "unterminated character constant");
	} else if (c == '$') {
		lex_name(lexer, TOKEN_VARIABLE, TOKEN_VARIABLE);
	} else if (c == '.' && !g_ascii_isdigit(next)) {
		lex_name(lexer, TOKEN_FIELD, TOKEN_DOT);
	} else if (g_ascii_isdigit(c) || strchr("+-.", c) != NULL) {
		lex_number(lexer);
	} else if (in_word(rune_at(lexer, lexer->at))) {
		lex_word(lexer);
	} else {
		lex_symbol(lexer);
	}
	return true;
}

GArray *template_lex(const char *text)
{
	Lexer lexer = {.text = text, .line = 1, .tokens = g_array_new(FALSE, FALSE, sizeof(Token))};
	g_array_set_clear_func(lexer.tokens, token_clear);
	for (bool inside = false; !lexer.ended;)
		inside = inside ? lex_action(&lexer) : lex_text(&lexer);
	return lexer.tokens;
}
