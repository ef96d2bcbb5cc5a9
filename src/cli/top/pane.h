/* The text below the list: a log or what inspect says. Bounded; one thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
	GPtrArray *lines; /* of char *, owned; as they came */
	GString *open;	  /* the line that has not ended yet */
	int top, left;	  /* the first line and column that are shown; top -1: the newest lines */
} Pane;

void pane_init(Pane *pane);
void pane_clear(Pane *pane);
/* Empties it; shown from the beginning or, with follow, from the end. */
void pane_reset(Pane *pane, bool follow);
/* Appends text; the oldest lines are dropped. */
void pane_add(Pane *pane, const char *text);
/* Scrolls; height: number of visible lines. At the end it follows new text. */
void pane_scroll(Pane *pane, int lines, int columns, int height);
/* The first line that is shown. */
int pane_first(const Pane *pane, int height);
/* How many lines there are, the open one included. */
int pane_length(const Pane *pane);
/* A line; "" where there is none. */
const char *pane_line(const Pane *pane, int line);
