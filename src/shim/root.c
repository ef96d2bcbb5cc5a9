/* The new root, and paths inside it. */
#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* Nothing in an image or a volume leads out of the root, nor to a process's open files. */
enum { IN_ROOT = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };

int root_fd = -1;

/* Makes the last component of a path that root_open found missing. */
static int make_part(int at, const char *name, bool file)
{
	if (!file)
		return mkdirat(at, name, 0755);
	int fd = openat(at, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, 0755);
	if (fd >= 0)
		close(fd);
	return fd;
}

static int open_inside(const char *path)
{
	return sys_openat2(root_fd, path, O_PATH | O_CLOEXEC, IN_ROOT);
}

/* Cuts the path's end off, up to the deepest component that exists, and opens that: mostly only the last is missing. */
static int open_deepest(char *path)
{
	int at;
	do {
		size_t length = strlen(path);
		while (length > 0 && path[length - 1] == '/')
			length--;
		while (length > 0 && path[length - 1] != '/')
			length--;
		path[length > 0 ? length - 1 : 0] = '\0';
		at = open_inside(*path != '\0' ? path : "/");
	} while (at < 0 && errno == ENOENT && *path != '\0');
	return at;
}

int root_open(const char *path, bool file)
{
	char done[4096];
	int at = open_inside(path);
	if (at >= 0 || errno != ENOENT)
		return at;
	size_t size = strlen(path) + 1;
	if (size > sizeof done) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(done, path, size);
	at = open_deepest(done);
	/* From there on, each component is resolved in the one made before. */
	size_t used = strlen(done);
	for (const char *p = path + used; at >= 0; p = path + used) {
		p += strspn(p, "/");
		if (*p == '\0')
			break;
		size_t length = strcspn(p, "/");
		used = (size_t)(p - path) + length;
		memcpy(done, path, used);
		done[used] = '\0';
		const char *name = done + used - length;
		bool made = strcmp(name, "..") == 0 ||
			    make_part(at, name,
				    file && p[length + strspn(p + length, "/")] == '\0') >= 0 ||
			    errno == EEXIST;
		int next = made ? open_inside(done) : -1, failure = errno;
		close(at);
		errno = failure;
		at = next;
	}
	return at;
}
