#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	const char *name = cli->arg_count > 1 ? cli->args[1] : "", *slash = strrchr(name, '/'),
		   *colon = strrchr(slash != NULL ? slash : name, ':');
	g_autofree char *repo =
		g_strndup(name, colon != NULL ? (gsize)(colon - name) : strlen(name));
	const char *const values[][2] = {{"container", cli->args[0]}, {"repo", repo},
		{"tag", colon != NULL ? colon + 1 : ""}, {"comment", flag_text(cli, "message")},
		{"author", flag_text(cli, "author")}};
	g_autoptr(GString) path = g_string_new("/commit?pause=");
	g_autoptr(json_t) changes = flag_list(cli, "change");
	g_string_append(path, flag_bool(cli, "pause", true) ? "1" : "0");
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		g_autofree char *value = client_escape(values[i][1]);
		g_string_append_printf(path, "&%s=%s", values[i][0], value);
	}
	for (size_t i = 0; i < json_array_size(changes); i++) {
		g_autofree char *change = client_escape(json_elem(changes, i));
		g_string_append_printf(path, "&changes=%s", change);
	}
	g_autoptr(json_t) answer = client_call(cli->client, "POST", path->str, NULL, &error);
	if (answer == NULL)
		return cli_fail(cli, error);
	puts(json_str(answer, "Id"));
	return EXIT_SUCCESS;
}

const Command command_commit = {
	.names = "commit|container commit",
	.usage = "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
	.summary = "Make an image of a container's changes",
	.flags = flags,
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
