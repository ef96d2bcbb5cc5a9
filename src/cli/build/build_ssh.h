/* --ssh: local agents for steps of a build that use them. */
#pragma once
#include "cli/common/cli.h"

/* The ids of --ssh: ["default"]. New reference. */
json_t *build_ssh_ids(Cli *cli);
typedef struct BuildSsh BuildSsh;
/* Offers connections to the engine until it is stopped. NULL with error if an agent is not available. */
BuildSsh *build_ssh_start(Cli *cli, const char *build_id, GError **error);
void build_ssh_stop(BuildSsh *ssh);
