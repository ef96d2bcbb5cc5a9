#include "cli/common/each.h"

static int run(Cli *cli)
{
	return each_argument(cli, "POST", "/containers/%s/unpause");
}

const Command command_unpause = {
	.names = "unpause|container unpause",
	.usage = "CONTAINER [CONTAINER...]",
	.summary = "Resume paused containers",
	.example = "unpause web",
	.completes = "paused*",
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
