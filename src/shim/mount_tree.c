/* Mounts of build steps: trees of other images and of the build's context, caches, and in-memory files. */
#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { OWN_FOLDER = 3, FIRST_FOLDER };

static bool set_folder(int fs, const char *key, const char *folder, const char *below)
{
	char path[4096];
	int length = snprintf(path, sizeof path, "%s%s", folder, below);
	return length < (int)sizeof path && sys_fsconfig(fs, FSCONFIG_SET_STRING, key, path) >= 0;
}

/* Several folders as one, the first on top; with an upper folder, writes go there. */
static int overlay(const struct plan_record *record)
{
	const char *own = record_string(record, OWN_FOLDER);
	int fs = sys_fsopen("overlay");
	for (uint32_t i = FIRST_FOLDER; fs >= 0 && i < record->strings; i++)
		if (sys_fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir+", record_string(record, i)) <
			0)
			return -1;
	/* What is written there is discarded, or synced by the engine (Linux 5.10). */
	if (fs >= 0 && *own != '\0')
		sys_fsconfig(fs, FSCONFIG_SET_FLAG, "volatile", NULL);
	if (fs < 0 || mount_label(fs, "overlay") < 0 ||
		(*own != '\0' && (!set_folder(fs, "upperdir", own, "/upper") ||
					 !set_folder(fs, "workdir", own, "/work"))) ||
		sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
		return -1;
	int tree = sys_fsmount(fs, 0);
	close(fs);
	return tree;
}

/* The wanted part of a detached tree. Before Linux 6.15 only an attached mount can be cloned: the tree is attached at
 * scratch meanwhile. */
static int part_of(int tree, const char *scratch, const char *subpath)
{
	int at = sys_openat2(
		tree, subpath, O_PATH | O_CLOEXEC, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
	int part = at < 0 ? -1 : sys_open_tree(at, "", AT_EMPTY_PATH);
	if (part < 0 && at >= 0 && errno == EINVAL) {
		int place = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (place >= 0 && sys_move_mount(tree, place) == 0) {
			part = sys_open_tree(at, "", AT_EMPTY_PATH);
			sys_umount_detach(scratch);
		}
		close(place);
	}
	int failure = errno;
	if (at >= 0)
		close(at);
	errno = failure;
	return part;
}

int tree_part(const struct plan_record *record, const struct plan_record *map, int userns)
{
	const char *target = record_string(record, 0), *subpath = record_string(record, 1),
		   *own = record_string(record, OWN_FOLDER);
	bool one = record->strings == FIRST_FOLDER + 1 && *own == '\0';
	struct mount_attr attr = {.attr_set = (uint64_t)record_number(record, 0),
		.propagation = 1 << 18 /* MS_PRIVATE */};
	struct mount_attr mapped = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)userns};
	int tree = one ? open(record_string(record, FIRST_FOLDER), O_PATH | O_DIRECTORY | O_CLOEXEC)
		   : userns >= 0 ? mapped_overlay(record, FIRST_FOLDER, own, map, userns)
				 : overlay(record);
	int part = tree < 0 ? -1 : part_of(tree, record_string(record, 2), subpath);
	if (tree >= 0 && part < 0 && (errno == ENOENT || errno == ENOTDIR))
		report_refusal(errno, "cannot access path %s: lstat %s", subpath, subpath);
	if (part < 0 || sys_mount_setattr(part, "", AT_EMPTY_PATH, &attr) < 0)
		report_fail(errno, "error mounting \"%s\" at \"%s\"", subpath, target);
	if (one && userns >= 0 && sys_mount_setattr(part, "", AT_EMPTY_PATH, &mapped) < 0)
		report_fail(errno, "cannot map the owners of the mount at %s", target);
	close(tree);
	return part;
}

void mount_tree(const struct plan_record *record)
{
	int given = userns_tree();
	mount_attach(given >= 0 ? given : tree_part(record, NULL, -1), record_string(record, 1),
		record_string(record, 0));
}

static bool write_content(const struct plan_record *record, int fd)
{
	const char *content = (const char *)(record + 1) + FILE_NUMBERS * sizeof(int64_t);
	size_t length = (size_t)record_number(record, FILE_LENGTH);
	return length <= (record->numbers - FILE_NUMBERS) * sizeof(int64_t) &&
	       write_all(fd, content, length);
}

/* Created in the container's own /dev, which is a tmpfs, and bind-mounted to its target; its name in /dev is
 * removed. */
void file_make(const struct plan_record *record)
{
	static const char name[] = "/dev/.berth-file";
	char path[64];
	const char *target = record_string(record, 0);
	if (record->numbers < FILE_NUMBERS)
		report_fail(0, "the launch plan is damaged");
	int file = root_open(name, true), dev = root_open("/dev", false);
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	int fd = file < 0 ? -1 : open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || !write_content(record, fd) ||
		fchown(fd, (uid_t)record_number(record, FILE_UID),
			(gid_t)record_number(record, FILE_GID)) < 0 ||
		fchmod(fd, (mode_t)record_number(record, FILE_MODE)) < 0)
		report_fail(errno, "cannot write the file for %s", target);
	close(fd);
	int tree = sys_open_tree(file, "", AT_EMPTY_PATH);
	if (tree < 0)
		report_fail(errno, "cannot mount the file at %s", target);
	mount_attach(tree, target, target);
	unlinkat(dev, name + strlen("/dev/"), 0);
	close(file);
	close(dev);
}
