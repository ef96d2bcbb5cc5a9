/* The cache of fetched files. Nothing is written outside of it. */
#include "compose/remote.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* An owned descriptor of the cache; -1 with error. */
static int open_cache(char **path, GError **error)
{
	const char *base = getenv("XDG_CACHE_HOME");
	*path = base != NULL && *base == '/'
			? g_build_filename(base, "docker-compose", NULL)
			: g_build_filename(g_get_home_dir(), ".cache", "docker-compose", NULL);
	int fd = g_mkdir_with_parents(*path, 0700) == 0
			 ? open(*path, O_PATH | O_DIRECTORY | O_CLOEXEC)
			 : -1;
	if (fd < 0)
		fail(error, BERTH_ERROR_UNAVAILABLE, "initializing remote resource cache: %s: %s",
			*path, g_strerror(errno));
	return fd;
}

/* Links are not followed: an entry is a folder, or is not ours. */
static bool is_there(int cache_fd, const char *name)
{
	autofd fd = openat(cache_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd >= 0;
}

/* Fetched beside its place and then renamed: an interrupted fetch leaves nothing that looks complete. */
static bool make(int cache_fd, const char *cache, const char *name, CacheFill fill, gpointer data,
	GError **error)
{
	g_autofree char *fresh = g_build_filename(cache, ".new-XXXXXX", NULL);
	if (g_mkdtemp_full(fresh, 0700) == NULL)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"initializing remote resource cache: %s: %s", fresh, g_strerror(errno));
	autofd fd = open(fresh, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const char *base = strrchr(fresh, '/') + 1;
	bool ok = fd >= 0 ? fill(data, fresh, fd, error)
			  : fail(error, BERTH_ERROR_UNAVAILABLE,
				    "initializing remote resource cache: %s: %s", fresh,
				    g_strerror(errno));
	/* If another process was faster, its result is the same. */
	if (ok && renameat(cache_fd, base, cache_fd, name) < 0)
		ok = is_there(cache_fd, name) ||
		     fail(error, BERTH_ERROR_UNAVAILABLE,
			     "initializing remote resource cache: %s: %s", name, g_strerror(errno));
	tree_remove(cache_fd, base);
	return ok;
}

char *cache_folder(const char *name, CacheFill fill, gpointer data, GError **error)
{
	g_autofree char *cache = NULL;
	autofd cache_fd = open_cache(&cache, error);
	if (cache_fd < 0 ||
		(!is_there(cache_fd, name) && !make(cache_fd, cache, name, fill, data, error)))
		return NULL;
	return g_build_filename(cache, name, NULL);
}
