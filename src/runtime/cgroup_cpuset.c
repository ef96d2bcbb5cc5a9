/* Adds a running container that started without a cpuset to one, so that docker update can limit it (v1 only). */
#include "base/error.h"
#include "base/fd.h"
#include "runtime/runtime.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A new cpuset is empty and accepts no process before its cpus and memory nodes are set: here to the parent's. */
static bool make_below(const char *above, const char *folder, GError **error)
{
	enum { LONGEST = 4096 };
	static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};
	if (mkdir(folder, 0755) < 0)
		return errno == EEXIST || fail_errno(error, "cannot make %s", folder);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *from = g_build_filename(above, files[i], NULL),
				*to = g_build_filename(folder, files[i], NULL),
				*value = file_read(from, LONGEST);
		if (value == NULL || !file_put(to, g_strchomp(value)))
			return fail_errno(error, "cannot write to %s", to);
	}
	return true;
}

static bool make_all(const char *mount, const char *path, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);
	g_autofree char *at = g_strdup(mount);
	for (int i = 0; parts[i] != NULL; i++) {
		if (*parts[i] == '\0')
			continue;
		char *folder = g_build_filename(at, parts[i], NULL);
		bool made = make_below(at, folder, error);
		g_free(at);
		at = folder;
		if (!made)
			return false;
	}
	return true;
}

/* Repeated until no new process is found: children of a moved process are born in the new cpuset, others are not. */
static void move_processes(const CgroupLayout *layout, const char *path, const char *file)
{
	g_autoptr(GHashTable) moved = g_hash_table_new(NULL, NULL);
	for (bool more = true; more;) {
		g_autofree pid_t *pids = cgroup_processes(layout, path);
		more = false;
		for (int i = 0; pids != NULL && pids[i] != 0; i++) {
			g_autofree char *text = g_strdup_printf("%d", pids[i]);
			if (!g_hash_table_add(moved, GINT_TO_POINTER(pids[i])))
				continue;
			file_put(file, text); /* fails for processes that have ended since */
			more = true;
		}
	}
}

bool cgroup_join_cpuset(const CgroupLayout *layout, const char *path, GError **error)
{
	const char *mount = layout->v2 ? NULL : g_hash_table_lookup(layout->v1, "cpuset");
	if (mount == NULL)
		return true;
	g_autofree char *folder = g_strconcat(mount, path, NULL),
			*file = g_build_filename(folder, "cgroup.procs", NULL);
	if (access(folder, F_OK) == 0)
		return true;
	if (!make_all(mount, path, error))
		return false;
	move_processes(layout, path, file);
	return true;
}
