/* Escapes text for the inside of a JSON string. */
#pragma once
#include <stddef.h>

enum {
	ESCAPE_MOST = 6,   /* the longest escape of one byte */
	ESCAPE_SLACK = 16, /* bytes that may be written beyond the result */
};

/* Escapes text as Go's encoder does, up to its first newline (which is taken, too) or its end; bad bytes become U+FFFD. `to` has
 * room for ESCAPE_MOST times length, and ESCAPE_SLACK. Returns how much was written; *taken: how much of the text was read. */
size_t json_escape(char *to, const char *text, size_t length, size_t *taken);
/* A byte at a time: the reference implementation of the tests (tests/unit/log_escape.c). */
size_t json_escape_scalar(char *to, const char *text, size_t length, size_t *taken);
