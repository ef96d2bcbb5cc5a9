/* What others wrote - containers, registries, programs, files - on its way to a terminal, to which it gives no orders. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

/* Control characters escaped; lines: line feeds and tabs stay what they are. The caller frees it. */
char *text_shown(const char *text, bool lines);

/* To stdout: as text_shown has it for a terminal, else as it is. */
void print_shown(const char *text);

/* printf to stdout as print_shown, or to stderr, always as text_shown has it: no format holds sequences of its own. */
void print_to(FILE *out, const char *format, ...) G_GNUC_PRINTF(2, 3);
