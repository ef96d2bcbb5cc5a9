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

static const char row_name[] = "*formatter.ContainerContext";

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	bool size = flag_bool(cli, "size", false), quiet = flag_bool(cli, "quiet", false);
	gint64 last = flag_bool(cli, "latest", false) ? 1 : flag_int(cli, "last", -1);
	const char *format = flag_given(cli, "format") ? flag_text(cli, "format")
						       : json_str(cli->config, "psFormat");
	g_autoptr(json_t) nothing = json_object(), empty = container_row(nothing, false, false);
	if (*format != '\0' && !format_check(format, row_name, container_columns, empty, &error))
		return cli_fail(cli, error);
	g_autofree char *filters = query_filters(cli, &error);
	if (!flag_given(cli, "size") && !quiet)
		size = format_depends(format, row_name, container_columns, empty, "Size");
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
	bool raw = strcmp(format, "raw") == 0;
	const char *shown = quiet ? (raw ? "container_id: {{.ID}}" : "{{.ID}}") : format;
	if (!format_list(shown, table, row_name, size ? container_sized_columns : container_columns,
		    rows, &error))
		return cli_fail(cli, error);
	fflush(stdout);
	if (quiet && flag_given(cli, "format"))
		print_to(stderr, "WARNING: Ignoring custom format, because both --format and "
				 "--quiet are set.\n");
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
