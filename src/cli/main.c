/* berth, docker: finds the command and its flags, and runs it. */
#include "cli/command_find.h"
#include "cli/common/flags.h"
#include "cli/common/format.h"
#include "cli/common/hint.h"
#include "cli/complete.h"
#include "cli/compose/compose.h"
#include "cli/connect.h"
#include "cli/help.h"

#include "base/error.h"
#include "version.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In docker's words: the required number of arguments. */
static char *arguments_wanted(const Command *command)
{
	int least = command->min_args, most = command->max_args;
	if (most == 0)
		return g_strdup("accepts no arguments");
	if (least > 0 && most > least)
		return g_strdup_printf(
			"requires at least %d and at most %d arguments", least, most);
	int number = most < 0 ? least : most;
	const char *how = least == most ? "" : most < 0 ? "at least " : "at most ";
	return g_strdup_printf("requires %s%d argument%s", how, number, number == 1 ? "" : "s");
}

static bool check_arguments(Cli *cli)
{
	const Command *command = cli->command;
	if (cli->arg_count >= command->min_args &&
		(command->max_args < 0 || cli->arg_count <= command->max_args))
		return true;
	g_autofree char *wanted = arguments_wanted(command);
	g_autofree char *problem = g_strdup_printf("'%s %s' %s", cli->program, cli->called, wanted);
	print_to(stderr, "%s: %s\n\n", cli->program, problem);
	flags_usage(cli, false);
	/* Docker's client says "See" of those without an upper bound. */
	print_to(stderr, "\n%s '%s %s --help' for more information\n",
		command->max_args < 0 ? "See" : "Run", cli->program, cli->called);
	hints_use(cli->program, NULL);
	g_autofree char *counted = g_strdup_printf("%s, %d given", problem, cli->arg_count);
	hint_print(counted);
	return false;
}

/* The kind of object that an argument names, by its kind of completion; NULL: none of the engine's. */
static const char *noun_of(const char *kind)
{
	static const char *const nouns[][2] = {{"containers", "container"},
		{"running", "container"}, {"everything", "container"}, {"stopped", "container"},
		{"paused", "container"}, {"networks", "network"}, {"volumes", "volume"},
		{"images", "image"}};
	for (size_t i = 0; i < G_N_ELEMENTS(nouns); i++)
		if (strncmp(kind, nouns[i][0], strlen(nouns[i][0])) == 0)
			return nouns[i][1];
	return NULL;
}

/* An empty name would be no part of a path, and so ask for something else: it is refused, as Docker's client does. */
static bool check_names(const Cli *cli)
{
	const char *completes = cli->command->completes;
	g_auto(GStrv) kinds = g_strsplit(completes != NULL ? completes : "", " ", -1);
	int last = (int)g_strv_length(kinds) - 1;
	for (int i = 0; i < cli->arg_count && last >= 0; i++) {
		bool again = i > last && g_str_has_suffix(kinds[last], "*");
		const char *noun = i <= last || again ? noun_of(kinds[MIN(i, last)]) : NULL;
		if (noun == NULL || *cli->args[i] != '\0')
			continue;
		print_to(stderr, "invalid %s name or ID: value is empty\n", noun);
		return false;
	}
	return true;
}

static int run_command(Cli *cli, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	if (!flags_parse(cli, argc, argv, &error))
		return cli_usage_error(cli, error);
	if (flag_given(cli, "help")) {
		flags_usage(cli, true);
		return EXIT_SUCCESS;
	}
	if (!check_arguments(cli) || !check_names(cli))
		return EXIT_FAILURE;
	format_keep_whole(flag_bool(cli, "no-trunc", false));
	return cli->connect(cli, &error) ? cli->command->run(cli) : cli_fail(cli, error);
}

/* Called as docker-compose, all words belong to Compose. */
static bool is_compose(const char *program)
{
	return g_str_has_suffix(program, "docker-compose") || strcmp(program, "berth-compose") == 0;
}

/* "help run": as "run --help"; the words are the caller's to free. */
static char **help_words(char **words, int count)
{
	char **argv = g_new0(char *, (gsize)count + 2);
	for (int i = 0; i < count; i++)
		argv[i] = words[i];
	argv[count] = (char *)"--help";
	return argv;
}

/* A group's name without a command: prints its help, or fails for unknown flags. */
static int run_group(const Cli *cli, const char *group, const char *flag)
{
	if (flag == NULL || strcmp(flag, "--help") == 0 || strcmp(flag, "-h") == 0) {
		help_group(cli->program, group);
		return EXIT_SUCCESS;
	}
	if (flag[1] == '-')
		print_to(stderr, "unknown flag: %.*s", (int)strcspn(flag, "="), flag);
	else
		print_to(stderr, "unknown shorthand flag: '%c' in %s", flag[1], flag);
	print_to(stderr, "\n\nUsage:  %s %s\n\nRun '%s %s --help' for more information\n",
		cli->program, group, cli->program, group);
	return 125;
}

/* A group's name with nothing behind it, or words that are no command. */
static int run_no_command(const Cli *cli, int argc, char **argv)
{
	g_autofree char *group = help_group_of(argc, argv);
	int used = strchr(group, ' ') != NULL ? 2 : 1;
	const char *next = argc > used ? argv[used] : NULL;
	if (help_is_group(group) && (next == NULL || *next == '-'))
		return run_group(cli, group, next);
	help_unknown(cli->program, group, next != NULL ? next : "");
	return EXIT_FAILURE;
}

/* argv: the command's name and what follows. */
static int run_words(Cli *cli, int argc, char **argv)
{
	int used = 0;
	if (strcmp(argv[0], "help") == 0 && argc > 1) {
		g_autofree char **asked = help_words(argv + 1, argc - 1);
		return run_words(cli, argc, asked);
	}
	if (strcmp(argv[0], "help") == 0) {
		help_all(cli->program);
		return EXIT_SUCCESS;
	}
	if (strcmp(argv[0], "compose") == 0)
		return compose_main(cli, argc - 1, argv + 1);
	if (strcmp(argv[0], command_complete.names) == 0) {
		cli->command = &command_complete;
		cli->called = command_complete.names;
		used = 1;
	} else {
		cli->command = command_find(argc, argv, &used, &cli->called);
	}
	if (cli->command == NULL)
		return run_no_command(cli, argc, argv);
	return run_command(cli, argc - used, argv + used);
}

static void print_version(const char *program)
{
	print_to(stdout, "%s version %s, build %s\n",
		strcmp(program, "docker") == 0 ? "Docker" : "Berth", BERTH_VERSION, BERTH_COMMIT);
}

/* The flags before the command's name, and it. */
static int run_line(Cli *cli, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	cli->command = &help_top;
	if (!flags_parse(cli, argc, argv, &error)) {
		print_to(stderr, "%s\n\nUsage:  %s %s\n\nRun '%s --help' for more information\n",
			error->message, cli->program, help_top.usage, cli->program);
		return 125;
	}
	if (flag_bool(cli, "version", false)) {
		print_version(cli->program);
		return EXIT_SUCCESS;
	}
	if (cli->arg_count == 0 || flag_given(cli, "help")) {
		help_all(cli->program);
		return EXIT_SUCCESS;
	}
	return run_words(cli, cli->arg_count, cli->args);
}

/* "docker-compose __complete -- up" asks what "docker __complete -- compose up" does. */
static int complete_compose_alone(Cli *cli, int argc, char **argv)
{
	g_autofree char **words = g_new0(char *, (gsize)argc + 2);
	words[0] = argv[0];
	words[1] = argv[1];
	words[2] = (char *)"compose";
	for (int i = 2; i < argc; i++)
		words[i + 1] = argv[i];
	return run_words(cli, argc + 1, words);
}

static int run_compose(Cli *cli, int argc, char **argv)
{
	bool completes = argc > 1 && strcmp(argv[0], command_complete.names) == 0 &&
			 strcmp(argv[1], "--") == 0;
	return completes ? complete_compose_alone(cli, argc, argv) : compose_main(cli, argc, argv);
}

int main(int argc, char **argv)
{
	g_autofree char *name = g_path_get_basename(argv[0]);
	Cli cli = {.program = name, .connect = connect_engine};
	signal(SIGPIPE, SIG_IGN);
	int code = is_compose(name) ? run_compose(&cli, argc - 1, argv + 1)
				    : run_line(&cli, argc - 1, argv + 1);
	fflush(stdout);
	return code;
}
