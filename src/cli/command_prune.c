/* container prune and image prune. */
#include "cli/cli.h"

#include "base/size.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"all", 'a', BOOL, "remove all unused images, not only those without a name"},
	{"filter", 0, LIST, "remove only those that match (until=24h, label=...)"},
	{"force", 'f', BOOL, "do not ask"},
	{0},
};

static bool confirm(Cli *cli, const char *what)
{
	char answer[16] = "";
	if (flag_bool(cli, "force", false))
		return true;
	printf("WARNING! This will remove %s.\nAre you sure you want to continue? [y/N] ", what);
	fflush(stdout);
	return fgets(answer, sizeof answer, stdin) != NULL && (*answer == 'y' || *answer == 'Y');
}

static void print_reclaimed(const json_t *answer)
{
	g_autofree char *size = size_human((double)json_int(answer, "SpaceReclaimed"));
	printf("Total reclaimed space: %s\n", size);
}

static int run_containers(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	if (!confirm(cli, "all stopped containers"))
		return EXIT_SUCCESS;
	g_autofree char *filters = query_filters(cli, &error),
			*path = g_strconcat("/containers/prune?filters=", filters, NULL);
	g_autoptr(json_t) answer =
		filters != NULL ? client_call(cli->client, "POST", path, NULL, &error) : NULL;
	if (answer == NULL)
		return cli_fail(cli, error);
	json_t *deleted = json_object_get(answer, "ContainersDeleted");
	for (size_t i = 0; i < json_array_size(deleted); i++)
		printf("%s%s\n%s", i == 0 ? "Deleted Containers:\n" : "", json_elem(deleted, i),
			i + 1 == json_array_size(deleted) ? "\n" : "");
	print_reclaimed(answer);
	return EXIT_SUCCESS;
}

static int run_images(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	bool all = flag_bool(cli, "all", false);
	if (!confirm(cli, all ? "all images without at least one container associated to them"
			      : "all dangling images"))
		return EXIT_SUCCESS;
	g_autoptr(json_t) filters = flag_filters(cli, "filter", &error);
	if (filters == NULL)
		return cli_fail(cli, error);
	json_object_set_new(filters, "dangling", json_pack("{s:b}", all ? "false" : "true", 1));
	g_autofree char *text = json_text(filters), *escaped = client_escape(text),
			*path = g_strconcat("/images/prune?filters=", escaped, NULL);
	g_autoptr(json_t) answer = client_call(cli->client, "POST", path, NULL, &error);
	if (answer == NULL)
		return cli_fail(cli, error);
	json_t *deleted = json_object_get(answer, "ImagesDeleted");
	for (size_t i = 0; i < json_array_size(deleted); i++) {
		const json_t *entry = json_array_get(deleted, i);
		const char *untagged = json_str(entry, "Untagged");
		printf("%s%s: %s\n%s", i == 0 ? "Deleted Images:\n" : "",
			*untagged != '\0' ? "untagged" : "deleted",
			*untagged != '\0' ? untagged : json_str(entry, "Deleted"),
			i + 1 == json_array_size(deleted) ? "\n" : "");
	}
	print_reclaimed(answer);
	return EXIT_SUCCESS;
}

const Command command_container_prune = {
	.names = "container prune",
	.usage = "[OPTIONS]",
	.summary = "Remove all stopped containers",
	.flags = flags,
	.min_args = 0,
	.max_args = 0,
	.run = run_containers,
};

const Command command_image_prune = {
	.names = "image prune",
	.usage = "[OPTIONS]",
	.summary = "Remove unused images",
	.flags = flags,
	.min_args = 0,
	.max_args = 0,
	.run = run_images,
};
