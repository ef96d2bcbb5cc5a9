/* Prints a shell's completion; what it offers is complete.c's. */
#include "cli/common/cli.h"
#include "completion_scripts.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(Cli *cli)
{
	static const struct {
		const char *shell, *script;
	} scripts[] = {
		{"bash", COMPLETION_BASH}, {"zsh", COMPLETION_ZSH}, {"fish", COMPLETION_FISH}};
	g_autoptr(GError) error = NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++)
		if (strcmp(cli->args[0], scripts[i].shell) == 0) {
			g_auto(GStrv) parts = g_strsplit(scripts[i].script, "@PROGRAM@", -1);
			g_autofree char *text = g_strjoinv(cli->program, parts);
			fputs(text, stdout);
			return EXIT_SUCCESS;
		}
	fail(&error, BERTH_ERROR_UNAVAILABLE, "there is no completion for %s: bash, zsh or fish",
		cli->args[0]);
	return cli_fail(cli, error);
}

const Command command_completion = {.names = "completion",
	.usage = "bash|zsh|fish",
	.summary = "Print the completion of a shell",
	.example = "completion bash >/etc/bash_completion.d/berth",
	.completes = "shells",
	.min_args = 1,
	.max_args = 1,
	.local = true,
	.run = run};
