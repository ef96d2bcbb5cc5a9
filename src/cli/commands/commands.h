/* All commands: command_list.c is made by tools/list-table of what the files of this folder define. */
#pragma once
#include "cli/common/cli.h"

extern const Command *const commands[]; /* ended by NULL */
/* Those that commands of Compose run. */
extern const Command command_attach, command_build, command_commit, command_cp, command_events,
	command_exec, command_export, command_stats, command_top, command_run;
