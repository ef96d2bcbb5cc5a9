/* Starts a container, and follows it to its end. */
#include "cli/container/container_run.h"
#include "cli/common/flags.h"
#include "cli/common/stream.h"

#include "base/error.h"
#include "base/fd.h"

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
	g_autofree char *keys = client_escape(detach_keys(cli));
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

bool container_run_detached(Cli *cli, const char *id, GError **error)
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
		!container_run_detached(cli, id, &error))
		return cli_fail(cli, error);
	Stream stream = {.fd = fd,
		.tty = tty,
		.with_stdin = with_stdin,
		.sig_proxy = flag_bool(cli, "sig-proxy", true),
		.detach_keys = detach_keys(cli),
		.client = cli->client,
		.resize_path = resize,
		.kill_path = kill};
	if (stream_run(&stream))
		return EXIT_SUCCESS;
	return await_exit(cli, &wait, id, &code, &error) ? code : cli_fail(cli, error);
}
