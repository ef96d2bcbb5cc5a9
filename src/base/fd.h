/* File descriptors that close themselves, whole reads and writes, and paths that stay in a root. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static inline void fd_clear(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* An owned descriptor: closed when it goes out of scope. */
#define autofd __attribute__((cleanup(fd_clear))) int

/* Releases the descriptor; the variable is -1 afterwards. */
static inline int fd_steal(int *fd)
{
	int taken = *fd;
	*fd = -1;
	return taken;
}

/* Writes all of it, across short writes and EINTR. False with errno set on failure. */
bool fd_write_all(int fd, const void *data, size_t length);

/* Reads up to limit bytes until the end of the file into a fresh, NUL-terminated buffer that the
 * caller frees. NULL with errno set; EFBIG when there is more than limit. */
char *fd_read_all(int fd, size_t limit, size_t *length);

/* Opens a file that a user named, for reading: a regular file (procfs included), the null device, or an unnamed pipe,
 * as a shell passes it for <(...). Other devices and FIFOs are refused; "/dev/stdin" is whatever it is. -1 with
 * errno: ESTALE for other types, EISDIR. */
int file_open_named(const char *path);

/* Its content (up to limit bytes), NUL-terminated, for the caller to free; or NULL with errno set. */
char *file_read(const char *path, size_t limit);

/* Replaces path atomically: temporary file, write, fsync if asked for, rename. */
bool file_replace(
	const char *path, const void *data, size_t length, mode_t mode, bool sync, GError **error);

/* Writes a string to an existing file, such as one in /proc or in a cgroup. errno on failure. */
bool file_put(const char *path, const char *value);

/* Removes ".", ".." and repeated slashes, also at the beginning, where g_canonicalize_filename leaves two; relative
 * paths start at base; NULL is base itself. The caller frees it. */
char *path_normal(const char *path, const char *base);

/* openat2 (Linux 5.6) with RESOLVE_IN_ROOT: root_fd is "/" for every "..", absolute path and
 * symlink in path. Returns an owned descriptor, or -1 with errno. */
int path_open_in_root(int root_fd, const char *path, int flags, mode_t mode);

/* Does so, but a path that would leave root_fd - an absolute path or link, or too many ".." - is refused: EXDEV. */
int path_open_beneath(int root_fd, const char *path, int flags);

/* Resolves a path inside a root, following all links ("/" is root_fd), the last one too, even if it is dangling:
 * "a/b", or "." for the root itself. Opening the result must stay within the root again. NULL with errno (ELOOP); the
 * caller frees it. */
char *path_resolve_in_root(int root_fd, const char *path);

/* mkdir -p inside a root, with the same guarantee. Returns an O_PATH descriptor of the folder. */
int path_make_in_root(int root_fd, const char *path, mode_t mode);

/* Does so for what an archive names: the target of a dangling link is made too, and a link that would leave the root by ".." is refused: EXDEV. */
int path_make_beneath(int root_fd, const char *path, mode_t mode);

/* Does so, and gives new folders an owner (0 and 0: unchanged). */
int path_make_in_root_for(int root_fd, const char *path, mode_t mode, uid_t uid, gid_t gid);

/* Sets owner, mode and times (access, change; NULL: unchanged) of an open file, O_PATH included: for a symbolic link,
 * of the link, whose mode is unchanged. errno on failure; unsupported times are ignored. */
bool fd_set_facts(int fd, const struct stat *as, const struct timespec times[2]);

/* Opens (O_PATH) a new file dir_fd/name without following links; if its type differs from as, it was replaced
 * meanwhile, and is left alone. -1 with errno; ESTALE: another type. */
int node_open(int dir_fd, const char *name, const struct stat *as);

/* fd_set_facts of node_open. */
bool node_set_facts(
	int dir_fd, const char *name, const struct stat *as, const struct timespec times[2]);

/* Opens a regular file for reading, and nothing else in its place: its type is checked by an O_PATH descriptor, and
 * the same inode is opened (opening a device may have effects). -1 with errno; ESTALE: no regular file. */
int file_open_regular(int dir_fd, const char *name);  /* does not follow a link */
int path_open_regular(int root_fd, const char *path); /* as path_open_in_root finds it */

/* Its content, up to limit bytes, NUL-terminated, for the caller to free. NULL with errno: EFBIG, or as above. All
 * untrusted files are read in this way. */
char *path_read_regular(int root_fd, const char *path, size_t limit);

/* Reopens an O_PATH descriptor for reading, if it is a regular file. -1 with errno; ESTALE. */
int fd_open_regular(int fd);

/* Copies the rest of source, in the kernel where possible. errno on failure. */
bool fd_copy(int source, int target);

/* rm -rf of dir_fd/name without following links. True if nothing is left. errno on failure. */
bool tree_remove(int dir_fd, const char *name);

/* Bytes that the tree's files occupy, each inode counted once. */
gint64 tree_size(int dir_fd, const char *name);

bool tree_is_empty(int dir_fd);

/* Names in a folder, sorted (of char *); none if it cannot be read. */
GPtrArray *folder_names(int dir_fd);

/* Copies the content of source_fd into target_fd: owners, modes, times, attributes, links. */
bool tree_copy(int source_fd, int target_fd, GError **error);
/* Copies into a folder that no other process uses: with overlayfs' attributes (of a writable layer), and preserving
 * hard links. */
bool tree_copy_exact(int source_fd, int target_fd, GError **error);

/* Sends one message with descriptors attached (SCM_RIGHTS). errno on failure. */
bool fd_send(int socket, const void *data, size_t length, const int *fds, int fd_count);

/* Receives one message of a SOCK_SEQPACKET socket without waiting. -1 with errno. An end that is closed with messages
 * for it unread gives ECONNRESET once (unix(7), Linux), before what it has sent: that is read first, and 0 follows. */
ssize_t fd_receive(int socket, void *data, size_t size);

/* Waits until the peer of a UNIX stream socket has read everything; at most 2 s, and not at all if the kernel cannot
 * tell. */
void fd_await_taken(int socket);

/* Connects to, or listens at, a UNIX socket whose path may be longer than sun_path, through a descriptor of its
 * folder. type: SOCK_STREAM or SOCK_SEQPACKET. -1 with errno. */
int unix_connect(const char *path, int type);
int unix_listen(const char *path, int type, mode_t mode);
