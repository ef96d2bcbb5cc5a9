#include "runtime/limits.h"

#include <string.h>

static const struct {
	const char *key;
	size_t offset;
} numbers[] = {{"Memory", offsetof(Limits, memory)}, {"MemorySwap", offsetof(Limits, memory_swap)},
	{"MemoryReservation", offsetof(Limits, memory_reservation)},
	{"CpuShares", offsetof(Limits, cpu_shares)}, {"NanoCpus", offsetof(Limits, nano_cpus)},
	{"CpuPeriod", offsetof(Limits, cpu_period)}, {"CpuQuota", offsetof(Limits, cpu_quota)},
	{"CpuRealtimePeriod", offsetof(Limits, rt_period)},
	{"CpuRealtimeRuntime", offsetof(Limits, rt_runtime)}, {"PidsLimit", offsetof(Limits, pids)},
	{"BlkioWeight", offsetof(Limits, weight)}};

static const struct {
	const char *key, *value;
} lists[DEVICE_LIMITS] = {[DEVICE_WEIGHT] = {"BlkioWeightDevice", "Weight"},
	[DEVICE_READ_BYTES] = {"BlkioDeviceReadBps", "Rate"},
	[DEVICE_WRITE_BYTES] = {"BlkioDeviceWriteBps", "Rate"},
	[DEVICE_READ_OPERATIONS] = {"BlkioDeviceReadIOps", "Rate"},
	[DEVICE_WRITE_OPERATIONS] = {"BlkioDeviceWriteIOps", "Rate"}};

const char *device_limit_key(DeviceLimitKind kind)
{
	return lists[kind].key;
}

static GArray *devices_read(const json_t *host, DeviceLimitKind kind)
{
	const json_t *list = json_object_get(host, lists[kind].key), *entry;
	if (!json_is_array(list))
		return NULL;
	GArray *devices = g_array_new(FALSE, FALSE, sizeof(DeviceLimit));
	size_t i;
	json_array_foreach (list, i, entry) {
		DeviceLimit device = {json_str(entry, "Path"), json_int(entry, lists[kind].value)};
		g_array_append_val(devices, device);
	}
	return devices;
}

void limits_read(const json_t *host, Limits *limits)
{
	const json_t *swappiness = json_object_get(host, "MemorySwappiness");
	*limits = (Limits){
		.swappiness = json_is_integer(swappiness) ? json_integer_value(swappiness) : -1,
		.oom_kill_disable = json_bool(host, "OomKillDisable"),
		.cpus = json_str(host, "CpusetCpus"),
		.mems = json_str(host, "CpusetMems"),
		.pids_said = json_is_integer(json_object_get(host, "PidsLimit"))};
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		*(gint64 *)(void *)((char *)limits + numbers[i].offset) =
			json_int(host, numbers[i].key);
	for (int kind = 0; kind < DEVICE_LIMITS; kind++)
		limits->devices[kind] = devices_read(host, (DeviceLimitKind)kind);
}

static bool devices_have(const GArray *devices, const char *path)
{
	for (guint i = 0; i < devices->len; i++)
		if (strcmp(g_array_index(devices, DeviceLimit, i).path, path) == 0)
			return true;
	return false;
}

void limits_lift(Limits *limits, const Limits *old)
{
	for (int kind = 0; kind < DEVICE_LIMITS; kind++) {
		GArray *now = limits->devices[kind], *before = old->devices[kind];
		for (guint i = 0; now != NULL && before != NULL && i < before->len; i++) {
			DeviceLimit none = {g_array_index(before, DeviceLimit, i).path, 0};
			if (!devices_have(now, none.path))
				g_array_append_val(now, none);
		}
	}
}

bool limits_want_cpuset(const Limits *limits)
{
	return *limits->cpus != '\0' || *limits->mems != '\0';
}

void limits_clear(Limits *limits)
{
	for (int kind = 0; kind < DEVICE_LIMITS; kind++)
		g_clear_pointer(&limits->devices[kind], g_array_unref);
}
