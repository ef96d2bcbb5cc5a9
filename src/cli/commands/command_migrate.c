/* system migrate: importing from another engine. */
#include "cli/common/flags.h"
#include "cli/migrate/migrate.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>

static const Flag flags[] = {
	{"from-docker", 0, BOOL, "import from a stopped Docker on this host"},
	{"folder", 0, STRING, "Docker's folder (/var/lib/docker)"},
	{"containerd", 0, STRING,
		"containerd's folder, if it is not where Docker has it by default"},
	{"apply", 0, BOOL, "import; without this flag, only list what would be imported"},
	{"start", 0, BOOL, "start the containers that Docker would start"},
	{0},
};

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	MigrateOptions options = {
		.folder = flag_given(cli, "folder") ? flag_text(cli, "folder") : "/var/lib/docker",
		.containerd = flag_given(cli, "containerd") ? flag_text(cli, "containerd") : NULL,
		.apply = flag_bool(cli, "apply", false),
		.start = flag_bool(cli, "start", false)};
	if (!flag_bool(cli, "from-docker", false) || (options.start && !options.apply)) {
		fail(&error, BERTH_ERROR_UNAVAILABLE,
			options.start
				? "--start needs --apply"
				: "--from-docker is needed: there is nothing else to migrate from");
		return cli_fail(cli, error);
	}
	int failed = migrate_run(cli->client, &options, &error);
	if (failed < 0)
		return cli_fail(cli, error);
	if (!options.apply)
		print_to(stdout, "\nNothing was changed. --apply does it; Docker's folder is only "
				 "read, and stays as it is.\n");
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

const Command command_migrate = {
	.names = "system migrate",
	.usage = "--from-docker [OPTIONS]",
	.summary = "Import images, volumes, networks and containers of a stopped Docker",
	.example = "system migrate --from-docker --apply",
	.flags = flags,
	.min_args = 0,
	.max_args = 0,
	.run = run,
};
