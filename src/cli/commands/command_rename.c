#include "cli/common/cli.h"

#include <stdlib.h>

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	if (*cli->args[1] == '\0') {
		print_to(stderr, "Error: Neither old nor new names may be empty\n");
		return EXIT_FAILURE;
	}
	g_autofree char *old = client_escape(cli->args[0]), *name = client_escape(cli->args[1]);
	g_autofree char *path = g_strdup_printf("/containers/%s/rename?name=%s", old, name);
	g_autoptr(json_t) answer = client_call(cli->client, "POST", path, NULL, &error);
	if (answer != NULL)
		return EXIT_SUCCESS;
	cli_print_error(error);
	print_to(stderr, "Error: failed to rename container named %s\n", cli->args[0]);
	return EXIT_FAILURE;
}

const Command command_rename = {
	.names = "rename|container rename",
	.usage = "CONTAINER NEW_NAME",
	.summary = "Rename a container",
	.example = "rename web old-web",
	.completes = "containers",
	.min_args = 2,
	.max_args = 2,
	.run = run,
};
