/* Errors in the form of Docker's client; and running one command from another. */
#include "cli/common/cli.h"
#include "cli/common/flags.h"
#include "cli/common/hint.h"

#include "base/error.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cli_flush(void)
{
	if (fflush(stdout) == 0 || errno != EPIPE)
		return;
	/* SIGPIPE is ignored for sockets; without this a writer would go on after its reader has gone. */
	signal(SIGPIPE, SIG_DFL);
	raise(SIGPIPE);
}

void cli_print_error(const GError *error)
{
	/* Docker's client trims an error's white space. */
	g_autofree char *answer = g_strstrip(g_strdup(error->message));
	bool answered = is_answer(error);
	print_to(stderr, "%s%s\n", answered ? "Error response from daemon: " : "",
		answered ? answer : error->message);
	hint_print(error->message);
}

void cli_print_warnings(const json_t *answer, const char *before)
{
	const json_t *warnings = json_object_get(answer, "Warnings");
	fflush(stdout);
	for (size_t i = 0; i < json_array_size(warnings); i++)
		print_to(stderr, "%s%s\n", before, json_elem(warnings, i));
}

/* "container run" is "run" in Docker's hint. */
static const char *short_name(const char *called)
{
	static const char group[] = "container ";
	return g_str_has_prefix(called, group) ? called + strlen(group) : called;
}

int cli_fail(Cli *cli, const GError *error)
{
	bool framed = cli->command->failure != 0;
	if (!is_answer(error) && g_str_has_prefix(error->message, "invalid argument \""))
		return cli_usage_error(cli, error);
	if (framed)
		print_to(stderr, "%s: ", cli->program);
	cli_print_error(error);
	if (framed)
		print_to(stderr, "\nRun '%s %s --help' for more information\n", cli->program,
			short_name(cli->called));
	if (!framed)
		return EXIT_FAILURE;
	/* As Docker's client: by the words of the engine's error. */
	const char *text = error->message;
	bool of_engine = is_answer(error);
	if (of_engine && (strstr(text, "executable file not found") ||
				 strstr(text, "no such file or directory")))
		return 127;
	if (of_engine && (strstr(text, "permission denied") || strstr(text, "is a directory")))
		return 126;
	return cli->command->failure;
}

int cli_usage_error(Cli *cli, const GError *error)
{
	print_to(stderr, "%s\n\n", error->message);
	flags_usage(cli, false);
	print_to(stderr, "\nRun '%s %s --help' for more information\n", cli->program, cli->called);
	return 125;
}

int cli_run(const Cli *cli, const Command *command, char *const *argv)
{
	g_autoptr(GError) error = NULL;
	Cli other = *cli;
	other.command = command;
	other.called = command->names;
	other.outer = NULL;
	if (!flags_parse(&other, (int)g_strv_length((char **)argv), (char **)argv, &error))
		return cli_usage_error(&other, error);
	return command->run(&other);
}
