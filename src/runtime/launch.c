#include "runtime/runtime.h"

#include "base/error.h"
#include "runtime/environment.h"
#include "runtime/lsm.h"
#include "runtime/selinux.h"

#include <linux/mount.h>
#include <sched.h>
#include <string.h>

enum { PROPAGATION_PRIVATE = 1 << 18, PROPAGATION_SLAVE = 1 << 19, PROPAGATION_SHARED = 1 << 20 };
static const gint64 quiet = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
static const char default_path[] =
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* CVE-2017-16539, CVE-2018-10892 and their kin: what the kernel shows of the host. */
const char *const default_masked_paths[] = {"/proc/asound", "/proc/acpi", "/proc/interrupts",
	"/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
	"/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap", NULL};
const char *const default_readonly_paths[] = {
	"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger", NULL};

static bool cgroup_is_private(const Launch *launch)
{
	return launch->modes->cgroup.share != SHARE_HOST;
}

static void add_namespaces(const Launch *launch, Plan *plan)
{
	const NamespaceModes *modes = launch->modes;
	const struct {
		int flag;
		const char *join; /* file, or NULL */
		bool host;
	} kinds[] = {{CLONE_NEWNS, NULL, false},
		{CLONE_NEWUTS, NULL, modes->uts.share == SHARE_HOST},
		{CLONE_NEWIPC, launch->ipc_file, modes->ipc.share == SHARE_HOST},
		{CLONE_NEWPID, launch->pid_file, modes->pid.share == SHARE_HOST},
		{CLONE_NEWNET, launch->network_file, modes->network.share == SHARE_HOST}};
	gint64 flags = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (kinds[i].join != NULL)
			plan_put(plan, PLAN_JOIN, 1, kinds[i].flag, kinds[i].join, NULL);
		else if (!kinds[i].host)
			flags |= kinds[i].flag;
	}
	plan_put(plan, PLAN_CLONE, 1, flags | (launch->userns.count > 0 ? CLONE_NEWUSER : 0), NULL);
}

static void add_userns(const Userns *userns, Plan *plan)
{
	gint64 numbers[] = {userns->uid, userns->gid, userns->count};
	if (userns->count > 0)
		plan_add(plan, PLAN_USERNS, numbers, G_N_ELEMENTS(numbers), NULL);
}

void resolver_clear(Resolver *resolver)
{
	g_clear_pointer(&resolver->names, g_strfreev);
	g_clear_pointer(&resolver->servers, g_strfreev);
}

void launch_resolver(const Resolver *resolver, Plan *plan)
{
	g_autoptr(GPtrArray) strings = g_ptr_array_new();
	gint64 numbers[] = {g_strv_length(resolver->names), resolver->port};
	for (int i = 0; resolver->names[i] != NULL; i++)
		g_ptr_array_add(strings, resolver->names[i]);
	for (int i = 0; resolver->servers[i] != NULL; i++)
		g_ptr_array_add(strings, resolver->servers[i]);
	g_ptr_array_add(strings, NULL);
	plan_add(plan, PLAN_DNS, numbers, G_N_ELEMENTS(numbers), (char *const *)strings->pdata);
}

/* The same overlay for a user namespace: each folder apart, as the shim maps the owners of each. */
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

/* The overlay: number:number:... within the layer folder, so that 127 layers fit into a page. */
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
	g_autofree char *target = g_build_filename(launch->folder, "rootfs", NULL);
	plan_put(plan, PLAN_ROOT, 0, 0, launch->layer_folder, options->str, target, NULL);
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
	gint64 size = json_int(launch->host, "ShmSize");
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

static void add_system_mounts(
	const Launch *launch, const Security *security, const CgroupLayout *layout, Plan *plan)
{
	bool privileged = json_bool(launch->host, "Privileged");
	/* In another's pid namespace: who makes the mount is outside (docs/decisions/born-clean.md), so it is a clone of that one's. */
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
		cgroup_is_private(launch), privileged || security->writable_cgroups);
	plan_put(plan, PLAN_MOUNT_NEW, 1, quiet, "mqueue", "/dev/mqueue", NULL);
	add_shm(launch, plan);
}

/* How mounts made below one come to be seen elsewhere; "r": below its submounts, too. */
static const struct {
	const char *name;
	gint64 kind, recursive;
} propagations[] = {{"rprivate", PROPAGATION_PRIVATE, PLAN_BIND_RECURSIVE_PROPAGATION},
	{"private", PROPAGATION_PRIVATE, 0},
	{"rslave", PROPAGATION_SLAVE, PLAN_BIND_RECURSIVE_PROPAGATION},
	{"slave", PROPAGATION_SLAVE, 0},
	{"rshared", PROPAGATION_SHARED, PLAN_BIND_RECURSIVE_PROPAGATION},
	{"shared", PROPAGATION_SHARED, 0}};

/* The index of a mount's propagation: private, unless it says otherwise. */
static size_t propagation_of(const MountPoint *mount)
{
	const char *name = mount->propagation;
	for (size_t i = 0; i < G_N_ELEMENTS(propagations); i++)
		if (strcmp(name, propagations[i].name) == 0)
			return i;
	return 0;
}

/* Where one mount is shared, so is the root, as dockerd has it: what is bound below it in turn can be shared, too. */
static gint64 root_propagation(const Launch *launch)
{
	for (guint i = 0; i < launch->mounts->len; i++)
		if (propagations[propagation_of(launch->mounts->pdata[i])].kind ==
			PROPAGATION_SHARED)
			return PROPAGATION_SHARED;
	return 0;
}

/* What a tmpfs may be told: flags of the mount, set or taken away, or words for the file system. */
static const struct {
	const char *name;
	gint64 set, unset;
	bool pass; /* to the file system, as it is */
} tmpfs_words[] = {
	{"", 0, 0, false},
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
	{"private", 0, 0, false}, /* as each of our mounts is */
	{"rprivate", 0, 0, false},
};

/* The values that it may have; what they are is the kernel's to judge. */
static bool is_tmpfs_value(const char *word)
{
	static const char *const keys[] = {
		"size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol", NULL};
	g_autofree char *key = g_strndup(word, strcspn(word, "="));
	return strchr(word, '=') != NULL && g_strv_contains(keys, key);
}

static bool add_tmpfs_word(GPtrArray *strings, gint64 *attributes, const char *word, GError **error)
{
	bool pass = is_tmpfs_value(word);
	size_t i = 0;
	while (i < G_N_ELEMENTS(tmpfs_words) && strcmp(word, tmpfs_words[i].name) != 0)
		i++;
	if (i == G_N_ELEMENTS(tmpfs_words) && !pass)
		return fail(error, BERTH_ERROR_SYSTEM, "invalid tmpfs option \"%s\"", word);
	if (i < G_N_ELEMENTS(tmpfs_words)) {
		*attributes = (*attributes & ~tmpfs_words[i].unset) | tmpfs_words[i].set;
		pass = tmpfs_words[i].pass;
	}
	if (pass)
		g_ptr_array_add(strings, g_strdup(word));
	return true;
}

/* Options of a tmpfs, "ro,size=64m,noexec". */
static bool add_tmpfs(Plan *plan, const char *target, const char *options, GError **error)
{
	gint64 attributes = quiet;
	g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) words = g_strsplit(options, ",", -1);
	g_ptr_array_add(strings, g_strdup("tmpfs"));
	g_ptr_array_add(strings, g_strdup(target));
	g_ptr_array_add(strings, g_strdup("mode=1777"));
	for (int i = 0; words[i] != NULL; i++)
		if (!add_tmpfs_word(strings, &attributes, words[i], error))
			return false;
	g_ptr_array_add(strings, NULL);
	plan_add(plan, PLAN_MOUNT_NEW, &attributes, 1, (char *const *)strings->pdata);
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

/* Its folders as one. */
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

/* What nobody can do at once, in dockerd's words and, as there, at the start only. */
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

/* A bind or a volume. What is read-only is so with all that is mounted below it, unless only the topmost was asked for.
 * Attributes: what CDI asks for beside (cdi_spec.c). */
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

/* What the user asked for, parents before what lies in them. */
static bool add_user_mounts(const Launch *launch, Plan *plan, GError **error)
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

static void add_network_files(const Launch *launch, Plan *plan)
{
	static const char *const files[] = {"resolv.conf", "hostname", "hosts"};
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *source = g_build_filename(launch->network_folder, files[i], NULL);
		g_autofree char *target = g_build_filename("/etc", files[i], NULL);
		if (!is_mounted_over(launch, target))
			add_bind(plan, source, target,
				json_bool(launch->host, "ReadonlyRootfs") ? MOUNT_ATTR_RDONLY : 0,
				PLAN_BIND_MAPPED, PROPAGATION_PRIVATE, "", "");
	}
}

static bool add_devices(const Launch *launch, Plan *plan, GError **error)
{
	static const char *const links[][2] = {{"/proc/self/fd", "/dev/fd"},
		{"/proc/self/fd/0", "/dev/stdin"}, {"/proc/self/fd/1", "/dev/stdout"},
		{"/proc/self/fd/2", "/dev/stderr"}, {"pts/ptmx", "/dev/ptmx"}};
	g_autoptr(GArray) rules =
		device_plan(plan, launch->host, launch->nodes, launch->user, error);
	for (size_t i = 0; i < G_N_ELEMENTS(links); i++)
		plan_put(plan, PLAN_SYMLINK, 0, 0, links[i][0], links[i][1], NULL);
	return rules != NULL;
}

/* A list of paths: the host configuration's, where it has one (which may be empty), or ours. */
static void add_paths(const json_t *host, const char *key, const char *const *defaults,
	enum plan_op op, Plan *plan)
{
	json_t *list = json_object_get(host, key);
	if (json_bool(host, "Privileged"))
		return;
	g_auto(GStrv) asked = json_is_array(list) ? json_strv(list) : NULL;
	const char *const *paths = asked != NULL ? (const char *const *)asked : defaults;
	for (int i = 0; paths[i] != NULL; i++)
		plan_put(plan, op, 0, 0, paths[i], NULL);
}

static void put_sysctl(Plan *plan, const char *path, const char *value)
{
	g_autofree char *file = g_strconcat("/proc/sys/", path, NULL);
	plan_put(plan, PLAN_SYSCTL, 0, 0, file, value, NULL);
}

static bool has_sysctl(const json_t *host, const char *wanted)
{
	const char *key;
	json_t *value;
	json_object_foreach (json_object_get(host, "Sysctls"), key, value) {
		g_autofree char *path = sysctl_path(key);
		if (g_strcmp0(path, wanted) == 0)
			return true;
	}
	return false;
}

/* A new network namespace lets everybody bind low ports and ping, as Docker's since 20.10; ping's groups
 * must be known to the user namespace, which has not all of them. */
static void add_network_sysctls(const Launch *launch, Plan *plan)
{
	static const char ports[] = "net/ipv4/ip_unprivileged_port_start",
			  ping[] = "net/ipv4/ping_group_range";
	if (launch->modes->network.share == SHARE_HOST || launch->network_file != NULL)
		return;
	if (!has_sysctl(launch->host, ports))
		put_sysctl(plan, ports, "0");
	if (launch->userns.count == 0 && !has_sysctl(launch->host, ping))
		put_sysctl(plan, ping, "0 2147483647");
}

static void add_sysctls(const Launch *launch, Plan *plan)
{
	const char *key;
	json_t *value;
	add_network_sysctls(launch, plan);
	json_object_foreach (json_object_get(launch->host, "Sysctls"), key, value) {
		g_autofree char *path = sysctl_path(key);
		put_sysctl(plan, path,
			json_string_value(value) != NULL ? json_string_value(value) : "");
	}
}

static void add_rlimits(const json_t *host, Plan *plan)
{
	size_t i;
	json_t *limit;
	json_array_foreach (json_object_get(host, "Ulimits"), i, limit) {
		gint64 numbers[] = {rlimit_number(json_str(limit, "Name")), json_int(limit, "Soft"),
			json_int(limit, "Hard")};
		if (numbers[0] >= 0) /* a row of before names were checked */
			plan_add(plan, PLAN_RLIMIT, numbers, G_N_ELEMENTS(numbers), NULL);
	}
}

static void add_env(Plan *plan, const json_t *config, const char *hostname, bool tty,
	const User *user, char **links, char **more)
{
	g_auto(ProcessEnv) env = process_env_new();
	g_auto(GStrv) configured = json_strv(json_object_get(config, "Env"));
	g_autofree char *host = g_strconcat("HOSTNAME=", hostname, NULL);
	g_autofree char *home = g_strconcat("HOME=", user->home, NULL);
	char **const lists[] = {links, configured, more};
	process_env_set(&env, default_path);
	process_env_set(&env, host);
	if (tty)
		process_env_set(&env, "TERM=xterm");
	for (size_t l = 0; l < G_N_ELEMENTS(lists); l++)
		for (int i = 0; lists[l] != NULL && lists[l][i] != NULL; i++)
			process_env_set(&env, lists[l][i]);
	/* One that is set to nothing is none, as runc has it. */
	if (!process_env_says(&env, "HOME"))
		process_env_set(&env, home);
	g_autofree char **settings = process_env_list(&env);
	plan_add(plan, PLAN_ENV, NULL, 0, settings);
}

static void add_ids(Plan *plan, const User *user)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	gint64 first[] = {user->uid, user->gid};
	g_array_append_vals(ids, first, 2);
	for (guint i = 0; i < user->groups->len; i++) {
		gint64 group = g_array_index(user->groups, gid_t, i);
		g_array_append_val(ids, group);
	}
	plan_add(plan, PLAN_IDS, (gint64 *)(void *)ids->data, ids->len, NULL);
}

/* The filter is the container's, also for an exec that has more capabilities: as with Docker. */
static bool add_filter(Plan *plan, const json_t *host, const Security *security,
	const char *engine_profile, GError **error)
{
	guint64 caps;
	return capability_resolve(json_object_get(host, "CapAdd"), json_object_get(host, "CapDrop"),
		       json_bool(host, "Privileged"), &caps, error) &&
	       seccomp_add(plan, security_profile(security, host, engine_profile), caps, error);
}

static bool add_identity(
	Plan *plan, const json_t *host, const User *user, bool privileged, GError **error)
{
	guint64 caps;
	if (!capability_resolve(json_object_get(host, "CapAdd"), json_object_get(host, "CapDrop"),
		    privileged, &caps, error))
		return false;
	add_ids(plan, user);
	gint64 sets[] = {(gint64)caps, user->uid == 0 ? (gint64)caps : 0};
	plan_add(plan, PLAN_CAPS, sets, G_N_ELEMENTS(sets), NULL);
	return true;
}

static bool add_confinement(Plan *plan, const json_t *host, const Security *security,
	const User *user, bool privileged, const char *engine_profile, GError **error)
{
	if (!add_identity(plan, host, user, privileged, error))
		return false;
	if (security->no_new_privileges)
		plan_put(plan, PLAN_NO_NEW_PRIVS, 0, 0, NULL);
	return lsm_plan(security, json_bool(host, "Privileged"), "/", plan, error) &&
	       add_filter(plan, host, security, engine_profile, error);
}

static void add_stdio(Plan *plan, bool tty, bool with_stdin, bool once, int rows, int columns)
{
	gint64 numbers[] = {(tty ? PLAN_STDIO_TTY : 0) | (with_stdin ? PLAN_STDIO_STDIN : 0) |
				    (once ? PLAN_STDIO_STDIN_ONCE : 0),
		rows, columns};
	plan_add(plan, PLAN_STDIO, numbers, G_N_ELEMENTS(numbers), NULL);
}

static bool add_command(const json_t *config, Plan *plan, GError **error)
{
	g_auto(GStrv) entrypoint = json_strv(json_object_get(config, "Entrypoint"));
	g_auto(GStrv) cmd = json_strv(json_object_get(config, "Cmd"));
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	for (int i = 0; entrypoint[i] != NULL; i++)
		g_ptr_array_add(argv, entrypoint[i]);
	for (int i = 0; cmd[i] != NULL; i++)
		g_ptr_array_add(argv, cmd[i]);
	if (argv->len == 0)
		return fail(error, BERTH_ERROR_INVALID, "no command specified");
	g_ptr_array_add(argv, NULL);
	plan_add(plan, PLAN_EXEC, NULL, 0, (char *const *)argv->pdata);
	return true;
}

static void add_log(const Launch *launch, Plan *plan)
{
	gint64 numbers[] = {launch->log_kind, launch->log_size, launch->log_files};
	char *strings[] = {(char *)launch->log_path, (char *)launch->log_attributes, NULL};
	plan_add(plan, PLAN_LOG, numbers, G_N_ELEMENTS(numbers), strings);
}

bool launch_plan(const Launch *launch, const CgroupLayout *layout, Plan *plan, GError **error)
{
	const json_t *config = launch->config, *host = launch->host;
	bool tty = json_bool(config, "Tty"), privileged = json_bool(host, "Privileged");
	g_auto(Security) security = {0};
	if (!security_parse(host, &security, error) || !lsm_check(&security, "/", error) ||
		!sysctl_check_joined(
			host, launch->modes, launch->network_file, launch->ipc_file, error))
		return false;
	plan_put(plan, PLAN_ID, 0, 0, launch->id, launch->exit_file, launch->socket, NULL);
	add_stdio(plan, tty, json_bool(config, "OpenStdin"), json_bool(config, "StdinOnce"),
		launch->rows, launch->columns);
	add_log(launch, plan);
	if (!cgroup_plan(layout, plan, launch->cgroup, launch->limits, host, launch->nodes, error))
		return false;
	SelinuxLabels labels = {(char *)launch->process_label, (char *)launch->mount_label};
	if (!selinux_plan(&labels, "/", plan, error))
		return false;
	add_namespaces(launch, plan);
	add_userns(&launch->userns, plan);
	if (launch->resolver->names[0] != NULL)
		launch_resolver(launch->resolver, plan);
	if (launch->with_engine)
		plan_put(plan, PLAN_WITH_ENGINE, 0, 0, NULL);
	if (cgroup_is_private(launch))
		plan_put(plan, PLAN_CGROUP_NAMESPACE, 0, 0, NULL);
	if (launch->userns.count > 0)
		add_mapped_root(launch, plan);
	else
		add_root(launch, plan);
	add_system_mounts(launch, &security, layout, plan);
	if (!add_devices(launch, plan, error))
		return false;
	if (!add_user_mounts(launch, plan, error))
		return false;
	/* On top of what the user mounts at /etc. */
	add_network_files(launch, plan);
	plan_put(plan, PLAN_PIVOT, 1, root_propagation(launch), NULL);
	if (launch->modes->network.share != SHARE_HOST && launch->network_file == NULL)
		plan_put(plan, PLAN_LOOPBACK, 0, 0, NULL);
	if (launch->modes->uts.share != SHARE_HOST)
		plan_put(plan, PLAN_HOSTNAME, 0, 0, launch->hostname,
			json_str(config, "Domainname"), NULL);
	add_sysctls(launch, plan);
	plan_put(plan, PLAN_WORKDIR, 1, 0, json_str(config, "WorkingDir"), NULL);
	add_paths(host, "MaskedPaths", default_masked_paths, PLAN_MASK, plan);
	add_paths(host, "ReadonlyPaths", default_readonly_paths, PLAN_READONLY, plan);
	if (json_bool(host, "ReadonlyRootfs"))
		plan_put(plan, PLAN_ROOT_READONLY, 0, 0, NULL);
	if (launch->with_network)
		plan_put(plan, PLAN_NETWORK, 0, 0, NULL);
	add_rlimits(host, plan);
	plan_put(plan, PLAN_OOM_SCORE, 1, json_int(host, "OomScoreAdj"), NULL);
	if (json_bool(host, "Init"))
		plan_put(plan, PLAN_INIT, 0, 0, NULL);
	add_env(plan, config, launch->hostname, tty, launch->user, launch->link_env, NULL);
	return add_confinement(plan, host, &security, launch->user, privileged,
		       launch->seccomp_profile, error) &&
	       add_command(config, plan, error);
}

bool launch_exec_plan(
	const LaunchExec *exec, const CgroupLayout *layout, Plan *plan, GError **error)
{
	const char *workdir =
		*exec->workdir != '\0' ? exec->workdir : json_str(exec->config, "WorkingDir");
	g_auto(Security) security = {0};
	if (!security_parse(exec->host, &security, error))
		return false;
	selinux_plan_exec(exec->process_label, plan);
	add_stdio(plan, exec->tty, exec->with_stdin, true, exec->rows, exec->columns);
	cgroup_plan_join(layout, plan, exec->cgroup, exec->limits);
	add_userns(&exec->userns, plan);
	plan_put(plan, PLAN_WORKDIR, 1, PLAN_OPTIONAL, workdir, NULL);
	add_rlimits(exec->host, plan);
	plan_put(plan, PLAN_OOM_SCORE, 1, json_int(exec->host, "OomScoreAdj"), NULL);
	add_env(plan, exec->config, json_str(exec->config, "Hostname"), exec->tty, exec->user,
		exec->link_env, exec->env);
	bool privileged = exec->privileged || json_bool(exec->host, "Privileged");
	if (!add_confinement(plan, exec->host, &security, exec->user, privileged,
		    exec->seccomp_profile, error))
		return false;
	plan_add(plan, PLAN_EXEC, NULL, 0, exec->argv);
	return true;
}
