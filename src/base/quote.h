/* Quoting like Go's %q, for messages and an image's history. */
#pragma once
#include <glib.h>

/* "a \"b\"\n" in double quotes (strconv.Quote); the caller frees it. */
char *text_quote(const char *text);
/* ["a" "b"]; the caller frees it. */
char *texts_quote(char *const *texts);
/* 'x' or '\x04': %q of a number (strconv.QuoteRune); the caller frees it. */
char *letter_quote(gint64 letter);
