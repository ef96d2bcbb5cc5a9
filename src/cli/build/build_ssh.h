/* --ssh: our agents, for steps of a build that ask for them. */
#pragma once
#include "cli/common/cli.h"

/* The ids of --ssh: ["default"]. New reference. */
json_t *build_ssh_ids(Cli *cli);
typedef struct BuildSsh BuildSsh;
/* Offers connections to the engine until it is stopped. NULL with error where an agent cannot be. */
BuildSsh *build_ssh_start(Cli *cli, const char *build_id, GError **error);
void build_ssh_stop(BuildSsh *ssh);
