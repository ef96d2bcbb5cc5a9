/* Drawing a session on the terminal. */
#pragma once
#include "cli/top/curses.h"
#include "cli/top/state.h"

void view_draw(const Top *top, WINDOW *window);
/* The line of the list at a place of the screen, or -1. */
int view_line_at(const Top *top, int y);
/* The order that a click at a place selects. False if there is no heading. */
bool view_sort_at(const Top *top, int y, int x, int *sort);
/* Defines the colours that view_draw uses. */
void view_colours(void);
