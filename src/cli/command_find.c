#include "cli/command_find.h"

#include "cli/commands/commands.h"

#include <string.h>

/* Whether argv begins with one of the command's names; *used is how many words that takes. */
static const char *match_names(const Command *command, int argc, char **argv, int *used)
{
	g_auto(GStrv) names = g_strsplit(command->names, "|", -1);
	for (int i = 0; names[i] != NULL; i++) {
		const char *blank = strchr(names[i], ' ');
		size_t first = blank != NULL ? (size_t)(blank - names[i]) : strlen(names[i]);
		if (strlen(argv[0]) != first || strncmp(argv[0], names[i], first) != 0)
			continue;
		if (blank != NULL && (argc < 2 || strcmp(argv[1], blank + 1) != 0))
			continue;
		*used = blank != NULL ? 2 : 1;
		return g_intern_string(names[i]);
	}
	return NULL;
}

const Command *command_find(int argc, char **argv, int *used, const char **called)
{
	for (int i = 0; commands[i] != NULL; i++)
		if ((*called = match_names(commands[i], argc, argv, used)) != NULL)
			return commands[i];
	return NULL;
}
