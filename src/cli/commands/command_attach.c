#include "cli/common/each.h"
#include "cli/common/flags.h"
#include "cli/common/stream.h"

#include "base/error.h"
#include "base/fd.h"

#include <stdio.h>
#include <stdlib.h>

static const Flag flags[] = {
	{"detach-keys", 0, STRING, "keys that detach from the container"},
	{"no-stdin", 0, BOOL, "do not attach standard input"},
	{"sig-proxy", 0, BOOL, "forward signals to the process"},
	{0},
};

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) container = NULL;
	bool tty = is_container_tty(cli, cli->args[0], &container, &error);
	if (container == NULL)
		return cli_fail(cli, error);
	if (!json_bool(container, "State.Running") || json_bool(container, "State.Paused")) {
		print_to(stderr, "%s\n",
			json_bool(container, "State.Paused")
				? "You cannot attach to a paused container, unpause it first"
				: "You cannot attach to a stopped container, start it first");
		return EXIT_FAILURE;
	}
	bool with_stdin =
		!flag_bool(cli, "no-stdin", false) && json_bool(container, "Config.OpenStdin");
	if (!terminal_check(tty, with_stdin, &error))
		return cli_fail(cli, error);
	const char *id = json_str(container, "Id");
	g_autofree char *keys = client_escape(detach_keys(cli));
	g_autofree char *path = g_strdup_printf(
		"/containers/%s/attach?stream=1&stdin=%d&stdout=1&stderr=1&detachKeys=%s", id,
		with_stdin, keys);
	g_autofree char *resize = g_strdup_printf("/containers/%s/resize", id),
			*kill = g_strdup_printf("/containers/%s/kill", id);
	autofd fd = client_hijack(cli->client, path, NULL, &error);
	if (fd < 0)
		return cli_fail(cli, error);
	Stream stream = {.fd = fd,
		.tty = tty,
		.with_stdin = with_stdin,
		.sig_proxy = flag_bool(cli, "sig-proxy", true),
		.detach_keys = detach_keys(cli),
		.client = cli->client,
		.resize_path = resize,
		.kill_path = kill};
	if (stream_run(&stream)) {
		print_to(stderr, "read escape sequence\n");
		return EXIT_FAILURE;
	}
	g_autofree char *wait = g_strdup_printf("/containers/%s/wait", id);
	g_autoptr(json_t) answer = client_call(cli->client, "POST", wait, NULL, &error);
	return answer != NULL ? (int)json_int(answer, "StatusCode") : EXIT_SUCCESS;
}

const Command command_attach = {
	.names = "attach|container attach",
	.usage = "[OPTIONS] CONTAINER",
	.summary = "Attach to a running container",
	.example = "attach --detach-keys ctrl-x web",
	.completes = "running",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
