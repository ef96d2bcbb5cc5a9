/* Limits of a container: whether they are valid, and whether this host has them. */
#include "engine/container/spec.h"

#include "base/error.h"
#include "base/number.h"

#include <string.h>

enum { MIN_MEMORY = 6 << 20, MIN_CPU_QUOTA = 1000, MIN_PERIOD = 1000, MAX_PERIOD = 1000000 };

/* The limits, and Docker's warnings where this host lacks one. */
static const struct {
	const char *key, *can, *what;
} kinds[] = {{"Memory", "MemoryLimit",
		     "memory limit capabilities or the cgroup is not mounted. Limitation "
		     "discarded."},
	{"MemorySwap", "SwapLimit",
		"swap limit capabilities or the cgroup is not mounted. Memory limited "
		"without swap."},
	{"PidsLimit", "PidsLimit",
		"PIDs limit capabilities or the cgroup is not mounted. PIDs limit "
		"discarded."},
	{"CpuShares", "CPUShares", "CPU shares or the cgroup is not mounted. Shares discarded."},
	{"CpuQuota", "CpuCfsQuota", "CPU CFS quota or the cgroup is not mounted. Quota discarded."},
	{"NanoCpus", "CpuCfsQuota", "CPU CFS quota or the cgroup is not mounted. Quota discarded."},
	{"CpusetCpus", "CPUSet", "cpuset or the cgroup is not mounted. Cpuset discarded."},
	{"BlkioWeight", "BlkioWeight",
		"Block I/O weight or the cgroup is not mounted. Weight discarded."},
	{"BlkioWeightDevice", "BlkioWeightDevice",
		"Block I/O weight_device or the cgroup is not mounted. Weight-device "
		"discarded."},
	{"BlkioDeviceReadBps", "BlkioReadBps",
		"BPS Block I/O read limit or the cgroup is not mounted. Block I/O BPS read "
		"limit discarded."},
	{"BlkioDeviceWriteBps", "BlkioWriteBps",
		"BPS Block I/O write limit or the cgroup is not mounted. Block I/O BPS "
		"write "
		"limit discarded."},
	{"BlkioDeviceReadIOps", "BlkioReadIOps",
		"IOPS Block read limit or the cgroup is not mounted. Block I/O IOPS read "
		"limit "
		"discarded."},
	{"BlkioDeviceWriteIOps", "BlkioWriteIOps",
		"IOPS Block write limit or the cgroup is not mounted. Block I/O IOPS write "
		"limit "
		"discarded."},
	{"MemoryReservation", "MemoryReservation",
		"memory soft limit capabilities or the cgroup is not mounted. Limitation "
		"discarded."},
	{"CpuPeriod", "CpuCfsPeriod",
		"CPU CFS period or the cgroup is not mounted. Period discarded."},
	{"CpusetMems", "CPUSet", "cpuset or the cgroup is not mounted. Cpuset discarded."},
	{"MemorySwappiness", "MemorySwappiness",
		"memory swappiness capabilities or the cgroup is not mounted. Memory "
		"swappiness "
		"discarded."},
	{"OomKillDisable", "OomKillDisable", "OomKillDisable. OomKillDisable discarded."},
	{"KernelMemory", "KernelMemory",
		"kernel memory limit capabilities or the cgroup is not mounted. Limitation "
		"discarded."},
	{"KernelMemoryTCP", "KernelMemoryTCP",
		"kernel memory TCP limit capabilities or the cgroup is not mounted. Limitation "
		"discarded."}};

static bool check_memory(const Limits *limits, bool update, GError **error)
{
	gint64 memory = limits->memory, swap = limits->memory_swap;
	gint64 reservation = limits->memory_reservation;
	if (memory != 0 && memory < MIN_MEMORY)
		return fail(error, BERTH_ERROR_INVALID, "Minimum memory limit allowed is 6MB");
	if (memory > 0 && swap > 0 && swap < memory)
		return fail(error, BERTH_ERROR_INVALID,
			"Minimum memoryswap limit should be larger than memory limit, see usage");
	if (memory == 0 && swap > 0 && !update)
		return fail(error, BERTH_ERROR_INVALID,
			"You should always set the Memory limit when using Memoryswap limit, see "
			"usage");
	if (reservation > 0 && reservation < MIN_MEMORY)
		return fail(
			error, BERTH_ERROR_INVALID, "Minimum memory reservation allowed is 6MB");
	if (memory > 0 && reservation > memory)
		return fail(error, BERTH_ERROR_INVALID,
			"Minimum memory limit can not be less than memory reservation limit, see "
			"usage");
	if (limits->swappiness < -1 || limits->swappiness > 100)
		return fail(error, BERTH_ERROR_INVALID,
			"Invalid value: %" G_GINT64_FORMAT
			", valid memory swappiness range is 0-100",
			limits->swappiness);
	return true;
}

static bool check_cpu(const Limits *limits, GError **error)
{
	gint64 nano = limits->nano_cpus, period = limits->cpu_period, quota = limits->cpu_quota;
	guint cpus = g_get_num_processors();
	if (limits->cpu_shares < 0)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid CPU shares (%" G_GINT64_FORMAT
			"): value must be a positive integer",
			limits->cpu_shares);
	if (nano > 0 && (period > 0 || quota > 0))
		return fail(error, BERTH_ERROR_INVALID,
			"Conflicting options: Nano CPUs and CPU %s cannot both be set",
			period > 0 ? "Period" : "Quota");
	if (nano < 0 || nano > (gint64)cpus * 1000000000)
		return fail(error, BERTH_ERROR_INVALID,
			"range of CPUs is from 0.01 to %u.00, as there are only %u CPUs available",
			cpus, cpus);
	if (period != 0 && (period < MIN_PERIOD || period > MAX_PERIOD))
		return fail(error, BERTH_ERROR_INVALID,
			"CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s "
			"(i.e. 1000000)");
	if (quota > 0 && quota < MIN_CPU_QUOTA)
		return fail(error, BERTH_ERROR_INVALID,
			"CPU cfs quota can not be less than 1ms (i.e. 1000)");
	return true;
}

/* Parses "0-3,5": numbers and ascending ranges. False if it is malformed, with *high the number where one is too
 * great. */
static bool cpuset_parse(const char *text, guint64 *high)
{
	g_auto(GStrv) parts = g_strsplit(text, ",", -1);
	*high = 0;
	for (int i = 0; parts[i] != NULL; i++) {
		g_auto(GStrv) ends = g_strsplit(parts[i], "-", 2);
		gint64 first, last;
		if (number_parse(ends[0] != NULL ? ends[0] : "", 10, &first) != NULL || first < 0)
			return false;
		last = first;
		if (ends[1] != NULL && (number_parse(ends[1], 10, &last) != NULL || last < first))
			return false;
		*high = MAX(*high, (guint64)last);
	}
	return true;
}

/* The memory nodes of this host, as the kernel writes them; node 0 where the kernel does not list any. */
static char *memory_nodes(guint64 *high)
{
	char *text = NULL;
	if (!g_file_get_contents("/sys/devices/system/node/has_memory", &text, NULL, NULL) ||
		*g_strchomp(text) == '\0' || !cpuset_parse(text, high)) {
		g_free(text);
		*high = 0;
		return g_strdup("0");
	}
	return text;
}

static bool cpuset_check(const char *text, const char *what, GError **error)
{
	enum { MOST = 8192 };
	guint64 high;
	if (*text == '\0')
		return true;
	if (!cpuset_parse(text, &high))
		return fail(error, BERTH_ERROR_INVALID,
			"Invalid value %s for cpuset %s: invalid format: %s", text, what, text);
	if (high >= MOST)
		return fail(error, BERTH_ERROR_INVALID,
			"Invalid value %s for cpuset %s: value of out range, maximum is %d", text,
			what, MOST);
	if (strcmp(what, "cpus") == 0 && high >= g_get_num_processors())
		return fail(error, BERTH_ERROR_INVALID,
			"Requested CPUs are not available - requested %s, available: 0-%u", text,
			g_get_num_processors() - 1);
	guint64 last_node;
	g_autofree char *nodes = memory_nodes(&last_node);
	if (strcmp(what, "mems") == 0 && high > last_node)
		return fail(error, BERTH_ERROR_INVALID,
			"Requested memory nodes are not available - requested %s, available: %s",
			text, nodes);
	return true;
}

static json_t *nothing_for(const char *key, const json_t *value)
{
	static const char *const nullable[] = {
		"PidsLimit", "MemorySwappiness", "OomKillDisable", NULL};
	return g_strv_contains(nullable, key)	? json_null()
	       : strcmp(key, "MemorySwap") == 0 ? json_integer(-1)
	       : json_is_array(value)		? json_array()
	       : json_is_string(value)		? json_string("")
						: json_integer(0);
}

/* A limit of Docker's on Windows. */
static void discard_percent(json_t *host, json_t *warnings)
{
	if (json_int(host, "CpuPercent") <= 0)
		return;
	json_array_append_new(
		warnings, json_string("linux does not support CPU percent. Percent discarded."));
	json_object_set_new(host, "CpuPercent", json_integer(0));
}

void limits_discard(const CgroupLayout *cgroups, json_t *host, bool update, json_t *warnings)
{
	discard_percent(host, warnings);
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		const json_t *value = json_object_get(host, kinds[i].key);
		bool asked = json_int(host, kinds[i].key) > 0 || json_is_true(value) ||
			     json_filled(value);
		if (!asked || cgroup_can(cgroups, kinds[i].can))
			continue;
		g_autofree char *text =
			g_strconcat("Your kernel does not support ", kinds[i].what, NULL);
		json_array_append_new(warnings, json_string(text));
		if (update)
			json_object_del(host, kinds[i].key);
		else
			json_object_set_new(host, kinds[i].key, nothing_for(kinds[i].key, value));
	}
}

bool limits_check(const CgroupLayout *cgroups, const Limits *limits, bool update, json_t *warnings,
	GError **error)
{
	if (!check_memory(limits, update, error) || !check_cpu(limits, error) ||
		!cpuset_check(limits->cpus, "cpus", error) ||
		!cpuset_check(limits->mems, "mems", error))
		return false;
	if (limits->weight != 0 && (limits->weight < 10 || limits->weight > 1000))
		return fail(error, BERTH_ERROR_INVALID, "Range of blkio weight is from 10 to 1000");
	if ((limits->rt_period != 0 || limits->rt_runtime != 0) &&
		!cgroup_can(cgroups, "CpuRealtime"))
		return fail(error, BERTH_ERROR_INVALID,
			"kernel does not support CPU real-time scheduler");
	if (!update && limits->rt_period != 0 && limits->rt_runtime != 0 &&
		limits->rt_runtime > limits->rt_period)
		return fail(error, BERTH_ERROR_INVALID,
			"cpu real-time runtime cannot be higher than cpu real-time period");
	if (limits->oom_kill_disable && limits->memory == 0)
		json_array_append_new(warnings,
			json_string("OOM killer is disabled for the container, but no memory limit "
				    "is set, this can result in the system running out of "
				    "resources."));
	return true;
}
