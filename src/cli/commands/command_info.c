#include "cli/common/flags.h"
#include "cli/common/format.h"

#include "base/size.h"
#include "cli/common/docker_types.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {{"format", 'f', STRING, "json or a Go template"}, {0}};

/* A line of the text: its label, the field, and how it is written. */
static const struct {
	const char *label, *field;
	enum { TEXT, NUMBER, SIZE, YESNO } kind;
} lines[] = {{" Containers", "Containers", NUMBER}, {"  Running", "ContainersRunning", NUMBER},
	{"  Paused", "ContainersPaused", NUMBER}, {"  Stopped", "ContainersStopped", NUMBER},
	{" Images", "Images", NUMBER}, {" Server Version", "ServerVersion", TEXT},
	{" Storage Driver", "Driver", TEXT}, {" Logging Driver", "LoggingDriver", TEXT},
	{" Cgroup Driver", "CgroupDriver", TEXT}, {" Cgroup Version", "CgroupVersion", TEXT},
	{" Swarm", "Swarm.LocalNodeState", TEXT}, {" Default Runtime", "DefaultRuntime", TEXT},
	{" Init Binary", "InitBinary", TEXT}, {" Kernel Version", "KernelVersion", TEXT},
	{" Operating System", "OperatingSystem", TEXT}, {" OSType", "OSType", TEXT},
	{" Architecture", "Architecture", TEXT}, {" CPUs", "NCPU", NUMBER},
	{" Total Memory", "MemTotal", SIZE}, {" Name", "Name", TEXT}, {" ID", "ID", TEXT},
	{" Docker Root Dir", "DockerRootDir", TEXT}, {" Debug Mode", "Debug", YESNO},
	{" Experimental", "ExperimentalBuild", YESNO},
	{" Live Restore Enabled", "LiveRestoreEnabled", YESNO}};

/* What the Container Device Interface gives. */
static void print_devices(const json_t *info)
{
	json_t *folders = json_object_get(info, "CDISpecDirs"),
	       *devices = json_object_get(info, "DiscoveredDevices"), *device;
	size_t i;
	if (json_filled(folders))
		print_to(stdout, "%s\n", " CDI spec directories:");
	for (i = 0; i < json_array_size(folders); i++)
		print_to(stdout, "  %s\n", json_elem(folders, i));
	if (json_filled(devices))
		print_to(stdout, "%s\n", " Discovered Devices:");
	json_array_foreach (devices, i, device)
		print_to(stdout, "  %s: %s\n", json_str(device, "Source"), json_str(device, "ID"));
}

static void print_security(const json_t *info)
{
	json_t *options = json_object_get(info, "SecurityOptions");
	print_to(stdout, "%s\n", " Security Options:");
	for (size_t i = 0; i < json_array_size(options); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(options, i), ",", 2);
		print_to(stdout, "  %s\n", parts[0] + strcspn(parts[0], "=") + 1);
		if (parts[1] != NULL)
			print_to(stdout, "   Profile: %s\n", parts[1] + strcspn(parts[1], "=") + 1);
	}
}

static void print_server(const json_t *info)
{
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autofree char *size = size_human_binary((double)json_int(info, lines[i].field));
		print_to(stdout, "%s: ", lines[i].label);
		if (lines[i].kind == NUMBER)
			print_to(stdout, "%d\n", (int)json_int(info, lines[i].field));
		else
			print_to(stdout, "%s\n",
				lines[i].kind == SIZE ? size
				: lines[i].kind == YESNO
					? (json_bool(info, lines[i].field) ? "true" : "false")
					: json_str(info, lines[i].field));
		if (strcmp(lines[i].field, "CgroupVersion") == 0)
			print_devices(info);
		else if (strcmp(lines[i].field, "InitBinary") == 0)
			print_security(info);
	}
}

/* Together with the command line's own information. */
static int print_format(const char *format, json_t *info)
{
	json_object_set_new(info, "ClientInfo",
		json_pack("{s:b, s:s, s:s, s:s, s:s, s:s, s:s, s:[], s:n}", "Debug", false,
			"Version", BERTH_VERSION, "DefaultAPIVersion", CLIENT_API_VERSION,
			"GitCommit", BERTH_COMMIT, "Os", "linux", "BuildTime", BERTH_BUILD_TIME,
			"Context", "default", "Plugins", "Warnings"));
	return format_print("", format, docker_info, info);
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) info = client_call(cli->client, "GET", "/info", NULL, &error);
	const char *format = flag_text(cli, "format");
	if (info == NULL && *format != '\0')
		return cli_fail(cli, error);
	if (*format != '\0')
		return print_format(format, info);
	print_to(stdout,
		"Client:\n Version:    %s\n Context:    default\n Debug Mode: false\n\nServer:\n",
		BERTH_VERSION);
	if (info == NULL) {
		fflush(stdout);
		return cli_fail(cli, error);
	}
	print_server(info);
	putchar('\n');
	cli_print_warnings(info, "");
	return EXIT_SUCCESS;
}

const Command command_info = {
	.names = "info|system info",
	.usage = "[OPTIONS]",
	.summary = "Show information on the engine",
	.example = "info -f '{{.Driver}}'",
	.flags = flags,
	.min_args = 0,
	.max_args = 0,
	.run = run,
};
