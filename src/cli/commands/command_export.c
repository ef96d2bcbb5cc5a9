#include "cli/common/archive_stream.h"
#include "cli/common/cli.h"

static const Flag flags[] = {{"output", 'o', STRING, "file to write (standard output)"}, {0}};

static int run(Cli *cli)
{
	g_autofree char *name = client_escape(cli->args[0]),
			*path = g_strdup_printf("/containers/%s/export", name);
	return archive_receive(cli, path, "export container");
}

const Command command_export = {
	.names = "export|container export",
	.usage = "[OPTIONS] CONTAINER",
	.summary = "Export a container's files as an archive",
	.example = "export -o web.tar web",
	.completes = "containers",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
