/* config.json, and its folder. */
#pragma once
#include "cli/common/cli.h"

/* Sets config and config_folder. */
void cli_load_config(Cli *cli, const char *folder);
bool cli_write_config(const Cli *cli, GError **error);
