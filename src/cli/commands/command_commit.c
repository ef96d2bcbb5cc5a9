#include "cli/common/flags.h"
#include "cli/common/reference.h"

#include <stdio.h>
#include <stdlib.h>

static const Flag flags[] = {
	{"author", 'a', STRING, "who made it"},
	{"change", 'c', LIST, "Dockerfile instruction to apply (CMD, ENV, LABEL, ...)"},
	{"message", 'm', STRING, "comment"},
	{"pause", 'p', BOOL, "pause the container meanwhile (true)"},
	{0},
};

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) changes = flag_list(cli, "change");
	g_autofree char *repo = NULL, *tag = NULL, *container = client_escape(cli->args[0]),
			*comment = client_escape(flag_text(cli, "message")),
			*author = client_escape(flag_text(cli, "author"));
	g_autoptr(GString) path = g_string_new("");
	if (cli->arg_count > 1 && *cli->args[1] != '\0' &&
		!reference_check_new(cli->args[1], &error))
		return cli_fail(cli, error);
	reference_escape(cli->arg_count > 1 ? cli->args[1] : "", "", &repo, &tag);
	g_string_printf(path, "/commit?pause=%d&container=%s&repo=%s&tag=%s&comment=%s&author=%s",
		flag_bool(cli, "pause", true), container, repo, tag, comment, author);
	for (size_t i = 0; i < json_array_size(changes); i++) {
		g_autofree char *change = client_escape(json_elem(changes, i));
		g_string_append_printf(path, "&changes=%s", change);
	}
	g_autoptr(json_t) answer = client_call(cli->client, "POST", path->str, NULL, &error);
	if (answer == NULL)
		return cli_fail(cli, error);
	print_to(stdout, "%s\n", json_str(answer, "Id"));
	return EXIT_SUCCESS;
}

const Command command_commit = {
	.names = "commit|container commit",
	.usage = "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
	.summary = "Create an image from a container's changes",
	.example = "commit -c 'CMD [\"nginx\"]' web app:2",
	.completes = "containers images",
	.flags = flags,
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
