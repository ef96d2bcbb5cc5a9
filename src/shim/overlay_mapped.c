/* An overlay whose layers are mapped to a user namespace's ids. */
#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <sys/prctl.h>

enum { MAX_LAYERS = 128 };

static int mapped_clone(const char *path, int userns)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)userns};
	int tree = sys_open_tree(AT_FDCWD, path, 0);
	if (tree < 0 || sys_mount_setattr(tree, "", AT_EMPTY_PATH, &attr) < 0)
		report_fail(errno, "cannot map the owners of %s", path);
	return tree;
}

static void set_folder(int fs, const char *key, int tree, const char *below)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/self/fd/%d%s", tree, below);
	if (sys_fsconfig(fs, FSCONFIG_SET_STRING, key, path) < 0)
		report_fail(errno, "overlay: cannot set %s", key);
}

/* An overlay writes with the credentials of the process that mounted it: as the container's root, the only one with
 * valid ids on mapped folders, with all capabilities kept. */
static void mount_as(uid_t uid, gid_t gid)
{
	prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0);
	syscall(SYS_setfsuid, uid);
	syscall(SYS_setfsgid, gid);
	prctl(PR_SET_SECUREBITS, 0, 0, 0, 0);
}

int mapped_overlay(const struct plan_record *record, uint32_t first, const char *own_folder,
	const struct plan_record *map, int userns)
{
	int layers[MAX_LAYERS], count = (int)(record->strings - first), own = -1;
	int fs = sys_fsopen("overlay");
	if (fs < 0 || count < 0 || count > MAX_LAYERS || mount_label(fs, "overlay") < 0)
		report_fail(count > MAX_LAYERS ? E2BIG : errno, "error mounting an overlay");
	for (int i = 0; i < count; i++) {
		layers[i] = mapped_clone(record_string(record, (uint32_t)i + first), userns);
		set_folder(fs, "lowerdir+", layers[i], "");
	}
	if (*own_folder != '\0') {
		own = mapped_clone(own_folder, userns);
		set_folder(fs, "upperdir", own, "/upper");
		set_folder(fs, "workdir", own, "/work");
	}
	sys_fsconfig(fs, FSCONFIG_SET_STRING, "xino", "off");
	/* A renamed folder is copied: a redirect in an image's layer could only be read by overlayfs. */
	sys_fsconfig(fs, FSCONFIG_SET_STRING, "redirect_dir", "off");
	mount_as((uid_t)record_number(map, 0), (gid_t)record_number(map, 1));
	if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
		report_fail(errno, "error mounting an overlay in a user namespace (Linux 6.15 is "
				   "needed)");
	mount_as(0, 0);
	int tree = sys_fsmount(fs, 0);
	for (int i = 0; i < count; i++)
		close(layers[i]);
	close(own);
	close(fs);
	return tree;
}
