/* `top` without a container: all containers on a full screen. */
#pragma once
#include "cli/common/cli.h"

/* A shell in a container, in the terminal that is there; what it exits with. */
typedef int (*TopShell)(Cli *cli, const char *id);

/* Until somebody ends it; the exit code. */
int top_run(Cli *cli, TopShell shell);
