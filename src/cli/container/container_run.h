/* Starting a created container. */
#pragma once
#include "cli/common/cli.h"

/* With attached streams; the exit code. removed: it is removed at its end. */
int container_run_attached(Cli *cli, const char *id, bool tty, bool with_stdin, bool removed);
bool container_run_detached(Cli *cli, const char *id, GError **error);
