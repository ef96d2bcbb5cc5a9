/* Escapes untrusted text - of containers, registries, programs, files - on its way to a terminal. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

/* Escapes control characters; lines: except line feeds and tabs. The caller frees it. */
char *text_shown(const char *text, bool lines);

/* To stdout: escaped if that is a terminal. */
void print_shown(const char *text);

/* printf to stdout as print_shown, or to stderr, always escaped: formats must not contain control sequences. */
void print_to(FILE *out, const char *format, ...) G_GNUC_PRINTF(2, 3);
