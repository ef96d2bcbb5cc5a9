/* Where this host mounts its cgroup controllers: v1, v2, or both. */
#include "runtime/runtime.h"

#include <string.h>

enum { FIELD_MOUNT_POINT = 4 };
static const char *const controllers[] = {"cpu", "cpuacct", "cpuset", "memory", "devices",
	"freezer", "blkio", "pids", "hugetlb", "perf_event", "net_cls", "net_prio", "rdma", "misc",
	NULL};

CgroupLayout *cgroup_layout_parse(const char *mountinfo)
{
	CgroupLayout *layout = g_new0(CgroupLayout, 1);
	layout->v1 = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	g_auto(GStrv) lines = g_strsplit(mountinfo, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++) {
		/* "36 25 0:31 / /sys/fs/cgroup/cpu rw,... - cgroup cgroup rw,cpu" (proc(5)) */
		char *separator = strstr(lines[i], " - ");
		if (separator == NULL)
			continue;
		*separator = '\0';
		g_auto(GStrv) head = g_strsplit(lines[i], " ", -1),
			      tail = g_strsplit(separator + 3, " ", -1);
		if (g_strv_length(head) <= FIELD_MOUNT_POINT || g_strv_length(tail) < 3)
			continue;
		if (strcmp(tail[0], "cgroup2") == 0 && layout->unified == NULL)
			layout->unified = g_strdup(head[FIELD_MOUNT_POINT]);
		if (strcmp(tail[0], "cgroup") != 0)
			continue;
		g_auto(GStrv) options = g_strsplit(tail[2], ",", -1);
		for (int c = 0; controllers[c] != NULL; c++)
			if (g_strv_contains((const char *const *)options, controllers[c]) &&
				!g_hash_table_contains(layout->v1, controllers[c]))
				g_hash_table_insert(layout->v1, (char *)controllers[c],
					g_strdup(head[FIELD_MOUNT_POINT]));
	}
	layout->v2 = layout->unified != NULL && g_hash_table_size(layout->v1) == 0;
	return layout;
}

void cgroup_layout_free(CgroupLayout *layout)
{
	g_hash_table_unref(layout->v1);
	g_free(layout->unified);
	g_free(layout);
}
