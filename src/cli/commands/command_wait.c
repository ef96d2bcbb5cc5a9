#include "cli/common/cli.h"

#include <stdio.h>
#include <stdlib.h>

static int run(Cli *cli)
{
	int code = EXIT_SUCCESS;
	for (int i = 0; i < cli->arg_count; i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *name = client_escape(cli->args[i]),
				*path = g_strdup_printf("/containers/%s/wait", name);
		g_autoptr(json_t) answer = client_call(cli->client, "POST", path, NULL, &error);
		if (error != NULL) {
			cli_print_error(error);
			code = EXIT_FAILURE;
		} else {
			print_to(stdout, "%d\n", (int)json_int(answer, "StatusCode"));
		}
	}
	return code;
}

const Command command_wait = {
	.names = "wait|container wait",
	.usage = "CONTAINER [CONTAINER...]",
	.summary = "Wait until containers have ended, and print their exit codes",
	.example = "wait web",
	.completes = "running*",
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
