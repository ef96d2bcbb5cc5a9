/* Texts of a given width in columns of a terminal, and sparklines. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* How many columns a text takes; it is UTF-8. */
int text_columns(const char *text);
/* A number of columns of a text, from a column on, padded with blanks; a text that is cut off ends in "~". ascii: other characters become "?". Control characters and invalid UTF-8 are shown escaped. The caller frees it. */
char *text_field(const char *text, int from, int width, bool ascii);
/* A sparkline of the last values, the newest at the right; max: the value of the full height, 0: the highest one. The caller frees it. */
char *text_sparkline(const double *values, guint count, guint width, double max, bool ascii);
