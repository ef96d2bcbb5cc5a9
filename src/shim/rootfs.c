#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

/* A kernel before Linux 5.10 syncs in any case. */
static bool overlay_mount(const char *target, const char *options)
{
	char fewer[4096];
	const char *unsynced = strstr(options, ROOT_UNSYNCED);
	if (sys_mount("overlay", target, "overlay", options) == 0)
		return true;
	if (unsynced == NULL || errno != EINVAL)
		return false;
	snprintf(fewer, sizeof fewer, "%.*s", (int)(unsynced - options), options);
	return sys_mount("overlay", target, "overlay", fewer) == 0;
}

void root_mount(const struct plan_record *record)
{
	const char *target = record_string(record, 2);
	if (chdir(record_string(record, 0)) < 0)
		report_fail(errno, "cannot enter %s", record_string(record, 0));
	if (!overlay_mount(target, record_string(record, 1)))
		report_fail(errno, "error mounting the root filesystem at %s", target);
	root_fd = open(target, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct mount_attr attr = {.propagation = 1 << 18 /* MS_PRIVATE */};
	if (root_fd < 0 || fchdir(root_fd) < 0 ||
		sys_mount_setattr(root_fd, "", AT_EMPTY_PATH, &attr) < 0)
		report_fail(errno, "cannot enter the root filesystem");
}

/* Opens the folder that is to contain path; name is the last component of path. */
static int open_parent(const char *path, const char **name)
{
	char parent[4096];
	const char *slash = strrchr(path, '/');
	snprintf(parent, sizeof parent, "/%.*s", slash != NULL ? (int)(slash - path) : 0, path);
	*name = slash != NULL ? slash + 1 : path;
	int fd = root_open(parent, false);
	if (fd < 0)
		report_fail(errno, "cannot open %s in the root filesystem", parent);
	return fd;
}

static dev_t device_of(const struct plan_record *record)
{
	return makedev((unsigned)record_number(record, 1), (unsigned)record_number(record, 2));
}

int device_tree(const struct plan_record *record)
{
	mode_t mode = (mode_t)record_number(record, 0);
	struct stat st;
	int tree = sys_open_tree(AT_FDCWD, record_string(record, 1), 0);
	if (tree >= 0 && (fstat(tree, &st) < 0 || (st.st_mode & S_IFMT) != (mode & S_IFMT) ||
				 st.st_rdev != device_of(record)))
		report_fail(0, "%s is no longer the device that it was", record_string(record, 1));
	return tree;
}

void device_make(const struct plan_record *record)
{
	const char *path = record_string(record, 0), *name;
	int given = userns_tree(); /* devices cannot be made in a user namespace */
	if (given >= 0) {
		mount_attach(given, record_string(record, 1), path);
		return;
	}
	int parent = open_parent(path, &name);
	mode_t mask = umask(0); /* its mode is set on creation */
	int made = mknodat(parent, name, (mode_t)record_number(record, 0), device_of(record));
	umask(mask);
	if ((made < 0 && errno != EEXIST) ||
		(made == 0 && fchownat(parent, name, (uid_t)record_number(record, 3),
				      (gid_t)record_number(record, 4), AT_SYMLINK_NOFOLLOW) < 0))
		report_fail(errno, "cannot make device %s", path);
	close(parent);
}

void symlink_make(const struct plan_record *record)
{
	const char *name;
	int parent = open_parent(record_string(record, 1), &name);
	if (symlinkat(record_string(record, 0), parent, name) < 0 && errno != EEXIST)
		report_fail(errno, "cannot make link %s", record_string(record, 1));
	close(parent);
}

void root_pivot(const struct plan_record *record)
{
	struct mount_attr attr = {.propagation = (uint64_t)record_number(record, 0)};
	/* pivot_root(2), "pivot_root(".", ".")": the old root is stacked on the new one, and unmounted. A shared root
	 * cannot be pivoted into. */
	if (fchdir(root_fd) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
		sys_umount_detach(".") < 0 || chdir("/") < 0 ||
		(attr.propagation != 0 && sys_mount_setattr(AT_FDCWD, "/", 0, &attr) < 0))
		report_fail(errno, "pivot_root");
	close(root_fd);
	root_fd = -1;
}

/* Opens path for masking, and nothing else in its place: no symbolic link on the way, and what should be procfs or
 * sysfs is (CVE-2023-27561, CVE-2025-31133). -1 with errno. */
static int open_kernel_path(const char *path)
{
	int fd = sys_openat2(AT_FDCWD, path, O_PATH | O_CLOEXEC, RESOLVE_NO_SYMLINKS);
	struct statfs fs;
	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return fd;
	bool proc = strncmp(path, "/proc/", 6) == 0, sys = strncmp(path, "/sys/", 5) == 0;
	if ((proc && fs.f_type != PROC_SUPER_MAGIC) || (sys && fs.f_type != SYSFS_MAGIC))
		report_fail(0, "%s is not the expected file", path);
	return fd;
}

/* An empty read-only file system, to mount over a folder. */
static int empty_folder(void)
{
	int fs = sys_fsopen("tmpfs");
	if (fs < 0 || mount_label(fs, "tmpfs") < 0 ||
		sys_fsconfig(fs, FSCONFIG_SET_STRING, "nr_inodes", "1") < 0 ||
		sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
		return -1;
	int tree = sys_fsmount(fs, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	close(fs);
	return tree;
}

/* Opens dev/null, if it is the null device (CVE-2025-31133). */
static int null_device(void)
{
	struct stat st;
	int tree = sys_open_tree(AT_FDCWD, "/dev/null", 0);
	if (tree >= 0 &&
		(fstat(tree, &st) < 0 || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3)))
		report_fail(0, "/dev/null is not the null device");
	return tree;
}

void path_mask(const struct plan_record *record)
{
	const char *path = record_string(record, 0);
	int fd = open_kernel_path(path);
	struct stat st;
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return;
	if (fd < 0 || fstat(fd, &st) < 0)
		report_fail(errno, "cannot mask %s", path);
	int tree = S_ISDIR(st.st_mode) ? empty_folder() : null_device();
	if (tree < 0 || sys_move_mount(tree, fd) < 0)
		report_fail(errno, "cannot mask %s", path);
	close(tree);
	close(fd);
}

void path_readonly(const struct plan_record *record)
{
	const char *path = record_string(record, 0);
	int fd = open_kernel_path(path);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return;
	int tree = fd < 0 ? -1 : sys_open_tree(fd, "", AT_EMPTY_PATH | AT_RECURSIVE);
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
	if (tree < 0 || sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr) < 0 ||
		sys_move_mount(tree, fd) < 0)
		report_fail(errno, "cannot make %s read-only", path);
	close(tree);
	close(fd);
}

void mount_readonly(const struct plan_record *record)
{
	const char *path = record_string(record, 0);
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
	if (sys_mount_setattr(AT_FDCWD, path, 0, &attr) < 0)
		report_fail(errno, "cannot make the mount at %s read-only", path);
}
