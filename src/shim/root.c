/* The new root, and paths inside of it. */
#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* Nothing that an image or a volume holds leads out of the root, nor to what a process has open. */
enum { IN_ROOT = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };

int root_fd = -1;

/* Makes the last part of a path that root_open found missing. */
static int make_part(int at, const char *name, bool file)
{
	if (!file)
		return mkdirat(at, name, 0755);
	int fd = openat(at, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, 0755);
	if (fd >= 0)
		close(fd);
	return fd;
}

int root_open(const char *path, bool file)
{
	char done[4096];
	size_t used = 0;
	int at = sys_openat2(root_fd, path, O_PATH | O_CLOEXEC, IN_ROOT);
	if (at >= 0 || errno != ENOENT)
		return at;
	at = sys_openat2(root_fd, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, IN_ROOT);
	for (const char *p = path + strspn(path, "/"); at >= 0 && *p != '\0'; p += strspn(p, "/")) {
		size_t length = strcspn(p, "/");
		if (used + length + 2 > sizeof done) {
			close(at);
			errno = ENAMETOOLONG;
			return -1;
		}
		done[used++] = '/';
		memcpy(done + used, p, length);
		const char *name = done + used;
		used += length;
		done[used] = '\0';
		p += length;
		int next = sys_openat2(root_fd, done, O_PATH | O_CLOEXEC, IN_ROOT);
		if (next < 0 && errno == ENOENT && strcmp(name, "..") != 0 &&
			(make_part(at, name, file && p[strspn(p, "/")] == '\0') >= 0 ||
				errno == EEXIST))
			next = sys_openat2(root_fd, done, O_PATH | O_CLOEXEC, IN_ROOT);
		close(at);
		at = next;
	}
	return at;
}
