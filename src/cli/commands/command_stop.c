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
		g_strdup_printf("/containers/%%s/stop?signal=%s&t=%s", signal, timeout);
	return each_argument(cli, "POST", path);
}

const Command command_stop = {
	.names = "stop|container stop",
	.usage = "[OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Stop containers",
	.example = "stop -t 30 web",
	.completes = "running*",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
