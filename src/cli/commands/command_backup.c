/* system backup and system restore. */
#include "cli/common/flags.h"
#include "cli/migrate/backup.h"

#include "base/error.h"
#include "base/fd.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const Flag backup_flags[] = {
	{"output", 'o', STRING, "file to write (standard output)"},
	{"pause", 0, BOOL, "pause running containers meanwhile"},
	{0},
};
static const Flag restore_flags[] = {
	{"input", 'i', STRING, "file to read (standard input)"},
	{0},
};

/* Whole or not at all: written beside its name, then renamed. */
static bool backup_to(Cli *cli, const BackupOptions *options, const char *file, GError **error)
{
	g_autofree char *part = g_strconcat(file, ".part", NULL);
	autofd fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail_errno(error, "cannot write %s", part);
	bool ok = backup_run(cli->client, options, fd, error);
	if (ok && (fsync(fd) < 0 || rename(part, file) < 0))
		ok = fail_errno(error, "cannot write %s", file);
	if (!ok)
		unlink(part);
	return ok;
}

static int run_backup(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	BackupOptions options = {.pause = flag_bool(cli, "pause", false)};
	const char *file = flag_text(cli, "output");
	if (*file == '\0' && isatty(STDOUT_FILENO)) {
		fail(&error, BERTH_ERROR_UNAVAILABLE,
			"an archive is not for a terminal: name a file with -o");
		return cli_fail(cli, error);
	}
	bool ok = *file != '\0' ? backup_to(cli, &options, file, &error)
				: backup_run(cli->client, &options, STDOUT_FILENO, &error);
	return ok ? EXIT_SUCCESS : cli_fail(cli, error);
}

static int run_restore(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *file = flag_text(cli, "input");
	autofd fd = *file != '\0' ? open(file, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
	if (fd < 0)
		fail_errno(&error, "cannot read %s", file);
	int failed = fd >= 0 ? restore_run(cli->client, fd, &error) : -1;
	return failed < 0 ? cli_fail(cli, error) : failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

const Command command_backup = {
	.names = "system backup",
	.usage = "[OPTIONS]",
	.summary = "Write networks, volumes, images and containers into one archive",
	.example = "system backup -o berth.tar",
	.flags = backup_flags,
	.min_args = 0,
	.max_args = 0,
	.run = run_backup,
};

const Command command_restore = {
	.names = "system restore",
	.usage = "[OPTIONS]",
	.summary = "Create the objects in such an archive; existing ones are left unchanged",
	.example = "system restore -i berth.tar",
	.flags = restore_flags,
	.min_args = 0,
	.max_args = 0,
	.run = run_restore,
};
