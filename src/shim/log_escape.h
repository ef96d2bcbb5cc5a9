/* Text as the inside of a JSON string. */
#pragma once
#include <stddef.h>

enum {
	ESCAPE_MOST = 6,   /* the most that one byte can become */
	ESCAPE_SLACK = 16, /* may be written behind what was asked for */
};

/* Escapes text as Go's encoder does, up to its first newline (which is taken, too) or its end; bad bytes become U+FFFD. `to` has
 * room for ESCAPE_MOST times length, and ESCAPE_SLACK. Returns how much was written; *taken: how much of the text was read. */
size_t json_escape(char *to, const char *text, size_t length, size_t *taken);
/* The same, a byte at a time: what the other is held against (tests/unit/log_escape.c). */
size_t json_escape_scalar(char *to, const char *text, size_t length, size_t *taken);
