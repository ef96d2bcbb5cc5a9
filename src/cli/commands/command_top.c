#include "cli/commands/commands.h"
#include "cli/top/top.h"

#include <stdio.h>
#include <stdlib.h>

static int shell(Cli *cli, const char *id)
{
	char *const words[] = {"-it", (char *)id, "sh", NULL};
	return cli_run(cli, &command_exec, words);
}

static int run(Cli *cli)
{
	if (cli->arg_count == 0)
		return top_run(cli, shell);
	g_autoptr(GError) error = NULL;
	g_autofree char *args = g_strjoinv(" ", cli->args + 1), *escaped = client_escape(args),
			*name = client_escape(cli->args[0]);
	g_autofree char *path = g_strdup_printf("/containers/%s/top?ps_args=%s", name, escaped);
	g_autoptr(json_t) answer = client_call(cli->client, "GET", path, NULL, &error);
	if (answer == NULL)
		return cli_fail(cli, error);
	json_t *rows = json_object_get(answer, "Processes");
	json_array_insert(rows, 0, json_object_get(answer, "Titles"));
	for (size_t i = 0; i < json_array_size(rows); i++) {
		g_auto(GStrv) cells = json_strv(json_array_get(rows, i));
		for (int c = 0; cells[c] != NULL; c++)
			print_to(stdout, cells[c + 1] != NULL ? "%-20s" : "%s\n", cells[c]);
	}
	return EXIT_SUCCESS;
}

const Command command_top = {
	.names = "top|container top",
	.usage = "[CONTAINER [ps OPTIONS]]",
	.summary = "List the processes of a container, or watch all containers on a full screen",
	.example = "top web",
	.completes = "running",
	.min_args = 0,
	.max_args = -1,
	.run = run,
	.stop_at_argument = true,
};
