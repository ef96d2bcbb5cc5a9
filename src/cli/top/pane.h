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
/* Nothing in it, and shown from the beginning, or (follow) from its end. */
void pane_reset(Pane *pane, bool follow);
/* Text behind what is there; the oldest lines go. */
void pane_add(Pane *pane, const char *text);
/* Scrolls; height: the lines that are shown. At its end, it follows. */
void pane_scroll(Pane *pane, int lines, int columns, int height);
/* The first line that is shown. */
int pane_first(const Pane *pane, int height);
/* How many lines there are, the open one included. */
int pane_length(const Pane *pane);
/* A line; "" where there is none. */
const char *pane_line(const Pane *pane, int line);
