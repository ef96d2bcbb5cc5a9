/* Conversions of strings, as Docker Compose makes them. Private to this room. */
#pragma once
#include "base/json.h"

bool text_to_bool(const char *text, bool *value);
bool text_to_integer(const char *text, json_int_t *value);
bool text_to_real(const char *text, double *value);

/* words.c: splits a command line as Docker Compose does: without a shell; characters such as ";" and "|" end it.
 * NULL: unclosed quotes or brackets. */
json_t *command_words(const char *line);
