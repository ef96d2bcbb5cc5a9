/* `stats`: the resource use of a project's containers. */
#include "cli/commands/commands.h"
#include "cli/common/flags.h"
#include "cli/compose/compose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag stats_flags[] = {
	{"all", 'a', BOOL, "show stopped containers too"},
	{"format", 0, STRING, "table, json or a Go template"},
	{"no-stream", 0, BOOL, "print once, and exit"},
	{"no-trunc", 0, BOOL, "do not shorten"},
	{0},
};

static int run_stats(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = NULL;
	g_autoptr(json_t) containers =
		compose_chosen_known(cli, flag_bool(cli, "all", false), &project, &error);
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	g_autofree char *format = g_strconcat("--format=", flag_text(cli, "format"), NULL);
	size_t i;
	json_t *container;
	if (containers == NULL)
		return compose_fail(error);
	if (json_array_size(containers) == 0) {
		if (strcmp(format, "--format=") == 0 || strcmp(format, "--format=table") == 0)
			print_to(stdout, "CONTAINER ID   NAME      CPU %%     MEM USAGE / LIMIT   "
					 "MEM %%     NET I/O   BLOCK I/O   PIDS\n");
		return EXIT_SUCCESS;
	}
	g_ptr_array_add(words, format);
	g_ptr_array_add(
		words, (gpointer)(flag_bool(cli, "no-stream", false) ? "--no-stream"
								     : "--no-stream=false"));
	g_ptr_array_add(words,
		(gpointer)(flag_bool(cli, "no-trunc", false) ? "--no-trunc" : "--no-trunc=false"));
	json_array_foreach (containers, i, container)
		g_ptr_array_add(words, (gpointer)json_str(container, "Id"));
	g_ptr_array_add(words, NULL);
	return cli_run(cli, &command_stats, (char *const *)words->pdata);
}

const Command compose_stats_command = {.names = "stats",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "Show resource use of services",
	.example = "stats --no-stream",
	.completes = "services*",
	.flags = stats_flags,
	.max_args = -1,
	.run = run_stats};
