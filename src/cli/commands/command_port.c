#include "cli/common/cli.h"
#include "cli/container/ports.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *name = client_escape(cli->args[0]),
			*path = g_strdup_printf("/containers/%s/json", name);
	g_autoptr(json_t) container = client_call(cli->client, "GET", path, NULL, &error);
	if (container == NULL)
		return cli_fail(cli, error);
	json_t *ports = json_at(container, "NetworkSettings.Ports"), *bindings, *binding;
	g_autofree char *wanted = cli->arg_count < 2 ? NULL
				  : strchr(cli->args[1], '/') != NULL
					  ? g_strdup(cli->args[1])
					  : g_strconcat(cli->args[1], "/tcp", NULL);
	const char *port;
	size_t i, found = 0;
	json_object_foreach (ports, port, bindings)
		json_array_foreach (bindings, i, binding) {
			if (wanted != NULL && strcmp(wanted, port) != 0)
				continue;
			if (wanted == NULL)
				print_to(stdout, "%s -> ", port);
			const char *ip = json_str(binding, "HostIp");
			print_to(stdout, "%s%s%s:%s\n", ip_bracket(ip, true), ip,
				ip_bracket(ip, false), json_str(binding, "HostPort"));
			found++;
		}
	if (wanted == NULL || found > 0)
		return EXIT_SUCCESS;
	print_to(stderr, "Error: No public port '%s' published for %s\n", cli->args[1],
		cli->args[0]);
	return EXIT_FAILURE;
}

const Command command_port = {
	.names = "port|container port",
	.usage = "CONTAINER [PRIVATE_PORT[/PROTO]]",
	.summary = "Show the published ports of a container",
	.example = "port web 80",
	.completes = "containers",
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
