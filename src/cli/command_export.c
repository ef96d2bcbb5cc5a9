#include "cli/archive_stream.h"
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const Flag flags[] = {{"output", 'o', STRING, "file to write (standard output)"}, {0}};

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *file = flag_text(cli, "output");
	if (*file == '\0' && isatty(STDOUT_FILENO)) {
		fprintf(stderr,
			"cowardly refusing to save to a terminal. Use the -o flag or redirect\n");
		return EXIT_FAILURE;
	}
	g_autofree char *name = client_escape(cli->args[0]),
			*path = g_strdup_printf("/containers/%s/export", name);
	return archive_receive(cli->client, path, file, &error) ? EXIT_SUCCESS
								: cli_fail(cli, error);
}

const Command command_export = {
	.names = "export|container export",
	.usage = "[OPTIONS] CONTAINER",
	.summary = "Write a container's files to an archive",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
