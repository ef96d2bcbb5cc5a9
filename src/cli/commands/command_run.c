#include "cli/common/flags.h"
#include "cli/common/stream.h"
#include "cli/container/container_run.h"
#include "cli/container/request.h"

#include "base/error.h"
#include "base/fd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	bool detach = flag_bool(cli, "detach", false);
	if (detach && flag_given(cli, "attach")) {
		print_to(
			stderr, "conflicting options: cannot specify both --attach and --detach\n");
		return EXIT_FAILURE;
	}
	if (!detach && !terminal_check(flag_bool(cli, "tty", false),
			       flag_bool(cli, "interactive", false), &error)) {
		cli_print_error(error);
		return EXIT_FAILURE;
	}
	bool understood;
	g_autofree char *id = container_request_send(cli, &understood, &error);
	if (id == NULL) {
		int code = cli_fail(cli, error);
		/* As Docker's client: by the words of what failed behind the flags. */
		return understood && strstr(error->message, "no such file or directory") ? 127
											 : code;
	}
	if (!detach)
		return container_run_attached(cli, id, flag_bool(cli, "tty", false),
			flag_bool(cli, "interactive", false), flag_bool(cli, "rm", false));
	bool started = container_run_detached(cli, id, &error);
	int code = started ? EXIT_SUCCESS : cli_fail(cli, error);
	/* The container is there, and has an id, even if it does not start. */
	print_to(stdout, "%s\n", id);
	return code;
}

const Command command_run = {
	.names = "run|container run",
	.usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
	.summary = "Create a container from an image and run a command in it",
	.example = "run -d --name web -p 8080:80 -v data:/srv nginx",
	.completes = "images",
	.flags = container_flags,
	.min_args = 1,
	.max_args = -1,
	.run = run,
	.stop_at_argument = true,
	.failure = 125,
};
