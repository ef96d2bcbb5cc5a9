#include "cli/top/curses.h"

#include "base/library.h"

Curses curses;

#define CURSES_PLACE(name) {#name, &curses.name},

bool curses_load(GError **error)
{
	static const LibraryFunction functions[] = {CURSES_FUNCTIONS(CURSES_PLACE)};
	static Library library = {.file = "libncursesw.so.6",
		.package = "libncursesw6",
		.trouble = "there can be no full screen",
		.functions = functions,
		.count = G_N_ELEMENTS(functions)};
	return library_load(&library, error);
}
