#include "cli/common/each.h"

static int run(Cli *cli)
{
	return each_argument(cli, "POST", "/containers/%s/pause");
}

const Command command_pause = {
	.names = "pause|container pause",
	.usage = "CONTAINER [CONTAINER...]",
	.summary = "Pause all processes of containers",
	.example = "pause web",
	.completes = "running*",
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
