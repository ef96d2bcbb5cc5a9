/* Holds the container's root until its end was told. With the last reference to an overlay the kernel syncs the whole file system of its
 * upper folder (ovl_sync_fs), which may take long: it is still done at the end, but nobody waits for it. A lock keeps the next mount
 * of the same folder, of a restart or of a copy, from being made meanwhile. */
#include "shim/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const int64_t HOLD_NS = 1000000000;
static int lock_fd = -1, held_fd = -1;
static int64_t due;

void root_hold_prepare(const struct plan *plan)
{
	const struct plan_record *root = plan_find(plan, PLAN_ROOT),
				 *mapped = plan_find(plan, PLAN_ROOT_MAPPED);
	const char *folder = root != NULL     ? record_string(root, 2)
			     : mapped != NULL ? record_string(mapped, 0)
					      : "";
	/* What is not synced ends at once. */
	if (*folder != '\0' &&
		(root == NULL || strstr(record_string(root, 1), ROOT_UNSYNCED) == NULL))
		lock_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void root_hold_await(void)
{
	while (lock_fd >= 0 && flock(lock_fd, LOCK_EX) < 0 && errno == EINTR)
		;
}

void root_hold_offer(int sync_fd)
{
	if (lock_fd >= 0)
		message_send(sync_fd, (char[]){ROOT_HOLD_OFFER}, 1, root_fd);
}

void root_hold(int root)
{
	close_fd(&held_fd);
	held_fd = root;
}

void root_hold_end(void)
{
	due = steady_nanoseconds() + HOLD_NS;
}

int root_hold_timeout(void)
{
	if (due == 0)
		return -1;
	int64_t left = due - steady_nanoseconds();
	return left > 0 ? (int)(left / 1000000) + 1 : 0;
}

void root_release(void)
{
	due = 0;
	close_fd(&held_fd);
	close_fd(&lock_fd);
}
