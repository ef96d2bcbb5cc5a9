/* Tables of text. On a terminal they are cut to its width, and states are coloured. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
	const char *heading;
	glong content; /* of the widest cell */
	glong width;   /* including the blanks after it, except in the last column */
	glong gap;     /* how many blanks have to stay; 0 for the last one */
} TableColumn;

/* Prints lines of cells parted by tabs, the headings first; each column is as wide as its widest cell and three blanks,
 * at least ten. cut: on a terminal that is too narrow, the widest are cut. */
void table_print(const char *text, bool cut);
/* Makes columns narrower until they fit what standard output is, if that is a terminal: the widest first, and those of
 * names and ids last. */
void table_fit(TableColumn *columns, guint count);
/* Prints one cell: cut where it does not fit, in the colour of its state; but for the last one (without a gap), with
 * the blanks behind it. */
void table_cell(const TableColumn *column, const char *text);
/* Whether colours are wanted at standard output: a terminal that has some, and no NO_COLOR (no-color.org). */
bool colours_wanted(void);
/* NO_COLOR is set. */
bool colours_refused(void);
