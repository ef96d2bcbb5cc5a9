/* A running container's first process: its root, its namespaces. The process is known by its pid, which may be reused
 * at any time. */
#include "engine/shim/shim.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/process_stat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* -1: there is no such process. */
static pid_t parent_of(pid_t pid)
{
	int parent = -1;
	g_autofree char *stat = process_stat(pid, NULL);
	return stat != NULL && sscanf(stat, "%*c %d", &parent) == 1 ? parent : -1;
}

/* Whether a process is in the engine's own namespace of a kind; a process that cannot be examined counts as if it
 * were. */
static bool is_own(int folder, const char *kind)
{
	struct stat theirs, ours;
	autofd self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fstatat(folder, kind, &theirs, 0) < 0 || fstatat(self, kind, &ours, 0) < 0 ||
	       (theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev);
}

/* The process is a child of the container's shim, which alone reaps it: until then its pid is not reused. */
static int child_open(pid_t pid, pid_t shim)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d", (int)pid);
	autofd process = pid > 0 ? pidfd_open(pid, 0) : -1;
	autofd folder = process < 0 ? -1 : open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* Still alive afterwards: so it was the same process throughout. */
	bool ok = folder >= 0 && parent_of(pid) == shim &&
		  pidfd_send_signal(process, 0, NULL, 0) == 0;
	return ok ? fd_steal(&folder) : -1;
}

/* A process in the making still has the host's mounts. */
static int folder_open(pid_t pid, pid_t shim)
{
	autofd folder = child_open(pid, shim);
	return folder >= 0 && !is_own(folder, "ns/mnt") ? fd_steal(&folder) : -1;
}

int making_netns_open(pid_t pid, pid_t shim, GError **error)
{
	autofd folder = child_open(pid, shim);
	autofd netns = folder < 0 ? -1 : openat(folder, "ns/net", O_RDONLY | O_CLOEXEC);
	if (netns < 0 || is_own(folder, "ns/net")) {
		fail(error, BERTH_ERROR_SYSTEM, "the process of the container has ended");
		return -1;
	}
	return fd_steal(&netns);
}

int container_part_open(Container *container, const char *part, int flags, GError **error)
{
	g_mutex_lock(&container->engine->lock);
	pid_t pid = container->row.pid;
	pid_t shim = container->link != NULL ? shim_link_pid(container->link) : 0;
	g_mutex_unlock(&container->engine->lock);
	autofd folder = shim > 0 ? folder_open(pid, shim) : -1;
	int fd = folder < 0 ? -1 : openat(folder, part, flags | O_CLOEXEC);
	if (fd < 0)
		fail(error, BERTH_ERROR_CONFLICT, "container %s is not running", container->row.id);
	return fd;
}
