/* A chroot is only this process's view of its mount namespace: after pivot_root(2) in a child the namespace's own
 * root would remain, and an exec that joins the container's namespace would see the host's files. So berthd moves
 * into a mount namespace whose root is the chroot, in which shims and containers are created. */
#include "daemon/root.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool same_place(int a, int b)
{
	struct statx one, other;
	return statx(a, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &one) == 0 &&
	       statx(b, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &other) == 0 &&
	       one.stx_ino == other.stx_ino && one.stx_mnt_id == other.stx_mnt_id;
}

/* Creates a mount namespace whose root is this process's root, with all mounts below it. */
static bool pivot_here(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return false;
	autofd tree = (int)syscall(
		SYS_open_tree, AT_FDCWD, ".", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	/* pivot_root(2), "pivot_root(".", ".")": the old root is stacked on the new one, and unmounted. */
	return tree >= 0 &&
	       syscall(SYS_move_mount, tree, "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH) == 0 &&
	       fchdir(tree) == 0 && syscall(SYS_pivot_root, ".", ".") == 0 &&
	       umount2(".", MNT_DETACH) == 0;
}

bool root_make_own(GError **error)
{
	autofd root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofd folder = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofd namespace = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	/* Joining the current namespace again moves this process to its root. */
	if (root < 0 || folder < 0 || namespace < 0 || setns(namespace, CLONE_NEWNS) < 0)
		return true;
	autofd outermost = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (outermost >= 0 && same_place(root, outermost))
		return fchdir(folder) == 0 ||
		       fail_errno(error, "cannot return to the folder that berthd was started in");
	if (fchdir(root) < 0 || !pivot_here() || chdir("/") < 0)
		return fail_errno(
			error, "berthd was started in a chroot, and cannot make that its root");
	log_info("started in a chroot, which is the root of a mount namespace now: what is mounted "
		 "outside from here on is not seen");
	return true;
}
