#include "cli/common/archive_stream.h"
#include "cli/common/flags.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const Flag flags[] = {
	{"input", 'i', STRING, "file to read (standard input)"},
	{"platform", 0, STRING, "platform to load"},
	{"quiet", 'q', BOOL, "no progress"},
	{0},
};

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *file = flag_given(cli, "input") ? flag_text(cli, "input") : "-";
	if (!flag_given(cli, "input") && isatty(STDIN_FILENO)) {
		print_to(stderr, "requested load from stdin, but stdin is empty\n");
		return EXIT_FAILURE;
	}
	/* A file that cannot be read is told before a platform that is none. */
	bool readable = strcmp(file, "-") == 0 || access(file, R_OK) == 0;
	g_autofree char *platform = NULL;
	if (readable && !platform_query(flag_text(cli, "platform"), &platform, &error)) {
		g_prefix_error(&error, "invalid platform: ");
		return cli_fail(cli, error);
	}
	g_autofree char *path = g_strconcat(
		"/images/load?quiet=1&platform=", platform != NULL ? platform : "", NULL);
	return archive_send(cli->client, file, path, "stream", false, &error)
		       ? EXIT_SUCCESS
		       : cli_fail(cli, error);
}

const Command command_load = {
	.names = "load|image load",
	.usage = "[OPTIONS]",
	.summary = "Load images from an archive",
	.example = "load -i images.tar",
	.flags = flags,
	.min_args = 0,
	.max_args = 0,
	.run = run,
};
