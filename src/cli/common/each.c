#include "cli/common/each.h"
#include "cli/common/hint.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int each_argument(Cli *cli, const char *method, const char *path_format)
{
	int code = EXIT_SUCCESS;
	for (int i = 0; i < cli->arg_count; i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *name = client_escape(cli->args[i]);
		hints_container(cli->args[i]);
		g_auto(GStrv) around = g_strsplit(path_format, "%s", 2);
		g_autofree char *path = g_strconcat(around[0], name, around[1], NULL);
		g_autoptr(json_t) answer G_GNUC_UNUSED =
			client_call(cli->client, method, path, NULL, &error);
		if (error != NULL) {
			cli_print_error(error);
			code = EXIT_FAILURE;
		} else {
			print_to(stdout, "%s\n", cli->args[i]);
		}
	}
	return code;
}

bool is_container_tty(Cli *cli, const char *name, json_t **inspected, GError **error)
{
	g_autofree char *escaped = client_escape(name),
			*path = g_strdup_printf("/containers/%s/json", escaped);
	*inspected = client_call(cli->client, "GET", path, NULL, error);
	return json_bool(*inspected, "Config.Tty");
}
