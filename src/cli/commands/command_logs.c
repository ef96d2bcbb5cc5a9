#include "cli/common/each.h"
#include "cli/common/flags.h"
#include "cli/common/stream.h"

#include "base/error.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"details", 0, BOOL, "show attributes of the log lines"},
	{"follow", 'f', BOOL, "follow new output"},
	{"since", 0, STRING, "from this time on, or since a duration ago (10m)"},
	{"tail", 'n', STRING, "number of lines from the end (all)"},
	{"timestamps", 't', BOOL, "show times"},
	{"until", 0, STRING, "up to this time"},
	{0},
};

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) container = NULL;
	g_auto(Response) response = {.fd = -1};
	bool tty = is_container_tty(cli, cli->args[0], &container, &error);
	g_autofree char *since = container != NULL ? flag_time(cli, "since", &error) : NULL,
			*until = since != NULL ? flag_time(cli, "until", &error) : NULL;
	if (container == NULL || since == NULL || until == NULL)
		return cli_fail(cli, error);
	g_autofree char *tail =
		client_escape(flag_given(cli, "tail") ? flag_text(cli, "tail") : "all");
	g_autofree char *path = g_strdup_printf("/containers/%s/"
						"logs?stdout=1&stderr=1&follow=%d&timestamps=%d&"
						"details=%d&tail=%s&since=%s&until=%s",
		json_str(container, "Id"), flag_bool(cli, "follow", false),
		flag_bool(cli, "timestamps", false), flag_bool(cli, "details", false), tail, since,
		until);
	if (!client_send(cli->client, "GET", path, NULL, &response, &error) ||
		!stream_copy(&response.body, tty, &error))
		return cli_fail(cli, error);
	return EXIT_SUCCESS;
}

const Command command_logs = {
	.names = "logs|container logs",
	.usage = "[OPTIONS] CONTAINER",
	.summary = "Show the logs of a container",
	.example = "logs -f --since 10m web",
	.completes = "containers",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
