/* The new root, and paths inside it. */
#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Nothing in an image or a volume leads out of the root, nor to a process's open files. */
enum { IN_ROOT = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
/* As many links as the kernel follows (path_resolution(7)). */
enum { PATH_SIZE = 4096, MAX_LINKS = 40 };

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

/* Where a link that leads to nothing leads, followed by the rest of the path. done ends with the link's name, at is the
 * folder it is in. False, with errno as it was, if it is none. */
static bool lead_on(int at, const char *done, const char *name, const char *rest, char *onward)
{
	char target[PATH_SIZE];
	int failure = errno;
	ssize_t length = readlinkat(at, name, target, sizeof target);
	size_t before = length > 0 && *target == '/' ? 0 : (size_t)(name - done);
	bool fits = length > 0 && before + (size_t)length + strlen(rest) < PATH_SIZE;
	errno = failure;
	if (!fits)
		return false;
	memcpy(onward, done, before);
	memcpy(onward + before, target, (size_t)length);
	strcpy(onward + before + length, rest);
	return true;
}

/* Opens path, and makes what is missing of it. -1 with onward, if a link leads to what is missing: that comes next. */
static int make_inside(const char *path, bool file, char onward[PATH_SIZE])
{
	char done[PATH_SIZE];
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
		if (made && next < 0 && errno == ENOENT)
			lead_on(at, done, name, p + length, onward);
		close(at);
		errno = failure;
		at = next;
	}
	return at;
}

int root_find(const char *path)
{
	return open_inside(path);
}

int root_open(const char *path, bool file)
{
	char from[PATH_SIZE], onward[PATH_SIZE] = "";
	int fd = make_inside(path, file, onward);
	for (int links = 0; fd < 0 && *onward != '\0'; links++) {
		if (links == MAX_LINKS) {
			errno = ELOOP;
			return -1;
		}
		memcpy(from, onward, sizeof from);
		*onward = '\0';
		fd = make_inside(from, file, onward);
	}
	return fd;
}
