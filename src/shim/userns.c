/* The new process in a user namespace of its own: the shim opens the trees that it mounts (userns_serve.c). */
#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <fcntl.h>

static int trees = -1; /* in the new process: the socket that trees come from */

void userns_enter(const struct plan *plan, int socket)
{
	if (plan_find(plan, PLAN_USERNS) != NULL)
		trees = socket;
}

int userns_tree(void)
{
	char byte;
	int fds[4] = {-1}, count = 0;
	if (trees < 0)
		return -1;
	if (message_receive(trees, &byte, 1, fds, &count) != 1 || count != 1)
		report_fail(errno, "a mount was not handed over");
	return fds[0];
}

void userns_become_root(void)
{
	if (syscall(SYS_setresgid, 0, 0, 0) < 0 || syscall(SYS_setresuid, 0, 0, 0) < 0)
		report_fail(errno, "cannot become the container's root");
}

/* Attached while this process may still enter the host's folders; it is root of the container afterwards. */
void root_mount_mapped(const struct plan_record *record)
{
	int tree = userns_tree(), target = open(record_string(record, 0), O_PATH | O_CLOEXEC);
	if (tree < 0 || target < 0 || sys_move_mount(tree, target) < 0)
		report_fail(errno, "error mounting the root filesystem at %s",
			record_string(record, 0));
	close(target);
	root_fd = tree;
	if (fchdir(root_fd) < 0)
		report_fail(errno, "cannot enter the root filesystem");
	userns_become_root();
}
