#include "base/lock.h"
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

/* Settings that cannot be changed if they were given in another form before. */
static const struct {
	size_t changed, set; /* of Limits */
	const char *words;
} conflicts[] = {
	{offsetof(Limits, cpu_period), offsetof(Limits, nano_cpus),
		"CPU Period cannot be updated as NanoCPUs has already been set"},
	{offsetof(Limits, cpu_quota), offsetof(Limits, nano_cpus),
		"CPU Quota cannot be updated as NanoCPUs has already been set"},
	{offsetof(Limits, nano_cpus), offsetof(Limits, cpu_period),
		"Nano CPUs cannot be updated as CPU Period has already been set"},
	{offsetof(Limits, nano_cpus), offsetof(Limits, cpu_quota),
		"Nano CPUs cannot be updated as CPU Quota has already been set"},
};

static bool says_nothing(const json_t *value)
{
	return json_is_integer(value)  ? json_integer_value(value) == 0
	       : json_is_string(value) ? *json_string_value(value) == '\0'
				       : json_array_size(value) == 0;
}

/* What an update cannot change is checked like what it can: the request as a whole is right or wrong. */
static bool check_request(
	const CgroupLayout *cgroups, const json_t *asked, json_t *warnings, GError **error)
{
	g_auto(Limits) limits = {0};
	limits_read(asked, &limits);
	if (json_int(asked, "IOMaximumIOps") != 0 || json_int(asked, "IOMaximumBandwidth") != 0)
		return fail(error, BERTH_ERROR_INVALID,
			"Invalid QoS settings: linux does not support Maximum IO Bandwidth or "
			"Maximum IO IOps");
	return limits_check(cgroups, &limits, true, warnings, error);
}

/* The changes as they are merged. A limit of 0 processes removes the limit; a list of device limits replaces the previous one,
 * and an empty one removes it (API 1.55). */
static json_t *delta_of(const json_t *changes)
{
	json_t *delta = json_object();
	for (int i = 0; updatable[i] != NULL; i++) {
		json_t *value = json_object_get(changes, updatable[i]);
		if (!says_nothing(value))
			json_object_set(delta, updatable[i], value);
	}
	for (int kind = 0; kind < DEVICE_LIMITS; kind++) {
		const char *key = device_limit_key((DeviceLimitKind)kind);
		json_t *list = json_object_get(changes, key);
		if (json_is_array(list))
			json_object_set(delta, key, list);
	}
	json_t *pids = json_object_get(changes, "PidsLimit");
	if (json_is_integer(pids) && json_integer_value(pids) <= 0)
		json_object_set_new(delta, "PidsLimit", json_integer(0));
	return delta;
}

static gint64 limit_at(const Limits *limits, size_t offset)
{
	return *(const gint64 *)(const void *)((const char *)limits + offset);
}

static bool check_conflicts(const Limits *limits, bool policy, const Spec *old, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(conflicts); i++)
		if (limit_at(limits, conflicts[i].changed) > 0 &&
			limit_at(&old->limits, conflicts[i].set) > 0)
			return fail(error, BERTH_ERROR_CONFLICT, "Conflicting options: %s",
				conflicts[i].words);
	gint64 swap = limits->memory_swap, memory = limits->memory;
	if (memory != 0 && swap == 0 && memory > old->limits.memory_swap)
		return fail(error, BERTH_ERROR_CONFLICT,
			"Memory limit should be smaller than already set memoryswap limit, update "
			"the memoryswap at the same time");
	if (swap > 0 && swap < (memory != 0 ? memory : old->limits.memory))
		return fail(error, BERTH_ERROR_INVALID,
			"Minimum memoryswap limit should be larger than memory limit, see usage");
	if (policy && old->auto_remove)
		return fail(error, BERTH_ERROR_CONFLICT,
			"Restart policy cannot be updated because AutoRemove is enabled for the "
			"container");
	return true;
}

/* Memory and swap are written together, as each bounds the other. */
static bool apply(Container *container, const Spec *spec, Limits *limits, GError **error)
{
	lock_held(&container->operation);
	Engine *engine = container->engine;
	g_autofree char *cgroup = container_cgroup(container, spec);
	if (limits->memory > 0 && limits->memory_swap == 0)
		limits->memory_swap = spec->limits.memory_swap;
	limits_lift(limits, &spec->limits);
	if (!container_running(container))
		return true;
	return (!limits_want_cpuset(limits) ||
		       cgroup_join_cpuset(engine->cgroups, cgroup, error)) &&
	       cgroup_update(engine->cgroups, cgroup, limits, error);
}

bool container_update(Container *container, const json_t *changes, json_t *warnings, GError **error)
{
	Engine *engine = container->engine;
	g_autoptr(GMutexLocker) operation G_GNUC_UNUSED = g_mutex_locker_new(&container->operation);
	g_autoptr(Spec) old = container_spec(container, error);
	g_autoptr(json_t) spec = old != NULL ? json_deep_copy(old->json) : NULL;
	g_autoptr(json_t) possible = json_copy((json_t *)changes);
	limits_discard(engine->cgroups, possible, true, warnings);
	g_autoptr(json_t) delta = delta_of(possible);
	g_auto(Limits) limits = {0};
	limits_read(delta, &limits);
	json_t *host = json_object_get(spec, "HostConfig"),
	       *asked = json_object_get(changes, "RestartPolicy");
	RestartPolicy policy;
	bool named = *json_str(asked, "Name") != '\0';
	/* Without a name it is no change, whatever else it says. */
	if (spec == NULL || (named && !restart_policy_parse(changes, &policy, error)) ||
		!check_request(engine->cgroups, possible, warnings, error))
		return false;
	bool ok = check_conflicts(&limits, named, old, error);
	if (ok) {
		if (named)
			json_object_update(json_object_get(host, "RestartPolicy"), asked);
		json_object_update(host, delta);
		ok = apply(container, old, &limits, error);
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
