/* A container in a user namespace of its own (userns-remap): its process cannot open what lies in the
 * host's folders, nor mount it as its own. So the shim opens every tree that the plan names, maps the
 * owners of those that are the container's (MOUNT_ATTR_IDMAP, Linux 5.12; overlay on detached
 * mounts of that kind: 6.15), and hands them over in the order of the plan. */
#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

enum { MAX_LAYERS = 128 };

static int trees = -1; /* in the new process: where the trees come from */

static void write_map(pid_t pid, const char *name, int64_t first, int64_t count)
{
	char path[64], value[64];
	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	snprintf(value, sizeof value, "0 %lld %lld", (long long)first, (long long)count);
	if (!put_file(path, value))
		report_fail(errno, "cannot write \"%s\" to %s", value, path);
}

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

/* An overlay writes as whoever mounted it: as the container's root, who alone is somebody on mapped
 * folders; with all capabilities kept. */
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
	/* A renamed folder is a copy, and no pointer that only overlayfs could read in an image's layer. */
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

void userns_serve(const struct plan *plan, pid_t pid, int socket)
{
	const struct plan_record *map = plan_find(plan, PLAN_USERNS);
	char path[64];
	if (map == NULL)
		return;
	mount_labels(plan);
	write_map(pid, "uid_map", record_number(map, 0), record_number(map, 2));
	write_map(pid, "gid_map", record_number(map, 1), record_number(map, 2));
	snprintf(path, sizeof path, "/proc/%d/ns/user", (int)pid);
	int userns = open(path, O_RDONLY | O_CLOEXEC);
	if (userns < 0)
		report_fail(errno, "cannot open %s", path);
	for (const struct plan_record *r = NULL; (r = plan_next(plan, r)) != NULL;) {
		if (r->op != PLAN_ROOT_MAPPED && r->op != PLAN_MOUNT_BIND &&
			r->op != PLAN_MOUNT_TREE && r->op != PLAN_DEVICE)
			continue;
		int tree = r->op == PLAN_ROOT_MAPPED
				   ? mapped_overlay(r, 2, record_string(r, 1), map, userns)
			   : r->op == PLAN_MOUNT_BIND ? bind_tree(r, userns)
			   : r->op == PLAN_MOUNT_TREE ? tree_part(r, map, userns)
						      : device_tree(r);
		if (tree < 0 || !message_send(socket, "", 1, tree))
			report_fail(errno, "cannot hand over a mount");
		close(tree);
	}
	close(userns);
}

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

/* Attached while this process may still enter the host's folders; root of the container afterwards. */
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
