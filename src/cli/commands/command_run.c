#include "cli/common/cli.h"

#include "base/error.h"
#include "base/fd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECONNECTS = 100, RECONNECT_US = 100000 };

/* Attaches before the start, so that not a byte is missed. */
static int attach(Cli *cli, const char *id, bool with_stdin, GError **error)
{
	g_autoptr(json_t) list = flag_list(cli, "attach");
	bool in = false, out = json_array_size(list) == 0, err = out;
	for (size_t i = 0; i < json_array_size(list); i++) {
		g_autofree char *name = g_ascii_strdown(json_elem(list, i), -1);
		in = in || strcmp(name, "stdin") == 0;
		out = out || strcmp(name, "stdout") == 0;
		err = err || strcmp(name, "stderr") == 0;
	}
	in = (in || json_array_size(list) == 0) && with_stdin;
	g_autofree char *keys = client_escape(flag_text(cli, "detach-keys"));
	g_autofree char *path = g_strdup_printf(
		"/containers/%s/attach?stream=1&stdin=%d&stdout=%d&stderr=%d&detachKeys=%s", id, in,
		out, err, keys);
	return client_hijack(cli->client, path, NULL, error);
}

/* The exit code. If the engine is restarted meanwhile, it is asked again: the container ran on. */
static bool await_exit(Cli *cli, Response *wait, const char *id, int *code, GError **error)
{
	size_t length;
	g_autofree char *text = http_body_read_all(&wait->body, 1 << 20, &length, NULL);
	g_autoptr(json_t) answer =
		text != NULL && length > 0 ? json_parse(text, length, NULL) : NULL;
	for (int i = 0; answer == NULL && i < RECONNECTS; i++) {
		g_autofree char *path = g_strdup_printf("/containers/%s/wait", id);
		g_clear_error(error);
		answer = client_call(cli->client, "POST", path, NULL, error);
		if (answer == NULL && (*error)->code != BERTH_ERROR_UNAVAILABLE)
			return false;
		if (answer == NULL)
			g_usleep(RECONNECT_US);
	}
	*code = (int)json_int(answer, "StatusCode");
	return answer != NULL;
}

static bool start(Cli *cli, const char *id, GError **error)
{
	g_autofree char *path = g_strdup_printf("/containers/%s/start", id);
	g_autoptr(json_t) answer = client_call(cli->client, "POST", path, NULL, error);
	return answer != NULL;
}

int container_run_attached(Cli *cli, const char *id, bool tty, bool with_stdin, bool removed)
{
	g_autoptr(GError) error = NULL;
	g_auto(Response) wait = {.fd = -1};
	int code = 0;
	g_autofree char *wait_path = g_strdup_printf(
		"/containers/%s/wait?condition=%s", id, removed ? "removed" : "next-exit");
	g_autofree char *resize = g_strdup_printf("/containers/%s/resize", id),
			*kill = g_strdup_printf("/containers/%s/kill", id);
	autofd fd = attach(cli, id, with_stdin, &error);
	if (fd < 0 || !client_send(cli->client, "POST", wait_path, NULL, &wait, &error) ||
		!start(cli, id, &error))
		return cli_fail(cli, error);
	Stream stream = {.fd = fd,
		.tty = tty,
		.with_stdin = with_stdin,
		.sig_proxy = flag_bool(cli, "sig-proxy", true),
		.detach_keys = flag_text(cli, "detach-keys"),
		.client = cli->client,
		.resize_path = resize,
		.kill_path = kill};
	if (stream_run(&stream))
		return EXIT_SUCCESS;
	return await_exit(cli, &wait, id, &code, &error) ? code : cli_fail(cli, error);
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	bool detach = flag_bool(cli, "detach", false);
	if (detach && flag_given(cli, "attach")) {
		fail(&error, BERTH_ERROR_UNAVAILABLE, "Conflicting options: -a and -d");
		return cli_fail(cli, error);
	}
	if (!detach && !terminal_check(flag_bool(cli, "tty", false),
			       flag_bool(cli, "interactive", false), &error)) {
		cli_print_error(error);
		return EXIT_FAILURE;
	}
	g_autofree char *id = container_create(cli, &error);
	if (id == NULL)
		return cli_fail(cli, error);
	if (!detach)
		return container_run_attached(cli, id, flag_bool(cli, "tty", false),
			flag_bool(cli, "interactive", false), flag_bool(cli, "rm", false));
	if (!start(cli, id, &error))
		return cli_fail(cli, error);
	print_to(stdout, "%s\n", id);
	return EXIT_SUCCESS;
}

const Command command_run = {
	.names = "run|container run",
	.usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
	.summary = "Make a container of an image and run a command in it",
	.example = "run -d --name web -p 8080:80 -v data:/srv nginx",
	.flags = container_flags,
	.min_args = 1,
	.max_args = -1,
	.run = run,
	.stop_at_argument = true,
	.failure = 125,
};
