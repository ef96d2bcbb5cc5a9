/* What a shell offers for the word at the cursor. */
#pragma once
#include "cli/common/cli.h"

/* "__complete -- WORD...": the words behind the program's name up to the one at the cursor, which may be empty. Prints the
 * candidates that begin with it, a line each, with a tab and what it is behind it; or ":files" or ":folders" alone, for what
 * the shell knows itself. An engine that does not answer gives none, and is not started. */
extern const Command command_complete;
