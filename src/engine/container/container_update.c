#include "engine/container/life.h"
#include "engine/container/spec.h"
#include "engine/network/ports.h"

#include "base/error.h"

#include <string.h>

/* The keys that /containers/{id}/update may change. */
static const char *const updatable[] = {"BlkioWeight", "CpuShares", "CpuPeriod", "CpuQuota",
	"CpuRealtimePeriod", "CpuRealtimeRuntime", "CpusetCpus", "CpusetMems", "Memory",
	"MemorySwap", "MemoryReservation", "NanoCpus", "PidsLimit", NULL};

static bool is_zero(const json_t *value)
{
	return value == NULL || json_is_null(value) ||
	       (json_is_integer(value) && json_integer_value(value) == 0) ||
	       (json_is_string(value) && *json_string_value(value) == '\0');
}

bool container_update(Container *container, const json_t *changes, json_t *warnings, GError **error)
{
	Engine *engine = container->engine;
	g_autoptr(GMutexLocker) operation G_GNUC_UNUSED = g_mutex_locker_new(&container->operation);
	g_autoptr(json_t) old = container_spec(container, error), spec = json_deep_copy(old);
	json_t *host = json_object_get(spec, "HostConfig"),
	       *policy = json_object_get(changes, "RestartPolicy");
	g_autoptr(json_t) delta = json_object();
	gint64 old_swap = json_int(host, "MemorySwap");
	if (spec == NULL)
		return false;
	for (int i = 0; updatable[i] != NULL; i++) {
		json_t *value = json_object_get(changes, updatable[i]);
		if (is_zero(value))
			continue;
		json_object_set(host, updatable[i], value);
		json_object_set(delta, updatable[i], value);
	}
	if (json_int(delta, "Memory") > 0 && json_object_get(delta, "MemorySwap") == NULL &&
		old_swap > 0) {
		if (json_int(delta, "Memory") > old_swap)
			return fail(error, BERTH_ERROR_INVALID,
				"Memory limit should be smaller than already set memoryswap"
				" limit, update the memoryswap at the same time");
		json_object_set_new(delta, "MemorySwap", json_integer(old_swap));
	}
	if (*json_str(policy, "Name") != '\0')
		json_object_set(host, "RestartPolicy", policy);
	if (!spec_check_restart(host, error) || !spec_check_limits(engine, host, warnings, error))
		return false;
	g_autofree char *cgroup = container_cgroup(container, host);
	if (container_running(container) && !cgroup_update(engine->cgroups, cgroup, delta, error)) {
		g_prefix_error(error, "Cannot update container %s: ", container->row.id);
		return false;
	}
	if (!publish_change(container, spec, json_object_get(changes, "PublishAdd"),
		    json_object_get(changes, "PublishRm"), error))
		return false;
	if (!container_set_spec(container, spec, error))
		return false;
	container_event(container, "update", NULL, NULL);
	return true;
}
