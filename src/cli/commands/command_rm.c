#include "cli/common/flags.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>

static const Flag flags[] = {
	{"force", 'f', BOOL, "remove a running container too (by SIGKILL)"},
	{"link", 'l', BOOL, "remove the link, not the container"},
	{"volumes", 'v', BOOL, "remove its anonymous volumes too"},
	{0},
};

static int run(Cli *cli)
{
	bool force = flag_bool(cli, "force", false);
	int code = EXIT_SUCCESS;
	for (int i = 0; i < cli->arg_count; i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *name = client_escape(cli->args[i] + (*cli->args[i] == '/'));
		g_autofree char *path =
			g_strdup_printf("/containers/%s?force=%d&v=%d&link=%d", name, force,
				flag_bool(cli, "volumes", false), flag_bool(cli, "link", false));
		g_autoptr(json_t) answer G_GNUC_UNUSED =
			client_call(cli->client, "DELETE", path, NULL, &error);
		if (error == NULL) {
			print_to(stdout, "%s\n", cli->args[i]);
			continue;
		}
		cli_print_error(error);
		/* A missing container is no error, as with Docker's rm -f. */
		if (!force || !is_answer_of(error, BERTH_ERROR_NOT_FOUND))
			code = EXIT_FAILURE;
	}
	return code;
}

const Command command_rm = {
	.names = "rm|container rm|container remove",
	.usage = "[OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Remove containers",
	.example = "rm -fv web",
	.completes = "containers*",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
