/* A container's file systems: its root, the kernel's own (procfs, sysfs, ...), and the user's mounts. */
#include "runtime/launch_mounts.h"

#include "base/error.h"

#include <linux/mount.h>
#include <string.h>

enum {
	PROPAGATION_UNBINDABLE = 1 << 17,
	PROPAGATION_PRIVATE = 1 << 18,
	PROPAGATION_SLAVE = 1 << 19,
	PROPAGATION_SHARED = 1 << 20,
};
static const gint64 quiet = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

bool launch_has_own_cgroups(const Launch *launch)
{
	return launch->modes->cgroup.share != SHARE_HOST;
}

/* The overlay for a user namespace: each folder is listed, as the shim maps the owners of each. */
static void add_mapped_root(const Launch *launch, Plan *plan)
{
	g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(strings, g_build_filename(launch->folder, "rootfs", NULL));
	g_ptr_array_add(strings, g_strdup(launch->folder));
	for (guint i = g_strv_length(launch->layers); i-- > 0;)
		g_ptr_array_add(
			strings, g_build_filename(launch->layer_folder, launch->layers[i], NULL));
	g_ptr_array_add(strings, NULL);
	plan_add(plan, PLAN_ROOT_MAPPED, NULL, 0, (char *const *)strings->pdata);
}

/* The overlay's options: number:number:... relative to the layer folder, so that 127 layers fit into a page. */
static void add_root(const Launch *launch, Plan *plan)
{
	g_autoptr(GString) options = g_string_new("");
	guint count = g_strv_length(launch->layers);
	for (guint i = count; i-- > 0;)
		g_string_append_printf(
			options, "%s%s", options->len > 0 ? ":" : "lowerdir=", launch->layers[i]);
	if (count == 0)
		g_string_append(options, "lowerdir=empty");
	g_string_append_printf(options,
		",upperdir=%s/upper,workdir=%s/work,xino=off,index=off,redirect_dir=off",
		launch->folder, launch->folder);
	if (*launch->mount_label != '\0')
		g_string_append_printf(options, ",context=\"%s\"", launch->mount_label);
	/* Else the end of its mount syncs the whole file system that the data root is in (ovl_sync_fs). */
	if (launch->passing)
		g_string_append(options, ROOT_UNSYNCED);
	g_autofree char *target = g_build_filename(launch->folder, "rootfs", NULL);
	plan_put(plan, PLAN_ROOT, 0, 0, launch->layer_folder, options->str, target, NULL);
}

void launch_root(const Launch *launch, Plan *plan)
{
	(launch->userns.count > 0 ? add_mapped_root : add_root)(launch, plan);
}

static void add_bind(Plan *plan, const char *source, const char *target, gint64 attributes,
	gint64 flags, gint64 propagation, const char *namespace, const char *subpath)
{
	gint64 numbers[] = {attributes, flags, propagation};
	char *strings[] = {
		(char *)source, (char *)target, (char *)namespace, (char *)subpath, NULL};
	plan_add(plan, PLAN_MOUNT_BIND, numbers, G_N_ELEMENTS(numbers), strings);
}

static void add_shm(const Launch *launch, Plan *plan)
{
	gint64 size = launch->confinement->shm_size;
	g_autofree char *option =
		g_strdup_printf("size=%" G_GINT64_FORMAT, size > 0 ? size : 64 << 20);
	if (launch->ipc_mount_file != NULL)
		add_bind(plan, "/dev/shm", "/dev/shm", quiet, 0, PROPAGATION_PRIVATE,
			launch->ipc_mount_file, "");
	else if (launch->modes->ipc.share == SHARE_HOST)
		add_bind(plan, "/dev/shm", "/dev/shm", quiet, 0, PROPAGATION_PRIVATE, "", "");
	else if (launch->modes->ipc.share != SHARE_NONE)
		plan_put(plan, PLAN_MOUNT_NEW, 1, quiet, "tmpfs", "/dev/shm", "source=shm",
			"mode=1777", option, NULL);
}

void launch_system_mounts(const Launch *launch, const CgroupLayout *layout, Plan *plan)
{
	bool privileged = launch->confinement->privileged;
	/* In another container's pid namespace a clone of that one's procfs is used, as the process that makes the
	 * mounts is outside of it (docs/decisions/born-clean.md). */
	if (launch->pid_mount_file != NULL)
		add_bind(plan, "/proc", "/proc", quiet, 0, PROPAGATION_PRIVATE,
			launch->pid_mount_file, "");
	else
		plan_put(plan, PLAN_MOUNT_NEW, 1, quiet, "proc", "/proc", NULL);
	plan_put(plan, PLAN_MOUNT_NEW, 1, MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME, "tmpfs",
		"/dev", "mode=755", "size=65536k", NULL);
	plan_put(plan, PLAN_MOUNT_NEW, 1, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, "devpts",
		"/dev/pts", "ptmxmode=0666", "mode=0620", "gid=5", NULL);
	gint64 sys_flags = quiet | (privileged ? 0 : MOUNT_ATTR_RDONLY);
	plan_put(plan, PLAN_MOUNT_NEW, 1, sys_flags, "sysfs", "/sys", NULL);
	cgroup_plan_mounts(layout, plan, launch->cgroup, limits_want_cpuset(launch->limits),
		launch_has_own_cgroups(launch), launch->confinement->security.writable_cgroups);
	plan_put(plan, PLAN_MOUNT_NEW, 1, quiet, "mqueue", "/dev/mqueue", NULL);
	add_shm(launch, plan);
}

/* Propagation types; those with "r" include submounts. */
static const struct {
	const char *name;
	gint64 kind, recursive;
} propagations[] = {{"rprivate", PROPAGATION_PRIVATE, PLAN_BIND_RECURSIVE_PROPAGATION},
	{"private", PROPAGATION_PRIVATE, 0},
	{"rslave", PROPAGATION_SLAVE, PLAN_BIND_RECURSIVE_PROPAGATION},
	{"slave", PROPAGATION_SLAVE, 0},
	{"rshared", PROPAGATION_SHARED, PLAN_BIND_RECURSIVE_PROPAGATION},
	{"shared", PROPAGATION_SHARED, 0}};

/* The index of a mount's propagation: private by default. */
static size_t propagation_of(const MountPoint *mount)
{
	const char *name = mount->propagation;
	for (size_t i = 0; i < G_N_ELEMENTS(propagations); i++)
		if (strcmp(name, propagations[i].name) == 0)
			return i;
	return 0;
}

/* If one mount is shared the root must be too, as in dockerd: so that binds below it can be shared. */
gint64 launch_root_propagation(const Launch *launch)
{
	for (guint i = 0; i < launch->mounts->len; i++)
		if (propagations[propagation_of(launch->mounts->pdata[i])].kind ==
			PROPAGATION_SHARED)
			return PROPAGATION_SHARED;
	return 0;
}

/* Options of a tmpfs: mount flags to set or clear, or options of the file system. */
static const struct {
	const char *name;
	gint64 set, unset;
	bool pass; /* passed to the file system */
	gint64 propagation;
} tmpfs_words[] = {
	{"defaults", 0, 0, false},
	{"ro", MOUNT_ATTR_RDONLY, 0, false},
	{"rw", 0, MOUNT_ATTR_RDONLY, false},
	{"nosuid", MOUNT_ATTR_NOSUID, 0, false},
	{"suid", 0, MOUNT_ATTR_NOSUID, false},
	{"nodev", MOUNT_ATTR_NODEV, 0, false},
	{"dev", 0, MOUNT_ATTR_NODEV, false},
	{"noexec", MOUNT_ATTR_NOEXEC, 0, false},
	{"exec", 0, MOUNT_ATTR_NOEXEC, false},
	{"noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR_STRICTATIME, false},
	{"atime", 0, MOUNT_ATTR_NOATIME, false},
	{"nodiratime", MOUNT_ATTR_NODIRATIME, 0, false},
	{"diratime", 0, MOUNT_ATTR_NODIRATIME, false},
	{"relatime", 0, MOUNT_ATTR_NOATIME | MOUNT_ATTR_STRICTATIME, false},
	{"strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR_NOATIME, false},
	{"async", 0, 0, false},
	{"sync", 0, 0, true},
	{"dirsync", 0, 0, true},
	{"mand", 0, 0, true},
	{"nomand", 0, 0, true},
	{"norelatime", 0, 0, false}, /* the kernel's default is relatime all the same */
	{"nostrictatime", 0, MOUNT_ATTR_STRICTATIME, false},
	{"private", 0, 0, false, PROPAGATION_PRIVATE},
	{"rprivate", 0, 0, false, PROPAGATION_PRIVATE},
	{"slave", 0, 0, false, PROPAGATION_SLAVE},
	{"rslave", 0, 0, false, PROPAGATION_SLAVE},
	{"shared", 0, 0, false, PROPAGATION_SHARED},
	{"rshared", 0, 0, false, PROPAGATION_SHARED},
	{"unbindable", 0, 0, false, PROPAGATION_UNBINDABLE},
	{"runbindable", 0, 0, false, PROPAGATION_UNBINDABLE},
};

/* Their form; the kernel checks the values. */
static bool is_tmpfs_value(const char *word)
{
	static const char *const keys[] = {
		"size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol", NULL};
	g_autofree char *key = g_strndup(word, strcspn(word, "="));
	return strchr(word, '=') != NULL && g_strv_contains(keys, key);
}

/* numbers: those of PLAN_MOUNT_NEW. */
static bool add_tmpfs_word(GPtrArray *strings, gint64 numbers[2], const char *word, GError **error)
{
	bool pass = is_tmpfs_value(word);
	size_t i = 0;
	while (i < G_N_ELEMENTS(tmpfs_words) && strcmp(word, tmpfs_words[i].name) != 0)
		i++;
	if (i == G_N_ELEMENTS(tmpfs_words) && !pass)
		return fail(error, BERTH_ERROR_SYSTEM, "invalid tmpfs option \"%.*s\"",
			(int)strcspn(word, "="), word);
	if (i < G_N_ELEMENTS(tmpfs_words)) {
		numbers[0] = (numbers[0] & ~tmpfs_words[i].unset) | tmpfs_words[i].set;
		if (tmpfs_words[i].propagation != 0)
			numbers[1] = tmpfs_words[i].propagation;
		pass = tmpfs_words[i].pass;
	}
	if (pass)
		g_ptr_array_add(strings, g_strdup(word));
	return true;
}

/* Parses the options of a tmpfs, "ro,size=64m,noexec". */
static bool read_tmpfs(const char *options, GPtrArray *strings, gint64 numbers[2], GError **error)
{
	g_auto(GStrv) words = g_strsplit(options, ",", -1);
	for (int i = 0; words[i] != NULL; i++)
		if (!add_tmpfs_word(strings, numbers, words[i], error))
			return false;
	return true;
}

/* A read-only one becomes so at the end (launch_readonly_mounts): what is mounted in it needs its place there. */
static bool add_tmpfs(Plan *plan, const char *target, const char *options, GError **error)
{
	gint64 numbers[2] = {quiet, 0};
	g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(strings, g_strdup("tmpfs"));
	g_ptr_array_add(strings, g_strdup(target));
	if (!read_tmpfs(options, strings, numbers, error))
		return false;
	numbers[0] &= ~(gint64)MOUNT_ATTR_RDONLY;
	g_ptr_array_add(strings, NULL);
	plan_add(plan, PLAN_MOUNT_NEW, numbers, G_N_ELEMENTS(numbers),
		(char *const *)strings->pdata);
	return true;
}

static int compare_depth(const void *a, const void *b)
{
	const char *x = (*(const MountPoint *const *)a)->target,
		   *y = (*(const MountPoint *const *)b)->target;
	int depth = 0;
	for (; *x != '\0'; x++)
		depth += *x == '/';
	for (; *y != '\0'; y++)
		depth -= *y == '/';
	return depth;
}

/* Adds several folders as one mount. */
static void add_tree(const Launch *launch, Plan *plan, const MountPoint *mount)
{
	gint64 attributes = mount->writable ? 0 : MOUNT_ATTR_RDONLY;
	g_autofree char *scratch = g_build_filename(launch->folder, "scratch", NULL);
	g_autoptr(GPtrArray) strings = g_ptr_array_new();
	char *const fixed[] = {mount->target, mount->subpath, scratch, mount->own};
	for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++)
		g_ptr_array_add(strings, fixed[i]);
	for (int i = 0; mount->folders[i] != NULL; i++)
		g_ptr_array_add(strings, mount->folders[i]);
	g_ptr_array_add(strings, NULL);
	plan_add(plan, PLAN_MOUNT_TREE, &attributes, 1, (char *const *)strings->pdata);
}

static void add_file(Plan *plan, const MountPoint *mount)
{
	gsize length;
	const void *content = g_bytes_get_data(mount->content, &length);
	size_t count = FILE_NUMBERS + (length + sizeof(gint64) - 1) / sizeof(gint64);
	g_autofree gint64 *numbers = g_new0(gint64, count);
	char *strings[] = {mount->target, NULL};
	numbers[FILE_MODE] = mount->file_mode;
	numbers[FILE_UID] = mount->uid;
	numbers[FILE_GID] = mount->gid;
	numbers[FILE_LENGTH] = (gint64)length;
	if (length > 0)
		memcpy(numbers + FILE_NUMBERS, content, length);
	plan_add(plan, PLAN_FILE, numbers, count, strings);
}

/* Options that exclude each other, refused in dockerd's words and, as there, only at the start. */
static bool check_bind(const MountPoint *mount, GError **error)
{
	const struct {
		bool there;
		const char *words;
	} conflicts[] = {{mount->read_only_non_recursive && mount->read_only_force_recursive,
				 "ReadOnlyNonRecursive && BindOptions.ReadOnlyForceRecursive"},
		{mount->writable && mount->read_only_non_recursive,
			"!ReadOnly && BindOptions.ReadOnlyNonRecursive"},
		{mount->writable && mount->read_only_force_recursive,
			"!ReadOnly && BindOptions.ReadOnlyForceRecursive"}};
	for (size_t i = 0; i < G_N_ELEMENTS(conflicts); i++)
		if (conflicts[i].there)
			return fail(error, BERTH_ERROR_SYSTEM, "mount options conflict: %s",
				conflicts[i].words);
	return true;
}

/* A bind or a volume. A read-only one is so recursively, unless only the topmost mount was requested so. Attributes:
 * those of CDI (cdi_spec.c). */
static void add_user_bind(Plan *plan, const MountPoint *mount)
{
	size_t propagation = propagation_of(mount);
	gint64 flags = (mount->non_recursive ? 0 : PLAN_BIND_RECURSIVE) |
		       (mount->read_only_non_recursive ? 0 : PLAN_BIND_RECURSIVE_ATTR) |
		       (mount->type == MOUNT_VOLUME ? PLAN_BIND_MAPPED : 0) |
		       (mount->may_be_private ? PLAN_BIND_MAY_BE_PRIVATE : 0) |
		       propagations[propagation].recursive;
	add_bind(plan, mount->source, mount->target,
		(mount->writable ? 0 : MOUNT_ATTR_RDONLY) | mount->attributes, flags,
		propagations[propagation].kind, "", mount->subpath);
}

static bool add_mount(const Launch *launch, Plan *plan, const MountPoint *mount, GError **error)
{
	switch (mount->type) {
	case MOUNT_TMPFS:
		return add_tmpfs(plan, mount->target, mount->options, error);
	case MOUNT_TREE:
		add_tree(launch, plan, mount);
		return true;
	case MOUNT_FILE:
		add_file(plan, mount);
		return true;
	default:
		if (!check_bind(mount, error))
			return false;
		add_user_bind(plan, mount);
		return true;
	}
}

/* The user's mounts, parents before what is mounted in them. */
bool launch_user_mounts(const Launch *launch, Plan *plan, GError **error)
{
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	for (guint i = 0; i < launch->mounts->len; i++)
		g_ptr_array_add(sorted, launch->mounts->pdata[i]);
	g_ptr_array_sort(sorted, compare_depth);
	for (guint i = 0; i < sorted->len; i++)
		if (!add_mount(launch, plan, sorted->pdata[i], error))
			return false;
	return true;
}

static bool is_mounted_over(const Launch *launch, const char *target)
{
	for (guint i = 0; i < launch->mounts->len; i++)
		if (strcmp(((MountPoint *)launch->mounts->pdata[i])->target, target) == 0)
			return true;
	return false;
}

void launch_network_files(const Launch *launch, Plan *plan)
{
	static const char *const files[] = {"resolv.conf", "hostname", "hosts"};
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *source = g_build_filename(launch->network_folder, files[i], NULL);
		g_autofree char *target = g_build_filename("/etc", files[i], NULL);
		if (!is_mounted_over(launch, target))
			add_bind(plan, source, target,
				launch->confinement->read_only_root ? MOUNT_ATTR_RDONLY : 0,
				PLAN_BIND_MAPPED, PROPAGATION_PRIVATE, "", "");
	}
}

void launch_readonly_mounts(const Launch *launch, Plan *plan)
{
	for (guint i = 0; i < launch->mounts->len; i++) {
		const MountPoint *mount = launch->mounts->pdata[i];
		gint64 numbers[2] = {0, 0};
		g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
		if (mount->type == MOUNT_TMPFS &&
			read_tmpfs(mount->options, strings, numbers, NULL) &&
			(numbers[0] & MOUNT_ATTR_RDONLY) != 0)
			plan_put(plan, PLAN_MOUNT_READONLY, 0, 0, mount->target, NULL);
	}
	if (launch->confinement->read_only_root)
		plan_put(plan, PLAN_MOUNT_READONLY, 0, 0, "/", NULL);
}
