#include "cli/container/request.h"

#include <stdio.h>
#include <stdlib.h>

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	bool understood = false;
	g_autofree char *id = container_request_send(cli, &understood, &error);
	/* As Docker's client, which frames only what it finds in its words. */
	if (id == NULL && understood) {
		cli_print_error(error);
		return EXIT_FAILURE;
	}
	if (id == NULL)
		return cli_fail(cli, error);
	print_to(stdout, "%s\n", id);
	return EXIT_SUCCESS;
}

const Command command_create = {
	.names = "create|container create",
	.usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
	.summary = "Create a container without starting it",
	.example = "create --name web -p 8080:80 nginx",
	.completes = "images",
	.flags = container_flags + RUN_ALONE,
	.min_args = 1,
	.max_args = -1,
	.run = run,
	.stop_at_argument = true,
	.failure = 125,
};
