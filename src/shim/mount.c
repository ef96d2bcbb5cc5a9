/* Mounts in the new root: the target is opened inside the root, and mounted on by descriptor. */
#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>

static const char *label = "";

void mount_labels(const struct plan *plan)
{
	label = record_string(plan_find(plan, PLAN_MOUNT_LABEL), 0);
}

/* File systems with labels of their own use one for all files; mqueue keeps what it is given. procfs and sysfs are
 * labelled by the policy. */
int mount_label(int fs, const char *type)
{
	static const char *const whole[] = {"tmpfs", "devpts", "overlay"};
	if (*label == '\0')
		return 0;
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		if (strcmp(type, whole[i]) == 0)
			return sys_fsconfig(fs, FSCONFIG_SET_STRING, "context", label);
	return strcmp(type, "mqueue") == 0
		       ? sys_fsconfig(fs, FSCONFIG_SET_STRING, "rootcontext", label)
		       : 0;
}

/* A mount over procfs could deceive the code that sets the container up, and its masks (CVE-2019-16884). Allowed:
 * another procfs over all of it, and the files that tools such as lxcfs replace. */
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

/* A source may have changed between file and folder since the container was created: runc's words. */
static void check_kind(const char *what, const char *target, const struct stat *st, int place)
{
	struct stat under;
	if (fstat(place, &under) == 0 && S_ISDIR(under.st_mode) != S_ISDIR(st->st_mode))
		report_fail(0,
			"error mounting \"%s\" to rootfs at \"%s\": not a directory: Are you "
			"trying to "
			"mount a directory onto a file (or vice-versa)? Check if the specified "
			"host path "
			"exists and is the expected type",
			what, target);
}

void mount_attach(int tree, const char *what, const char *target)
{
	struct stat st;
	int place = fstat(tree, &st) < 0 ? -1 : root_open(target, !S_ISDIR(st.st_mode));
	if (place >= 0) {
		check_proc(target, tree, place);
		check_kind(what, target, &st, place);
	}
	if (place < 0 || sys_move_mount(tree, place) < 0)
		report_fail(errno, "error mounting \"%s\" to rootfs at \"%s\"", what, target);
	close(place);
	close(tree);
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

static bool has_mode(const struct plan_record *record)
{
	for (uint32_t i = 2; i < record->strings; i++)
		if (strncmp(record_string(record, i), "mode=", 5) == 0)
			return true;
	return false;
}

/* A tmpfs over a folder has its mode, as runc's has: everybody could write to it otherwise. */
static void take_mode(int fs, const char *target)
{
	struct stat st;
	char mode[16];
	int place = root_find(target);
	if (place >= 0 && fstat(place, &st) == 0 && S_ISDIR(st.st_mode)) {
		snprintf(mode, sizeof mode, "%o", (unsigned)st.st_mode & 07777);
		if (sys_fsconfig(fs, FSCONFIG_SET_STRING, "mode", mode) < 0)
			report_fail(errno, "cannot set the mode of the tmpfs at \"%s\"", target);
	}
	if (place >= 0)
		close(place);
}

void mount_new(const struct plan_record *record)
{
	const char *type = record_string(record, 0), *target = record_string(record, 1);
	int fs = sys_fsopen(type);
	/* The source of the mount: its type, unless the first option names another. */
	if (fs >= 0 &&
		(record->strings < 3 || strncmp(record_string(record, 2), "source=", 7) != 0))
		sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", type);
	if (fs >= 0 && mount_label(fs, type) < 0)
		report_fail(errno, "cannot label the %s at \"%s\"", type, target);
	if (fs >= 0 && strcmp(type, "tmpfs") == 0 && !has_mode(record))
		take_mode(fs, target);
	for (uint32_t i = 2; fs >= 0 && i < record->strings; i++)
		if (set_option(fs, record_string(record, i)) < 0)
			report_fail(errno, "invalid option \"%s\" of the %s at \"%s\"",
				record_string(record, i), type, target);
	int tree = fs < 0 || sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) < 0
			   ? -1
			   : sys_fsmount(fs, (unsigned)record_number(record, 0));
	struct mount_attr attr = {.propagation = (uint64_t)record_number(record, 1)};
	if (tree < 0 ||
		(attr.propagation != 0 && sys_mount_setattr(tree, "", AT_EMPTY_PATH, &attr) < 0))
		report_fail(errno, "error mounting \"%s\" to rootfs at \"%s\"", type, target);
	close(fs);
	mount_attach(tree, type, target);
}

void mount_console(int slave)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/self/fd/%d", slave);
	/* An existing target is not opened: opening a volume's pipe would block. */
	int file = open("/dev/console", O_CREAT | O_EXCL | O_CLOEXEC | O_WRONLY | O_NOCTTY, 0600);
	if (file >= 0)
		close(file);
	int tree = sys_open_tree(slave, "", AT_EMPTY_PATH);
	int target = open("/dev/console", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (target >= 0)
		check_proc("/dev/console", tree, target);
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
