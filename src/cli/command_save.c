#include "cli/cli.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"output", 'o', STRING, "file to write (standard output)"},
	{"platform", 0, STRING, "platform to save"},
	{0},
};

static bool copy(HttpBody *body, int fd, GError **error)
{
	enum { BLOCK = 256 * 1024 };
	g_autofree char *block = g_malloc(BLOCK);
	ssize_t n;
	while ((n = http_body_read(body, block, BLOCK, error)) > 0)
		if (!fd_write_all(fd, block, (size_t)n))
			return fail(error, BERTH_ERROR_UNAVAILABLE, "cannot write the archive: %s",
				g_strerror(errno));
	return n == 0;
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) path = g_string_new("/images/get");
	g_auto(Response) response = {.fd = -1};
	const char *file = flag_text(cli, "output");
	if (*file == '\0' && isatty(STDOUT_FILENO)) {
		fprintf(stderr,
			"cowardly refusing to save to a terminal. Use the -o flag or redirect\n");
		return EXIT_FAILURE;
	}
	for (int i = 0; i < cli->arg_count; i++) {
		g_autofree char *name = client_escape(cli->args[i]);
		g_string_append_printf(path, "%cnames=%s", i == 0 ? '?' : '&', name);
	}
	g_autofree char *platform = query_platform(cli);
	g_string_append_printf(path, "&platform=%s", platform);
	if (!client_send(cli->client, "GET", path->str, NULL, &response, &error))
		return cli_fail(cli, error);
	/* Whole or not at all: written beside its name, then renamed. */
	g_autofree char *temporary = g_strconcat(file, ".part", NULL);
	autofd fd = *file != '\0' ? open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
				  : dup(STDOUT_FILENO);
	bool ok = fd >= 0 ||
		  fail(&error, BERTH_ERROR_UNAVAILABLE, "open %s: %s", file, g_strerror(errno));
	ok = ok && copy(&response.body, fd, &error);
	if (*file != '\0' && (!ok || rename(temporary, file) < 0))
		unlink(temporary);
	return ok ? EXIT_SUCCESS : cli_fail(cli, error);
}

const Command command_save = {
	.names = "save|image save",
	.usage = "[OPTIONS] IMAGE [IMAGE...]",
	.summary = "Save images to an archive",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
