/* Which command is called. */
#pragma once
#include "cli/common/cli.h"

/* The command whose name argv begins with: one word, or two. *used is how many words the name takes, *called the name as
 * it was called. NULL if there is none. */
const Command *command_find(int argc, char **argv, int *used, const char **called);
