#include "cli/common/each.h"
#include "cli/common/flags.h"

static const Flag flags[] = {{"signal", 's', STRING, "signal to send (KILL)"}, {0}};

static int run(Cli *cli)
{
	g_autofree char *signal =
		client_escape(flag_given(cli, "signal") ? flag_text(cli, "signal") : "KILL");
	g_autofree char *path = g_strdup_printf("/containers/%%s/kill?signal=%s", signal);
	return each_argument(cli, "POST", path);
}

const Command command_kill = {
	.names = "kill|container kill",
	.usage = "[OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Send a signal to containers",
	.example = "kill -s HUP web",
	.completes = "running*",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
