/* JSON lines of pull and push, for people: bars on a terminal, changes of state elsewhere. */
#pragma once
#include "cli/common/cli.h"

#include <stdio.h>

/* Reads the stream to its end. An error among the lines is one. out NULL prints nothing. */
bool progress_show(HttpBody *body, FILE *out, GError **error);

/* The same for somebody who shows it himself: each message as it comes (borrowed). */
typedef void (*ProgressNews)(gpointer data, const json_t *message);
bool progress_follow(HttpBody *body, ProgressNews news, gpointer data, GError **error);

/* A copy in which nothing moves the cursor: what others say holds no terminal sequences. The caller frees it. */
char *printable(const char *text);
