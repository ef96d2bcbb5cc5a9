/* A container that was created is started. */
#pragma once
#include "cli/common/cli.h"

/* With its streams attached; the exit code. removed: it goes when it ends. */
int container_run_attached(Cli *cli, const char *id, bool tty, bool with_stdin, bool removed);
bool container_run_detached(Cli *cli, const char *id, GError **error);
