/* cp: files between a container and the local file system (the rules are in docker's reference, "docker container
 * cp"). */
#include "cli/common/flags.h"
#include "cli/common/stream.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/size.h"
#include "base/tar.h"
#include "base/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIPE_ROOM = 1 << 20 };

static const Flag flags[] = {
	{"archive", 'a', BOOL, "keep the owners' numbers"},
	{"follow-link", 'L', BOOL, "copy the target of a link"},
	{"quiet", 'q', BOOL, "do not report what was copied"},
	{0},
};

/* "name:path", or a local path. */
typedef struct {
	char *container, *path; /* container NULL: local */
} Side;

static void side_clear(Side *side)
{
	g_free(side->container);
	g_free(side->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Side, side_clear)

static Side side_of(const char *text)
{
	const char *colon = strchr(text, ':');
	/* "./a:b" and "/a:b" are local, whatever their names contain. */
	if (colon == NULL || *text == '/' || *text == '.')
		return (Side){NULL, g_strdup(text)};
	if (colon == text) /* no container name: Docker takes the rest for a local path */
		return (Side){NULL, g_strdup(colon + 1)};
	return (Side){g_strndup(text, (gsize)(colon - text)), g_strdup(colon + 1)};
}

/* The target's name, and its folder. */
typedef struct {
	char *folder, *name;
} Target;

static void target_clear(Target *target)
{
	g_free(target->folder);
	g_free(target->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Target, target_clear)

/* "folder/.", "folder/./" and ".": the content of a folder. */
static bool is_content(const char *path)
{
	g_autofree char *last = g_path_get_basename(path);
	return strcmp(last, ".") == 0;
}

static bool ends_in(const char *path)
{
	return g_str_has_suffix(path, "/") || is_content(path);
}

static char *base_of(const char *path)
{
	g_autofree char *clean = g_canonicalize_filename(path, "/");
	return is_content(path) ? g_strdup(".") : g_path_get_basename(clean);
}

/* The target of a local path whose last component is a link; it need not exist. */
static char *links_followed(const char *path)
{
	enum { MAX_LINKS = 10 };
	char *now = g_canonicalize_filename(path, NULL);
	for (int i = 0; i < MAX_LINKS; i++) {
		g_autofree char *target = g_file_read_link(now, NULL);
		if (target == NULL)
			break;
		g_autofree char *folder = g_path_get_dirname(now);
		g_free(now);
		now = g_canonicalize_filename(target, folder);
	}
	return now;
}

/* name: of the source, "." for its content; folder: whether it is one. there: the target is 0 missing, 1 a file, 2 a
 * folder. */
static bool choose_target(
	const char *path, int there, const char *name, bool folder, Target *target, GError **error)
{
	if (there == 2) {
		*target = (Target){g_strdup(path), g_strdup(name)};
		return true;
	}
	if (there == 1 && folder)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "cannot copy directory");
	if (there == 0 && !folder && ends_in(path))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "no such directory");
	g_autofree char *clean = g_canonicalize_filename(path, NULL);
	*target = (Target){g_path_get_dirname(clean), g_path_get_basename(clean)};
	return true;
}

/* {"mode": ...}, from a response header. */
static json_t *stat_of(const Response *response, GError **error)
{
	gsize length;
	g_autofree char *text = (char *)g_base64_decode(
		http_header(&response->head, "X-Docker-Container-Path-Stat"), &length);
	return json_parse(text, length, error);
}

static char *archive_path(const Side *side)
{
	g_autofree char *container = client_escape(side->container),
			*escaped = client_escape(side->path);
	return g_strdup_printf("/containers/%s/archive?path=%s", container, escaped);
}

/* NULL if it does not exist, or cannot be examined: the response to HEAD has no message, that to the copy itself
 * has. */
static json_t *stat_in(Cli *cli, const Side *side)
{
	g_auto(Response) response = {.fd = -1};
	g_autofree char *path = archive_path(side);
	return client_send(cli->client, "HEAD", path, NULL, &response, NULL)
		       ? stat_of(&response, NULL)
		       : NULL;
}

static bool is_folder(const json_t *stat)
{
	return (json_int(stat, "mode") & (1LL << 31)) != 0;
}

static bool is_link(const json_t *stat)
{
	return (json_int(stat, "mode") & (1LL << 27)) != 0;
}

static ssize_t count_bytes(gpointer data, void *buffer, size_t size, GError **error)
{
	struct {
		HttpBody *body;
		gint64 *bytes;
	} *source = data;
	ssize_t n = http_body_read(source->body, buffer, size, error);
	*source->bytes += MAX(n, 0);
	return n;
}

/* "file/" cannot be written to. */
static bool check_output(const char *path, GError **error)
{
	struct stat st;
	return stat(path, &st) == 0 || errno != ENOTDIR ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "stat %s: not a directory", path);
}

static int local_kind(const char *path)
{
	struct stat st;
	return stat(path, &st) < 0 ? 0 : S_ISDIR(st.st_mode) ? 2 : 1;
}

static bool unpack(Cli *cli, Response *response, const Target *target, const char *name,
	gint64 *bytes, GError **error)
{
	struct {
		HttpBody *body;
		gint64 *bytes;
	} source = {&response->body, bytes};
	autofd folder = open(target->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"invalid output path: directory \"%s\" does not exist", target->folder);
	bool owners = flag_bool(cli, "archive", false), rename = strcmp(name, target->name) != 0;
	return tar_unpack_as(
		folder, count_bytes, &source, owners, rename ? name : NULL, target->name, error);
}

/* With -L, a link's target is copied under the link's name. */
static void follow_link(Cli *cli, Side *from)
{
	g_autoptr(json_t) stat = stat_in(cli, from);
	if (stat == NULL || !is_link(stat))
		return;
	g_free(from->path);
	from->path = g_strdup(json_str(stat, "linkTarget"));
}

static bool copy_out(Cli *cli, Side *from, const char *to, gint64 *bytes, GError **error)
{
	g_autofree char *called = base_of(from->path);
	if (!check_output(to, error))
		return false;
	if (flag_bool(cli, "follow-link", false))
		follow_link(cli, from);
	g_auto(Response) response = {.fd = -1};
	g_autofree char *path = archive_path(from), *name = base_of(from->path);
	if (!client_send(cli->client, "GET", path, NULL, &response, error))
		return false;
	if (strcmp(to, "-") == 0)
		return stream_copy(&response.body, true, error);
	g_autoptr(json_t) stat = stat_of(&response, error);
	g_auto(Target) target = {0};
	if (strcmp(name, "/") == 0)
		strcpy(name, ".");
	/* A link is not replaced: its target is used. */
	g_autofree char *place = ends_in(to) ? g_strdup(to) : links_followed(to);
	return stat != NULL &&
	       choose_target(place, local_kind(place), strcmp(called, "/") == 0 ? "." : called,
		       is_folder(stat), &target, error) &&
	       unpack(cli, &response, &target, name, bytes, error);
}

/* An archive that a thread writes to a pipe. */
typedef struct {
	const char *path, *name; /* path: of the source; name: what it is called in the archive */
	int read_fd, write_fd;
	gint64 bytes;
	GThread *thread;
	GError *error;
} Pack;

static bool put(gpointer data, const void *bytes, size_t length, GError **error)
{
	Pack *pack = data;
	pack->bytes += (gint64)length;
	return fd_write_all(pack->write_fd, bytes, length) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "the engine takes no more");
}

static bool pack_name(TarWriter *writer, int fd, const char *name, const char *as, GError **error)
{
	enum { MAX_PATH = 64 * 1024 };
	struct stat st;
	if (strlen(as) > MAX_PATH || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "cannot read %s: %s", as,
			g_strerror(errno));
	if (!tar_write_node(writer, as, fd, name, &st, error))
		return false;
	if (!S_ISDIR(st.st_mode))
		return true;
	autofd below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_autoptr(GPtrArray) names = folder_names(below);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *path = g_build_filename(as, names->pdata[i], NULL);
		if (!pack_name(writer, below, names->pdata[i], path, error))
			return false;
	}
	return true;
}

static gpointer pack_run(gpointer data)
{
	Pack *pack = data;
	g_autoptr(TarWriter) writer = tar_writer_new(put, pack);
	tar_writer_set_pipe(writer, pack->write_fd);
	if (pack_name(writer, AT_FDCWD, pack->path, pack->name, &pack->error))
		tar_write_end(writer, &pack->error);
	pack->bytes += tar_writer_moved(writer);
	fd_clear(&pack->write_fd);
	return NULL;
}

static bool send_archive(Cli *cli, const Side *to, const char *folder, int fd, GError **error)
{
	g_auto(Response) response = {.fd = -1};
	g_autofree char *container = client_escape(to->container), *escaped = client_escape(folder),
			*path = g_strdup_printf(
				"/containers/%s/archive?path=%s&noOverwriteDirNonDir=true%s",
				container, escaped,
				flag_bool(cli, "archive", false) ? "&copyUIDGID=true" : "");
	const BodyFile body = {.fd = fd};
	return client_send_file(cli->client, "PUT", path, "Content-Type: application/x-tar\r\n",
		&body, &response, error);
}

static bool send_path(Cli *cli, const char *from, const Side *to, const Target *target,
	gint64 *bytes, GError **error)
{
	int pair[2];
	if (pipe2(pair, O_CLOEXEC) < 0)
		return fail_errno(error, "cannot make a pipe");
	/* A larger pipe means fewer context switches; a user's limit may forbid it. */
	fcntl(pair[1], F_SETPIPE_SZ, PIPE_ROOM);
	Pack pack = {.path = from,
		.name = target->name,

		.read_fd = pair[0],
		.write_fd = pair[1]};
	pack.thread = thread_or_end("pack", pack_run, &pack);
	g_autoptr(GError) problem = NULL;
	bool ok = send_archive(cli, to, target->folder, pack.read_fd, &problem);
	fd_clear(&pack.read_fd);
	g_thread_join(pack.thread);
	*bytes = pack.bytes;
	/* A refusal is the reason why the archive was not read. */
	if (problem == NULL && pack.error != NULL)
		problem = g_steal_pointer(&pack.error);
	g_clear_error(&pack.error);
	if (problem == NULL)
		return ok;
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

/* The target of a link in the container is used. */
static json_t *target_stat(Cli *cli, Side *to)
{
	enum { MAX_LINKS = 40 };
	json_t *stat = stat_in(cli, to);
	for (int i = 0; stat != NULL && is_link(stat) && i < MAX_LINKS; i++) {
		g_free(to->path);
		to->path = g_strdup(json_str(stat, "linkTarget"));
		json_decref(stat);
		stat = stat_in(cli, to);
	}
	return stat;
}

static bool copy_in(Cli *cli, const char *from, Side *to, gint64 *bytes, GError **error)
{
	g_autoptr(json_t) there = target_stat(cli, to);
	if (strcmp(from, "-") == 0) {
		if (there == NULL || !is_folder(there))
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"destination \"%s:%s\" must be a directory", to->container,
				to->path);
		return send_archive(cli, to, to->path, STDIN_FILENO, error);
	}
	struct stat st;
	bool follow = flag_bool(cli, "follow-link", false) || ends_in(from);
	g_autofree char *source = follow ? links_followed(from) : g_strdup(from);
	if (lstat(source, &st) < 0) {
		int problem = errno;
		g_autofree char *whole = g_canonicalize_filename(source, NULL);
		return fail(error, BERTH_ERROR_UNAVAILABLE, "lstat %s: %s", whole,
			errno_words(problem));
	}
	if (ends_in(from) && !S_ISDIR(st.st_mode))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "not a directory");
	g_auto(Target) target = {0};
	g_autofree char *name = base_of(from), *real = follow ? realpath(source, NULL) : NULL;
	return choose_target(to->path,
		       there == NULL	  ? 0
		       : is_folder(there) ? 2
					  : 1,
		       name, S_ISDIR(st.st_mode), &target, error) &&
	       send_path(cli, real != NULL ? real : from, to, &target, bytes, error);
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_auto(Side) from = side_of(cli->args[0]), to = side_of(cli->args[1]);
	gint64 bytes = 0;
	bool ok;
	if (*cli->args[0] == '\0' || *cli->args[1] == '\0')
		ok = fail(&error, BERTH_ERROR_UNAVAILABLE, "%s can not be empty",
			*cli->args[0] == '\0' ? "source" : "destination");
	else if (from.container != NULL && to.container != NULL)
		ok = fail(&error, BERTH_ERROR_UNAVAILABLE,
			"copying between containers is not supported");
	else if (from.container == NULL && to.container == NULL)
		ok = fail(&error, BERTH_ERROR_UNAVAILABLE,
			"must specify at least one container source");
	else
		ok = from.container != NULL ? copy_out(cli, &from, to.path, &bytes, &error)
					    : copy_in(cli, from.path, &to, &bytes, &error);
	if (!ok)
		return cli_fail(cli, error);
	g_autofree char *size = size_human((double)bytes);
	/* As docker: on a terminal only, unless requested. */
	if (!flag_bool(cli, "quiet", !isatty(STDOUT_FILENO)) && strcmp(to.path, "-") != 0)
		print_to(stderr, "Successfully copied %s to %s\n", size, cli->args[1]);
	return EXIT_SUCCESS;
}

const Command command_cp = {
	.names = "cp|container cp",
	.usage = "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n"
		 "[OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
	.summary = "Copy files between a container and the local file system",
	.example = "cp web:/etc/nginx/nginx.conf .",
	.completes = "copied copied",
	.flags = flags,
	.min_args = 2,
	.max_args = 2,
	.run = run,
};
