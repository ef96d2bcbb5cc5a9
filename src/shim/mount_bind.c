/* Bind mounts, volumes among them. The source is opened once at each start, and mounted by that descriptor: no path
 * is resolved twice. */
#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>

enum { SOURCE, TARGET, NAMESPACE, SUBPATH };
enum { FLAGS = 1, PROPAGATION };
enum { SLAVE = 1 << 19, SHARED = 1 << 20, MAX_SHARED = 256 };

/* Trees that were cloned before this process left the host's peer groups, in the order of the plan. */
static int shared[MAX_SHARED], shared_count, shared_taken;

static _Noreturn void fail_source(const struct plan_record *record)
{
	report_fail(errno, "error mounting \"%s\" to rootfs at \"%s\"",
		record_string(record, SOURCE), record_string(record, TARGET));
}

/* Opens a volume's subpath beneath the volume's root, however its containers have changed it meanwhile
 * (CVE-2017-1002101, CVE-2021-25741). */
static int open_beneath(const struct plan_record *record, int volume)
{
	const char *root = record_string(record, SOURCE), *subpath = record_string(record, SUBPATH);
	int fd = sys_openat2(
		volume, subpath, O_PATH | O_CLOEXEC, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
	if (fd < 0 && errno == EXDEV)
		report_refusal(0,
			"path concatenation escapes the base directory, base: %s, subpath: %s",
			root, subpath);
	if (fd < 0)
		report_refusal(errno, "cannot access path %s/%s: lstat %s/%s", root, subpath, root,
			subpath);
	close(volume);
	return fd;
}

static int open_source(const struct plan_record *record)
{
	/* In another container's namespace the path is opened without following links. */
	uint64_t resolve = *record_string(record, NAMESPACE) != '\0' ? RESOLVE_NO_SYMLINKS : 0;
	int fd = sys_openat2(AT_FDCWD, record_string(record, SOURCE), O_PATH | O_CLOEXEC, resolve);
	if (fd < 0)
		fail_source(record);
	return *record_string(record, SUBPATH) != '\0' ? open_beneath(record, fd) : fd;
}

static int mount_id(int fd)
{
	char path[64], line[128];
	int id = -1;
	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
	FILE *file = fopen(path, "re");
	while (file != NULL && fgets(line, sizeof line, file) != NULL &&
		sscanf(line, "mnt_id: %d", &id) != 1)
		;
	if (file != NULL)
		fclose(file);
	return id;
}

/* Parses "36 35 98:0 /root /point options shared:1 master:2 - type ...": the mount point is cut out of its line, and
 * the rest is returned. NULL: there is no such mount. */
static char *find_mount(int id, char **line, char **point)
{
	size_t size = 0;
	int found, at = 0;
	char *rest = NULL;
	FILE *file = fopen("/proc/self/mountinfo", "re");
	while (file != NULL && rest == NULL && getline(line, &size, file) > 0)
		if (sscanf(*line, "%d %*d %*s %*s %n", &found, &at) == 1 && found == id) {
			*point = *line + at;
			rest = strchr(*point, ' ');
			if (rest != NULL)
				*rest++ = '\0';
		}
	if (file != NULL)
		fclose(file);
	return rest;
}

/* Propagation requires a mount with peers or a master: dockerd's check, and its words. */
static void check_propagation(const struct plan_record *record, int fd)
{
	int64_t propagation = record_number(record, PROPAGATION);
	char *line = NULL, *point = (char *)"";
	if ((propagation != SHARED && propagation != SLAVE) ||
		(record_number(record, FLAGS) & PLAN_BIND_MAY_BE_PRIVATE) != 0)
		return;
	char *options = find_mount(mount_id(fd), &line, &point);
	char *end = options != NULL ? strstr(options, " - ") : NULL;
	if (end != NULL)
		*end = '\0';
	if (options == NULL ||
		(strstr(options, " shared:") == NULL &&
			(propagation == SHARED || strstr(options, " master:") == NULL)))
		report_refusal(0, "path %s is mounted on %s but it is not a %s mount",
			record_string(record, SOURCE), point,
			propagation == SHARED ? "shared" : "shared or slave");
	free(line);
}

static int clone_source(const struct plan_record *record)
{
	unsigned recursive = record_number(record, FLAGS) & PLAN_BIND_RECURSIVE ? AT_RECURSIVE : 0;
	int fd = open_source(record);
	check_propagation(record, fd);
	int tree = sys_open_tree(fd, "", AT_EMPTY_PATH | recursive);
	if (tree < 0)
		fail_source(record);
	close(fd);
	return tree;
}

/* The other container may have mounted anything at /proc: only the root of a procfs can replace one of our own. */
static void check_proc_root(int tree)
{
	enum { PROC_ROOT_INODE = 1 };
	struct statfs fs;
	struct stat st;
	if (fstatfs(tree, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC || fstat(tree, &st) < 0 ||
		st.st_ino != PROC_ROOT_INODE)
		report_fail(0, "/proc of the other container is not a procfs");
}

/* A copy of a mount in another container's namespace (--ipc and --pid container:ID). */
static int clone_elsewhere(const struct plan_record *record)
{
	const char *namespace = record_string(record, NAMESPACE);
	int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	int other = open(namespace, O_RDONLY | O_CLOEXEC);
	if (own < 0 || other < 0 || setns(other, CLONE_NEWNS) < 0)
		fail_source(record);
	int tree = clone_source(record);
	if (setns(own, CLONE_NEWNS) < 0)
		report_fail(errno, "cannot return from namespace %s", namespace);
	close(own);
	close(other);
	if (strcmp(record_string(record, SOURCE), "/proc") == 0)
		check_proc_root(tree);
	return tree;
}

static bool set_propagation(int tree, int64_t propagation, unsigned recursive)
{
	struct mount_attr attr = {.propagation = (uint64_t)propagation};
	return sys_mount_setattr(tree, "", AT_EMPTY_PATH | recursive, &attr) == 0;
}

/* Without the "r" of rprivate or rslave, submounts receive the host's mount events, but never send any. */
static bool leave_peers(const struct plan_record *record, int tree)
{
	int64_t propagation = record_number(record, PROPAGATION);
	if (record_number(record, FLAGS) & PLAN_BIND_RECURSIVE_PROPAGATION)
		return set_propagation(tree, propagation, AT_RECURSIVE);
	return (propagation == SHARED || set_propagation(tree, SLAVE, AT_RECURSIVE)) &&
	       set_propagation(tree, propagation, 0);
}

static int take_clone(const struct plan_record *record, int userns)
{
	if (userns < 0 && record_number(record, PROPAGATION) == SHARED)
		return shared_taken < shared_count ? shared[shared_taken++] : -1;
	return *record_string(record, NAMESPACE) != '\0' ? clone_elsewhere(record)
							 : clone_source(record);
}

int bind_tree(const struct plan_record *record, int userns)
{
	unsigned flags = (unsigned)record_number(record, FLAGS);
	unsigned recursive = flags & PLAN_BIND_RECURSIVE_ATTR ? AT_RECURSIVE : 0;
	struct mount_attr attr = {.attr_set = (uint64_t)record_number(record, 0)};
	struct mount_attr map = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)userns};
	int tree = take_clone(record, userns);
	if (tree < 0)
		fail_source(record);
	if ((attr.attr_set != 0 &&
		    sys_mount_setattr(tree, "", AT_EMPTY_PATH | recursive, &attr) < 0) ||
		!leave_peers(record, tree))
		report_fail(errno, "cannot set the options of the mount at \"%s\"",
			record_string(record, TARGET));
	if (userns >= 0 && flags & PLAN_BIND_MAPPED &&
		sys_mount_setattr(tree, "", AT_EMPTY_PATH, &map) < 0)
		report_fail(errno, "cannot map the owners of %s", record_string(record, SOURCE));
	return tree;
}

void bind_shared(const struct plan *plan)
{
	for (const struct plan_record *r = NULL; (r = plan_next(plan, r)) != NULL;) {
		if (r->op != PLAN_MOUNT_BIND || record_number(r, PROPAGATION) != SHARED)
			continue;
		if (shared_count == MAX_SHARED)
			report_fail(E2BIG, "cannot make the shared mount at \"%s\"",
				record_string(r, TARGET));
		shared[shared_count++] = clone_source(r);
	}
}

void mount_bind(const struct plan_record *record)
{
	int given = userns_tree();
	mount_attach(given >= 0 ? given : bind_tree(record, -1), record_string(record, SOURCE),
		record_string(record, TARGET));
}
