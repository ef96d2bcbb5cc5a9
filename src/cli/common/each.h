/* Commands that do the same for each of their arguments. */
#pragma once
#include "cli/common/cli.h"

/* Does one call for each argument, prints the argument, and goes on after an error. */
int each_argument(Cli *cli, const char *method, const char *path_format);
bool is_container_tty(Cli *cli, const char *name, json_t **inspected, GError **error);
