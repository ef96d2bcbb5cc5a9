#include "cli/common/flags.h"
#include "cli/common/format.h"
#include "cli/container/container_row.h"

#include "base/size.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const Flag flags[] = {
	{"all", 'a', BOOL, "list stopped containers too"},
	{"filter", 'f', LIST, "show only those that match (status=running, name=web, ...)"},
	{"format", 0, STRING, "table, json or a Go template"},
	{"last", 'n', INT, "list the n newest"},
	{"latest", 'l', BOOL, "list the newest"},
	{"no-trunc", 0, BOOL, "do not shorten"},
	{"quiet", 'q', BOOL, "print ids only"},
	{"size", 's', BOOL, "show sizes"},
	{0},
};

static const GoType platform = {.kind = GO_POINTER, .name = "*v1.Platform", .items = &go_map_any};
static const Column columns[] = {{"ID", "CONTAINER ID", NULL, "container_id"},
	{"Image", "IMAGE", NULL, "image"}, {"Command", "COMMAND", NULL, "command"},
	{"CreatedAt", "CREATED AT", NULL, "created_at"}, {"State", "STATE", NULL, "state"},
	{"Status", "STATUS", NULL, "status"}, {"Names", "NAMES", NULL, "names"},
	{"Labels", "LABELS", NULL, "labels"}, {"Ports", "PORTS", NULL, "ports"}, {"Size", "SIZE"},
	{"RunningFor", "CREATED"}, {"Label", "LABEL"}, {"Mounts", "MOUNTS"},
	{"LocalVolumes", "LOCAL VOLUMES"}, {"Networks", "NETWORKS"},
	{"Platform", "PLATFORM", &platform}, {0}};
static const char row_name[] = "*formatter.ContainerContext";

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	bool size = flag_bool(cli, "size", false), quiet = flag_bool(cli, "quiet", false);
	gint64 last = flag_bool(cli, "latest", false) ? 1 : flag_int(cli, "last", -1);
	const char *format = flag_given(cli, "format") ? flag_text(cli, "format")
						       : json_str(cli->config, "psFormat");
	if (*format != '\0' && !format_check(format, row_name, columns, &error))
		return cli_fail(cli, error);
	g_autofree char *filters = query_filters(cli, &error);
	size = size || strstr(format, ".Size") != NULL || format_is_json(format);
	g_autofree char *path = g_strdup_printf(
		"/containers/json?all=%d&limit=%d&size=%d&filters=%s", flag_bool(cli, "all", false),
		(int)MAX(last, 0), size, filters != NULL ? filters : "");
	g_autoptr(json_t) list =
		filters != NULL ? client_call(cli->client, "GET", path, NULL, &error) : NULL,
			  rows = json_array();
	if (list == NULL)
		return cli_fail(cli, error);
	for (size_t i = 0; i < json_array_size(list); i++)
		json_array_append_new(rows, container_row(json_array_get(list, i),
						    flag_bool(cli, "no-trunc", false), size));
	const char *table = size ? "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}"
				   "\t{{.Ports}}\t{{.Names}}\t{{.Size}}"
				 : "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}"
				   "\t{{.Ports}}\t{{.Names}}";
	if (!format_list(quiet ? "{{.ID}}" : format, table, row_name, columns, rows, &error))
		return cli_fail(cli, error);
	return EXIT_SUCCESS;
}

const Command command_ps = {
	.names = "ps|container ls|container list|container ps",
	.usage = "[OPTIONS]",
	.summary = "List containers",
	.example = "ps -a -f status=exited",
	.flags = flags,
	.min_args = 0,
	.max_args = 0,
	.run = run,
};
