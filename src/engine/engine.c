#include "engine/engine.h"
#include "engine/container_policy.h"
#include "engine/network/endpoint.h"
#include "engine/object/exec.h"
#include "engine/shim/shim.h"
#include "engine/transfer/pull_push.h"
#include "engine/volume/volume.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/timefmt.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>

enum { MOUNTINFO_LIMIT = 8 << 20 };

/* The id of this installation, generated once: twelve groups of four characters, as Docker's. */
static char *installation_id(Store *store)
{
	char *known = fact_get(store, "engine-id");
	if (known != NULL)
		return known;
	g_autoptr(GString) id = g_string_new("");
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	for (int i = 0; i < 48; i++)
		g_string_append_printf(id, "%s%c", i > 0 && i % 4 == 0 ? ":" : "",
			letters[g_random_int_range(0, (gint32)sizeof letters - 1)]);
	fact_set(store, "engine-id", id->str, NULL);
	return g_string_free(g_steal_pointer(&id), FALSE);
}

const char insecure_api_warning[] = "WARNING: the API is open to everybody who can reach its TCP "
				    "address (allow-insecure-api)";

/* What this host lacks is logged once, at the start, and listed in /info; everything else works. */
static void note_missing(Engine *engine)
{
	static const char *const limits[][2] = {{"MemoryLimit", "No memory limit support"},
		{"SwapLimit", "No swap limit support"}, {"CpuCfsQuota", "No cpu cfs quota support"},
		{"CPUShares", "No cpu shares support"}, {"CPUSet", "No cpuset support"},
		{"PidsLimit", "No pids limit support"}};
	enum { CAP_SYS_RESOURCE = 24 };
	for (size_t i = 0; i < G_N_ELEMENTS(limits); i++)
		if (!cgroup_can(engine->cgroups, limits[i][0]))
			g_ptr_array_add(
				engine->warnings, g_strdup_printf("WARNING: %s", limits[i][1]));
	if (!engine->cgroups->v2 && !cgroup_can(engine->cgroups, "Devices"))
		g_ptr_array_add(
			engine->warnings, g_strdup("WARNING: No devices cgroup support: the "
						   "devices of containers cannot be "
						   "limited, so only privileged ones can start"));
	g_autofree char *status = file_read("/proc/self/status", 65536);
	const char *caps = status != NULL ? strstr(status, "CapEff:\t") : NULL;
	if (caps != NULL &&
		(g_ascii_strtoull(caps + 8, NULL, 16) & (1ULL << CAP_SYS_RESOURCE)) == 0)
		g_ptr_array_add(engine->warnings,
			g_strdup("WARNING: CAP_SYS_RESOURCE is missing: limits above the"
				 " engine's own cannot be raised for containers"));
	if (engine->config->allow_insecure_api)
		g_ptr_array_add(engine->warnings, g_strdup(insecure_api_warning));
	for (guint i = 0; i < engine->warnings->len; i++)
		log_warn("%s", (char *)engine->warnings->pdata[i] + strlen("WARNING: "));
}

Engine *engine_new(Config *config, GError **error)
{
	Engine *engine = g_new0(Engine, 1);
	g_autofree char *mountinfo = file_read("/proc/self/mountinfo", MOUNTINFO_LIMIT);
	engine->config = config;
	engine->started = time_now();
	engine->epoll_fd = engine->shim_fd = -1;
	g_mutex_init(&engine->lock);
	engine->containers = g_hash_table_new_full(
		g_str_hash, g_str_equal, NULL, (GDestroyNotify)container_unref);
	engine->names = g_hash_table_new(g_str_hash, g_str_equal);
	engine->levels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	engine->execs =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)exec_unref);
	engine->volume_holds = volume_holds_new();
	engine->linking = g_ptr_array_new_with_free_func((GDestroyNotify)container_unref);
	engine->warnings = g_ptr_array_new_with_free_func(g_free);
	engine_later_init(engine);
	engine->cgroups = cgroup_layout_parse(mountinfo != NULL ? mountinfo : "");
	if (g_mkdir_with_parents(config->exec_root, 0711) < 0) {
		fail_errno(error, "cannot make %s", config->exec_root);
		return NULL;
	}
	engine->store = store_open(config->data_root, error);
	if (engine->store == NULL || !shim_copy(engine, error))
		return NULL;
	engine->registries = registries_new(engine);
	engine->id = installation_id(engine->store);
	if (!networks_open(engine, error))
		return NULL;
	engine->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	note_missing(engine);
	shim_monitor_start(engine, &container_shim_events);
	container_restore_all(engine);
	g_autoptr(GError) problem = NULL;
	if (!networks_resume(engine, &problem))
		log_warn("published ports may be missing: %s", problem->message);
	endpoints_finish(engine);
	return engine;
}

void engine_free(Engine *engine)
{
	/* Threads may still be running, so only what must reach the disk is finished. The process ends right after
	 * this. */
	db_sync(engine->store->db, NULL);
}
