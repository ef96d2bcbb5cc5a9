/* buildx: the engine is the only builder; for users without that plugin. */
#include "cli/common/flags.h"

#include "base/error.h"
#include "base/size.h"
#include "base/timefmt.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag no_flags[] = {{0}};
static const Flag inspect_flags[] = {
	{"bootstrap", 0, BOOL, "accepted: the builder runs whenever the engine does"}, {0}};
static const Flag use_flags[] = {{"default", 0, BOOL, "ignored: there is only one builder"},
	{"global", 0, BOOL, "ignored: there is only one builder"}, {0}};

static const char builder[] = "default";

/* No name means the only builder. */
static bool check_name(const Cli *cli, GError **error)
{
	const char *name = cli->arg_count > 0 ? cli->args[0] : builder;
	return strcmp(name, builder) == 0 ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "ERROR: no builder \"%s\" found", name);
}

/* "linux/amd64", of the engine; NULL with error. */
static char *platform_of(Cli *cli, char **version, GError **error)
{
	g_autoptr(json_t) facts = client_call(cli->client, "GET", "/version", NULL, error);
	if (facts == NULL)
		return NULL;
	*version = g_strdup(json_str(facts, "Version"));
	return g_strconcat(json_str(facts, "Os"), "/", json_str(facts, "Arch"), NULL);
}

static int run_version(Cli *cli)
{
	(void)cli;
	printf("berth buildx %s %s\n", BERTH_VERSION, BERTH_COMMIT);
	return EXIT_SUCCESS;
}

static int run_ls(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *version = NULL, *platform = platform_of(cli, &version, &error);
	if (platform == NULL)
		return cli_fail(cli, error);
	printf("%-14s%-18s%-10s%-17s%s\n", "NAME/NODE", "DRIVER/ENDPOINT", "STATUS", "BUILDKIT",
		"PLATFORMS");
	printf("%-14s%-18s%-10s%-17s\n", "default*", "docker", "", "");
	printf("%-14s%-18s%-10s%-17s%s\n", " \\_ default", " \\_ default", "running", version,
		platform);
	return EXIT_SUCCESS;
}

static int run_inspect(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *version = NULL, *platform = check_name(cli, &error)
							     ? platform_of(cli, &version, &error)
							     : NULL;
	if (platform == NULL)
		return cli_fail(cli, error);
	printf("Name:          %s\nDriver:        docker\n\nNodes:\nName:             %s\n"
	       "Endpoint:         %s\nStatus:           running\nBuildKit version: %s\n"
	       "Platforms:        %s\n",
		builder, builder, builder, version, platform);
	return EXIT_SUCCESS;
}

static int run_use(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	return check_name(cli, &error) ? EXIT_SUCCESS : cli_fail(cli, error);
}

static char *ago(const char *time)
{
	gint64 then;
	if (!time_parse(time, &then))
		return g_strdup("");
	g_autofree char *text = duration_human(time_now() - then);
	return g_strconcat(text, " ago", NULL);
}

static int run_du(Cli *cli)
{
	size_t i;
	json_t *record;
	gint64 total = 0, unused = 0;
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) usage =
		client_call(cli->client, "GET", "/system/df?type=build-cache", NULL, &error);
	if (usage == NULL)
		return cli_fail(cli, error);
	printf("%-29s%-14s%-10s%s\n", "ID", "RECLAIMABLE", "SIZE", "LAST ACCESSED");
	json_array_foreach (json_object_get(usage, "BuildCache"), i, record) {
		gint64 size = json_int(record, "Size");
		bool used = json_bool(record, "InUse");
		g_autofree char *shown = size_human_long((double)size),
				*last = ago(json_str(record, "LastUsedAt"));
		total += size;
		unused += used ? 0 : size;
		printf("%-29.25s%-14s%-10s%s\n", json_str(record, "ID"), used ? "false" : "true",
			shown, last);
	}
	g_autofree char *all = size_human_long((double)total),
			*free_text = size_human_long((double)unused);
	printf("Reclaimable:\t%s\nTotal:\t\t%s\n", free_text, all);
	return EXIT_SUCCESS;
}

const Command command_buildx_version = {
	.names = "buildx version",
	.usage = "[OPTIONS]",
	.example = "buildx version",
	.summary = "Show the current builder",
	.flags = no_flags,
	.run = run_version,
};

const Command command_buildx_ls = {
	.names = "buildx ls",
	.usage = "[OPTIONS]",
	.example = "buildx ls",
	.summary = "List builders: the engine",
	.flags = no_flags,
	.run = run_ls,
};

const Command command_buildx_inspect = {
	.names = "buildx inspect",
	.example = "buildx inspect --bootstrap",
	.usage = "[NAME]",
	.summary = "Show details of the builder",
	.flags = inspect_flags,
	.max_args = 1,
	.run = run_inspect,
};

const Command command_buildx_use = {
	.names = "buildx use",
	.example = "buildx use default",
	.usage = "[OPTIONS] NAME",
	.summary = "Choose the builder (there is only one)",
	.flags = use_flags,
	.min_args = 1,
	.max_args = 1,
	.run = run_use,
};

const Command command_buildx_du = {
	.names = "buildx du",
	.usage = "[OPTIONS]",
	.example = "buildx du",
	.summary = "Show the build cache",
	.flags = no_flags,
	.run = run_du,
};
