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

enum { DEFAULT_PERIOD = 100000, KILL_ROUNDS = 50, PROCS_LIMIT = 8 << 20 };

/* A limit as the kernel's file wants it. Files of one row, v1 and v2: "" where there is none. */
typedef struct {
	const char *controller, *v1_file, *v2_file;
	char *v1_value, *v2_value;
	bool optional; /* many hosts lack it: warn, go on */
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

static void add_memory(GArray *limits, const json_t *host)
{
	gint64 memory = json_int(host, "Memory"), swap = json_int(host, "MemorySwap");
	if (memory > 0)
		add_limit(limits, "memory", "memory.limit_in_bytes", "memory.max", number(memory),
			number(memory), false);
	/* v1 counts memory and swap together, v2 swap alone. */
	if (swap != 0)
		add_limit(limits, "memory", "memory.memsw.limit_in_bytes", "memory.swap.max",
			number(swap), swap < 0 ? g_strdup("max") : number(MAX(swap - memory, 0)),
			true);
	if (json_int(host, "MemoryReservation") > 0)
		add_limit(limits, "memory", "memory.soft_limit_in_bytes", "memory.low",
			number(json_int(host, "MemoryReservation")),
			number(json_int(host, "MemoryReservation")), false);
	json_t *swappiness = json_object_get(host, "MemorySwappiness");
	if (json_is_integer(swappiness) && json_integer_value(swappiness) >= 0)
		add_limit(limits, "memory", "memory.swappiness", "",
			number(json_integer_value(swappiness)), NULL, true);
	if (json_bool(host, "OomKillDisable"))
		add_limit(limits, "memory", "memory.oom_control", "", g_strdup("1"), NULL, true);
}

static void add_cpu(GArray *limits, const json_t *host)
{
	gint64 shares = json_int(host, "CpuShares"), nano = json_int(host, "NanoCpus");
	gint64 period = json_int(host, "CpuPeriod"), quota = json_int(host, "CpuQuota");
	if (nano > 0) {
		period = DEFAULT_PERIOD;
		quota = nano * DEFAULT_PERIOD / 1000000000;
	}
	if (shares > 0)
		add_limit(limits, "cpu", "cpu.shares", "cpu.weight", number(shares),
			/* 2..262144 to 1..10000, as runc and crun map them */
			number(1 + ((CLAMP(shares, 2, 262144) - 2) * 9999) / 262142), false);
	if (period > 0)
		add_limit(limits, "cpu", "cpu.cfs_period_us", "", number(period), NULL, false);
	if (quota != 0)
		add_limit(limits, "cpu", "cpu.cfs_quota_us", "", number(quota), NULL, false);
	if (period > 0 || quota != 0) {
		g_autofree char *max = number_or_max(quota > 0 ? quota : -1);
		add_limit(limits, "cpu", "", "cpu.max", NULL,
			g_strdup_printf("%s %d", max, (int)(period > 0 ? period : DEFAULT_PERIOD)),
			false);
	}
	if (json_int(host, "CpuRealtimePeriod") > 0)
		add_limit(limits, "cpu", "cpu.rt_period_us", "",
			number(json_int(host, "CpuRealtimePeriod")), NULL, false);
	if (json_int(host, "CpuRealtimeRuntime") > 0)
		add_limit(limits, "cpu", "cpu.rt_runtime_us", "",
			number(json_int(host, "CpuRealtimeRuntime")), NULL, false);
	if (*json_str(host, "CpusetCpus") != '\0')
		add_limit(limits, "cpuset", "cpuset.cpus", "cpuset.cpus",
			g_strdup(json_str(host, "CpusetCpus")),
			g_strdup(json_str(host, "CpusetCpus")), false);
	if (*json_str(host, "CpusetMems") != '\0')
		add_limit(limits, "cpuset", "cpuset.mems", "cpuset.mems",
			g_strdup(json_str(host, "CpusetMems")),
			g_strdup(json_str(host, "CpusetMems")), false);
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

static bool add_device_weights(GArray *limits, const json_t *host, GError **error)
{
	size_t i;
	json_t *entry;
	json_array_foreach (json_object_get(host, "BlkioWeightDevice"), i, entry) {
		g_autofree char *device = device_number(json_str(entry, "Path"), error);
		if (device == NULL)
			return false;
		g_autofree char *weight = number(json_int(entry, "Weight"));
		char *value = g_strdup_printf(
			"%s %s", device, json_int(entry, "Weight") > 0 ? weight : "default");
		add_limit(limits, "blkio", "blkio.bfq.weight_device", "io.bfq.weight", value,
			g_strdup(value), true);
	}
	return true;
}

static bool add_blkio(GArray *limits, const json_t *host, GError **error)
{
	static const struct {
		const char *key, *v1_file, *v2_key;
	} rates[] = {{"BlkioDeviceReadBps", "blkio.throttle.read_bps_device", "rbps"},
		{"BlkioDeviceWriteBps", "blkio.throttle.write_bps_device", "wbps"},
		{"BlkioDeviceReadIOps", "blkio.throttle.read_iops_device", "riops"},
		{"BlkioDeviceWriteIOps", "blkio.throttle.write_iops_device", "wiops"}};
	gint64 weight = json_int(host, "BlkioWeight");
	if (weight > 0)
		add_limit(limits, "blkio", "blkio.bfq.weight", "io.bfq.weight", number(weight),
			number(weight), true);
	if (!add_device_weights(limits, host, error))
		return false;
	for (size_t r = 0; r < G_N_ELEMENTS(rates); r++) {
		size_t i;
		json_t *rate;
		json_array_foreach (json_object_get(host, rates[r].key), i, rate) {
			g_autofree char *device = device_number(json_str(rate, "Path"), error);
			if (device == NULL)
				return false;
			g_autofree char *most = number(json_int(rate, "Rate"));
			add_limit(limits, "blkio", rates[r].v1_file, "io.max",
				g_strdup_printf("%s %s", device, most),
				g_strdup_printf("%s %s=%s", device, rates[r].v2_key,
					json_int(rate, "Rate") > 0 ? most : "max"),
				false);
		}
	}
	return true;
}

static GArray *limits_of(const json_t *host, GError **error)
{
	g_autoptr(GArray) limits = g_array_new(FALSE, FALSE, sizeof(Limit));
	g_array_set_clear_func(limits, limit_clear);
	add_memory(limits, host);
	add_cpu(limits, host);
	gint64 pids = json_int(host, "PidsLimit");
	if (json_is_integer(json_object_get(host, "PidsLimit")))
		add_limit(limits, "pids", "pids.max", "pids.max", number_or_max(pids),
			number_or_max(pids), false);
	return add_blkio(limits, host, error) ? g_steal_pointer(&limits) : NULL;
}

/* A container is put under these; cpuset only where it is asked for, as joining costs time. */
static bool wants_controller(const char *controller, const json_t *host)
{
	static const char *const always[] = {
		"memory", "cpu", "cpuacct", "pids", "devices", "freezer", "blkio", NULL};
	bool cpuset =
		*json_str(host, "CpusetCpus") != '\0' || *json_str(host, "CpusetMems") != '\0';
	return g_strv_contains(always, controller) || (cpuset && strcmp(controller, "cpuset") == 0);
}

/* Distinct folders of the container, one a hierarchy. */
static GPtrArray *folders(const CgroupLayout *layout, const char *path, const json_t *host)
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
		if (wants_controller(controller, host) &&
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

/* v2: a controller works below a cgroup only if each one above hands it down. */
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

/* v1: a new cpuset is empty and takes no process before it has cpus and memory nodes. */
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
	const json_t *host, GError **error)
{
	g_autoptr(GArray) rules = device_rules(host, error);
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
	if (json_bool(host, "Privileged"))
		return true;
	/* Without it every device node that comes into the container, made, mounted or in an image, could be used. */
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

bool cgroup_plan(const CgroupLayout *layout, Plan *plan, const char *path, const json_t *host,
	GError **error)
{
	g_autoptr(GArray) limits = limits_of(host, error);
	g_autoptr(GPtrArray) list = folders(layout, path, host);
	/* The engine's own parent is left for the next container. */
	int parents = *json_str(host, "CgroupParent") != '\0' ? PLAN_PARENTS : 0;
	if (limits == NULL)
		return false;
	if (layout->v2)
		hand_down(layout, plan, path, parents);
	for (guint i = 0; i < list->len; i++)
		plan_put(plan, PLAN_CGROUP_MAKE, 1, parents, list->pdata[i], NULL);
	if (!layout->v2 && wants_controller("cpuset", host))
		fill_cpuset(layout, plan, path, parents);
	for (guint i = 0; i < limits->len; i++) {
		Limit *limit = &g_array_index(limits, Limit, i);
		g_autofree char *file = limit_file(layout, path, limit);
		if (file != NULL)
			plan_put(plan, PLAN_CGROUP_WRITE, 1, limit->optional ? PLAN_OPTIONAL : 0,
				file, layout->v2 ? limit->v2_value : limit->v1_value, NULL);
	}
	if (!plan_devices(layout, plan, path, host, error))
		return false;
	Limit oom = {"memory", "memory.oom_control", "memory.events", (char *)"", (char *)"", true};
	g_autofree char *oom_file = limit_file(layout, path, &oom);
	if (oom_file != NULL)
		plan_put(plan, PLAN_CGROUP_OOM, 0, 0, oom_file, NULL);
	cgroup_plan_join(layout, plan, path, host);
	return true;
}

void cgroup_plan_join(const CgroupLayout *layout, Plan *plan, const char *path, const json_t *host)
{
	g_autoptr(GPtrArray) list = folders(layout, path, host);
	for (guint i = 0; i < list->len; i++)
		plan_put(plan, PLAN_CGROUP_JOIN, 1, layout->v2 ? PLAN_BORN_IN : 0, list->pdata[i],
			NULL);
}

bool cgroup_update(const CgroupLayout *layout, const char *path, const json_t *host, GError **error)
{
	g_autoptr(GArray) limits = limits_of(host, error);
	if (limits == NULL)
		return false;
	/* Raising memory above the old memory+swap limit, or lowering both, works in one order only: so
	 * what failed is tried once more after the others. */
	for (int round = 0; round < 2; round++)
		for (guint i = 0; i < limits->len; i++) {
			Limit *limit = &g_array_index(limits, Limit, i);
			g_autofree char *file = limit_file(layout, path, limit);
			const char *value = layout->v2 ? limit->v2_value : limit->v1_value;
			if (file != NULL && !file_put(file, value) && round == 1 &&
				!limit->optional)
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
	/* Each hierarchy that this host has holds all of them. */
	g_autoptr(GPtrArray) list = folders(layout, path, NULL);
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

/* What shims made above it for a parent that was asked for. */
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
	g_autoptr(json_t) everything = json_pack("{s:s}", "CpusetCpus", "0");
	g_autoptr(GPtrArray) list = folders(layout, path, everything);
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

void cgroup_plan_mounts(const CgroupLayout *layout, Plan *plan, const char *path,
	const json_t *host, bool own_namespace, bool writable)
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
		if (!wants_controller(controller, host) ||
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
