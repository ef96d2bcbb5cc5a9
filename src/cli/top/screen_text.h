/* Texts of a given width in columns of a terminal, and sparklines. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* How many columns a text takes; it is UTF-8. */
int text_columns(const char *text);
/* So many columns of a text from a column on, filled with blanks to the right; what was cut off ends in "~". ascii: what is not ASCII
 * becomes "?". Control characters and what is no UTF-8 are shown as such. The caller frees it. */
char *text_field(const char *text, int from, int width, bool ascii);
/* The last values as heights, the newest at the right; max: what the highest stands for; 0: the highest of them. The caller frees it. */
char *text_sparkline(const double *values, guint count, guint width, double max, bool ascii);
