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

/* Those whose names begin so. */
static void print_commands(const char *prefix)
{
	for (int i = 0; compose_commands[i] != NULL; i++) {
		const char *names = compose_commands[i]->names;
		g_autofree char *name = g_strndup(names, strcspn(names, "|"));
		if (!g_str_has_prefix(name, prefix))
			continue;
		print_to(stdout, "  %-31s%s\n", name, compose_commands[i]->summary);
	}
}

/* "bridge" alone: what there is of it. */
static bool print_group(const char *program, const char *word)
{
	g_autofree char *prefix = g_strconcat(word, " ", NULL);
	bool any = false;
	for (int i = 0; !any && compose_commands[i] != NULL; i++)
		any = g_str_has_prefix(compose_commands[i]->names, prefix);
	if (!any)
		return false;
	print_to(stdout, "Usage:  %s compose %s COMMAND\n\nCommands:\n", program, word);
	print_commands(prefix);
	return true;
}

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
	print_commands("");
}

/* "bridge transformations ls": how many of the words name a command; 0: none do. */
static int find_words(int count, char **words, const Command **command)
{
	enum { MOST = 3 };
	g_autoptr(GString) name = g_string_new("");
	int used = 0;
	for (int i = 0; i < count && i < MOST; i++) {
		g_string_append_printf(name, "%s%s", i > 0 ? " " : "", words[i]);
		const Command *found = compose_find(name->str);
		if (found == NULL)
			continue;
		*command = found;
		used = i + 1;
	}
	return used;
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

static bool check_progress(const Cli *cli, GError **error)
{
	static const char *const kinds[] = {
		"", "auto", "tty", "plain", "quiet", "none", "json", NULL};
	const char *env = getenv("COMPOSE_PROGRESS"), *own = flag_text(cli, "progress"),
		   *progress = *own == '\0' && env != NULL ? env : own;
	return g_strv_contains(kinds, progress) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "unsupported --progress value \"%s\"",
		       progress);
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
	if (!check_progress(cli, &error))
		return compose_fail(error);
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
	int words = find_words(cli->arg_count, cli->args, &sub.command);
	bool only_group =
		cli->arg_count == 1 || (cli->arg_count == 2 && strcmp(cli->args[1], "--help") == 0);
	if (words == 0 && only_group && print_group(cli->program, cli->args[0]))
		return EXIT_SUCCESS;
	if (words == 0) {
		print_to(stderr,
			"unknown %s command: \"compose %s\"\n\nRun '%s compose --help' for more "
			"information\n",
			cli->program, cli->args[0], cli->program);
		return EXIT_FAILURE;
	}
	int code = run(&sub, cli->arg_count - words, cli->args + words);
	fflush(stdout);
	return code;
}
