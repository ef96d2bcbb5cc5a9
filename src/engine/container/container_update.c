#include "engine/container/life.h"
#include "engine/container/spec.h"
#include "engine/network/ports.h"

#include "base/error.h"

#include <string.h>

/* The keys that /containers/{id}/update may change. */
static const char *const updatable[] = {"BlkioWeight", "BlkioWeightDevice", "BlkioDeviceReadBps",
	"BlkioDeviceWriteBps", "BlkioDeviceReadIOps", "BlkioDeviceWriteIOps", "CpuShares",
	"CpuPeriod", "CpuQuota", "CpuRealtimePeriod", "CpuRealtimeRuntime", "CpusetCpus",
	"CpusetMems", "Memory", "MemorySwap", "MemoryReservation", "NanoCpus", "PidsLimit", NULL};

/* Limits of single devices: a list replaces the one that there was, an empty one takes it away (API 1.55). */
static const struct {
	const char *key, *limit;
} device_limits[] = {{"BlkioWeightDevice", "Weight"}, {"BlkioDeviceReadBps", "Rate"},
	{"BlkioDeviceWriteBps", "Rate"}, {"BlkioDeviceReadIOps", "Rate"},
	{"BlkioDeviceWriteIOps", "Rate"}};

/* What cannot be changed, as it was said in another way before. */
static const struct {
	const char *key, *set;
	const char *words;
} conflicts[] = {
	{"CpuPeriod", "NanoCpus", "CPU Period cannot be updated as NanoCPUs has already been set"},
	{"CpuQuota", "NanoCpus", "CPU Quota cannot be updated as NanoCPUs has already been set"},
	{"NanoCpus", "CpuPeriod", "Nano CPUs cannot be updated as CPU Period has already been set"},
	{"NanoCpus", "CpuQuota", "Nano CPUs cannot be updated as CPU Quota has already been set"},
};

static bool says_nothing(const json_t *value)
{
	return json_is_integer(value)  ? json_integer_value(value) == 0
	       : json_is_string(value) ? *json_string_value(value) == '\0'
				       : json_array_size(value) == 0;
}

/* What changes. A limit of processes that is 0 takes away the one that there is. */
static json_t *delta_of(const json_t *changes)
{
	json_t *delta = json_object();
	for (int i = 0; updatable[i] != NULL; i++) {
		json_t *value = json_object_get(changes, updatable[i]);
		if (!says_nothing(value))
			json_object_set(delta, updatable[i], value);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(device_limits); i++) {
		json_t *list = json_object_get(changes, device_limits[i].key);
		if (json_is_array(list))
			json_object_set(delta, device_limits[i].key, list);
	}
	json_t *pids = json_object_get(changes, "PidsLimit");
	if (json_is_integer(pids) && json_integer_value(pids) <= 0)
		json_object_set_new(delta, "PidsLimit", json_integer(0));
	return delta;
}

static bool check_conflicts(const json_t *delta, bool policy, const json_t *host, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(conflicts); i++)
		if (json_object_get(delta, conflicts[i].key) != NULL &&
			json_int(host, conflicts[i].set) != 0)
			return fail(error, BERTH_ERROR_CONFLICT, "Conflicting options: %s",
				conflicts[i].words);
	if (json_object_get(delta, "Memory") != NULL &&
		json_object_get(delta, "MemorySwap") == NULL &&
		json_int(delta, "Memory") > json_int(host, "MemorySwap"))
		return fail(error, BERTH_ERROR_CONFLICT,
			"Memory limit should be smaller than already set memoryswap limit, update "
			"the memoryswap at the same time");
	gint64 swap = json_int(delta, "MemorySwap"),
	       memory = json_object_get(delta, "Memory") != NULL ? json_int(delta, "Memory")
								 : json_int(host, "Memory");
	if (swap > 0 && swap < memory)
		return fail(error, BERTH_ERROR_INVALID,
			"Minimum memoryswap limit should be larger than memory limit, see usage");
	if (policy && json_bool(host, "AutoRemove"))
		return fail(error, BERTH_ERROR_CONFLICT,
			"Restart policy cannot be updated because AutoRemove is enabled for the "
			"container");
	return true;
}

static bool has_device(const json_t *list, const char *path)
{
	size_t i;
	json_t *entry;
	json_array_foreach (list, i, entry)
		if (strcmp(json_str(entry, "Path"), path) == 0)
			return true;
	return false;
}

/* The kernel keeps a device's limit until it hears of another one: 0 is none. */
static void lift_old_limits(json_t *delta, const json_t *host)
{
	for (size_t i = 0; i < G_N_ELEMENTS(device_limits); i++) {
		const char *key = device_limits[i].key;
		json_t *wanted = json_object_get(delta, key), *entry;
		size_t n;
		if (wanted == NULL)
			continue;
		json_t *told = json_copy(wanted);
		json_array_foreach (json_object_get(host, key), n, entry)
			if (!has_device(wanted, json_str(entry, "Path")))
				json_array_append_new(told,
					json_pack("{s:s, s:i}", "Path", json_str(entry, "Path"),
						device_limits[i].limit, 0));
		json_object_set_new(delta, key, told);
	}
}

/* The kernel is told of both, as each bounds the other. */
static bool apply(Container *container, const Spec *spec, json_t *delta, GError **error)
{
	Engine *engine = container->engine;
	g_autofree char *cgroup = container_cgroup(container, spec);
	if (json_int(delta, "Memory") > 0 && json_object_get(delta, "MemorySwap") == NULL)
		json_object_set(delta, "MemorySwap", json_object_get(spec->host, "MemorySwap"));
	lift_old_limits(delta, spec->host);
	return !container_running(container) ||
	       cgroup_update(engine->cgroups, cgroup, delta, error);
}

bool container_update(Container *container, const json_t *changes, json_t *warnings, GError **error)
{
	Engine *engine = container->engine;
	g_autoptr(GMutexLocker) operation G_GNUC_UNUSED = g_mutex_locker_new(&container->operation);
	g_autoptr(Spec) old = container_spec(container, error);
	g_autoptr(json_t) spec = old != NULL ? json_deep_copy(old->json) : NULL;
	g_autoptr(json_t) delta = delta_of(changes);
	json_t *host = json_object_get(spec, "HostConfig"),
	       *asked = json_object_get(changes, "RestartPolicy");
	RestartPolicy policy;
	if (spec == NULL || !restart_policy_parse(changes, &policy, error) ||
		!spec_check_limits(engine, delta, true, warnings, error))
		return false;
	bool named = *json_str(asked, "Name") != '\0';
	bool ok = check_conflicts(delta, named, host, error);
	if (ok) {
		if (named)
			json_object_update(json_object_get(host, "RestartPolicy"), asked);
		json_object_update(host, delta);
		ok = apply(container, old, delta, error);
	}
	if (!ok) {
		g_prefix_error(error, "Cannot update container %s: ", container->row.id);
		return false;
	}
	if (!publish_change(container, spec, json_object_get(changes, "PublishAdd"),
		    json_object_get(changes, "PublishRm"), error) ||
		!container_change_spec(container, g_steal_pointer(&spec), error))
		return false;
	container_event(container, "update", NULL, NULL);
	return true;
}
