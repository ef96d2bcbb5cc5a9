/* Shell completion. */
#pragma once
#include "cli/common/cli.h"

/* "__complete -- WORD...": the words after the program's name up to the one at the cursor, which may be empty. Prints
 * the candidates, one per line, with a tab and a description; or ":files" or ":folders" alone, for what the shell
 * completes itself. An engine that does not answer adds none, and is not started. */
extern const Command command_complete;
