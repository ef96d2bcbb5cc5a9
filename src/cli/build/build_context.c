#include "cli/build/build_context.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/tar.h"
#include "base/thread.h"
#include "dockerfile/dockerfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_TEXT = 16 << 20, MAX_DEPTH = 1000, HEAD = 512 };

bool is_remote_context(const char *where)
{
	static const char *const prefixes[] = {
		"http://", "https://", "git://", "ssh://", "git@", "github.com/"};
	for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (g_str_has_prefix(where, prefixes[i]))
			return true;
	return false;
}

void build_context_clear(BuildContext *context)
{
	char *texts[] = {context->folder, context->remote, context->head, context->dockerfile,
		context->text};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	json_decref(context->named);
}

/* gzip, bzip2, xz, zstd, or a tar's own mark. */
static bool is_archive(const char *head, size_t length)
{
	static const struct {
		size_t at, length;
		const char *bytes;
	} marks[] = {{0, 3, "\x1f\x8b\x08"}, {0, 3, "BZh"},
		{0, 6,
			"\xfd"
			"7zXZ"},
		{0, 4, "\x28\xb5\x2f\xfd"}, {257, 5, "ustar"}};
	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
		if (length >= marks[i].at + marks[i].length &&
			memcmp(head + marks[i].at, marks[i].bytes, marks[i].length) == 0)
			return true;
	return false;
}

static bool take_standard_input(BuildContext *context, GError **error)
{
	context->head = g_malloc(HEAD);
	while (context->head_length < HEAD) {
		ssize_t n = read(STDIN_FILENO, context->head + context->head_length,
			HEAD - context->head_length);
		if (n < 0)
			return fail_errno(error, "cannot read standard input");
		if (n == 0)
			break;
		context->head_length += (size_t)n;
	}
	context->archive = is_archive(context->head, context->head_length);
	if (context->archive)
		return true;
	size_t length;
	g_autofree char *rest = fd_read_all(STDIN_FILENO, MAX_TEXT, &length);
	if (rest == NULL)
		return fail_errno(error, "cannot read standard input");
	g_autofree char *first = g_strndup(context->head, context->head_length);
	context->text = g_strconcat(first, rest, NULL);
	return true;
}

/* The path relative to the folder; NULL if it is outside. */
static char *path_below(const char *folder, const char *path)
{
	size_t length = strlen(folder);
	if (strncmp(path, folder, length) != 0)
		return NULL;
	if (folder[length - 1] == '/')
		return g_strdup(path + length);
	return path[length] == '/' ? g_strdup(path + length + 1) : NULL;
}

static bool take_dockerfile(BuildContext *context, const char *file, GError **error)
{
	g_autofree char *cwd = g_get_current_dir(),
			*path = *file == '\0'
					? g_build_filename(context->folder, "Dockerfile", NULL)
					: g_canonicalize_filename(file, cwd);
	char *real = realpath(path, NULL);
	g_autofree char *lower = g_build_filename(context->folder, "dockerfile", NULL);
	if (real == NULL && *file == '\0' && (real = realpath(lower, NULL)) != NULL) {
		g_free(path);
		path = g_strdup(lower);
	}
	if (real == NULL)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"unable to prepare context: unable to evaluate symlinks in Dockerfile "
			"path: "
			"lstat %s: no such file or directory",
			path);
	free(real);
	context->dockerfile = path_below(context->folder, path);
	if (context->dockerfile != NULL)
		return true;
	context->dockerfile = g_path_get_basename(path);
	context->text = file_read(path, MAX_TEXT);
	return context->text != NULL ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "cannot read %s: %s", path, errno_words(errno));
}

static bool take_folder(BuildContext *context, const char *where, const char *file, GError **error)
{
	struct stat st;
	char *real = realpath(where, NULL);
	if (real == NULL || stat(real, &st) < 0) {
		free(real);
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"unable to prepare context: path \"%s\" not found", where);
	}
	context->folder = g_strdup(real);
	free(real);
	if (!S_ISDIR(st.st_mode))
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"unable to prepare context: context must be a directory: %s", where);
	if (strcmp(file, "-") != 0)
		return take_dockerfile(context, file, error);
	context->text = fd_read_all(STDIN_FILENO, MAX_TEXT, NULL);
	return context->text != NULL || fail_errno(error, "cannot read standard input");
}

bool build_context_find(BuildContext *context, const char *where, const char *file, GError **error)
{
	context->named = json_object();
	if (strcmp(where, "-") == 0 && strcmp(file, "-") == 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"invalid argument: can't use stdin for both build context and dockerfile");
	if (strcmp(where, "-") != 0 && !is_remote_context(where))
		return take_folder(context, where, file, error);
	context->dockerfile = g_strdup(file);
	if (strcmp(where, "-") == 0)
		return take_standard_input(context, error);
	context->remote = g_strdup(where);
	return true;
}

struct BuildBody {
	const BuildContext *context;
	char *first;
	int read_fd, write_fd;
	GThread *thread;
	GError *error;
	bool refused; /* nobody reads any more */
};

/* One walk of a context's folder. */
typedef struct {
	TarWriter *writer;
	const char *prefix; /* "context" */
	const Patterns *ignore;
	char *const *always; /* sent even if a pattern excludes it */
	GError **error;
} Sending;

static bool send_folder(Sending *sending, int fd, const char *path, int depth);

/* Folders on the way to included files are sent too, with their modes. */
static bool is_needed(const Sending *sending, const char *path, bool folder)
{
	if (sending->ignore == NULL || !patterns_match(sending->ignore, path) ||
		g_strv_contains((const char *const *)sending->always, path))
		return true;
	for (int i = 0; folder && sending->always[i] != NULL; i++) {
		g_autofree char *below = path_below(path, sending->always[i]);
		if (below != NULL)
			return true;
	}
	return folder && patterns_may_return(sending->ignore, path);
}

static bool send_name(Sending *sending, int fd, const char *name, const char *path, int depth)
{
	struct stat st;
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT || fail_errno(sending->error, "cannot read %s", path);
	bool folder = S_ISDIR(st.st_mode);
	if (!is_needed(sending, path, folder))
		return true;
	g_autofree char *full = *sending->prefix != '\0'
					? g_strconcat(sending->prefix, "/", path, NULL)
					: g_strdup(path);
	/* Whose it is here is of no meaning there. */
	st.st_uid = st.st_gid = 0;
	if (!tar_write_node(sending->writer, full, fd, name, &st, sending->error))
		return false;
	if (!folder)
		return true;
	autofd below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return below >= 0 ? send_folder(sending, below, path, depth + 1)
			  : fail_errno(sending->error, "cannot read %s", path);
}

static bool send_folder(Sending *sending, int fd, const char *path, int depth)
{
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = own < 0 ? NULL : fdopendir(own);
	bool ok = (dir != NULL && depth < MAX_DEPTH) ||
		  fail_errno(sending->error, "cannot read %s", path);
	for (struct dirent *entry; ok && (entry = readdir(dir)) != NULL;) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		g_autofree char *below = *path != '\0' ? g_strconcat(path, "/", entry->d_name, NULL)
						       : g_strdup(entry->d_name);
		ok = send_name(sending, fd, entry->d_name, below, depth);
	}
	if (dir != NULL)
		closedir(dir);
	return ok;
}

bool ignore_read(const char *path, char **text, GError **error)
{
	autofd found = open(path, O_PATH | O_CLOEXEC);
	*text = NULL;
	if (found < 0 && (errno == ENOENT || errno == ENOTDIR))
		return true;
	autofd fd = found < 0 ? -1 : fd_open_regular(found);
	*text = fd < 0 ? NULL : fd_read_all(fd, MAX_TEXT, NULL);
	if (*text == NULL && errno == ESTALE)
		return fail(error, BERTH_ERROR_INVALID, "%s is not a regular file", path);
	return *text != NULL || fail_errno(error, "cannot read %s", path);
}

/* Of a folder: "Dockerfile.dockerignore" before ".dockerignore"; NULL without error where there is none. */
static Patterns *read_ignore(const char *folder, const char *dockerfile, GError **error)
{
	g_autofree char *own = g_strconcat(dockerfile, ".dockerignore", NULL),
			*own_path = g_build_filename(folder, own, NULL),
			*path = g_build_filename(folder, ".dockerignore", NULL), *text = NULL;
	if ((*dockerfile != '\0' && !ignore_read(own_path, &text, error)) ||
		(text == NULL && !ignore_read(path, &text, error)))
		return NULL;
	return text != NULL ? patterns_parse(text, error) : NULL;
}

static bool send_context(TarWriter *writer, const char *folder, const char *prefix,
	const char *dockerfile, GError **error)
{
	g_autoptr(GError) problem = NULL;
	Patterns *ignore = read_ignore(folder, dockerfile, &problem);
	g_autofree char *own = g_strconcat(dockerfile, ".dockerignore", NULL);
	char *always[] = {(char *)".dockerignore", (char *)dockerfile, own, NULL};
	if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	autofd fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	Sending sending = {writer, prefix, ignore, always, error};
	bool ok = (fd >= 0 && fstat(fd, &st) == 0) || fail_errno(error, "cannot read %s", folder);
	st.st_uid = st.st_gid = 0;
	ok = ok && tar_write_node(writer, prefix, fd, ".", &st, error) &&
	     send_folder(&sending, fd, "", 0);
	if (ignore != NULL)
		patterns_free(ignore);
	return ok;
}

static bool send_plain(TarWriter *writer, const char *folder, GError **error)
{
	char *always[] = {NULL};
	autofd fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	Sending sending = {writer, "", NULL, always, error};
	return fd >= 0 ? send_folder(&sending, fd, "", 0)
		       : fail_errno(error, "cannot read %s", folder);
}

static bool into_pipe(gpointer data, const void *bytes, size_t length, GError **error)
{
	BuildBody *body = data;
	body->refused = !fd_write_all(body->write_fd, bytes, length);
	return !body->refused || fail_errno(error, "cannot send the context");
}

static bool send_standard_input(BuildBody *body, GError **error)
{
	enum { BLOCK = 128 * 1024 };
	g_autofree char *block = g_malloc(BLOCK);
	ssize_t n;
	if (!into_pipe(body, body->context->head, body->context->head_length, error))
		return false;
	while ((n = read(STDIN_FILENO, block, BLOCK)) > 0)
		if (!into_pipe(body, block, (size_t)n, error))
			return false;
	return n == 0 || fail_errno(error, "cannot read standard input");
}

static bool send_all(BuildBody *body, GError **error)
{
	const BuildContext *context = body->context;
	const char *name;
	json_t *folder;
	if (body->first != NULL && (!into_pipe(body, body->first, strlen(body->first), error) ||
					   !into_pipe(body, "\n", 1, error)))
		return false;
	if (context->archive)
		return send_standard_input(body, error);
	g_autoptr(TarWriter) writer = tar_writer_new(into_pipe, body);
	tar_writer_set_pipe(writer, body->write_fd);
	if (context->plain)
		return send_plain(writer, context->folder, error) && tar_write_end(writer, error);
	if (context->folder != NULL &&
		!send_context(writer, context->folder, "context",
			context->dockerfile != NULL ? context->dockerfile : "", error))
		return false;
	json_object_foreach (context->named, name, folder) {
		g_autofree char *prefix = g_strconcat("named/", name, NULL);
		if (!send_context(writer, json_string_value(folder), prefix, "", error))
			return false;
	}
	return tar_write_end(writer, error);
}

static gpointer write_body(gpointer data)
{
	BuildBody *body = data;
	send_all(body, &body->error);
	fd_clear(&body->write_fd);
	return NULL;
}

BuildBody *build_body_new(const BuildContext *context, const char *first)
{
	int pair[2];
	if (pipe2(pair, O_CLOEXEC) < 0)
		return NULL;
	fcntl(pair[1], F_SETPIPE_SZ, 1 << 20);
	BuildBody *body = g_new0(BuildBody, 1);
	*body = (BuildBody){.context = context,
		.first = g_strdup(first),
		.read_fd = pair[0],
		.write_fd = pair[1]};
	body->thread = thread_or_end("context", write_body, body);
	return body;
}

/* The writer has reported its error before it closed its end. */
static bool is_whole(gpointer data)
{
	const BuildBody *body = data;
	errno = EIO;
	return body->error == NULL;
}

BodyFile build_body_file(BuildBody *body)
{
	return (BodyFile){body->read_fd, is_whole, body};
}

bool build_body_end(BuildBody *body, GError **error)
{
	/* When the rest of the body is refused, the writer is released. */
	fd_clear(&body->read_fd);
	g_thread_join(body->thread);
	/* An engine that has refused the rest reports the reason itself. */
	bool ok = body->error == NULL || body->refused;
	if (!ok)
		g_propagate_error(error, g_steal_pointer(&body->error));
	g_clear_error(&body->error);
	g_free(body->first);
	g_free(body);
	return ok;
}
