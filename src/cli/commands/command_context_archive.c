/* docker context export and import: a context as a tar archive of meta.json and tls/docker/. */
#include "cli/config/contexts.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/tar.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARCHIVE_LIMIT = 10 << 20 };

static bool put(gpointer fd, const void *bytes, size_t length, GError **error)
{
	return fd_write_all(*(int *)fd, bytes, length) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "cannot write the archive: %s",
		       g_strerror(errno));
}

static bool write_file(TarWriter *writer, const char *path, const char *text, GError **error)
{
	return tar_write_memory(writer, path, text, strlen(text), 0600, 0, 0, error);
}

static bool write_archive(const Cli *cli, const json_t *meta, int fd, GError **error)
{
	g_autoptr(TarWriter) writer = tar_writer_new(put, &fd);
	g_autofree char *folder = context_tls_folder(cli, json_str(meta, "Name")),
			*text = json_text(meta);
	if (!write_file(writer, "meta.json", text, error))
		return false;
	for (size_t i = 0; i < CONTEXT_TLS_FILES; i++) {
		const char *name = context_tls_files[i][1];
		g_autofree char *from = g_build_filename(folder, name, NULL),
				*path = g_build_filename("tls/docker", name, NULL);
		g_autofree char *content = file_read(from, CONTEXT_FILE_LIMIT);
		if (content == NULL && errno == ENOENT)
			continue;
		if (content == NULL)
			return fail(error, BERTH_ERROR_UNAVAILABLE, "open %s: %s", from,
				g_strerror(errno));
		if (!write_file(writer, path, content, error))
			return false;
	}
	return tar_write_end(writer, error);
}

/* Docker's lower-case message, which scripts look for. */
static bool fail_open(const char *path, GError **error)
{
	return fail(error, BERTH_ERROR_UNAVAILABLE, "open %s: %s", path, errno_words(errno));
}

/* Private to its owner, as it contains a key; an existing file is kept. */
static bool write_new(const Cli *cli, const json_t *meta, const char *path, GError **error)
{
	autofd fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail_open(path, error);
	if (write_archive(cli, meta, fd, error))
		return true;
	unlink(path);
	return false;
}

static int export_one(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *name = cli->args[0];
	g_autofree char *path = cli->arg_count > 1 ? g_strdup(cli->args[1])
						   : g_strconcat(name, ".dockercontext", NULL);
	bool to_stream = strcmp(path, "-") == 0;
	g_autoptr(json_t) meta = context_meta(cli, name, &error);
	if (meta == NULL)
		return cli_fail(cli, error);
	if (to_stream && isatty(STDOUT_FILENO)) {
		print_to(
			stderr, "cowardly refusing to export to a terminal, specify a file path\n");
		return EXIT_FAILURE;
	}
	if (!(to_stream ? write_archive(cli, meta, STDOUT_FILENO, &error)
			: write_new(cli, meta, path, &error)))
		return cli_fail(cli, error);
	if (!to_stream)
		print_to(stderr, "Written file \"%s\"\n", path);
	return EXIT_SUCCESS;
}

/* An archive being read, and its remaining size limit. */
typedef struct {
	int fd;
	size_t left;
} Source;

static ssize_t take(gpointer data, void *buffer, size_t size, GError **error)
{
	Source *source = data;
	ssize_t n;
	while ((n = read(source->fd, buffer, MIN(size, source->left + 1))) < 0 && errno == EINTR)
		;
	if (n < 0)
		fail(error, BERTH_ERROR_UNAVAILABLE, "%s", g_strerror(errno));
	else if ((size_t)n > source->left)
		n = fail(error, BERTH_ERROR_UNAVAILABLE, "read exceeds the defined limit") ? 0 : -1;
	else
		source->left -= (size_t)n;
	return n;
}

/* Opens a regular file, and no link to a local one; NULL if it does not exist. */
static char *read_plain(int folder, const char *name)
{
	autofd fd = folder < 0 ? -1 : file_open_regular(folder, name);
	return fd < 0 ? NULL : fd_read_all(fd, CONTEXT_FILE_LIMIT, NULL);
}

static bool only_known(int root, GError **error)
{
	g_autoptr(GPtrArray) names = folder_names(root);
	for (guint i = 0; i < names->len; i++)
		if (strcmp(names->pdata[i], "meta.json") != 0 &&
			strcmp(names->pdata[i], "tls") != 0)
			return fail(error, BERTH_ERROR_UNAVAILABLE, "%s: unexpected context file",
				(char *)names->pdata[i]);
	return true;
}

/* Stores what was unpacked below root as the context. */
static bool adopt(const Cli *cli, const char *name, int root, GError **error)
{
	if (!only_known(root, error))
		return false;
	g_autofree char *text = read_plain(root, "meta.json");
	g_autoptr(json_t) meta = text != NULL ? json_parse(text, strlen(text), NULL) : NULL;
	if (!json_is_object(meta))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "invalid context: no metadata found");
	json_object_set_new(meta, "Name", json_string(name));
	if (!json_is_object(json_object_get(meta, "Metadata")))
		json_object_set_new(meta, "Metadata", json_object());
	autofd tls = path_open_in_root(root, "tls/docker", O_RDONLY | O_DIRECTORY, 0);
	g_autofree char *folder = context_tls_folder(cli, name);
	for (size_t i = 0; i < CONTEXT_TLS_FILES; i++) {
		g_autofree char *content = read_plain(tls, context_tls_files[i][1]);
		if (content != NULL &&
			!context_keep_tls(folder, context_tls_files[i][1], content, error))
			return false;
	}
	return context_write(cli, meta, error);
}

static bool import_from(const Cli *cli, const char *name, int fd, GError **error)
{
	g_autofree char *folder = g_dir_make_tmp("berth-context.XXXXXX", error);
	if (folder == NULL)
		return false;
	autofd root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	Source source = {fd, ARCHIVE_LIMIT};
	g_autoptr(GError) problem = NULL;
	bool ok = tar_unpack(root, take, &source, false, &problem)
			  ? adopt(cli, name, root, error)
			  : fail(error, BERTH_ERROR_UNAVAILABLE, "invalid context: %s",
				    problem->message);
	tree_remove(AT_FDCWD, folder);
	if (!ok)
		context_remove(cli, name);
	return ok;
}

static int import_one(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *name = cli->args[0], *path = cli->args[1];
	if (!context_name_free(cli, name, &error))
		return cli_fail(cli, error);
	autofd fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : file_open_named(path);
	if (fd < 0)
		fail_open(path, &error);
	return fd >= 0 && import_from(cli, name, fd, &error) ? context_done(name, "imported")
							     : cli_fail(cli, error);
}

const Command command_context_export = {.names = "context export",
	.usage = "CONTEXT [FILE|-]",
	.summary = "Export a context to a tar archive",
	.example = "context export build build.tar",
	.completes = "contexts",
	.min_args = 1,
	.max_args = 2,
	.local = true,
	.run = export_one};
const Command command_context_import = {.names = "context import",
	.usage = "CONTEXT FILE|-",
	.summary = "Import a context from a tar archive",
	.example = "context import build build.tar",
	.min_args = 2,
	.max_args = 2,
	.local = true,
	.run = import_one};
