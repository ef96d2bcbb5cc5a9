/* `top` without a container: all containers on a full screen. */
#pragma once
#include "cli/common/cli.h"

/* Runs a shell in a container, in the current terminal; returns its exit code. */
typedef int (*TopShell)(Cli *cli, const char *id);

/* Runs until the user quits; returns the exit code. */
int top_run(Cli *cli, TopShell shell);
