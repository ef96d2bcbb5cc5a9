/* Questions to the user. */
#include "cli/compose/compose.h"

#include "base/shown.h"

#include <stdio.h>

bool compose_ask(gpointer data, const char *question)
{
	char answer[16];
	(void)data;
	print_to(stderr, "? %s (y/N) ", question);
	return fgets(answer, sizeof answer, stdin) != NULL && g_ascii_tolower(*answer) == 'y';
}
