#include "cli/common/flags.h"
#include "cli/compose/compose.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"remove-orphans", 0, BOOL, "remove containers of services that are not in the files"},
	{"rmi", 0, STRING, "remove images: all, or local (those without a name of their own)"},
	{"timeout", 't', INT, "seconds until a container that does not stop is killed"},
	{"volumes", 'v', BOOL, "remove volumes, named and anonymous"},
	{0},
};

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *images = flag_text(cli, "rmi");
	if (*images != '\0' && strcmp(images, "all") != 0 && strcmp(images, "local") != 0) {
		print_to(stderr, "invalid value for --rmi: \"%s\"\n", images);
		return EXIT_FAILURE;
	}
	g_autoptr(Project) project = compose_project_named(cli, &error);
	if (project == NULL ||
		(*project->files != NULL && !compose_check_names(cli, project, &error)))
		return compose_fail(error);
	Teller teller;
	g_autoptr(ComposeShow) show G_GNUC_UNUSED = compose_show_new(cli, "Running", &teller);
	DownOptions options = {.orphans = flag_bool(cli, "remove-orphans",
				       variable_is_true(getenv("COMPOSE_REMOVE_ORPHANS"))),
		.volumes = flag_bool(cli, "volumes", false),
		.all_resources = flag_bool(cli->outer, "all-resources", false),
		.images = images,
		.timeout = (int)flag_int(cli, "timeout", -1),
		.services = cli->args};
	return compose_down(project, cli->client, &options, &teller, &error) ? EXIT_SUCCESS
									     : compose_fail(error);
}

static const FlagAlias aliases[] = {
	{"volume", "volumes", "--volume is deprecated, please use --volumes"}, {0}};

const Command compose_down_command = {
	.names = "down",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "Stop and remove containers and networks",
	.example = "down -v",
	.flags = flags,
	.aliases = aliases,
	.max_args = -1,
	.run = run,
};
