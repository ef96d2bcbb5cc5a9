#include "base/fd.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

enum { MAX_FDS = 8, UNIX_BACKLOG = 4096, OPEN_RETRIES = 32 };

bool fd_write_all(int fd, const void *data, size_t length)
{
	const char *p = data;
	while (length > 0) {
		ssize_t n = write(fd, p, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		p += n;
		length -= (size_t)n;
	}
	return true;
}

char *fd_read_all(int fd, size_t limit, size_t *length)
{
	size_t size = 4096, used = 0;
	char *data = g_malloc(size + 1);
	for (;;) {
		if (used == size)
			data = g_realloc(data, (size *= 2) + 1);
		ssize_t n = read(fd, data + used, size - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			break;
		used += n > 0 ? (size_t)n : 0;
		if (n < 0 || used > limit) {
			int saved = n < 0 ? errno : EFBIG;
			g_free(data);
			errno = saved;
			return NULL;
		}
	}
	data[used] = '\0';
	if (length != NULL)
		*length = used;
	return data;
}

bool file_replace(
	const char *path, const void *data, size_t length, mode_t mode, bool sync, GError **error)
{
	g_autofree char *temporary = g_strconcat(path, ".tmp", NULL);
	autofd fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (fd < 0)
		return fail_errno(error, "cannot create %s", temporary);
	if (!fd_write_all(fd, data, length) || (sync && fsync(fd) < 0) ||
		rename(temporary, path) < 0) {
		fail_errno(error, "cannot write %s", path);
		unlink(temporary);
		return false;
	}
	return true;
}

bool file_put(const char *path, const char *value)
{
	autofd fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd >= 0 && fd_write_all(fd, value, strlen(value));
}

static int open_within(int root_fd, const char *path, struct open_how how)
{
	for (int i = 0; i < OPEN_RETRIES; i++) {
		int fd = (int)syscall(SYS_openat2, root_fd, path, &how, sizeof how);
		/* EAGAIN: a concurrent rename; the kernel asks to try again. */
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			return fd;
	}
	return -1;
}

char *path_normal(const char *path, const char *base)
{
	if (path == NULL)
		return g_strdup(base);
	size_t slashes = strspn(path, "/");
	return g_canonicalize_filename(slashes > 1 ? path + slashes - 1 : path, base);
}

int path_open_in_root(int root_fd, const char *path, int flags, mode_t mode)
{
	return open_within(root_fd, path,
		(struct open_how){
			.flags = (guint64)(flags | O_CLOEXEC),
			.mode = flags & O_CREAT ? mode : 0,
			.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
		});
}

int path_open_beneath(int root_fd, const char *path, int flags)
{
	return open_within(root_fd, path,
		(struct open_how){
			.flags = (guint64)(flags | O_CLOEXEC),
			.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
		});
}

/* The target of a link; NULL if it does not exist, or is no link. */
static char *link_target(int root_fd, const char *path)
{
	struct stat st;
	char target[PATH_MAX];
	autofd fd = path_open_in_root(root_fd, path, O_PATH | O_NOFOLLOW, 0);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISLNK(st.st_mode))
		return NULL;
	ssize_t length = readlinkat(fd, "", target, sizeof target);
	return length > 0 && length < (ssize_t)sizeof target ? g_strndup(target, (gsize)length)
							     : NULL;
}

/* Cuts off the first component of the rest of a path. */
static char *next_part(GString *path)
{
	size_t slashes = strspn(path->str, "/"), length = strcspn(path->str + slashes, "/");
	char *part = g_strndup(path->str + slashes, length);
	g_string_erase(path, 0, (gssize)(slashes + length));
	return part;
}

/* beneath: more ".." than there are folders above is refused, and not the root. */
static char *resolve(int root_fd, const char *path, bool beneath)
{
	enum { MAX_LINKS = 255 };
	g_autoptr(GString) todo = g_string_new(path), done = g_string_new("");
	int links = 0;
	while (todo->len > 0) {
		g_autofree char *part = next_part(todo);
		if (*part == '\0' || strcmp(part, ".") == 0)
			continue;
		const char *last = strrchr(done->str, '/');
		gsize before = done->len;
		if (strcmp(part, "..") == 0) {
			if (beneath && before == 0) {
				errno = EXDEV;
				return NULL;
			}
			g_string_truncate(done, last != NULL ? (gsize)(last - done->str) : 0);
			continue;
		}
		g_string_append_printf(done, "%s%s", before > 0 ? "/" : "", part);
		g_autofree char *target = link_target(root_fd, done->str);
		if (target == NULL)
			continue;
		if (++links > MAX_LINKS || todo->len > PATH_MAX) {
			errno = ELOOP;
			return NULL;
		}
		g_string_truncate(done, *target == '/' ? 0 : before);
		g_string_prepend_c(todo, '/');
		g_string_prepend(todo, target);
	}
	return g_strdup(done->len > 0 ? done->str : ".");
}

char *path_resolve_in_root(int root_fd, const char *path)
{
	return resolve(root_fd, path, false);
}

typedef struct {
	mode_t mode;
	uid_t uid;
	gid_t gid;
	bool beneath; /* as path_make_beneath */
} NewFolders;

static bool make_one(int at, const char *name, const NewFolders *as)
{
	if (mkdirat(at, name, as->mode) < 0)
		return errno == EEXIST;
	return (as->uid == 0 && as->gid == 0) ||
	       fchownat(at, name, as->uid, as->gid, AT_SYMLINK_NOFOLLOW) == 0;
}

/* What a path with a link in it leads to, made where it is missing. */
static int open_linked(int root_fd, const char *whole, const NewFolders *as)
{
	g_autofree char *real = resolve(root_fd, whole, true);
	return real != NULL ? path_make_in_root(root_fd, real, as->mode) : -1;
}

/* Opens the next component. Only one that is no folder itself - a link, or ".." - is resolved from the root again:
 * doing so for every component would take quadratic time, for each name of an archive. */
static int open_part(int root_fd, int at, const char *part, const char *whole, const NewFolders *as)
{
	const int flags = O_PATH | O_DIRECTORY;
	bool up = strcmp(part, "..") == 0;
	int fd = up ? -1 : path_open_in_root(at, part, flags | O_NOFOLLOW, 0);
	if (fd >= 0 || (!up && errno != ENOTDIR && errno != ELOOP))
		return fd;
	return as->beneath ? open_linked(root_fd, whole, as)
			   : path_open_in_root(root_fd, whole, flags, 0);
}

static int make_folders(int root_fd, const char *path, const NewFolders *as)
{
	/* A limit as the kernel's: code that removes the folders recurses as deep. */
	if (strlen(path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);
	g_autoptr(GString) done = g_string_new("");
	autofd at = path_open_in_root(root_fd, ".", O_PATH | O_DIRECTORY, 0);
	for (int i = 0; at >= 0 && parts[i] != NULL; i++) {
		if (*parts[i] == '\0' || strcmp(parts[i], ".") == 0)
			continue;
		g_string_append_printf(done, "/%s", parts[i]);
		int next = open_part(root_fd, at, parts[i], done->str, as);
		if (next < 0 && errno == ENOENT && strcmp(parts[i], "..") != 0 &&
			make_one(at, parts[i], as))
			next = open_part(root_fd, at, parts[i], done->str, as);
		fd_clear(&at);
		at = next;
	}
	return fd_steal(&at);
}

int path_make_in_root_for(int root_fd, const char *path, mode_t mode, uid_t uid, gid_t gid)
{
	return make_folders(root_fd, path, &(NewFolders){.mode = mode, .uid = uid, .gid = gid});
}

int path_make_in_root(int root_fd, const char *path, mode_t mode)
{
	return path_make_in_root_for(root_fd, path, mode, 0, 0);
}

int path_make_beneath(int root_fd, const char *path, mode_t mode)
{
	return make_folders(root_fd, path, &(NewFolders){.mode = mode, .beneath = true});
}

bool fd_set_facts(int fd, const struct stat *as, const struct timespec times[2])
{
	char path[64];
	if (fchownat(fd, "", as->st_uid, as->st_gid, AT_EMPTY_PATH) < 0)
		return false;
	/* After chown, which clears setuid bits. */
	if (!S_ISLNK(as->st_mode) && fchmod(fd, as->st_mode & 07777) < 0) {
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		if (errno != EBADF || chmod(path, as->st_mode & 07777) < 0)
			return false;
	}
	/* Not every file system can store every time. */
	if (times != NULL)
		utimensat(fd, "", times, AT_EMPTY_PATH);
	return true;
}

int node_open(int dir_fd, const char *name, const struct stat *as)
{
	struct stat st;
	autofd fd = openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if ((st.st_mode & S_IFMT) != (as->st_mode & S_IFMT)) {
		errno = ESTALE;
		return -1;
	}
	return fd_steal(&fd);
}

bool node_set_facts(
	int dir_fd, const char *name, const struct stat *as, const struct timespec times[2])
{
	autofd fd = node_open(dir_fd, name, as);
	return fd >= 0 && fd_set_facts(fd, as, times);
}

/* /proc/self/fd can also open an unnamed pipe. */
static int reopen(int fd, int flags)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return open(path, flags | O_RDONLY | O_NOCTTY | O_CLOEXEC);
}

int fd_open_regular(int fd)
{
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = ESTALE;
		return -1;
	}
	/* Files of procfs are regular too, but reading some of them blocks. */
	return reopen(fd, O_NONBLOCK);
}

static bool is_unnamed_pipe(int fd, const struct stat *st)
{
	struct statfs fs;
	return S_ISFIFO(st->st_mode) && fstatfs(fd, &fs) == 0 && fs.f_type == PIPEFS_MAGIC;
}

int file_open_named(const char *path)
{
	struct stat st;
	if (strcmp(path, "/dev/stdin") == 0)
		return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	autofd fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (is_unnamed_pipe(fd, &st) || (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3)))
		return reopen(fd, 0);
	if (S_ISREG(st.st_mode))
		return reopen(fd, O_NONBLOCK);
	errno = S_ISDIR(st.st_mode) ? EISDIR : ESTALE;
	return -1;
}

char *file_read(const char *path, size_t limit)
{
	autofd fd = file_open_named(path);
	return fd < 0 ? NULL : fd_read_all(fd, limit, NULL);
}

int file_open_regular(int dir_fd, const char *name)
{
	autofd fd = openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return fd_open_regular(fd);
}

int path_open_regular(int root_fd, const char *path)
{
	autofd fd = path_open_in_root(root_fd, path, O_PATH, 0);
	return fd_open_regular(fd);
}

char *path_read_regular(int root_fd, const char *path, size_t limit)
{
	autofd fd = path_open_regular(root_fd, path);
	return fd < 0 ? NULL : fd_read_all(fd, limit, NULL);
}

bool fd_send(int socket, const void *data, size_t length, const int *fds, int fd_count)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int) * MAX_FDS)];
	} control = {0};
	struct iovec iov = {.iov_base = (void *)data, .iov_len = length};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	if (fd_count > 0) {
		msg.msg_control = control.space;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)fd_count);
		struct cmsghdr *header = CMSG_FIRSTHDR(&msg);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)fd_count);
		memcpy(CMSG_DATA(header), fds, sizeof(int) * (size_t)fd_count);
	}
	ssize_t n;
	do
		n = sendmsg(socket, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)length;
}

ssize_t fd_receive(int socket, void *data, size_t size)
{
	ssize_t n;
	do
		n = recv(socket, data, size, MSG_DONTWAIT);
	while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	return n;
}

/* Nothing notifies a writer when its peer has read: the queue is polled, ever less often. Most peers read within the
 * first polls, and a sleep would take longer. */
void fd_await_taken(int socket)
{
	enum { LOOKS = 100, FIRST_US = 30, LAST_US = 2000, MOST_US = 2000000 };
	gint64 deadline = g_get_monotonic_time() + MOST_US;
	guint pause = FIRST_US;
	int left = 0;
	for (int look = 0; ioctl(socket, SIOCOUTQ, &left) == 0 && left > 0 &&
			   g_get_monotonic_time() < deadline;
		look++) {
		if (look < LOOKS) {
			sched_yield();
			continue;
		}
		g_usleep(pause);
		pause = MIN(pause * 2, LAST_US);
	}
}

/* An address through /proc/self/fd, so that the path's length does not matter. */
static int unix_address(const char *path, struct sockaddr_un *address)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *name = g_path_get_basename(path);
	autofd dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	int n = snprintf(
		address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", dir, name);
	if (dir < 0)
		return -1;
	if (n >= (int)sizeof address->sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return fd_steal(&dir);
}

int unix_connect(const char *path, int type)
{
	struct sockaddr_un address;
	autofd dir = unix_address(path, &address);
	autofd fd = dir < 0 ? -1 : socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		return -1;
	return fd_steal(&fd);
}

int unix_listen(const char *path, int type, mode_t mode)
{
	struct sockaddr_un address;
	autofd dir = unix_address(path, &address);
	autofd fd = dir < 0 ? -1 : socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	/* On Linux the file gets the socket's mode at once. */
	if (fd < 0 || fchmod(fd, mode) < 0 ||
		bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
		chmod(address.sun_path, mode) < 0 || listen(fd, UNIX_BACKLOG) < 0)
		return -1;
	return fd_steal(&fd);
}
