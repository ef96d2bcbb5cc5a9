/* Hints that need nothing but the message. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* The text between two texts of the message ("" after it: all that follows); NULL if they are absent. The caller frees it. */
char *between(const char *message, const char *before, const char *after);
/* Prints the hint of a known message on standard error; false: it has none. */
bool hint_sentence(const char *message, const char *program);
/* The same of a line that a program of a build's step has printed. */
bool hint_step(const char *line);
