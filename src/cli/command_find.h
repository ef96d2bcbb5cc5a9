/* Finding the command that argv names. */
#pragma once
#include "cli/common/cli.h"

/* The command whose name argv begins with: one word, or two. *used is the number of words in the name, *called the
 * name as it was typed. NULL if there is none. */
const Command *command_find(int argc, char **argv, int *used, const char **called);
