/* volume ls, create and rm. */
#include "cli/common/each.h"
#include "cli/common/flags.h"
#include "cli/common/format.h"
#include "cli/common/volume_list.h"
#include "cli/container/request.h"

#include <stdio.h>
#include <stdlib.h>

static const Flag list_flags[] = {
	{"filter", 'f', LIST, "show only those that match (dangling=true, name=...)"},
	{"format", 0, STRING, "table, json or a Go template"},
	{"quiet", 'q', BOOL, "print names only"},
	{0},
};
static const Flag create_flags[] = {
	{"driver", 'd', STRING, "local"},
	{"label", 0, LIST, "set a label"},
	{"name", 0, STRING, "name of the volume"},
	{"opt", 'o', LIST, "set an option of the driver (type=, device=, o=)"},
	{0},
};
static int run_list(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *filters = query_filters(cli, &error),
			*path = g_strconcat("/volumes?filters=", filters, NULL);
	g_autoptr(json_t) answer =
		filters != NULL ? client_call(cli->client, "GET", path, NULL, &error) : NULL;
	const char *asked = flag_text(cli, "format");
	g_autofree char *format = flag_bool(cli, "quiet", false)
					  ? format_quiet(asked, "Name", "name")
					  : g_strdup(asked);
	if (answer == NULL ||
		!volume_list_print(format, json_object_get(answer, "Volumes"), &error))
		return cli_fail(cli, error);
	return EXIT_SUCCESS;
}

static int run_create(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	static const char *const maps[][2] = {{"label", "Labels"}, {"opt", "DriverOpts"}};
	if (!flag_check(cli, "label", &error))
		return cli_fail(cli, error);
	g_autoptr(json_t) body = json_pack("{s:s, s:s}", "Name",
		cli->arg_count > 0 ? cli->args[0] : flag_text(cli, "name"), "Driver",
		flag_text(cli, "driver"));
	for (size_t i = 0; i < G_N_ELEMENTS(maps); i++) {
		g_autoptr(json_t) pairs = flag_pairs(cli, maps[i][0]);
		if (json_object_size(pairs) > 0)
			json_object_set(body, maps[i][1], pairs);
	}
	g_autoptr(json_t) volume =
		client_call(cli->client, "POST", "/volumes/create", body, &error);
	if (volume == NULL)
		return cli_fail(cli, error);
	print_to(stdout, "%s\n", json_str(volume, "Name"));
	return EXIT_SUCCESS;
}

static const Flag remove_flags[] = {{"force", 'f', BOOL, "no error if it does not exist"}, {0}};

static int run_remove(Cli *cli)
{
	return each_argument(cli, "DELETE",
		flag_bool(cli, "force", false) ? "/volumes/%s?force=1" : "/volumes/%s");
}

const Command command_volume_ls = {
	.names = "volume ls|volume list",
	.usage = "[OPTIONS]",
	.summary = "List volumes",
	.example = "volume ls -f dangling=true",
	.flags = list_flags,
	.min_args = 0,
	.max_args = 0,
	.run = run_list,
};

const Command command_volume_create = {
	.names = "volume create",
	.usage = "[OPTIONS] [VOLUME]",
	.summary = "Create a volume",
	.example = "volume create --label keep=yes data",
	.flags = create_flags,
	.min_args = 0,
	.max_args = 1,
	.run = run_create,
};

const Command command_volume_rm = {
	.names = "volume rm|volume remove",
	.usage = "[OPTIONS] VOLUME [VOLUME...]",
	.summary = "Remove volumes",
	.example = "volume rm data",
	.completes = "volumes*",
	.flags = remove_flags,
	.min_args = 1,
	.max_args = -1,
	.run = run_remove,
};
