/* Containers at the start of the engine: still running, ended meanwhile, or lost with the host. */
#include "engine/container/labels.h"
#include "engine/container/life.h"
#include "engine/container_policy.h"
#include "engine/network/endpoint.h"
#include "engine/network/names.h"
#include "engine/process/health.h"
#include "engine/volume/volume.h"

#include "base/fd.h"
#include "base/log.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* "code oom time": the exit file, which a shim writes when no engine is connected. */
static bool read_exit_file(Container *container, int *code, int *oom, gint64 *time)
{
	g_autofree char *folder = container_folder(container),
			*path = g_build_filename(folder, "exit", NULL);
	g_autofree char *written = file_read(path, 256);
	/* On a full disk the exit file is a symbolic link, whose target needs no block. */
	g_autofree char *text =
		written != NULL ? g_steal_pointer(&written) : g_file_read_link(path, NULL);
	long long when;
	if (text == NULL || sscanf(text, "%d %d %lld", code, oom, &when) != 3)
		return false;
	*time = when;
	return true;
}

static void start_anew(Container *container)
{
	g_autoptr(GError) error = NULL;
	if (!container_start(container, &error))
		log_warn("container %s could not be started again: %s", container->row.id,
			error->message);
}

/* The engine was killed after its shim had made a process and before the row said so: no client has had an answer, so
 * the start is undone, exit file included. networks_resume releases its endpoints. */
static void forget_start(Container *container)
{
	Engine *engine = container->engine;
	g_autofree char *exit_file = g_build_filename(container->row.id, "exit", NULL),
			*folder = g_build_filename(
				engine->config->exec_root, container->row.id, NULL);
	if (access(folder, F_OK) == 0) {
		shim_end(engine, container->row.id);
		exec_folder_remove(engine, container->row.id);
		unlinkat(engine->store->containers_fd, exit_file, 0);
	}
}

/* Restores one container: still running, ended meanwhile, or lost with the host. */
static void restore(Container *container)
{
	int code, oom;
	gint64 time;
	Status status = (Status)container->row.status;
	g_autoptr(Spec) spec = container_spec_or_none(container);
	links_remember(container, spec);
	labels_remember(container->engine, spec);
	if (status != STATUS_RUNNING && status != STATUS_PAUSED)
		forget_start(container);
	bool ended = status == STATUS_EXITED || status == STATUS_CREATED;
	if (status == STATUS_REMOVING || (ended && spec->auto_remove)) {
		engine_later(container, container_remove_now);
	} else if (status == STATUS_RESTARTING) {
		engine_later(container, container_restart_later);
	} else if (status == STATUS_RUNNING || status == STATUS_PAUSED) {
		endpoints_restore(container);
		if (read_exit_file(container, &code, &oom, &time)) {
			container_exited(container, code, oom != 0, time, "");
			exec_folder_remove(container->engine, container->row.id);
		} else if (!shim_reconnect(container)) {
			container_end_processes(container);
			container_exited(container, 255, false, time_now(),
				"the container ended with its host or shim");
			exec_folder_remove(container->engine, container->row.id);
		} else {
			health_begin(container);
		}
	} else if (status == STATUS_EXITED &&
		   restart_policy_resumes(&spec->restart, container->row.stopped_by_user)) {
		engine_later(container, start_anew);
	}
}

static void register_row(ContainerRow *row, gpointer engine)
{
	container_unref(container_register(engine, row));
}

/* Folders that a crash left between mkdir and the row. */
static void sweep_folders(Engine *engine)
{
	g_autofree char *path = g_build_filename(engine->store->root, "containers", NULL);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;)
		if (!g_hash_table_contains(engine->containers, name))
			store_discard(engine->store, engine->store->containers_fd, name);
}

/* Folders of build steps, whose shims ended with the engine before this one. */
static void sweep_exec_folders(Engine *engine)
{
	enum { ID_LENGTH = 64 };
	g_autoptr(GDir) dir = g_dir_open(engine->config->exec_root, 0, NULL);
	for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
		if (strlen(name) != ID_LENGTH || g_hash_table_contains(engine->containers, name))
			continue;
		shim_end(engine, name);
		exec_folder_remove(engine, name);
	}
}

void container_restore_all(Engine *engine)
{
	container_store_each(engine->store, register_row, engine);
	sweep_folders(engine);
	sweep_exec_folders(engine);
	g_autoptr(GPtrArray) all = container_all(engine);
	volumes_resume(engine, all);
	for (guint i = 0; i < all->len; i++)
		restore(all->pdata[i]);
}
