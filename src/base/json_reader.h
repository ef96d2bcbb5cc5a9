/* The tokens of a JSON text, with the syntax errors of Go's decoder. Each function stops at the first syntax error: it
 * sets it, and goes to the end of the text. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct {
	const char *at, *end;
	GError *syntax; /* the first error; the caller owns it */
} JsonReader;

void reader_skip_blanks(JsonReader *r);
/* Sets the error. Always NULL. */
void *reader_fail(JsonReader *r, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Fails by "invalid character 'x' WHERE", or by the end of the text. Always NULL. */
void *reader_unexpected(JsonReader *r, const char *where);
/* At a quotation mark: the string, valid UTF-8 without NUL; the caller frees it. NULL: a syntax error. */
char *reader_string(JsonReader *r);
/* At a digit or "-": the literal by JSON's grammar; the caller frees it. NULL: a syntax error. */
char *reader_number(JsonReader *r, bool *whole);
/* Takes true, false or null. */
bool reader_word(JsonReader *r, const char *word);
/* At an opening bracket: whether there is something between it and its end. */
bool reader_open(JsonReader *r, char close);
/* Between two members: whether another one follows. */
bool reader_more(JsonReader *r, char close, const char *after);
