#include "cli/archive_stream.h"
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const Flag flags[] = {
	{"output", 'o', STRING, "file to write (standard output)"},
	{"platform", 0, STRING, "platform to save"},
	{0},
};

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) path = g_string_new("/images/get");
	const char *file = flag_text(cli, "output");
	if (*file == '\0' && isatty(STDOUT_FILENO)) {
		fprintf(stderr,
			"cowardly refusing to save to a terminal. Use the -o flag or redirect\n");
		return EXIT_FAILURE;
	}
	for (int i = 0; i < cli->arg_count; i++) {
		g_autofree char *name = client_escape(cli->args[i]);
		g_string_append_printf(path, "%cnames=%s", i == 0 ? '?' : '&', name);
	}
	g_autofree char *platform = query_platform(cli);
	g_string_append_printf(path, "&platform=%s", platform);
	return archive_receive(cli->client, path->str, file, &error) ? EXIT_SUCCESS
								     : cli_fail(cli, error);
}

const Command command_save = {
	.names = "save|image save",
	.usage = "[OPTIONS] IMAGE [IMAGE...]",
	.summary = "Save images to an archive",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
