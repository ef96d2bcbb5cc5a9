/* Shared by import and load: uploading an archive with JSON lines as response; and by save and export: downloading an
 * archive. */
#include "cli/common/archive_stream.h"
#include "cli/common/flags.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool show_line(const char *line, const char *key, GError **error)
{
	g_autoptr(json_t) json = json_parse(line, strlen(line), NULL);
	const char *problem = json_str(json, "errorDetail.message");
	if (*problem != '\0')
		return fail(error, BERTH_ERROR_UNAVAILABLE, "%s", problem);
	const char *text = json_str(json, key);
	print_to(stdout, "%s%s", text, *text != '\0' && !g_str_has_suffix(text, "\n") ? "\n" : "");
	return true;
}

bool archive_send(Client *client, const char *file, const char *path, const char *key, bool quiet,
	GError **error)
{
	g_auto(Response) response = {.fd = -1};
	autofd fd = strcmp(file, "-") == 0 ? dup(STDIN_FILENO) : open(file, O_RDONLY | O_CLOEXEC);
	size_t length;
	if (fd < 0)
		return fail(
			error, BERTH_ERROR_UNAVAILABLE, "open %s: no such file or directory", file);
	const BodyFile body = {.fd = fd};
	if (!client_send_file(client, "POST", path, "Content-Type: application/x-tar\r\n", &body,
		    &response, error))
		return false;
	g_autofree char *text = http_body_read_all(&response.body, 8 << 20, &length, error);
	if (text == NULL)
		return false;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++)
		if (*g_strstrip(lines[i]) != '\0' &&
			!show_line(lines[i], quiet ? "nothing" : key, error))
			return false;
	return true;
}

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

/* A file can be written there; found out before the engine is asked. */
static bool check_output(const char *file, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(file);
	struct stat info;
	if (g_file_test(file, G_FILE_TEST_IS_DIR))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "cannot write to a directory");
	return stat(folder, &info) == 0 ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "invalid output path: stat %s: %s", folder,
		       errno_words(errno));
}

static bool receive(Client *client, const char *path, const char *file, GError **error)
{
	g_auto(Response) response = {.fd = -1};
	if (!client_send(client, "GET", path, NULL, &response, error))
		return false;
	/* Complete or not at all: written beside its name, then renamed. */
	g_autofree char *temporary = g_strconcat(file, ".part", NULL);
	autofd fd = *file != '\0' ? open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
				  : dup(STDOUT_FILENO);
	if (fd < 0)
		return fail(
			error, BERTH_ERROR_UNAVAILABLE, "open %s: %s", file, errno_words(errno));
	bool ok = copy(&response.body, fd, error);
	if (*file != '\0' && (!ok || rename(temporary, file) < 0))
		unlink(temporary);
	return ok;
}

int archive_receive(Cli *cli, const char *path, const char *what)
{
	g_autoptr(GError) error = NULL;
	const char *file = flag_text(cli, "output");
	if (*file == '\0' && isatty(STDOUT_FILENO)) {
		print_to(stderr,
			"cowardly refusing to save to a terminal. Use the -o flag or redirect\n");
		return EXIT_FAILURE;
	}
	if (*file != '\0' && !check_output(file, &error)) {
		g_prefix_error(&error, "failed to %s: ", what);
		return cli_fail(cli, error);
	}
	return receive(cli->client, path, file, &error) ? EXIT_SUCCESS : cli_fail(cli, error);
}
