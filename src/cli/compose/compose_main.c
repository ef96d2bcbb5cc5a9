/* berth compose, docker-compose: its flags, its commands, and the project that they are about. */
#include "cli/common/flags.h"
#include "cli/compose/compose.h"

#include "base/error.h"
#include "base/nearest.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const Flag flags[] = {
	{"all-resources", 0, BOOL, "include resources that no service uses"},
	{"ansi", 0, STRING, "control characters: never, always or auto"},
	{"compatibility", 0, BOOL, "container names with underscores, as in version 1"},
	{"dry-run", 0, BOOL, "print what would be done, and do nothing"},
	{"env-file", 0, LIST, "file with variables, in place of .env"},
	{"file", 'f', LIST, "the project's files (- reads standard input)"},
	{"parallel", 0, INT, "number of services to handle in parallel (-1: no limit)"},
	{"profile", 0, LIST, "enable the services of a profile"},
	{"progress", 0, STRING, "auto, tty, plain, json or quiet"},
	{"project-directory", 0, STRING, "base folder of relative paths"},
	{"project-name", 'p', STRING, "name of the project"},
	{"verbose", 0, BOOL, "report each batch of changes that watch has handled"},
	{"no-ansi", 0, BOOL, "no control characters (deprecated: --ansi never)"},
	{"workdir", 0, STRING, "the same as --project-directory (deprecated)"},
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

static bool is_group(const char *words)
{
	g_autofree char *prefix = g_strconcat(words, " ", NULL);
	for (int i = 0; compose_commands[i] != NULL; i++)
		if (g_str_has_prefix(compose_commands[i]->names, prefix))
			return true;
	return false;
}

/* "bridge", "bridge transformations": the group of commands that the first words name; used: how many do. "": none. */
static char *find_group(int count, char **words, int *used)
{
	g_autofree char *group = g_strdup("");
	for (*used = 0; *used < count; (*used)++) {
		g_autofree char *longer =
			g_strconcat(group, *used > 0 ? " " : "", words[*used], NULL);
		if (!is_group(longer))
			break;
		g_free(group);
		group = g_steal_pointer(&longer);
	}
	return g_steal_pointer(&group);
}

/* The command that a misspelt word of a group ("bridge"; "": none) may mean, as a line of its own. The caller frees it; "": none is near. */
static char *suggestion(const char *program, const char *group, const char *word)
{
	g_autofree char *wrong = g_strconcat(group, *group != '\0' ? " " : "", word, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	for (int i = 0; compose_commands[i] != NULL; i++)
		g_ptr_array_add(names, g_strndup(compose_commands[i]->names,
					       strcspn(compose_commands[i]->names, "|")));
	g_ptr_array_add(names, NULL);
	const char *near = words_nearest(wrong, (const char *const *)names->pdata);
	return near != NULL ? g_strdup_printf("\nDid you mean '%s compose %s'?\n", program, near)
			    : g_strdup("");
}

/* What follows no command's name: a group's help, or what is wrong. */
static int run_no_command(const char *program, int count, char **words)
{
	int used = 0;
	g_autofree char *group = find_group(count, words, &used);
	if (used > 0 && (used == count || strcmp(words[used], "--help") == 0)) {
		g_autofree char *prefix = g_strconcat(group, " ", NULL);
		print_to(stdout, "Usage:  %s compose %s COMMAND\n\nCommands:\n", program, group);
		print_commands(prefix);
		return EXIT_SUCCESS;
	}
	const char *space = used > 0 ? " " : "";
	g_autofree char *meant = suggestion(program, group, words[used]);
	print_to(stderr,
		"unknown %s command: \"compose %s%s%s\"\n%s\nRun '%s compose %s%s--help' for more "
		"information\n",
		program, group, space, words[used], meant, program, group, space);
	return EXIT_FAILURE;
}

static void print_help(const char *program)
{
	bool alone = strcmp(program, "docker-compose") == 0;
	print_to(stdout,
		"Usage:  %s %s[OPTIONS] COMMAND\n\nDefine and run applications of several "
		"containers\n\nExample:\n  %s %sup -d --wait\n\nOptions:\n",
		program, alone ? "" : "compose ", program, alone ? "" : "compose ");
	flags_print(flags);
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

/* In the words of Docker Compose, which has them of its library. NULL: there are as many arguments as there are to be. */
static char *arguments_wrong(const Cli *cli, const char *called)
{
	const Command *command = cli->command;
	int least = command->min_args, most = command->max_args, count = cli->arg_count;
	if (count >= least && (most < 0 || count <= most))
		return NULL;
	if (most == 0)
		return g_strdup_printf(
			"unknown command \"%s\" for \"%s %s\"", cli->args[0], cli->program, called);
	if (most < 0)
		return g_strdup_printf(
			"requires at least %d arg(s), only received %d", least, count);
	if (least == most)
		return g_strdup_printf("%s: '%s %s' requires %d argument%s", cli->program,
			cli->program, called, least, least == 1 ? "" : "s");
	return least == 0 ? g_strdup_printf("accepts at most %d arg(s), received %d", most, count)
			  : g_strdup_printf("accepts between %d and %d arg(s), received %d", least,
				    most, count);
}

/* A flag, or else a variable. */
static const char *global_choice(const Cli *cli, const char *flag, const char *variable)
{
	const char *own = flag_text(cli, flag), *env = getenv(variable);
	return *own == '\0' && env != NULL ? env : own;
}

static bool check_progress(const Cli *cli, GError **error)
{
	static const char *const kinds[] = {
		"", "auto", "tty", "plain", "quiet", "none", "json", NULL};
	const char *progress = global_choice(cli, "progress", "COMPOSE_PROGRESS"),
		   *ansi = flag_bool(cli, "no-ansi", false)
				   ? "never"
				   : global_choice(cli, "ansi", "COMPOSE_ANSI");
	if (strcmp(progress, "tty") == 0 && strcmp(ansi, "never") == 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"can't use --progress tty while ANSI support is disabled");
	if (strcmp(progress, "plain") == 0 && strcmp(ansi, "always") == 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"can't use --progress plain while ANSI support is forced");
	return g_strv_contains(kinds, progress) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "unsupported --progress value \"%s\"",
		       progress);
}

/* A flag and its older name are not given at once. */
static bool check_old_names(const Cli *cli, GError **error)
{
	if (flag_bool(cli, "no-ansi", false) && flag_given(cli, "ansi") &&
		strcmp(flag_text(cli, "ansi"), "auto") != 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"cannot specify DEPRECATED \"--no-ansi\" and \"--ansi\". Please use only "
			"\"--ansi\"");
	return *flag_text(cli, "workdir") == '\0' || *flag_text(cli, "project-directory") == '\0' ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "cannot specify DEPRECATED \"--workdir\" and \"--project-directory\". "
		       "Please "
		       "use only \"--project-directory\" instead");
}

static int run(Cli *cli, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	const Command *command = cli->command;
	g_autofree char *name = g_strndup(command->names, strcspn(command->names, "|")),
			*called = g_strconcat("compose ", name, NULL);
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
	g_autofree char *wrong = arguments_wrong(cli, called);
	if (wrong != NULL) {
		print_to(stderr, "%s\n\nUsage:  %s %s %s\n", wrong, cli->program, called,
			command->usage);
		return EXIT_FAILURE;
	}
	if (cli->warning != NULL)
		compose_warn("%s", cli->warning);
	flag_to_outer(cli, "progress");
	if (!check_progress(cli->outer, &error))
		return compose_fail(error);
	return cli->connect(cli, &error) ? command->run(cli) : compose_fail(error);
}

/* How many services are worked on at once: by flag, or by the environment. False with error. */
static bool set_parallel(const Cli *cli, GError **error)
{
	const char *text = getenv("COMPOSE_PARALLEL_LIMIT");
	gint64 limit = 0;
	if (text != NULL && *text != '\0' &&
		!g_ascii_string_to_signed(text, 10, INT_MIN, INT_MAX, &limit, NULL))
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"COMPOSE_PARALLEL_LIMIT must be an integer (found: \"%s\")", text);
	graph_set_parallel((int)flag_int(cli, "parallel", (int)limit));
	return true;
}

static void tell_deprecated(const Cli *cli)
{
	static const char *const flags_of[][2] = {
		{"no-ansi", "option '--no-ansi' is DEPRECATED ! Please use '--ansi' instead."},
		{"workdir", "option '--workdir' is DEPRECATED at root level! Please use "
			    "'--project-directory' instead."}};
	for (size_t i = 0; i < G_N_ELEMENTS(flags_of); i++)
		if (flag_given(cli, flags_of[i][0]))
			print_to(stderr, "%s\n", flags_of[i][1]);
}

/* As if they were the shell's. Which env files there are, and the default of --progress, is known before. */
static void take_variables(Cli *sub)
{
	static const char *const known[] = {
		"COMPOSE_DISABLE_ENV_FILE", "COMPOSE_ENV_FILES", "COMPOSE_PROGRESS", NULL};
	g_auto(ProjectOptions) options = {0};
	compose_options(sub, &options);
	g_autoptr(json_t) found = project_own_variables(&options);
	const char *name;
	json_t *value;
	json_object_foreach (found, name, value)
		if (!g_strv_contains(known, name))
			g_setenv(name, json_string_value(value), false);
}

enum { INTERRUPTED = 130 };

static void leave(int signal G_GNUC_UNUSED)
{
	_exit(INTERRUPTED);
}

/* Docker's client, which starts us as a plugin, passes a code on, but no death by a signal. */
static void leave_at_signals(void)
{
	struct sigaction action = {.sa_handler = leave};
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

int compose_main(Cli *cli, int argc, char **argv)
{
	leave_at_signals();
	g_autoptr(GError) error = NULL;
	cli->command = &compose_command;
	if (!flags_parse(cli, argc, argv, &error)) {
		print_to(stderr, "%s\n\nRun '%s compose --help' for more information\n",
			error->message, cli->program);
		return EXIT_FAILURE;
	}
	char *no_words[] = {NULL};
	Cli sub = *cli;
	sub.outer = cli;
	if (!check_old_names(cli, &error))
		return compose_fail(error);
	tell_deprecated(cli);
	take_variables(&sub);
	if (!set_parallel(cli, &error))
		return compose_fail(error);
	if (flag_given(cli, "version")) {
		sub.command = &compose_version_command;
		return run(&sub, 0, no_words);
	}
	if (cli->arg_count == 0 || flag_given(cli, "help") || strcmp(cli->args[0], "help") == 0) {
		print_help(cli->program);
		return EXIT_SUCCESS;
	}
	int words = find_words(cli->arg_count, cli->args, &sub.command);
	if (words == 0)
		return run_no_command(cli->program, cli->arg_count, cli->args);
	int code = run(&sub, cli->arg_count - words, cli->args + words);
	fflush(stdout);
	return code;
}
