#include "cli/common/flags.h"
#include "cli/common/stream.h"
#include "cli/container/request.h"

#include "base/error.h"
#include "base/fd.h"

#include <stdio.h>
#include <stdlib.h>

static const Flag flags[] = {
	{"detach", 'd', BOOL, "run in the background"},
	{"detach-keys", 0, STRING, "keys that detach from the command"},
	{"env", 'e', LIST, "set an environment variable"},
	{"env-file", 0, LIST, "read environment variables from a file"},
	{"interactive", 'i', BOOL, "keep standard input open"},
	{"privileged", 0, BOOL, "give the container all privileges"},
	{"tty", 't', BOOL, "give it a terminal"},
	{"user", 'u', STRING, "user and group"},
	{"workdir", 'w', STRING, "folder to start in"},
	{0},
};

static json_t *request(Cli *cli, bool detach, bool tty, GError **error)
{
	json_t *env = flag_check(cli, "env", error) ? flag_environment(cli, error) : NULL;
	if (env == NULL)
		return NULL;
	json_t *argv = json_array();
	int rows, columns;
	for (int i = 1; i < cli->arg_count; i++)
		json_array_append_new(argv, json_lenient(cli->args[i]));
	terminal_size(&rows, &columns);
	return json_pack("{s:b, s:b, s:b, s:b, s:s, s:o, s:o, s:b, s:s, s:s, s:[i, i]}",
		"AttachStdin", !detach && flag_bool(cli, "interactive", false), "AttachStdout",
		!detach, "AttachStderr", !detach, "Tty", tty, "DetachKeys", detach_keys(cli), "Env",
		env, "Cmd", argv, "Privileged", flag_bool(cli, "privileged", false), "User",
		flag_text(cli, "user"), "WorkingDir", flag_text(cli, "workdir"), "ConsoleSize",
		rows, columns);
}

static int exit_code(Cli *cli, const char *id)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = g_strdup_printf("/exec/%s/json", id);
	g_autoptr(json_t) answer = client_call(cli->client, "GET", path, NULL, &error);
	return answer != NULL ? (int)json_int(answer, "ExitCode") : cli_fail(cli, error);
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	bool detach = flag_bool(cli, "detach", false), tty = flag_bool(cli, "tty", false),
	     with_stdin = flag_bool(cli, "interactive", false);
	if (!detach && !terminal_check(tty, with_stdin, &error))
		return cli_fail(cli, error);
	g_autoptr(json_t) body = request(cli, detach, tty, &error);
	if (body == NULL)
		return cli_fail(cli, error);
	g_autofree char *name = client_escape(cli->args[0]),
			*create = g_strdup_printf("/containers/%s/exec", name);
	g_autoptr(json_t) made = client_call(cli->client, "POST", create, body, &error);
	if (made == NULL)
		return cli_fail(cli, error);
	const char *id = json_str(made, "Id");
	g_autofree char *start = g_strdup_printf("/exec/%s/start", id),
			*resize = g_strdup_printf("/exec/%s/resize", id);
	g_autoptr(json_t) options = json_pack("{s:b, s:b}", "Detach", detach, "Tty", tty);
	if (detach) {
		g_autoptr(json_t) answer = client_call(cli->client, "POST", start, options, &error);
		return answer != NULL ? EXIT_SUCCESS : cli_fail(cli, error);
	}
	autofd fd = client_hijack(cli->client, start, options, &error);
	if (fd < 0)
		return cli_fail(cli, error);
	Stream stream = {.fd = fd,
		.tty = tty,
		.with_stdin = with_stdin,
		.detach_keys = detach_keys(cli),
		.client = cli->client,
		.resize_path = resize};
	if (!stream_run(&stream))
		return exit_code(cli, id);
	print_to(stderr, "read escape sequence\n");
	return EXIT_FAILURE;
}

const Command command_exec = {
	.names = "exec|container exec",
	.usage = "[OPTIONS] CONTAINER COMMAND [ARG...]",
	.summary = "Run a command in a running container",
	.example = "exec -it web sh",
	.completes = "running",
	.flags = flags,
	.min_args = 2,
	.max_args = -1,
	.run = run,
	.stop_at_argument = true,
};
