/* `port`: where a port of a service is published. */
#include "cli/common/flags.h"
#include "cli/compose/compose.h"
#include "cli/container/ports.h"

#include "base/error.h"
#include "base/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag port_flags[] = {
	{"index", 0, INT, "number of the service's container"},
	{"protocol", 0, STRING, "tcp or udp"},
	{0},
};

static bool port_number(const char *text, guint64 *number, GError **error)
{
	enum { BITS = 16 };
	const char *why = number_parse_unsigned(text, 10, BITS, number);
	g_autofree char *problem = why != NULL ? number_problem("ParseUint", text, why) : NULL;
	return problem == NULL || fail(error, BERTH_ERROR_UNAVAILABLE, "%s", problem);
}

static int run_port(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	guint64 wanted = 0;
	if (!port_number(cli->args[1], &wanted, &error))
		return compose_fail(error);
	g_autoptr(Project) project = compose_project_anyhow(cli, &error);
	const char *protocol =
		*flag_text(cli, "protocol") != '\0' ? flag_text(cli, "protocol") : "tcp";
	g_autoptr(json_t) containers =
		project != NULL
			? project_containers(cli->client, project->name, false, false, &error)
			: NULL;
	const json_t *container = containers != NULL
					  ? container_at(containers, cli->args[0],
						    (int)flag_int(cli, "index", 0), &error)
					  : NULL;
	size_t i;
	json_t *port;
	if (container == NULL)
		return compose_fail(error);
	json_array_foreach (json_object_get(container, "Ports"), i, port)
		if (json_int(port, "PrivatePort") == (json_int_t)wanted &&
			json_int(port, "PublicPort") != 0 &&
			strcmp(json_str(port, "Type"), protocol) == 0) {
			const char *ip = json_str(port, "IP");
			print_to(stdout, "%s%s%s:%d\n", ip_bracket(ip, true), ip,
				ip_bracket(ip, false), (int)json_int(port, "PublicPort"));
			return EXIT_SUCCESS;
		}
	g_autoptr(GString) others = g_string_new("");
	json_array_foreach (json_object_get(container, "Ports"), i, port)
		g_string_append_printf(others, "%s%d/%s", i > 0 ? ", " : "",
			(int)json_int(port, "PublicPort"), json_str(port, "Type"));
	print_to(stderr, "no port %s/%s for container %s: %s\n", cli->args[1], protocol,
		container_name(container), others->str);
	return EXIT_FAILURE;
}

const Command compose_port_command = {.names = "port",
	.usage = "[OPTIONS] SERVICE PRIVATE_PORT",
	.summary = "Print the public address of a port",
	.example = "port web 80",
	.completes = "services",
	.flags = port_flags,
	.min_args = 2,
	.max_args = 2,
	.run = run_port};
