#include "cli/command_find.h"

#include "cli/commands/commands.h"

#include <string.h>

/* How many words a name has that argv begins with; 0: it begins otherwise. */
static int match_name(const char *name, int argc, char **argv)
{
	g_auto(GStrv) words = g_strsplit(name, " ", -1);
	int count = 0;
	for (; words[count] != NULL; count++)
		if (count >= argc || strcmp(words[count], argv[count]) != 0)
			return 0;
	return count;
}

/* Whether argv begins with one of the command's names; *used is how many words that takes. */
static const char *match_names(const Command *command, int argc, char **argv, int *used)
{
	g_auto(GStrv) names = g_strsplit(command->names, "|", -1);
	for (int i = 0; names[i] != NULL; i++)
		if ((*used = match_name(names[i], argc, argv)) > 0)
			return g_intern_string(names[i]);
	return NULL;
}

const Command *command_find(int argc, char **argv, int *used, const char **called)
{
	for (int i = 0; commands[i] != NULL; i++)
		if ((*called = match_names(commands[i], argc, argv, used)) != NULL)
			return commands[i];
	return NULL;
}
