/* The engine's state for debugging a running engine: GET /debug/state, SIGUSR1. It waits for no lock for long, since
 * the fault may be a lock that is never released. */
#include "engine/engine.h"
#include "engine/network/endpoint.h"
#include "engine/shim/shim.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/lock.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <string.h>

enum { PATIENCE_MS = 1000, TRY_MS = 10, PROC_LIMIT = 4096 };

static bool lock_soon(GMutex *lock)
{
	for (int waited = 0; waited < PATIENCE_MS; waited += TRY_MS) {
		if (g_mutex_trylock(lock))
			return true;
		g_usleep(TRY_MS * 1000);
	}
	return false;
}

/* Whether the lock is "free" or "held" at this moment. */
static json_t *lock_state(GMutex *lock)
{
	bool is_free = g_mutex_trylock(lock);
	if (is_free)
		g_mutex_unlock(lock);
	return json_string(is_free ? "free" : "held");
}

static char *task_file(const char *task, const char *name)
{
	g_autofree char *path = g_build_filename("/proc/self/task", task, name, NULL);
	char *text = file_read(path, PROC_LIMIT);
	return text != NULL ? g_strchomp(text) : g_strdup("");
}

/* Each thread with its wait channel in the kernel ("0": it runs). */
static json_t *threads(void)
{
	json_t *list = json_array();
	g_autoptr(GDir) tasks = g_dir_open("/proc/self/task", 0, NULL);
	const char *task;
	while (tasks != NULL && (task = g_dir_read_name(tasks)) != NULL) {
		g_autofree char *name = task_file(task, "comm"), *waits = task_file(task, "wchan");
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s}", "Id", task, "Name", name, "WaitsIn", waits));
	}
	return list;
}

static gint64 descriptors(void)
{
	g_autoptr(GDir) folder = g_dir_open("/proc/self/fd", 0, NULL);
	gint64 count = 0;
	while (folder != NULL && g_dir_read_name(folder) != NULL)
		count++;
	return count;
}

/* The engine's lock is held. */
static json_t *container_state(Container *container)
{
	lock_held(&container->engine->lock);
	const ContainerRow *row = &container->row;
	return json_pack("{s:s, s:s, s:s, s:i, s:i, s:o, s:i}", "Id", row->id, "Name", row->name,
		"Status", status_names[row->status], "Pid", (int)row->pid, "ShimPid",
		container->link != NULL ? (int)shim_link_pid(container->link) : 0, "Operation",
		lock_state(&container->operation), "Execs", (int)container->exec_ids->len);
}

static json_t *containers(Engine *engine)
{
	GHashTableIter iter;
	gpointer container;
	if (!lock_soon(&engine->lock))
		return json_null();
	json_t *list = json_array();
	g_hash_table_iter_init(&iter, engine->containers);
	while (g_hash_table_iter_next(&iter, NULL, &container))
		json_array_append_new(list, container_state(container));
	g_mutex_unlock(&engine->lock);
	return list;
}

static json_t *addresses(const Endpoint *endpoint)
{
	g_autofree char *v4 = address_text(&endpoint->address),
			*v6 = address_text(&endpoint->address6);
	return json_pack("[s, s]", v4, v6);
}

/* network_lock is held: each network's members with their addresses. */
static json_t *network_state(Engine *engine, const Network *network)
{
	lock_held(&engine->network_lock);
	json_t *members = json_object();
	GHashTableIter iter;
	gpointer id, endpoint;
	g_hash_table_iter_init(&iter, network->members);
	while (g_hash_table_iter_next(&iter, &id, &endpoint))
		json_object_set_new(members, id, addresses(endpoint));
	return json_pack("{s:s, s:s, s:s, s:b, s:o}", "Id", network->id, "Name", network->name,
		"Bridge", network->bridge != NULL ? network->bridge : "", "Realised",
		network->realised, "Endpoints", members);
}

static json_t *networks(Engine *engine)
{
	if (!lock_soon(&engine->network_lock))
		return json_null();
	json_t *list = json_array();
	for (guint i = 0; i < engine->networks->len; i++)
		json_array_append_new(list, network_state(engine, engine->networks->pdata[i]));
	g_mutex_unlock(&engine->network_lock);
	return list;
}

json_t *engine_state(Engine *engine)
{
	return json_pack("{s:{s:o, s:o}, s:o, s:I, s:o, s:o}", "Locks", "engine",
		lock_state(&engine->lock), "network", lock_state(&engine->network_lock), "Threads",
		threads(), "Descriptors", (json_int_t)descriptors(), "Containers",
		containers(engine), "Networks", networks(engine));
}

char *engine_state_write(Engine *engine, GError **error)
{
	g_autoptr(json_t) state = engine_state(engine);
	g_autofree char *text = json_text(state), *time = time_format(time_now()),
			*path = g_strdup_printf(
				"%s/state-%s.json", engine->config->exec_root, time);
	return file_replace(path, text, strlen(text), 0600, false, error) ? g_steal_pointer(&path)
									  : NULL;
}
