#include "cli/common/each.h"
#include "cli/common/flags.h"
#include "cli/common/hint.h"
#include "cli/common/stream.h"

#include "base/error.h"
#include "base/fd.h"

#include <stdio.h>
#include <stdlib.h>

static const Flag flags[] = {
	{"attach", 'a', BOOL, "attach to its output, and forward signals"},
	{"detach-keys", 0, STRING, "keys that detach from the container"},
	{"interactive", 'i', BOOL, "attach to its input"},
	{0},
};

static bool start(Cli *cli, const char *name, GError **error)
{
	g_autofree char *escaped = client_escape(name),
			*path = g_strdup_printf("/containers/%s/start", escaped);
	g_autoptr(json_t) answer = client_call(cli->client, "POST", path, NULL, error);
	return answer != NULL;
}

static int start_attached(Cli *cli, const char *name)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) container = NULL, answer = NULL;
	g_auto(Response) wait = {.fd = -1};
	bool tty = is_container_tty(cli, name, &container, &error);
	if (container == NULL)
		return cli_fail(cli, error);
	const char *id = json_str(container, "Id");
	bool with_stdin =
		flag_bool(cli, "interactive", false) && json_bool(container, "Config.OpenStdin");
	g_autofree char *keys = client_escape(detach_keys(cli));
	g_autofree char *path = g_strdup_printf(
		"/containers/%s/attach?stream=1&stdin=%d&stdout=1&stderr=1&detachKeys=%s", id,
		with_stdin, keys);
	g_autofree char *wait_path = g_strdup_printf("/containers/%s/wait?condition=%s", id,
		json_bool(container, "HostConfig.AutoRemove") ? "removed" : "next-exit");
	g_autofree char *resize = g_strdup_printf("/containers/%s/resize", id),
			*kill = g_strdup_printf("/containers/%s/kill", id);
	autofd fd = client_hijack(cli->client, path, NULL, &error);
	if (fd < 0 || !client_send(cli->client, "POST", wait_path, NULL, &wait, &error) ||
		!start(cli, id, &error))
		return cli_fail(cli, error);
	Stream stream = {.fd = fd,
		.tty = tty,
		.with_stdin = with_stdin,
		.sig_proxy = true,
		.detach_keys = detach_keys(cli),
		.client = cli->client,
		.resize_path = resize,
		.kill_path = kill};
	if (stream_run(&stream))
		return EXIT_SUCCESS;
	size_t length;
	g_autofree char *text = http_body_read_all(&wait.body, 1 << 20, &length, &error);
	answer = text != NULL ? json_parse(text, length, &error) : NULL;
	return answer != NULL ? (int)json_int(answer, "StatusCode") : cli_fail(cli, error);
}

static int run(Cli *cli)
{
	g_autoptr(GPtrArray) failed = g_ptr_array_new();
	hints_container(cli->args[0]);
	if (flag_bool(cli, "attach", false) || flag_bool(cli, "interactive", false)) {
		if (cli->arg_count == 1)
			return start_attached(cli, cli->args[0]);
		print_to(stderr, "you cannot start and attach multiple containers at once\n");
		return EXIT_FAILURE;
	}
	for (int i = 0; i < cli->arg_count; i++) {
		g_autoptr(GError) error = NULL;
		hints_container(cli->args[i]);
		if (start(cli, cli->args[i], &error)) {
			print_to(stdout, "%s\n", cli->args[i]);
			continue;
		}
		cli_print_error(error);
		g_ptr_array_add(failed, cli->args[i]);
	}
	if (failed->len == 0)
		return EXIT_SUCCESS;
	g_ptr_array_add(failed, NULL);
	g_autofree char *list = g_strjoinv(", ", (char **)failed->pdata);
	print_to(stderr, "Error: failed to start containers: %s\n", list);
	return EXIT_FAILURE;
}

const Command command_start = {
	.names = "start|container start",
	.usage = "[OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Start stopped containers",
	.example = "start -a web",
	.completes = "stopped*",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
