/* What follows when a container has ended: its state, the event, a restart, its removal. */
#include "engine/container/life.h"
#include "engine/network/endpoint.h"
#include "engine/network/names.h"
#include "engine/process/shim.h"
#include "engine/volume/volume.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/timefmt.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_WAIT_MS = 100, LONGEST_WAIT_MS = 60000, STABLE_SECONDS = 10 };
static const gint64 NS_PER_SECOND = 1000000000;

/* Docker's rule: doubling from 100 ms to a minute, and from the start after ten good seconds. */
static guint next_wait(Container *container, gint64 ran)
{
	guint wait = container->restart_wait;
	wait = wait == 0 || ran > STABLE_SECONDS * NS_PER_SECOND
		       ? FIRST_WAIT_MS
		       : MIN(wait * 2, LONGEST_WAIT_MS);
	container->restart_wait = wait;
	return wait;
}

static bool wants_restart(const json_t *host, const ContainerRow *row)
{
	const char *policy = json_str(host, "RestartPolicy.Name");
	gint64 most = json_int(host, "RestartPolicy.MaximumRetryCount");
	if (row->stopped_by_user)
		return false;
	if (strcmp(policy, "always") == 0 || strcmp(policy, "unless-stopped") == 0)
		return true;
	return strcmp(policy, "on-failure") == 0 && row->exit_code != 0 &&
	       (most == 0 || row->restarts < most);
}

bool container_restart_due(Container *container)
{
	g_mutex_lock(&container->engine->lock);
	bool due = container->row.status == STATUS_RESTARTING && !container->row.stopped_by_user;
	g_mutex_unlock(&container->engine->lock);
	return due;
}

static void restart_later(Container *container)
{
	int fd = notify_subscribe(&container->changed);
	gint64 due = g_get_monotonic_time() + (gint64)container->restart_wait * 1000;
	bool still = true;
	/* Stopped, killed or removed meanwhile: then there is nothing to start. */
	while (still && g_get_monotonic_time() < due) {
		notify_wait(fd, -1, (int)((due - g_get_monotonic_time()) / 1000) + 1);
		still = container_restart_due(container);
	}
	notify_unsubscribe(&container->changed, fd);
	g_autoptr(GError) error = NULL;
	if (!still)
		container_end_restart(container);
	else if (!container_start_again(container, &error))
		log_warn("container %s could not be restarted: %s", container->row.id,
			error->message);
}

/* Not by force: whoever has started it again meanwhile keeps it. */
void container_remove_now(Container *container)
{
	g_autoptr(GError) error = NULL;
	if (!container_remove(container, false, true, &error) &&
		!g_error_matches(error, BERTH_ERROR, BERTH_ERROR_CONFLICT) &&
		!g_error_matches(error, BERTH_ERROR, BERTH_ERROR_NOT_FOUND))
		log_warn(
			"container %s could not be removed: %s", container->row.id, error->message);
}

void container_exited(
	Container *container, int exit_code, bool oom, gint64 time, const char *message)
{
	g_autoptr(json_t) spec = container_spec(container, NULL);
	const json_t *host = json_object_get(spec, "HostConfig");
	g_autofree char *code = g_strdup_printf("%d", exit_code);
	g_autofree char *exit_file = g_build_filename(container->row.id, "exit", NULL);
	Store *store = container->engine->store;
	g_mutex_lock(&container->engine->lock);
	ContainerRow *row = &container->row;
	gint64 ran = time - row->started;
	row->pid = 0;
	row->exit_code = exit_code;
	row->oom = oom;
	row->finished = time;
	g_free(row->error);
	row->error = g_strdup(message);
	bool restart = wants_restart(host, row);
	container->ends++;
	container->last_exit = exit_code;
	bool removal = !restart && container->restarting == 0 && json_bool(host, "AutoRemove");
	g_mutex_unlock(&container->engine->lock);
	g_autofree char *duration =
		g_strdup_printf("%" G_GINT64_FORMAT, MAX(ran, 0) / NS_PER_SECOND);
	if (restart)
		next_wait(container, ran);
	exec_forget_all(container);
	endpoints_release(container);
	volumes_release(container);
	/* Its content is in the database now; on a full disk it stays the only record until the next start. */
	container->exit_kept =
		!container_set_status(container, restart ? STATUS_RESTARTING : STATUS_EXITED);
	if (!container->exit_kept)
		unlinkat(store->containers_fd, exit_file, 0);
	container_event_with(container, "die",
		json_pack("{s:s, s:s}", "execDuration", duration, "exitCode", code));
	if (restart)
		engine_later(container, restart_later);
	else if (removal)
		engine_later(container, container_remove_now);
}

/* "code oom time": what a shim wrote while nobody listened. */
static bool read_exit_file(Container *container, int *code, int *oom, gint64 *time)
{
	g_autofree char *folder = container_folder(container),
			*path = g_build_filename(folder, "exit", NULL);
	g_autofree char *written = file_read(path, 256);
	/* On a full disk it is a link, whose target needs no block. */
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

/* The engine was killed after its shim had made a process, and before the row said so: nobody was told of it, and it is undone,
 * with the exit file that it leaves. Of its endpoints networks_resume takes care. */
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

void container_end_processes(Container *container)
{
	g_autoptr(json_t) spec = container_spec(container, NULL);
	g_autofree char *cgroup = container_cgroup(container, json_object_get(spec, "HostConfig"));
	cgroup_kill(container->engine->cgroups, cgroup);
	cgroup_delete(container->engine->cgroups, cgroup);
}

/* One container after a restart of the engine: running still, ended meanwhile, or lost with the host. */
static void restore(Container *container)
{
	int code, oom;
	gint64 time;
	Status status = (Status)container->row.status;
	g_autoptr(json_t) spec = container_spec(container, NULL);
	const char *policy = json_str(spec, "HostConfig.RestartPolicy.Name");
	links_remember(container, spec);
	if (status != STATUS_RUNNING && status != STATUS_PAUSED)
		forget_start(container);
	bool ended = status == STATUS_EXITED || status == STATUS_CREATED;
	if (status == STATUS_REMOVING || (ended && json_bool(spec, "HostConfig.AutoRemove"))) {
		engine_later(container, container_remove_now);
	} else if (status == STATUS_RESTARTING) {
		engine_later(container, restart_later);
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
		}
	} else if (status == STATUS_EXITED &&
		   (strcmp(policy, "always") == 0 || (strcmp(policy, "unless-stopped") == 0 &&
							     !container->row.stopped_by_user))) {
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

/* Of steps of builds, whose shims have ended with the last engine. */
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
