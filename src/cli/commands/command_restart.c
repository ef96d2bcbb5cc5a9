#include "cli/common/each.h"
#include "cli/common/flags.h"

static const Flag flags[] = {
	{"signal", 's', STRING, "signal to send"},
	{"timeout", 't', INT, "seconds to wait before the container is killed (-1: for ever)"},
	{"time", 0, INT, "old name of --timeout"},
	{0},
};

static int run(Cli *cli)
{
	const char *timeout =
		flag_given(cli, "timeout") ? flag_text(cli, "timeout") : flag_text(cli, "time");
	g_autofree char *signal = client_escape(flag_text(cli, "signal"));
	g_autofree char *path =
		g_strdup_printf("/containers/%%s/restart?signal=%s&t=%s", signal, timeout);
	return each_argument(cli, "POST", path);
}

const Command command_restart = {
	.names = "restart|container restart",
	.usage = "[OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Stop containers and start them again",
	.example = "restart web",
	.completes = "containers*",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
