#include "runtime/runtime.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

/* A killed process leaves its cgroups only after the mounts of its namespace have ended, which may sync a busy disk. */
enum { DEFAULT_PERIOD = 100000, KILL_ROUNDS = 400, PROCS_LIMIT = 8 << 20 };

/* A limit in the form of the kernel's file. Each row has the v1 and the v2 file: "" where there is none. */
typedef struct {
	const char *controller, *v1_file, *v2_file;
	char *v1_value, *v2_value;
	bool optional; /* many hosts lack it: warn and go on */
} Limit;

static void limit_clear(gpointer data)
{
	Limit *limit = data;
	g_free(limit->v1_value);
	g_free(limit->v2_value);
}

static void add_limit(GArray *limits, const char *controller, const char *v1_file,
	const char *v2_file, char *v1_value, char *v2_value, bool optional)
{
	Limit limit = {controller, v1_file, v2_file, v1_value, v2_value, optional};
	g_array_append_val(limits, limit);
}

static char *number(gint64 value)
{
	return g_strdup_printf("%" G_GINT64_FORMAT, value);
}

static char *number_or_max(gint64 value)
{
	return value <= 0 ? g_strdup("max") : number(value);
}

static void add_memory(GArray *files, const Limits *limits)
{
	gint64 memory = limits->memory, swap = limits->memory_swap,
	       reservation = limits->memory_reservation;
	if (memory > 0)
		add_limit(files, "memory", "memory.limit_in_bytes", "memory.max", number(memory),
			number(memory), false);
	/* v1 limits memory and swap together, v2 swap alone. */
	if (swap != 0)
		add_limit(files, "memory", "memory.memsw.limit_in_bytes", "memory.swap.max",
			number(swap), swap < 0 ? g_strdup("max") : number(MAX(swap - memory, 0)),
			true);
	/* -1: none, which in v2 is no protection. The kernel refuses other negative values. */
	if (reservation != 0)
		add_limit(files, "memory", "memory.soft_limit_in_bytes", "memory.low",
			number(reservation), number(reservation == -1 ? 0 : reservation), false);
	if (limits->swappiness >= 0)
		add_limit(files, "memory", "memory.swappiness", "", number(limits->swappiness),
			NULL, true);
	if (limits->oom_kill_disable)
		add_limit(files, "memory", "memory.oom_control", "", g_strdup("1"), NULL, true);
}

static void add_cpuset(GArray *files, const char *file, const char *text)
{
	if (*text != '\0')
		add_limit(files, "cpuset", file, file, g_strdup(text), g_strdup(text), false);
}

static void add_cpu(GArray *files, const Limits *limits)
{
	gint64 shares = limits->cpu_shares, nano = limits->nano_cpus;
	gint64 period = limits->cpu_period, quota = limits->cpu_quota;
	if (nano > 0) {
		period = DEFAULT_PERIOD;
		quota = nano * DEFAULT_PERIOD / 1000000000;
	}
	if (shares > 0)
		add_limit(files, "cpu", "cpu.shares", "cpu.weight", number(shares),
			/* 2..262144 to 1..10000, as runc and crun map them */
			number(1 + ((CLAMP(shares, 2, 262144) - 2) * 9999) / 262142), false);
	if (period > 0)
		add_limit(files, "cpu", "cpu.cfs_period_us", "", number(period), NULL, false);
	if (quota != 0)
		add_limit(files, "cpu", "cpu.cfs_quota_us", "", number(quota), NULL, false);
	if (period > 0 || quota != 0) {
		g_autofree char *max = number_or_max(quota > 0 ? quota : -1);
		add_limit(files, "cpu", "", "cpu.max", NULL,
			g_strdup_printf("%s %d", max, (int)(period > 0 ? period : DEFAULT_PERIOD)),
			false);
	}
	if (limits->rt_period != 0)
		add_limit(files, "cpu", "cpu.rt_period_us", "", number(limits->rt_period), NULL,
			false);
	if (limits->rt_runtime != 0)
		add_limit(files, "cpu", "cpu.rt_runtime_us", "", number(limits->rt_runtime), NULL,
			false);
	add_cpuset(files, "cpuset.cpus", limits->cpus);
	add_cpuset(files, "cpuset.mems", limits->mems);
}

/* "major:minor" of a block device, or NULL with error. */
static char *device_number(const char *path, GError **error)
{
	struct stat st;
	if (stat(path, &st) == 0 && S_ISBLK(st.st_mode))
		return g_strdup_printf("%u:%u", major(st.st_rdev), minor(st.st_rdev));
	fail(error, BERTH_ERROR_INVALID, "invalid device path %s: no such block device", path);
	return NULL;
}

/* value: NULL where the limit is removed. */
static void add_device_limit(
	GArray *files, DeviceLimitKind kind, const char *device, const char *value)
{
	static const struct {
		const char *v1_file, *v2_key;
	} rates[DEVICE_LIMITS] = {[DEVICE_READ_BYTES] = {"blkio.throttle.read_bps_device", "rbps"},
		[DEVICE_WRITE_BYTES] = {"blkio.throttle.write_bps_device", "wbps"},
		[DEVICE_READ_OPERATIONS] = {"blkio.throttle.read_iops_device", "riops"},
		[DEVICE_WRITE_OPERATIONS] = {"blkio.throttle.write_iops_device", "wiops"}};
	if (kind == DEVICE_WEIGHT) {
		char *text = g_strdup_printf("%s %s", device, value != NULL ? value : "default");
		add_limit(files, "blkio", "blkio.bfq.weight_device", "io.bfq.weight", text,
			g_strdup(text), true);
		return;
	}
	add_limit(files, "blkio", rates[kind].v1_file, "io.max",
		g_strdup_printf("%s %s", device, value != NULL ? value : "0"),
		g_strdup_printf(
			"%s %s=%s", device, rates[kind].v2_key, value != NULL ? value : "max"),
		false);
}

static bool add_blkio(GArray *files, const Limits *limits, GError **error)
{
	if (limits->weight > 0)
		add_limit(files, "blkio", "blkio.bfq.weight", "io.bfq.weight",
			number(limits->weight), number(limits->weight), true);
	for (int kind = 0; kind < DEVICE_LIMITS; kind++) {
		const GArray *devices = limits->devices[kind];
		for (guint i = 0; devices != NULL && i < devices->len; i++) {
			const DeviceLimit *limit = &g_array_index(devices, DeviceLimit, i);
			g_autofree char *device = device_number(limit->path, error);
			g_autofree char *value = limit->value > 0 ? number(limit->value) : NULL;
			if (device == NULL)
				return false;
			add_device_limit(files, (DeviceLimitKind)kind, device, value);
		}
	}
	return true;
}

/* v1 accepts any value, and rounds it to the nearest of these. */
static bool check_shares(const CgroupLayout *layout, const Limits *limits, GError **error)
{
	enum { LEAST = 2, MOST = 262144 };
	gint64 shares = limits->cpu_shares;
	if (layout->v2 || shares == 0 || (shares >= LEAST && shares <= MOST))
		return true;
	return fail(error, BERTH_ERROR_INVALID, "the %s allowed cpu-shares is %d",
		shares < LEAST ? "minimum" : "maximum", shares < LEAST ? LEAST : MOST);
}

static GArray *limit_files(const CgroupLayout *layout, const Limits *limits, GError **error)
{
	if (!check_shares(layout, limits, error))
		return NULL;
	g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(Limit));
	g_array_set_clear_func(files, limit_clear);
	add_memory(files, limits);
	add_cpu(files, limits);
	if (limits->pids_said)
		add_limit(files, "pids", "pids.max", "pids.max", number_or_max(limits->pids),
			number_or_max(limits->pids), false);
	return add_blkio(files, limits, error) ? g_steal_pointer(&files) : NULL;
}

/* The controllers that a container uses; cpuset only where it is requested, as joining it costs time. */
static bool wants_controller(const char *controller, bool cpuset)
{
	static const char *const always[] = {
		"memory", "cpu", "cpuacct", "pids", "devices", "freezer", "blkio", NULL};
	return g_strv_contains(always, controller) || (cpuset && strcmp(controller, "cpuset") == 0);
}

/* The container's distinct folders, one for each hierarchy. */
static GPtrArray *folders(const CgroupLayout *layout, const char *path, bool cpuset)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter each;
	gpointer controller, mount;
	if (layout->v2) {
		g_ptr_array_add(list, g_strconcat(layout->unified, path, NULL));
		return list;
	}
	g_hash_table_iter_init(&each, layout->v1);
	while (g_hash_table_iter_next(&each, &controller, &mount)) {
		g_autofree char *folder = g_strconcat(mount, path, NULL);
		if (wants_controller(controller, cpuset) &&
			!g_ptr_array_find_with_equal_func(list, folder, g_str_equal, NULL))
			g_ptr_array_add(list, g_steal_pointer(&folder));
	}
	return list;
}

static char *limit_file(const CgroupLayout *layout, const char *path, const Limit *limit)
{
	const char *mount =
		layout->v2 ? layout->unified : g_hash_table_lookup(layout->v1, limit->controller);
	const char *file = layout->v2 ? limit->v2_file : limit->v1_file;
	const char *value = layout->v2 ? limit->v2_value : limit->v1_value;
	if (*file == '\0' || value == NULL || mount == NULL)
		return NULL;
	return g_strconcat(mount, path, "/", file, NULL);
}

/* v2: a controller works in a cgroup only if each ancestor delegates it. */
static void hand_down(const CgroupLayout *layout, Plan *plan, const char *path, int parents)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);
	g_autoptr(GString) at = g_string_new(layout->unified);
	static const char *const handed[] = {"+cpu", "+memory", "+pids", "+io", "+cpuset"};
	for (int i = 0; parts[i] != NULL && parts[i + 1] != NULL; i++) {
		if (*parts[i] != '\0') {
			g_string_append_printf(at, "/%s", parts[i]);
			plan_put(plan, PLAN_CGROUP_MAKE, 1, PLAN_OPTIONAL | parents, at->str, NULL);
		}
		g_autofree char *file = g_strconcat(at->str, "/cgroup.subtree_control", NULL);
		g_autofree char *now = file_read(file, 4096);
		for (size_t c = 0; c < G_N_ELEMENTS(handed); c++)
			if (now == NULL || strstr(now, handed[c] + 1) == NULL)
				plan_put(plan, PLAN_CGROUP_WRITE, 1, PLAN_OPTIONAL, file, handed[c],
					NULL);
	}
}

/* v1: a new cpuset is empty and accepts no process before its cpus and memory nodes are set. */
static void fill_cpuset(const CgroupLayout *layout, Plan *plan, const char *path, int parents)
{
	const char *mount = g_hash_table_lookup(layout->v1, "cpuset");
	g_autofree char *parent = g_path_get_dirname(path);
	static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};
	for (size_t i = 0; mount != NULL && i < G_N_ELEMENTS(files); i++) {
		g_autofree char *from = g_build_filename(mount, files[i], NULL);
		g_autofree char *value = file_read(from, 4096);
		const char *targets[] = {parent, path};
		for (size_t t = 0; value != NULL && t < G_N_ELEMENTS(targets); t++) {
			g_autofree char *folder = g_strconcat(mount, targets[t], NULL);
			g_autofree char *to = g_build_filename(folder, files[i], NULL);
			if (t == 0)
				plan_put(plan, PLAN_CGROUP_MAKE, 1, PLAN_OPTIONAL | parents, folder,
					NULL);
			plan_put(plan, PLAN_CGROUP_WRITE, 1, PLAN_OPTIONAL, to, g_strchomp(value),
				NULL);
		}
	}
}

static bool plan_devices(const CgroupLayout *layout, Plan *plan, const char *path,
	const Confinement *confinement, const GArray *nodes, GError **error)
{
	g_autoptr(GArray) rules = device_rules(confinement, nodes, error);
	const char *mount = g_hash_table_lookup(layout->v1, "devices");
	if (rules == NULL)
		return false;
	if (layout->v2) {
		g_autoptr(GArray) code = device_rules_compile(rules);
		g_autofree char *folder = g_strconcat(layout->unified, path, NULL);
		char *strings[] = {folder, NULL};
		plan_add(plan, PLAN_CGROUP_BPF, (const gint64 *)(void *)code->data, code->len,
			strings);
		return true;
	}
	if (confinement->privileged)
		return true;
	/* Without device rules every device node in the container could be used: made, mounted, or in its image. */
	if (mount == NULL)
		return fail(error, BERTH_ERROR_SYSTEM,
			"this host has no devices cgroup controller: the devices of a container "
			"cannot be "
			"limited, so only a privileged one can start");
	g_autofree char *deny = g_strconcat(mount, path, "/devices.deny", NULL);
	g_autofree char *allow = g_strconcat(mount, path, "/devices.allow", NULL);
	plan_put(plan, PLAN_CGROUP_WRITE, 1, 0, deny, "a", NULL);
	for (guint i = 0; i < rules->len; i++) {
		g_autofree char *text = device_rule_text(&g_array_index(rules, DeviceRule, i));
		plan_put(plan, PLAN_CGROUP_WRITE, 1, 0, allow, text, NULL);
	}
	return true;
}

bool cgroup_plan(const CgroupLayout *layout, Plan *plan, const char *path, const Limits *limits,
	const Confinement *confinement, const GArray *nodes, GError **error)
{
	bool cpuset = limits_want_cpuset(limits);
	g_autoptr(GArray) files = limit_files(layout, limits, error);
	g_autoptr(GPtrArray) list = folders(layout, path, cpuset);
	/* The engine's own parent cgroup is kept for the next container. */
	int parents = *confinement->cgroup_parent != '\0' ? PLAN_PARENTS : 0;
	if (files == NULL)
		return false;
	if (layout->v2)
		hand_down(layout, plan, path, parents);
	for (guint i = 0; i < list->len; i++)
		plan_put(plan, PLAN_CGROUP_MAKE, 1, parents, list->pdata[i], NULL);
	if (!layout->v2 && cpuset)
		fill_cpuset(layout, plan, path, parents);
	for (guint i = 0; i < files->len; i++) {
		Limit *limit = &g_array_index(files, Limit, i);
		g_autofree char *file = limit_file(layout, path, limit);
		if (file != NULL)
			plan_put(plan, PLAN_CGROUP_WRITE, 1, limit->optional ? PLAN_OPTIONAL : 0,
				file, layout->v2 ? limit->v2_value : limit->v1_value, NULL);
	}
	if (!plan_devices(layout, plan, path, confinement, nodes, error))
		return false;
	Limit oom = {"memory", "memory.oom_control", "memory.events", (char *)"", (char *)"", true};
	g_autofree char *oom_file = limit_file(layout, path, &oom);
	if (oom_file != NULL)
		plan_put(plan, PLAN_CGROUP_OOM, 0, 0, oom_file, NULL);
	cgroup_plan_join(layout, plan, path, limits);
	return true;
}

void cgroup_plan_join(
	const CgroupLayout *layout, Plan *plan, const char *path, const Limits *limits)
{
	g_autoptr(GPtrArray) list = folders(layout, path, limits_want_cpuset(limits));
	for (guint i = 0; i < list->len; i++)
		plan_put(plan, PLAN_CGROUP_JOIN, 1, layout->v2 ? PLAN_BORN_IN : 0, list->pdata[i],
			NULL);
}

bool cgroup_update(
	const CgroupLayout *layout, const char *path, const Limits *limits, GError **error)
{
	g_autoptr(GArray) files = limit_files(layout, limits, error);
	if (files == NULL)
		return false;
	/* The order in which memory and memory+swap can be changed depends on the direction: writes that failed are
	 * tried a second time after the others. */
	for (int round = 0; round < 2; round++)
		for (guint i = 0; i < files->len; i++) {
			Limit *limit = &g_array_index(files, Limit, i);
			g_autofree char *file = limit_file(layout, path, limit);
			const char *value = layout->v2 ? limit->v2_value : limit->v1_value;
			/* An error for a limit that this host supports and could not apply; unsupported ones are
			 * optional. */
			if (file != NULL && !file_put(file, value) && round == 1 &&
				(!limit->optional || errno == EINVAL))
				return fail_errno(error, "cannot write %s to %s", value, file);
		}
	return true;
}

bool cgroup_freeze(const CgroupLayout *layout, const char *path, bool freeze, GError **error)
{
	Limit limit = {"freezer", "freezer.state", "cgroup.freeze",
		(char *)(freeze ? "FROZEN" : "THAWED"), (char *)(freeze ? "1" : "0"), false};
	g_autofree char *file = limit_file(layout, path, &limit);
	if (file == NULL)
		return fail(error, BERTH_ERROR_NOT_IMPLEMENTED,
			"this host has no freezer cgroup: cannot pause");
	return file_put(file, layout->v2 ? limit.v2_value : limit.v1_value) ||
	       fail_errno(error, "cannot write to %s", file);
}

pid_t *cgroup_processes(const CgroupLayout *layout, const char *path)
{
	/* v1: every hierarchy contains the same processes. */
	g_autoptr(GPtrArray) list = folders(layout, path, false);
	g_autofree char *file =
		list->len > 0 ? g_build_filename(list->pdata[0], "cgroup.procs", NULL) : NULL;
	g_autofree char *text = file != NULL ? file_read(file, PROCS_LIMIT) : NULL;
	if (text == NULL)
		return NULL;
	GArray *pids = g_array_new(TRUE, FALSE, sizeof(pid_t));
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++) {
		pid_t pid = atoi(lines[i]);
		if (pid > 0)
			g_array_append_val(pids, pid);
	}
	return (pid_t *)(void *)g_array_free(pids, FALSE);
}

void cgroup_kill(const CgroupLayout *layout, const char *path)
{
	cgroup_freeze(layout, path, false, NULL);
	for (int round = 0; round < KILL_ROUNDS; round++) {
		g_autofree pid_t *pids = cgroup_processes(layout, path);
		if (pids == NULL || pids[0] == 0)
			return;
		for (int i = 0; pids[i] != 0; i++)
			kill(pids[i], SIGKILL);
		g_usleep(5000);
	}
}

/* Removes cgroups that shims made for a requested parent. */
static void delete_parents(const char *folder)
{
	g_autofree char *at = g_path_get_dirname(folder);
	while (getxattr(at, CGROUP_MADE_MARK, NULL, 0) >= 0 && rmdir(at) == 0) {
		char *above = g_path_get_dirname(at);
		g_free(at);
		at = above;
	}
}

void cgroup_delete(const CgroupLayout *layout, const char *path)
{
	g_autoptr(GPtrArray) list = folders(layout, path, true);
	for (guint i = 0; i < list->len; i++) {
		for (int round = 0;
			rmdir(list->pdata[i]) < 0 && errno == EBUSY && round < KILL_ROUNDS; round++)
			g_usleep(2000);
		delete_parents(list->pdata[i]);
	}
}

bool cgroup_can(const CgroupLayout *layout, const char *name)
{
	static const struct {
		const char *name, *controller, *v1_file, *v2_controller;
	} limits[] = {{"MemoryLimit", "memory", "memory.limit_in_bytes", "memory"},
		{"SwapLimit", "memory", "memory.memsw.limit_in_bytes", "memory"},
		{"OomKillDisable", "memory", "memory.oom_control", ""},
		{"CpuCfsPeriod", "cpu", "cpu.cfs_period_us", "cpu"},
		{"CpuCfsQuota", "cpu", "cpu.cfs_quota_us", "cpu"},
		{"CPUShares", "cpu", "cpu.shares", "cpu"},
		{"CPUSet", "cpuset", "cpuset.cpus", "cpuset"}, {"PidsLimit", "pids", "", "pids"},
		{"BlkioWeight", "blkio", "blkio.bfq.weight", "io"},
		{"BlkioWeightDevice", "blkio", "blkio.bfq.weight_device", "io"},
		{"BlkioReadBps", "blkio", "blkio.throttle.read_bps_device", "io"},
		{"BlkioWriteBps", "blkio", "blkio.throttle.write_bps_device", "io"},
		{"BlkioReadIOps", "blkio", "blkio.throttle.read_iops_device", "io"},
		{"BlkioWriteIOps", "blkio", "blkio.throttle.write_iops_device", "io"},
		{"MemoryReservation", "memory", "memory.soft_limit_in_bytes", "memory"},
		{"MemorySwappiness", "memory", "memory.swappiness", ""},
		{"CpuRealtime", "cpu", "cpu.rt_runtime_us", ""},
		{"Devices", "devices", "devices.allow", ""}};
	for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
		if (strcmp(limits[i].name, name) != 0)
			continue;
		if (layout->v2) {
			g_autofree char *file =
				g_strconcat(layout->unified, "/cgroup.controllers", NULL);
			g_autofree char *text = file_read(file, 4096);
			return text != NULL && *limits[i].v2_controller != '\0' &&
			       strstr(text, limits[i].v2_controller) != NULL;
		}
		const char *mount = g_hash_table_lookup(layout->v1, limits[i].controller);
		g_autofree char *file = g_build_filename(
			mount != NULL ? mount : "/nonexistent", limits[i].v1_file, NULL);
		return access(file, F_OK) == 0;
	}
	return false;
}

static const gint64 mount_flags = 0x2 | 0x4 | 0x8; /* nosuid, nodev, noexec (MOUNT_ATTR_) */

void cgroup_plan_mounts(const CgroupLayout *layout, Plan *plan, const char *path, bool cpuset,
	bool own_namespace, bool writable)
{
	gint64 flags = mount_flags | (writable ? 0 : 1);
	GHashTableIter each;
	gpointer controller, mount;
	if (layout->v2 && own_namespace) {
		plan_put(plan, PLAN_MOUNT_NEW, 1, flags, "cgroup2", "/sys/fs/cgroup", "nsdelegate",
			NULL);
		return;
	}
	g_autoptr(GPtrArray) done = g_ptr_array_new();
	gint64 bind[] = {flags, 0, 1 << 18 /* MS_PRIVATE */};
	if (layout->v2) {
		char *strings[] = {layout->unified, (char *)"/sys/fs/cgroup", NULL};
		plan_add(plan, PLAN_MOUNT_BIND, bind, G_N_ELEMENTS(bind), strings);
		return;
	}
	plan_put(plan, PLAN_MOUNT_NEW, 1, mount_flags, "tmpfs", "/sys/fs/cgroup", "mode=755", NULL);
	g_hash_table_iter_init(&each, layout->v1);
	while (g_hash_table_iter_next(&each, &controller, &mount)) {
		if (!wants_controller(controller, cpuset) ||
			g_ptr_array_find_with_equal_func(done, mount, g_str_equal, NULL))
			continue;
		g_ptr_array_add(done, mount);
		g_autofree char *name = g_path_get_basename(mount);
		g_autofree char *target = g_build_filename("/sys/fs/cgroup", name, NULL);
		g_autofree char *folder = g_strconcat(mount, path, NULL);
		char *strings[] = {folder, target, NULL};
		plan_add(plan, PLAN_MOUNT_BIND, bind, G_N_ELEMENTS(bind), strings);
	}
}
