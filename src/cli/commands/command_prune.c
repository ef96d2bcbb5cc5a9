/* container, image, volume, network and system prune: a table of what each removes. */
#include "cli/common/flags.h"

#include "base/error.h"
#include "base/size.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"all", 'a', BOOL, "remove all unused images, not only untagged ones"},
	{"filter", 0, LIST, "remove only those that match (until=24h, label=...)"},
	{"force", 'f', BOOL, "do not ask"},
	{0},
};
static const Flag builder_flags[] = {
	{"all", 'a', BOOL, "also remove cache records that images share"},
	{"filter", 0, LIST, "remove only those that match (until=24h, type=...)"},
	{"force", 'f', BOOL, "do not ask"},
	{"keep-storage", 0, BYTES, "bytes of the cache to keep"},
	{"max-used-space", 0, BYTES, "another name of --keep-storage"},
	{"reserved-space", 0, BYTES, "another name of --keep-storage"},
	{"verbose", 0, BOOL, "ignored (for Docker compatibility)"},
	{0},
};
static const Flag system_flags[] = {
	{"all", 'a', BOOL, "remove all unused images, not only those without a name"},
	{"filter", 0, LIST, "remove only those that match (until=24h, label=...)"},
	{"force", 'f', BOOL, "do not ask"},
	{"volumes", 0, BOOL, "remove unused anonymous volumes too"},
	{0},
};

typedef enum { CONTAINERS, VOLUMES, NETWORKS, IMAGES, BUILDS } What;
static const struct {
	const char *path, *list, *heading;
} kinds[] = {
	[CONTAINERS] = {"/containers/prune", "ContainersDeleted", "Deleted Containers:"},
	[VOLUMES] = {"/volumes/prune", "VolumesDeleted", "Deleted Volumes:"},
	[NETWORKS] = {"/networks/prune", "NetworksDeleted", "Deleted Networks:"},
	[IMAGES] = {"/images/prune", "ImagesDeleted", "Deleted Images:"},
	[BUILDS] = {"/build/prune", "CachesDeleted", "Deleted build cache objects:"},
};

static bool confirm(Cli *cli, const char *what)
{
	char answer[16] = "";
	if (flag_bool(cli, "force", false))
		return true;
	print_to(stdout, "WARNING! This will remove %s.\nAre you sure you want to continue? [y/N] ",
		what);
	fflush(stdout);
	return fgets(answer, sizeof answer, stdin) != NULL && (*answer == 'y' || *answer == 'Y');
}

/* An id, or for images {"Untagged": name} and {"Deleted": id}. */
static void print_deleted(const json_t *entry)
{
	const char *untagged = json_str(entry, "Untagged");
	if (json_is_string(entry))
		print_to(stdout, "%s\n", json_string_value(entry));
	else
		print_to(stdout, "%s: %s\n", *untagged != '\0' ? "untagged" : "deleted",
			*untagged != '\0' ? untagged : json_str(entry, "Deleted"));
}

static char *builder_query(Cli *cli, bool all)
{
	static const char *const names[] = {"keep-storage", "reserved-space", "max-used-space"};
	gint64 keep = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (flag_given(cli, names[i]))
			keep = flag_int(cli, names[i], 0);
	return g_strdup_printf("&all=%d&keep-storage=%" G_GINT64_FORMAT, all, keep);
}

/* Removes one kind of object, prints what was removed, and adds up the space. */
static bool prune(Cli *cli, What what, bool all, gint64 *space, GError **error)
{
	g_autoptr(json_t) filters = flag_filters(cli, "filter", error);
	if (filters == NULL)
		return false;
	if (what == IMAGES)
		json_object_set_new(
			filters, "dangling", json_pack("{s:b}", all ? "false" : "true", 1));
	if (what == VOLUMES && all)
		json_object_set_new(filters, "all", json_pack("{s:b}", "true", 1));
	g_autofree char *text = json_text(filters), *escaped = client_escape(text),
			*more = what == BUILDS ? builder_query(cli, all) : g_strdup(""),
			*path = g_strconcat(kinds[what].path, "?filters=", escaped, more, NULL);
	g_autoptr(json_t) answer = client_call(cli->client, "POST", path, NULL, error);
	if (answer == NULL)
		return false;
	json_t *deleted = json_object_get(answer, kinds[what].list), *entry;
	size_t i;
	if (json_array_size(deleted) > 0)
		print_to(stdout, "%s\n", kinds[what].heading);
	json_array_foreach (deleted, i, entry)
		print_deleted(entry);
	if (json_array_size(deleted) > 0)
		putchar('\n');
	*space += json_int(answer, "SpaceReclaimed");
	return true;
}

static int finish(Cli *cli, bool ok, gint64 space, const GError *error)
{
	g_autofree char *size = size_human_long((double)space);
	if (!ok)
		return cli_fail(cli, error);
	print_to(stdout, "Total reclaimed space: %s\n", size);
	return EXIT_SUCCESS;
}

static int run_one(Cli *cli, What what, const char *question)
{
	g_autoptr(GError) error = NULL;
	gint64 space = 0;
	if (!confirm(cli, question))
		return EXIT_SUCCESS;
	bool ok = prune(cli, what, flag_bool(cli, "all", false), &space, &error);
	return finish(cli, ok, space, error);
}

static int run_containers(Cli *cli)
{
	return run_one(cli, CONTAINERS, "all stopped containers");
}

static int run_images(Cli *cli)
{
	return run_one(cli, IMAGES,
		flag_bool(cli, "all", false)
			? "all images without at least one container associated to them"
			: "all dangling images");
}

static int run_volumes(Cli *cli)
{
	return run_one(cli, VOLUMES,
		flag_bool(cli, "all", false)
			? "all volumes not used by at least one container"
			: "anonymous local volumes not used by at least one container");
}

static int run_builds(Cli *cli)
{
	return run_one(cli, BUILDS,
		flag_bool(cli, "all", false) ? "all build cache" : "all dangling build cache");
}

/* Networks use no disk space. */
static int run_networks(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	gint64 space = 0;
	if (!confirm(cli, "all custom networks not used by at least one container"))
		return EXIT_SUCCESS;
	return prune(cli, NETWORKS, false, &space, &error) ? EXIT_SUCCESS : cli_fail(cli, error);
}

static int run_system(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	bool all = flag_bool(cli, "all", false), volumes = flag_bool(cli, "volumes", false);
	gint64 space = 0;
	g_autofree char *question = g_strdup_printf(
		"all stopped containers, "
		"all networks not used by at least one container, %s%s, %s build cache",
		volumes ? "all anonymous volumes not used by at least one container, " : "",
		all ? "all images without at least one container associated to them"
		    : "all dangling images",
		all ? "all" : "unused");
	g_autoptr(json_t) filters = flag_filters(cli, "filter", &error);
	if (json_object_get(filters, "until") != NULL && volumes)
		fail(&error, BERTH_ERROR_UNAVAILABLE,
			"ERROR: The \"until\" filter is not supported with \"--volumes\"");
	if (error != NULL)
		return cli_fail(cli, error);
	if (!confirm(cli, question))
		return EXIT_SUCCESS;
	/* --all applies to images here; named volumes are never pruned by it. */
	bool ok = prune(cli, CONTAINERS, false, &space, &error) &&
		  prune(cli, NETWORKS, false, &space, &error) &&
		  (!volumes || prune(cli, VOLUMES, false, &space, &error)) &&
		  prune(cli, IMAGES, all, &space, &error) &&
		  prune(cli, BUILDS, all, &space, &error);
	return finish(cli, ok, space, error);
}

const Command command_container_prune = {
	.names = "container prune",
	.usage = "[OPTIONS]",
	.summary = "Remove all stopped containers",
	.example = "container prune -f --filter until=24h",
	.flags = flags + 1,
	.run = run_containers,
};

const Command command_image_prune = {
	.names = "image prune",
	.usage = "[OPTIONS]",
	.summary = "Remove unused images",
	.example = "image prune -a --filter until=240h",
	.flags = flags,
	.run = run_images,
};

const Command command_volume_prune = {
	.names = "volume prune",
	.usage = "[OPTIONS]",
	.summary = "Remove unused volumes",
	.example = "volume prune -a",
	.flags = flags,
	.run = run_volumes,
};

const Command command_network_prune = {
	.names = "network prune",
	.usage = "[OPTIONS]",
	.summary = "Remove unused networks",
	.example = "network prune -f",
	.flags = flags + 1,
	.run = run_networks,
};

const Command command_builder_prune = {
	.names = "builder prune|buildx prune",
	.usage = "[OPTIONS]",
	.summary = "Remove the build cache",
	.example = "builder prune --keep-storage 2GB",
	.flags = builder_flags,
	.run = run_builds,
};

const Command command_system_prune = {
	.names = "system prune",
	.usage = "[OPTIONS]",
	.summary = "Remove unused containers, networks, images and build cache",
	.example = "system prune --volumes",
	.flags = system_flags,
	.run = run_system,
};
