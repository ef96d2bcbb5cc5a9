/* berth compose, docker-compose: its flags, its commands, and the project that they are about. */
#include "cli/common/flags.h"
#include "cli/compose/compose.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"all-resources", 0, BOOL, "include resources that no service uses"},
	{"ansi", 0, STRING, "control characters: never, always or auto"},
	{"compatibility", 0, BOOL, "names with underscores, as version 1 made them"},
	{"dry-run", 0, BOOL, "say what would be done, and do nothing"},
	{"env-file", 0, LIST, "file with variables, in place of .env"},
	{"file", 'f', LIST, "the project's files (- reads standard input)"},
	{"parallel", 0, INT, "how many services at once (-1: all that may)"},
	{"profile", 0, LIST, "a profile whose services are wanted"},
	{"progress", 0, STRING, "auto, tty, plain, json or quiet"},
	{"project-directory", 0, STRING, "folder that paths begin at"},
	{"project-name", 'p', STRING, "name of the project"},
	{"verbose", 0, BOOL, "ignored (for Docker compatibility)"},
	{"no-ansi", 0, BOOL, "no control characters"},
	{"version", 'v', BOOL, "print the version"},
	{0},
};

static const Command compose_command = {
	.names = "compose",
	.usage = "[OPTIONS] COMMAND",
	.summary = "Define and run applications of several containers",
	.flags = flags,
	.max_args = -1,
	.stop_at_argument = true,
};
const Command *const compose_itself = &compose_command;

static void print_help(const char *program)
{
	bool alone = strcmp(program, "docker-compose") == 0;
	print_to(stdout,
		"Usage:  %s %s[OPTIONS] COMMAND\n\nDefine and run applications of several "
		"containers\n\nOptions:\n",
		program, alone ? "" : "compose ");
	for (const Flag *flag = flags; flag->name != NULL; flag++)
		print_to(stdout, "  --%-20s %s\n", flag->name, flag->help);
	print_to(stdout, "\nCommands:\n");
	for (int i = 0; compose_commands[i] != NULL; i++)
		print_to(stdout, "  %-12s%s\n", compose_commands[i]->names,
			compose_commands[i]->summary);
}

const Command *compose_find(const char *name)
{
	for (int i = 0; compose_commands[i] != NULL; i++) {
		g_auto(GStrv) names = g_strsplit(compose_commands[i]->names, "|", -1);
		if (g_strv_contains((const char *const *)names, name))
			return compose_commands[i];
	}
	return NULL;
}

static int run(Cli *cli, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	const Command *command = cli->command;
	g_autofree char *called = g_strconcat("compose ", command->names, NULL);
	cli->called = called;
	if (!flags_parse(cli, argc, argv, &error)) {
		print_to(stderr, "%s\n\nUsage:  %s %s %s\n", error->message, cli->program, called,
			command->usage);
		return EXIT_FAILURE;
	}
	if (flag_given(cli, "help")) {
		flags_usage(cli, true);
		return EXIT_SUCCESS;
	}
	if (cli->arg_count < command->min_args ||
		(command->max_args >= 0 && cli->arg_count > command->max_args)) {
		print_to(stderr, "\"%s %s\" %s\n\nUsage:  %s %s %s\n", cli->program, called,
			cli->arg_count < command->min_args ? "requires more arguments"
							   : "accepts no more arguments",
			cli->program, called, command->usage);
		return EXIT_FAILURE;
	}
	return cli->connect(cli, &error) ? command->run(cli) : compose_fail(error);
}

int compose_main(Cli *cli, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	cli->command = &compose_command;
	if (!flags_parse(cli, argc, argv, &error)) {
		print_to(stderr, "%s\n\nRun '%s compose --help' for more information\n",
			error->message, cli->program);
		return EXIT_FAILURE;
	}
	const char *limit = getenv("COMPOSE_PARALLEL_LIMIT");
	graph_set_parallel((int)flag_int(cli, "parallel", limit != NULL ? atoi(limit) : 0));
	char *no_words[] = {NULL};
	Cli sub = *cli;
	sub.outer = cli;
	if (flag_given(cli, "version")) {
		sub.command = &compose_version_command;
		return run(&sub, 0, no_words);
	}
	if (cli->arg_count == 0 || flag_given(cli, "help") || strcmp(cli->args[0], "help") == 0) {
		print_help(cli->program);
		return EXIT_SUCCESS;
	}
	sub.command = compose_find(cli->args[0]);
	if (sub.command == NULL) {
		print_to(stderr,
			"unknown %s command: \"compose %s\"\n\nRun '%s compose --help' for more "
			"information\n",
			cli->program, cli->args[0], cli->program);
		return EXIT_FAILURE;
	}
	int code = run(&sub, cli->arg_count - 1, cli->args + 1);
	fflush(stdout);
	return code;
}
