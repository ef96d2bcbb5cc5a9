/* Shows the JSON lines of pull and push: bars on a terminal, changes of state elsewhere. */
#pragma once
#include "cli/common/cli.h"

#include <stdio.h>

/* Reads the stream to its end. An error among the lines fails. out NULL prints nothing. */
bool progress_show(HttpBody *body, FILE *out, GError **error);

/* Calls news for each message (borrowed) instead of showing it. */
typedef void (*ProgressNews)(gpointer data, const json_t *message);
bool progress_follow(HttpBody *body, ProgressNews news, gpointer data, GError **error);

/* A copy with control characters removed. The caller frees it. */
char *printable(const char *text);
