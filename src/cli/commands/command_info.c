#include "cli/common/flags.h"
#include "cli/common/format.h"
#include "cli/config/contexts.h"

#include "base/size.h"
#include "cli/common/docker_types.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {{"format", 'f', STRING, "json or a Go template"}, {0}};

/* A list below its heading; nothing where it is empty. */
static void print_list(const char *heading, const char *before, const json_t *list)
{
	if (json_filled(list))
		print_to(stdout, " %s:\n", heading);
	for (size_t i = 0; i < json_array_size(list); i++)
		print_to(stdout, "  %s%s\n", before, json_elem(list, i));
}

static void print_storage(const json_t *info)
{
	const json_t *status = json_object_get(info, "DriverStatus");
	for (size_t i = 0; i < json_array_size(status); i++)
		print_to(stdout, "  %s: %s\n", json_elem(json_array_get(status, i), 0),
			json_elem(json_array_get(status, i), 1));
}

/* Docker's "plugins" of an engine are the drivers that it has. */
static void print_drivers(const json_t *info)
{
	static const char *const kinds[] = {"Volume", "Network", "Authorization", "Log"};
	print_to(stdout, "%s\n", " Plugins:");
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		const json_t *plugins = json_object_get(info, "Plugins");
		g_auto(GStrv) names = json_strv(json_object_get(plugins, kinds[i]));
		g_autofree char *text = g_strjoinv(" ", names);
		if (*text != '\0')
			print_to(stdout, "  %s: %s\n", kinds[i], text);
	}
}

static void print_runtimes(const json_t *info)
{
	json_t *runtime;
	const char *name;
	print_to(stdout, "%s", " Runtimes:");
	json_object_foreach (json_object_get(info, "Runtimes"), name, runtime)
		print_to(stdout, " %s", name);
	putchar('\n');
}

static void print_debug(const json_t *info)
{
	if (!json_bool(info, "Debug"))
		return;
	print_to(stdout, "  File Descriptors: %d\n  Goroutines: %d\n", (int)json_int(info, "NFd"),
		(int)json_int(info, "NGoroutines"));
	print_to(stdout, "  System Time: %s\n  EventsListeners: %d\n", json_str(info, "SystemTime"),
		(int)json_int(info, "NEventsListener"));
}

static void print_labels(const json_t *info)
{
	print_list("Labels", "", json_object_get(info, "Labels"));
}

static void print_registries(const json_t *info)
{
	json_t *indexes = json_at(info, "RegistryConfig.IndexConfigs"), *index;
	const char *name;
	g_autoptr(json_t) insecure = json_array();
	json_object_foreach (indexes, name, index)
		if (!json_bool(index, "Secure"))
			json_array_append_new(insecure, json_string(name));
	json_array_extend(insecure, json_at(info, "RegistryConfig.InsecureRegistryCIDRs"));
	print_list("Insecure Registries", "", insecure);
	print_list("Registry Mirrors", "", json_at(info, "RegistryConfig.Mirrors"));
}

static void print_pools(const json_t *info)
{
	json_t *pools = json_object_get(info, "DefaultAddressPools"), *pool;
	size_t i;
	if (json_filled(pools))
		print_to(stdout, "%s\n", " Default Address Pools:");
	json_array_foreach (pools, i, pool)
		print_to(stdout, "   Base: %s, Size: %d\n", json_str(pool, "Base"),
			(int)json_int(pool, "Size"));
}

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

/* A line of the text: its label, the field, and how it is written; or a part that has lines of its own. */
typedef struct {
	const char *label, *field;
	enum {
		TEXT,
		FILLED,
		NUMBER,
		SIZE,
		YESNO
	} kind; /* FILLED: left out where there is nothing */
	void (*part)(const json_t *info);
} InfoLine;

/* In the order of Docker's. */
static const InfoLine lines[] = {{" Containers", "Containers", NUMBER, NULL},
	{"  Running", "ContainersRunning", NUMBER, NULL},
	{"  Paused", "ContainersPaused", NUMBER, NULL},
	{"  Stopped", "ContainersStopped", NUMBER, NULL}, {" Images", "Images", NUMBER, NULL},
	{" Server Version", "ServerVersion", TEXT, NULL}, {" Storage Driver", "Driver", TEXT, NULL},
	{.part = print_storage}, {" Logging Driver", "LoggingDriver", TEXT, NULL},
	{" Cgroup Driver", "CgroupDriver", TEXT, NULL},
	{" Cgroup Version", "CgroupVersion", TEXT, NULL}, {.part = print_drivers},
	{.part = print_devices}, {" Swarm", "Swarm.LocalNodeState", TEXT, NULL},
	{.part = print_runtimes}, {" Default Runtime", "DefaultRuntime", TEXT, NULL},
	{" Init Binary", "InitBinary", TEXT, NULL}, {.part = print_security},
	{" Kernel Version", "KernelVersion", TEXT, NULL},
	{" Operating System", "OperatingSystem", TEXT, NULL}, {" OSType", "OSType", TEXT, NULL},
	{" Architecture", "Architecture", TEXT, NULL}, {" CPUs", "NCPU", NUMBER, NULL},
	{" Total Memory", "MemTotal", SIZE, NULL}, {" Name", "Name", TEXT, NULL},
	{" ID", "ID", TEXT, NULL}, {" Docker Root Dir", "DockerRootDir", TEXT, NULL},
	{" Debug Mode", "Debug", YESNO, NULL}, {.part = print_debug},
	{" HTTP Proxy", "HttpProxy", FILLED, NULL}, {" HTTPS Proxy", "HttpsProxy", FILLED, NULL},
	{" No Proxy", "NoProxy", FILLED, NULL}, {.part = print_labels},
	{" Experimental", "ExperimentalBuild", YESNO, NULL}, {.part = print_registries},
	{" Live Restore Enabled", "LiveRestoreEnabled", YESNO, NULL}, {.part = print_pools},
	{" Firewall Backend", "FirewallBackend.Driver", FILLED, NULL}};

static void print_line(const json_t *info, const InfoLine *line)
{
	const char *text = json_str(info, line->field);
	g_autofree char *size = size_human_binary((double)json_int(info, line->field)),
			*number = g_strdup_printf("%d", (int)json_int(info, line->field));
	if (line->kind == FILLED && *text == '\0')
		return;
	print_to(stdout, "%s: %s\n", line->label,
		line->kind == NUMBER  ? number
		: line->kind == SIZE  ? size
		: line->kind == YESNO ? (json_bool(info, line->field) ? "true" : "false")
				      : text);
}

static void print_server(const json_t *info)
{
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		if (lines[i].part != NULL)
			lines[i].part(info);
		else
			print_line(info, &lines[i]);
}

/* Together with the command line's own information. */
static int print_format(const Cli *cli, const char *format, json_t *info)
{
	json_object_set_new(info, "ClientInfo",
		json_pack("{s:b, s:s, s:s, s:s, s:s, s:s, s:s, s:[], s:n}", "Debug", false,
			"Version", BERTH_VERSION, "DefaultAPIVersion", CLIENT_API_VERSION,
			"GitCommit", BERTH_COMMIT, "Os", "linux", "BuildTime", BERTH_BUILD_TIME,
			"Context", context_current(cli), "Plugins", "Warnings"));
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
		return print_format(cli, format, info);
	print_to(stdout,
		"Client:\n Version:    %s\n Context:    %s\n Debug Mode: false\n\nServer:\n",
		BERTH_VERSION, context_current(cli));
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
