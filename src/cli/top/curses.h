/* ncurses (wide), loaded by `top` only, so that no other command maps it. Functions only: its variables are not loaded. */
#pragma once
#define NCURSES_NOMACROS 1
#include <curses.h>
#include <glib.h>
#include <stdbool.h>

#define CURSES_FUNCTIONS(F)                                                                        \
	F(newterm)                                                                                 \
	F(delscreen)                                                                               \
	F(endwin)                                                                                  \
	F(cbreak)                                                                                  \
	F(noecho)                                                                                  \
	F(curs_set)                                                                                \
	F(set_escdelay)                                                                            \
	F(start_color)                                                                             \
	F(use_default_colors)                                                                      \
	F(has_colors)                                                                              \
	F(init_pair)                                                                               \
	F(resizeterm)                                                                              \
	F(newwin)                                                                                  \
	F(delwin)                                                                                  \
	F(keypad)                                                                                  \
	F(nodelay)                                                                                 \
	F(wgetch)                                                                                  \
	F(getmaxx)                                                                                 \
	F(getmaxy)                                                                                 \
	F(werase)                                                                                  \
	F(wmove)                                                                                   \
	F(waddstr)                                                                                 \
	F(wattr_set)                                                                               \
	F(clearok)                                                                                 \
	F(wrefresh)                                                                                \
	F(mousemask)                                                                               \
	F(mouseinterval)                                                                           \
	F(getmouse)

#define CURSES_POINTER(name) __typeof__(name) *name;
typedef struct {
	CURSES_FUNCTIONS(CURSES_POINTER)
} Curses;
#undef CURSES_POINTER

extern Curses curses;

/* Loads the functions; false if that fails. */
bool curses_load(GError **error);
