/* Drawing a session on the terminal. */
#pragma once
#include "cli/top/curses.h"
#include "cli/top/state.h"

void view_draw(const Top *top, WINDOW *window);
/* What is at a place of the screen: a line of the list, or -1. */
int view_line_at(const Top *top, int y);
/* By which a click at a place sorts. False if there is no heading. */
bool view_sort_at(const Top *top, int y, int x, int *sort);
/* The colours that view_draw uses are made known. */
void view_colours(void);
