/* A container in a user namespace of its own (userns-remap): its process cannot open the host's folders, nor mount
 * them as its own. So the shim opens every tree of the plan, maps the owners where files belong to the container
 * (MOUNT_ATTR_IDMAP, Linux 5.12; overlay on detached mounts of that kind: 6.15), and sends them in the order of the
 * plan. */
#include "shim/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static void write_map(pid_t pid, const char *name, int64_t first, int64_t count)
{
	char path[64], value[64];
	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	snprintf(value, sizeof value, "0 %lld %lld", (long long)first, (long long)count);
	if (!put_file(path, value))
		report_fail(errno, "cannot write \"%s\" to %s", value, path);
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
