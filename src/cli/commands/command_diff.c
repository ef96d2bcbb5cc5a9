#include "cli/common/cli.h"

#include <stdio.h>
#include <stdlib.h>

static int run(Cli *cli)
{
	static const char letters[] = "CAD";
	g_autoptr(GError) error = NULL;
	g_autofree char *name = client_escape(cli->args[0]),
			*path = g_strdup_printf("/containers/%s/changes", name);
	g_autoptr(json_t) changes = client_call(cli->client, "GET", path, NULL, &error);
	if (changes == NULL)
		return cli_fail(cli, error);
	for (size_t i = 0; i < json_array_size(changes); i++) {
		const json_t *change = json_array_get(changes, i);
		gint64 kind = json_int(change, "Kind");
		print_to(stdout, "%c ", kind >= 0 && kind < 3 ? letters[kind] : '?');
		print_shown(json_str(change, "Path"));
		putchar('\n');
	}
	return EXIT_SUCCESS;
}

const Command command_diff = {
	.names = "diff|container diff",
	.usage = "CONTAINER",
	.summary = "Show changes to a container's files",
	.example = "diff web",
	.completes = "containers",
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
