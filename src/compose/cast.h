/* Words as what they stand for, as Docker Compose reads them. Private to this room. */
#pragma once
#include "base/json.h"

bool text_to_bool(const char *text, bool *value);
bool text_to_integer(const char *text, json_int_t *value);
bool text_to_real(const char *text, double *value);

/* words.c: a command line's words, as Docker Compose splits them: no shell, and what a shell would do something with
 * (";", "|") ends it. NULL: quotes or brackets are left open. */
json_t *command_words(const char *line);
