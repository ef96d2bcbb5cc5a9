/* fsutil's transfer: the sender lists all files in order, and the receiver requests contents by number. Received files are written below one folder, whatever their names are. */
#include "buildkit/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* MAX_OPEN: contents received at once; senders transfer four. NAMES: bytes of all names. PATHS: bytes of the paths in headers; without them everything is sent. */
enum { MAX_OPEN = 64, MAX_FILES = 2 << 20, NAMES = 256 << 20, PATHS = 256 << 10 };

/* Go's os.FileMode. */
enum {
	GO_DIR = 1U << 31,
	GO_SYMLINK = 1U << 27,
	GO_DEVICE = 1U << 26,
	GO_FIFO = 1U << 25,
	GO_SOCKET = 1U << 24,
	GO_SETUID = 1U << 23,
	GO_SETGID = 1U << 22,
	GO_STICKY = 1U << 20
};
#define GO_TYPE (GO_DIR | GO_SYMLINK | GO_DEVICE | GO_FIFO | GO_SOCKET)

static mode_t mode_of(guint32 go)
{
	return (go & 0777) | (go & GO_SETUID ? S_ISUID : 0) | (go & GO_SETGID ? S_ISGID : 0) |
	       (go & GO_STICKY ? S_ISVTX : 0);
}

guint32 filesync_mode(mode_t mode)
{
	return (mode & 0777) | (mode & S_ISUID ? GO_SETUID : 0) | (mode & S_ISGID ? GO_SETGID : 0) |
	       (mode & S_ISVTX ? GO_STICKY : 0) | (S_ISDIR(mode) ? GO_DIR : 0) |
	       (S_ISLNK(mode) ? GO_SYMLINK : 0) | (S_ISFIFO(mode) ? GO_FIFO : 0);
}

static struct timespec time_of(gint64 nanoseconds)
{
	gint64 second = 1000000000, rest = nanoseconds % second;
	return (struct timespec){nanoseconds / second - (rest < 0), rest + (rest < 0 ? second : 0)};
}

/* A file whose content is being received, or a folder whose time is set at the end. */
typedef struct {
	char *path;
	guint32 id;
	gint64 time, left;
	int fd;
} Pending;

static void pending_free(gpointer data)
{
	Pending *pending = data;
	g_free(pending->path);
	fd_clear(&pending->fd);
	g_free(pending);
}

typedef struct {
	GrpcCall *call;
	int root_fd, older,
		dir_fd; /* older: of the last transfer, or -1; dir_fd: of the last name */
	char *dir;
	guint32 count;
	gsize names;
	gint64 bytes;
	GHashTable *files; /* id -> Pending */
	GPtrArray *folders;
	int open;
	bool listed;
} Receiver;

static void receiver_clear(Receiver *receiver)
{
	fd_clear(&receiver->root_fd);
	fd_clear(&receiver->dir_fd);
	g_free(receiver->dir);
	g_hash_table_unref(receiver->files);
	g_ptr_array_unref(receiver->folders);
}

static bool send_packet(GrpcCall *call, Bk__Packet__Type type, guint32 id, GError **error)
{
	Bk__Packet packet = BK__PACKET__INIT;
	packet.type = type;
	packet.id = id;
	return grpc_send(call, &packet, error);
}

/* "a/b": no part of it empty, "." or "..". */
static bool is_clean(const char *path)
{
	for (const char *part = path;; part++) {
		size_t length = strcspn(part, "/");
		if (length == 0 || length > 255 || (length == 1 && *part == '.') ||
			(length == 2 && part[0] == '.' && part[1] == '.'))
			return false;
		part += length;
		if (*part == '\0')
			return true;
	}
}

/* The open folder of a path, and its last part. -1 with error. */
static int folder_of(Receiver *receiver, const char *path, const char **name, GError **error)
{
	const char *slash = strrchr(path, '/');
	g_autofree char *dir =
		slash != NULL ? g_strndup(path, (gsize)(slash - path)) : g_strdup(".");
	*name = slash != NULL ? slash + 1 : path;
	if (receiver->dir != NULL && strcmp(dir, receiver->dir) == 0)
		return receiver->dir_fd;
	fd_clear(&receiver->dir_fd);
	g_free(receiver->dir);
	receiver->dir = g_steal_pointer(&dir);
	receiver->dir_fd = path_open_beneath(
		receiver->root_fd, receiver->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (receiver->dir_fd < 0)
		fail_errno(error, "cannot write %s", path);
	return receiver->dir_fd;
}

/* Extended attributes accepted from a client: not those that the kernel or overlayfs interpret. */
static void set_xattrs(int fd, const Bk__Stat *stat)
{
	for (size_t i = 0; i < stat->n_xattrs; i++) {
		const Bk__BytesPair *one = stat->xattrs[i];
		if (g_str_has_prefix(one->key, "user.") ||
			strcmp(one->key, "security.capability") == 0)
			fsetxattr(fd, one->key, one->value.data, one->value.len, 0);
	}
}

static bool take_folder(Receiver *receiver, const Bk__Stat *stat, int dir, const char *name)
{
	if (mkdirat(dir, name, 0700) < 0)
		return false;
	autofd fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchmod(fd, mode_of(stat->mode)) < 0)
		return false;
	set_xattrs(fd, stat);
	Pending *folder = g_new(Pending, 1);
	*folder = (Pending){g_strdup(stat->path), 0, stat->mod_time, 0, -1};
	g_ptr_array_add(receiver->folders, folder);
	return true;
}

/* A file of the last transfer with the same metadata: it gets a hard link instead of being transferred. */
static bool take_older(Receiver *receiver, const Bk__Stat *stat, int dir, const char *name)
{
	struct timespec time = time_of(stat->mod_time);
	struct stat there;
	if (receiver->older < 0 || stat->n_xattrs > 0)
		return false;
	autofd fd = path_open_beneath(receiver->older, stat->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	g_autofree char *self = g_strdup_printf("/proc/self/fd/%d", fd);
	return fd >= 0 && fstat(fd, &there) == 0 && S_ISREG(there.st_mode) &&
	       there.st_size == stat->size && (there.st_mode & 07777) == mode_of(stat->mode) &&
	       there.st_mtim.tv_sec == time.tv_sec && there.st_mtim.tv_nsec == time.tv_nsec &&
	       linkat(AT_FDCWD, self, dir, name, AT_SYMLINK_FOLLOW) == 0;
}

static bool take_file(Receiver *receiver, const Bk__Stat *stat, int dir, const char *name)
{
	struct timespec times[2] = {time_of(stat->mod_time), time_of(stat->mod_time)};
	if (stat->size > 0 && take_older(receiver, stat, dir, name))
		return true;
	autofd fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || fchmod(fd, mode_of(stat->mode)) < 0)
		return false;
	set_xattrs(fd, stat);
	if (stat->size == 0)
		return futimens(fd, times) == 0;
	Pending *file = g_new(Pending, 1);
	*file = (Pending){g_strdup(stat->path), receiver->count, stat->mod_time, stat->size, -1};
	g_hash_table_insert(receiver->files, GUINT_TO_POINTER(receiver->count), file);
	return true;
}

/* A hard link to a file received before. */
static bool take_link(Receiver *receiver, const Bk__Stat *stat, int dir, const char *name)
{
	if (!is_clean(stat->linkname))
		return errno = EINVAL, false;
	autofd fd = path_open_beneath(
		receiver->root_fd, stat->linkname, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat there;
	g_autofree char *self = g_strdup_printf("/proc/self/fd/%d", fd);
	return fd >= 0 && fstat(fd, &there) == 0 && S_ISREG(there.st_mode) &&
	       linkat(AT_FDCWD, self, dir, name, AT_SYMLINK_FOLLOW) == 0;
}

static bool take_other(const Bk__Stat *stat, int dir, const char *name)
{
	struct timespec times[2] = {time_of(stat->mod_time), time_of(stat->mod_time)};
	bool ok = (stat->mode & GO_TYPE) == GO_SYMLINK
			  ? symlinkat(stat->linkname, dir, name) == 0
			  : mkfifoat(dir, name, mode_of(stat->mode)) == 0;
	if (ok)
		utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW);
	return ok;
}

static bool take_stat(Receiver *receiver, const Bk__Stat *stat, GError **error)
{
	const char *name;
	receiver->names += strlen(stat->path);
	if (!is_clean(stat->path) || stat->size < 0)
		return fail(error, BERTH_ERROR_INVALID, "invalid path \"%s\" in the context",
			stat->path);
	if (receiver->count >= MAX_FILES || receiver->names > NAMES)
		return fail(error, BERTH_ERROR_TOO_LARGE, "the context has too many files");
	int dir = folder_of(receiver, stat->path, &name, error);
	if (dir < 0)
		return false;
	bool ok = true;
	guint32 type = stat->mode & GO_TYPE;
	if (type == GO_DIR)
		ok = take_folder(receiver, stat, dir, name);
	else if (type == GO_SYMLINK || type == GO_FIFO)
		ok = take_other(stat, dir, name);
	else if (type == 0 && *stat->linkname != '\0')
		ok = take_link(receiver, stat, dir, name);
	else if (type == 0)
		ok = take_file(receiver, stat, dir, name);
	/* Devices and sockets from a client are not made. */
	guint32 id = receiver->count++;
	if (!ok)
		return fail_errno(error, "cannot write %s", stat->path);
	return !g_hash_table_contains(receiver->files, GUINT_TO_POINTER(id)) ||
	       send_packet(receiver->call, BK__PACKET__TYPE__REQ, id, error);
}

static bool open_file(Receiver *receiver, Pending *file, GError **error)
{
	const char *name;
	if (file->fd >= 0)
		return true;
	if (receiver->open >= MAX_OPEN)
		return fail(error, BERTH_ERROR_INVALID, "too many files are sent at once");
	int dir = folder_of(receiver, file->path, &name, error);
	if (dir < 0)
		return false;
	file->fd = openat(dir, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	receiver->open += file->fd >= 0;
	return file->fd >= 0 || fail_errno(error, "cannot write %s", file->path);
}

static bool take_data(Receiver *receiver, const Bk__Packet *packet, GError **error)
{
	Pending *file = g_hash_table_lookup(receiver->files, GUINT_TO_POINTER(packet->id));
	if (file == NULL)
		return fail(
			error, BERTH_ERROR_INVALID, "content for a file that was not requested");
	if (!open_file(receiver, file, error))
		return false;
	if (packet->data.len > 0) {
		receiver->bytes += (gint64)packet->data.len;
		return fd_write_all(file->fd, packet->data.data, packet->data.len) ||
		       fail_errno(error, "cannot write %s", file->path);
	}
	struct timespec times[2] = {time_of(file->time), time_of(file->time)};
	futimens(file->fd, times);
	receiver->open--;
	g_hash_table_remove(receiver->files, GUINT_TO_POINTER(packet->id));
	return true;
}

/* Sets times of folders when their contents are complete. */
static void finish_folders(Receiver *receiver)
{
	for (guint i = receiver->folders->len; i-- > 0;) {
		const Pending *folder = receiver->folders->pdata[i];
		struct timespec times[2] = {time_of(folder->time), time_of(folder->time)};
		autofd fd = path_open_beneath(
			receiver->root_fd, folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
		if (fd >= 0)
			futimens(fd, times);
	}
}

static bool take_packet(Receiver *receiver, const Bk__Packet *packet, GError **error)
{
	switch (packet->type) {
	case BK__PACKET__TYPE__STAT:
		if (packet->stat == NULL)
			receiver->listed = true;
		return packet->stat == NULL || take_stat(receiver, packet->stat, error);
	case BK__PACKET__TYPE__DATA:
		return take_data(receiver, packet, error);
	case BK__PACKET__TYPE__ERR:
		return fail(error, BERTH_ERROR_INVALID, "error from sender: %.*s",
			(int)MIN(packet->data.len, 4096), packet->data.data);
	default:
		return fail(error, BERTH_ERROR_INVALID, "an unexpected packet in the transfer");
	}
}

/* Receives until everything has arrived, which both sides confirm. */
static bool receive_all(Receiver *receiver, GError **error)
{
	while (!receiver->listed || g_hash_table_size(receiver->files) > 0) {
		g_autoptr(Bk__Packet) packet =
			grpc_receive(receiver->call, &bk__packet__descriptor, error);
		if (packet == NULL || !take_packet(receiver, packet, error))
			return false;
	}
	if (!send_packet(receiver->call, BK__PACKET__TYPE__FIN, 0, error))
		return false;
	g_autoptr(Bk__Packet) last = grpc_receive(receiver->call, &bk__packet__descriptor, error);
	return last != NULL && (last->type == BK__PACKET__TYPE__FIN ||
				       fail(error, BERTH_ERROR_INVALID, "the transfer has no end"));
}

/* Names and values for a call's headers. A value that is not ASCII is escaped, which its name indicates. */
static void add_headers(GPtrArray *headers, const char *name, char *const *values)
{
	gsize length = 0;
	bool plain = true;
	for (int i = 0; values != NULL && values[i] != NULL; i++) {
		length += strlen(values[i]);
		for (const char *c = values[i]; *c != '\0'; c++)
			plain = plain && *c >= ' ' && *c <= '~';
	}
	if (length > PATHS)
		return;
	for (int i = 0; values != NULL && values[i] != NULL; i++) {
		g_ptr_array_add(headers, g_strdup(name));
		g_ptr_array_add(headers,
			plain ? g_strdup(values[i]) : g_uri_escape_string(values[i], NULL, FALSE));
	}
	if (!plain) {
		g_ptr_array_add(headers, g_strconcat(name, "-encoded", NULL));
		g_ptr_array_add(headers, g_strdup("1"));
	}
}

static GrpcCall *call_diff_copy(Session *session, const BuildFetch *what, GError **error)
{
	g_autoptr(GPtrArray) headers = g_ptr_array_new_with_free_func(g_free);
	char *const name[] = {(char *)what->name, NULL};
	add_headers(headers, "dir-name", name);
	add_headers(headers, "followpaths", what->paths);
	add_headers(headers, "exclude-patterns", what->excluded);
	g_ptr_array_add(headers, NULL);
	return grpc_call_new(session->connection, "/moby.filesync.v1.FileSync/DiffCopy",
		(const char *const *)headers->pdata, error);
}

bool filesync_fetch(Session *session, const BuildFetch *what, const char *folder, GError **error)
{
	g_autoptr(GrpcCall) call = call_diff_copy(session, what, error);
	if (call == NULL)
		return false;
	Receiver receiver = {.call = call,
		.root_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.older = what->older,
		.dir_fd = -1,
		.files = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, pending_free),
		.folders = g_ptr_array_new_with_free_func(pending_free)};
	bool ok = receiver.root_fd >= 0 || fail_errno(error, "cannot open %s", folder);
	ok = ok && receive_all(&receiver, error);
	if (ok)
		finish_folders(&receiver);
	*what->received = receiver.bytes;
	receiver_clear(&receiver);
	return ok;
}
