#include "cli/common/cli.h"

#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {{"format", 'f', STRING, "json or a Go template"}, {0}};

static int run(Cli *cli)
{
	enum { TEMPLATE_ERROR = 64 };
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) server = client_call(cli->client, "GET", "/version", NULL, &error);
	const char *format = flag_text(cli, "format"),
		   *arch = sizeof(void *) == 8 ? json_str(server, "Arch") : "";
	g_autoptr(json_t) both = json_pack(
		"{s:{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}, s:O?}", "Client", "Version",
		BERTH_VERSION, "ApiVersion", "1.51", "APIVersion", "1.51", "DefaultAPIVersion",
		"1.51", "GitCommit", BERTH_COMMIT, "Os", "linux", "Arch", arch, "BuildTime",
		BERTH_BUILD_TIME, "Context", "default", "Server", server);
	if (*format != '\0') {
		g_autoptr(GError) problem = NULL;
		if (server != NULL)
			json_object_set(
				server, "APIVersion", json_object_get(server, "ApiVersion"));
		if (!format_value(format, both, &problem)) {
			print_to(stderr, "%s\n", problem->message);
			return TEMPLATE_ERROR;
		}
		return server != NULL ? EXIT_SUCCESS : cli_fail(cli, error);
	}
	print_to(stdout,
		"Client: Berth\n Version:           %s\n API version:       1.51\n Git commit:     "
		" "
		"  %s\n Built:             %s\n Context:           default\n",
		BERTH_VERSION, BERTH_COMMIT, BERTH_BUILD_TIME);
	if (server == NULL) {
		fflush(stdout);
		return cli_fail(cli, error);
	}
	print_to(stdout,
		"\nServer: %s\n Engine:\n  Version:          %s\n  API version:      %s (minimum "
		"version %s)\n  Git commit:       %s\n  Built:            %s\n"
		"  OS/Arch:          %s/%s\n  Experimental:     false\n",
		json_str(server, "Platform.Name"), json_str(server, "Version"),
		json_str(server, "ApiVersion"), json_str(server, "MinAPIVersion"),
		json_str(server, "GitCommit"), json_str(server, "BuildTime"),
		json_str(server, "Os"), json_str(server, "Arch"));
	cli_print_warnings(server, "");
	return EXIT_SUCCESS;
}

const Command command_version = {
	.names = "version",
	.usage = "[OPTIONS]",
	.summary = "Show the versions of client and engine",
	.flags = flags,
	.min_args = 0,
	.max_args = 0,
	.run = run,
};
