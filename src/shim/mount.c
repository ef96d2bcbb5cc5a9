/* Mounts inside the new root: a target is opened inside the root, and mounted on as opened. */
#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>

/* Mounts tree at place, which root_open has opened, or failed to. Both are closed. */
static void mount_attach_at(int tree, const char *what, const char *target, int place)
{
	if (place < 0 || sys_move_mount(tree, place) < 0)
		report_fail(errno, "error mounting \"%s\" to rootfs at \"%s\"", what, target);
	close(place);
	close(tree);
}

void mount_attach(int tree, const char *what, const char *target, bool file)
{
	mount_attach_at(tree, what, target, root_open(target, file));
}

/* "key" or "key=value" */
static int set_option(int fs, const char *option)
{
	char key[64];
	const char *equals = strchr(option, '=');
	if (equals == NULL)
		return sys_fsconfig(fs, FSCONFIG_SET_FLAG, option, NULL);
	snprintf(key, sizeof key, "%.*s", (int)(equals - option), option);
	return sys_fsconfig(fs, FSCONFIG_SET_STRING, key, equals + 1);
}

void mount_new(const struct plan_record *record)
{
	const char *type = record_string(record, 0), *target = record_string(record, 1);
	int fs = sys_fsopen(type);
	if (fs >= 0)
		sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", type);
	for (uint32_t i = 2; fs >= 0 && i < record->strings; i++)
		if (set_option(fs, record_string(record, i)) < 0)
			report_fail(errno, "invalid option \"%s\" of the %s at \"%s\"",
				record_string(record, i), type, target);
	int tree = fs < 0 || sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) < 0
			   ? -1
			   : sys_fsmount(fs, (unsigned)record_number(record, 0));
	if (tree < 0)
		report_fail(errno, "error mounting \"%s\" to rootfs at \"%s\"", type, target);
	close(fs);
	mount_attach(tree, type, target, false);
}

/* What the other container has at /proc may be anything: only the root of a procfs can stand in for one of our own. */
static void check_proc_root(int tree)
{
	enum { PROC_ROOT_INODE = 1 };
	struct statfs fs;
	struct stat st;
	if (fstatfs(tree, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC || fstat(tree, &st) < 0 ||
		st.st_ino != PROC_ROOT_INODE)
		report_fail(0, "/proc of the other container is not what it should be");
}

/* A copy of the mount at source in another container (--ipc and --pid container:ID). */
static int clone_other(const char *source, const char *namespace, unsigned recursive)
{
	int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	int other = open(namespace, O_RDONLY | O_CLOEXEC);
	if (own < 0 || other < 0 || setns(other, CLONE_NEWNS) < 0)
		return -1;
	int place = sys_openat2(AT_FDCWD, source, O_PATH | O_CLOEXEC, RESOLVE_NO_SYMLINKS);
	int tree = place < 0 ? -1 : sys_open_tree(place, "", AT_EMPTY_PATH | recursive);
	int failure = errno;
	if (setns(own, CLONE_NEWNS) < 0)
		report_fail(errno, "cannot return from namespace %s", namespace);
	close(own);
	close(other);
	close(place);
	if (tree >= 0 && strcmp(source, "/proc") == 0)
		check_proc_root(tree);
	errno = failure;
	return tree;
}

static int clone_source(const char *source, const char *namespace, unsigned recursive)
{
	return *namespace != '\0' ? clone_other(source, namespace, recursive)
				  : sys_open_tree(AT_FDCWD, source, recursive);
}

int bind_tree(const struct plan_record *record, int userns)
{
	const char *source = record_string(record, 0), *target = record_string(record, 1);
	unsigned flags = (unsigned)record_number(record, 1);
	unsigned recursive = flags & PLAN_BIND_RECURSIVE ? AT_RECURSIVE : 0;
	unsigned attr_recursive = flags & PLAN_BIND_RECURSIVE_ATTR ? AT_RECURSIVE : 0;
	struct mount_attr attr = {.attr_set = (uint64_t)record_number(record, 0)};
	struct mount_attr map = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)userns};
	struct mount_attr propagation = {.propagation = (uint64_t)record_number(record, 2)};
	int tree = clone_source(source, record_string(record, 2), recursive);
	if (tree < 0)
		report_fail(errno, "error mounting \"%s\" to rootfs at \"%s\"", source, target);
	if ((attr.attr_set != 0 &&
		    sys_mount_setattr(tree, "", AT_EMPTY_PATH | attr_recursive, &attr) < 0) ||
		sys_mount_setattr(tree, "", AT_EMPTY_PATH | recursive, &propagation) < 0)
		report_fail(errno, "cannot set the options of the mount at \"%s\"", target);
	if (userns >= 0 && flags & PLAN_BIND_MAPPED &&
		sys_mount_setattr(tree, "", AT_EMPTY_PATH, &map) < 0)
		report_fail(errno, "cannot map the owners of %s", source);
	return tree;
}

/* What lies over procfs would deceive those who set the container up, and its masks (CVE-2019-16884). Over all of it may
 * lie another procfs, and what tools such as lxcfs fake has always been allowed. */
static void check_proc(const char *target, int tree, int place)
{
	static const char *const faked[] = {"/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo",
		"/proc/stat", "/proc/swaps", "/proc/uptime", "/proc/loadavg", "/proc/slabinfo"};
	struct statfs under = {0}, over = {0};
	if (fstatfs(place, &under) < 0 || under.f_type != PROC_SUPER_MAGIC)
		return;
	for (size_t i = 0; i < sizeof faked / sizeof *faked; i++)
		if (strcmp(target, faked[i]) == 0)
			return;
	if (strcmp(target, "/proc") != 0 || fstatfs(tree, &over) < 0 ||
		over.f_type != PROC_SUPER_MAGIC)
		report_fail(0, "\"%s\" cannot be mounted because it is inside /proc", target);
}

void mount_bind(const struct plan_record *record)
{
	int given = userns_tree(), tree = given >= 0 ? given : bind_tree(record, -1);
	const char *target = record_string(record, 1);
	int place = root_open(target, (record_number(record, 1) & PLAN_BIND_FILE) != 0);
	if (place >= 0)
		check_proc(target, tree, place);
	mount_attach_at(tree, record_string(record, 0), target, place);
}

void mount_console(int slave)
{
	int file =
		open("/dev/console", O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_WRONLY | O_NOCTTY, 0600);
	if (file >= 0)
		close(file);
	int tree = sys_open_tree(slave, "", AT_EMPTY_PATH);
	int target = open("/dev/console", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (tree < 0 || target < 0 || sys_move_mount(tree, target) < 0)
		report_fail(errno, "cannot set up /dev/console");
	close(tree);
	close(target);
}

void mount_propagation_stop(void)
{
	struct mount_attr slave = {.propagation = 1 << 19 /* MS_SLAVE */};
	if (sys_mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &slave) < 0)
		report_fail(errno, "cannot leave the host's mounts alone");
}
