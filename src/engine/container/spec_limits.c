/* Limits of a container: whether they mean something, and whether this host has them. */
#include "engine/container/spec.h"

#include "base/error.h"

#include <string.h>

enum { MIN_MEMORY = 6 << 20, MIN_CPU_QUOTA = 1000, MIN_PERIOD = 1000, MAX_PERIOD = 1000000 };

/* What can be asked for, and what is said where this host has it not, in Docker's words. */
static const struct {
	const char *key, *can, *what;
} limits[] = {{"Memory", "MemoryLimit",
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

static bool check_memory(const json_t *host, bool update, GError **error)
{
	gint64 memory = json_int(host, "Memory"), swap = json_int(host, "MemorySwap");
	gint64 reservation = json_int(host, "MemoryReservation");
	json_t *swappiness = json_object_get(host, "MemorySwappiness");
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
	if (json_is_integer(swappiness) &&
		(json_integer_value(swappiness) < -1 || json_integer_value(swappiness) > 100))
		return fail(error, BERTH_ERROR_INVALID,
			"Invalid value: %d, valid memory swappiness range is 0-100",
			(int)json_integer_value(swappiness));
	return true;
}

static bool check_cpu(const json_t *host, GError **error)
{
	gint64 nano = json_int(host, "NanoCpus"), period = json_int(host, "CpuPeriod");
	gint64 quota = json_int(host, "CpuQuota");
	guint cpus = g_get_num_processors();
	if (json_int(host, "CpuShares") < 0)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid CPU shares (%" G_GINT64_FORMAT
			"): value must be a positive integer",
			json_int(host, "CpuShares"));
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

/* What cannot be had is not asked for any more, and the client hears of it. */
static void discard_unsupported(
	const CgroupLayout *cgroups, json_t *host, bool update, json_t *warnings)
{
	for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
		const json_t *value = json_object_get(host, limits[i].key);
		bool asked = json_int(host, limits[i].key) > 0 || json_is_true(value) ||
			     json_filled(value);
		if (!asked || cgroup_can(cgroups, limits[i].can))
			continue;
		g_autofree char *text =
			g_strconcat("Your kernel does not support ", limits[i].what, NULL);
		json_array_append_new(warnings, json_string(text));
		if (update)
			json_object_del(host, limits[i].key);
		else
			json_object_set_new(host, limits[i].key, nothing_for(limits[i].key, value));
	}
}

bool spec_check_limits(Engine *engine, json_t *host, bool update, json_t *warnings, GError **error)
{
	discard_unsupported(engine->cgroups, host, update, warnings);
	gint64 weight = json_int(host, "BlkioWeight");
	if (!check_memory(host, update, error) || !check_cpu(host, error) ||
		!spec_check_cpusets(host, error))
		return false;
	if (weight != 0 && (weight < 10 || weight > 1000))
		return fail(error, BERTH_ERROR_INVALID, "Range of blkio weight is from 10 to 1000");
	if ((json_int(host, "CpuRealtimePeriod") != 0 ||
		    json_int(host, "CpuRealtimeRuntime") != 0) &&
		!cgroup_can(engine->cgroups, "CpuRealtime"))
		return fail(error, BERTH_ERROR_INVALID,
			"Your kernel does not support CPU real-time scheduler");
	if (json_bool(host, "OomKillDisable") && json_int(host, "Memory") == 0)
		json_array_append_new(warnings,
			json_string("OOM killer is disabled for the container, but no memory limit "
				    "is set, this can result in the system running out of "
				    "resources."));
	return true;
}
