#include "base/platform.h"
#include "cli/common/docker_types.h"
#include "cli/common/flags.h"
#include "cli/common/format.h"
#include "cli/config/contexts.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {{"format", 'f', STRING, "json or a Go template"}, {0}};

/* "Tue Sep 15 11:02:57 2026", as docker shows what the engine says in RFC 3339. */
static char *build_time_shown(const char *text)
{
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, utc);
	return time != NULL ? g_date_time_format(time, "%a %b %e %T %Y") : g_strdup(text);
}

static void show_build_times(json_t *both)
{
	size_t i;
	json_t *part, *client = json_object_get(both, "Client");
	g_autofree char *of_client = build_time_shown(json_str(client, "BuildTime"));
	json_object_set_new(client, "BuildTime", json_string(of_client));
	json_array_foreach (json_at(both, "Server.Components"), i, part) {
		g_autofree char *shown = build_time_shown(json_str(part, "Details.BuildTime"));
		if (*shown != '\0')
			json_object_set_new(
				json_object_get(part, "Details"), "BuildTime", json_string(shown));
	}
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) server = client_call(cli->client, "GET", "/version", NULL, &error);
	const char *format = flag_text(cli, "format"), *arch = platform_architecture();
	g_autoptr(json_t) both = json_pack("{s:{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}, s:O?}",
		"Client", "Version", BERTH_VERSION, "ApiVersion", CLIENT_API_VERSION,
		"DefaultAPIVersion", CLIENT_API_VERSION, "GitCommit", BERTH_COMMIT, "Os", "linux",
		"Arch", arch, "BuildTime", BERTH_BUILD_TIME, "Context", context_current(cli),
		"Server", server);
	show_build_times(both);
	if (*format != '\0') {
		int code = format_print("version", format, docker_version, both);
		return code != EXIT_SUCCESS || server != NULL ? code : cli_fail(cli, error);
	}
	print_to(stdout,
		"Client: Berth\n Version:           %s\n API version:       " CLIENT_API_VERSION
		"\n Git commit:        %s\n Built:             %s\n"
		" OS/Arch:           linux/%s\n Context:           %s\n",
		BERTH_VERSION, BERTH_COMMIT, json_str(both, "Client.BuildTime"), arch,
		context_current(cli));
	if (server == NULL) {
		fflush(stdout);
		return cli_fail(cli, error);
	}
	g_autofree char *built = build_time_shown(json_str(server, "BuildTime"));
	print_to(stdout,
		"\nServer: %s\n Engine:\n  Version:          %s\n  API version:      %s (minimum "
		"version %s)\n  Git commit:       %s\n  Built:            %s\n"
		"  OS/Arch:          %s/%s\n  Experimental:     false\n",
		json_str(server, "Platform.Name"), json_str(server, "Version"),
		json_str(server, "ApiVersion"), json_str(server, "MinAPIVersion"),
		json_str(server, "GitCommit"), built, json_str(server, "Os"),
		json_str(server, "Arch"));
	cli_print_warnings(server, "");
	return EXIT_SUCCESS;
}

const Command command_version = {
	.names = "version",
	.usage = "[OPTIONS]",
	.summary = "Show the versions of client and engine",
	.example = "version -f '{{.Server.Version}}'",
	.flags = flags,
	.min_args = 0,
	.max_args = 0,
	.run = run,
};
