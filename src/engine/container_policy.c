/* What follows the end of a container or a failed start: its state, the event, an automatic restart, its removal. */
#include "engine/container_policy.h"
#include "engine/container/life.h"
#include "engine/network/endpoint.h"
#include "engine/object/event.h"
#include "engine/process/exec.h"
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

/* Docker's back-off: the wait doubles from 100 ms to a minute, and starts over after a run of more than ten seconds. */
static guint next_wait(Container *container, gint64 ran)
{
	guint wait = container->restart_wait;
	wait = wait == 0 || ran > STABLE_SECONDS * NS_PER_SECOND ? FIRST_WAIT_MS
								 : MIN(wait * 2, LONGEST_WAIT_MS);
	container->restart_wait = wait;
	return wait;
}

/* Removed without force: a container that somebody has started again meanwhile stays. */
void container_remove_now(Container *container)
{
	g_autoptr(GError) error = NULL;
	if (!container_remove(container, NULL, false, true, &error) &&
		!g_error_matches(error, BERTH_ERROR, BERTH_ERROR_CONFLICT) &&
		!g_error_matches(error, BERTH_ERROR, BERTH_ERROR_NOT_FOUND))
		log_warn(
			"container %s could not be removed: %s", container->row.id, error->message);
}

static bool auto_removed(Container *container)
{
	g_autoptr(Spec) spec = container_spec_or_none(container);
	return spec->auto_remove;
}

/* Clients in POST /containers/{id}/wait get the removal before the answer to their start ends the wait. */
static void await_waiters(Container *container)
{
	enum { ROUNDS = 50, ROUND_US = 1000 };
	for (int i = 0; i < ROUNDS && g_atomic_int_get(&container->waiters) > 0; i++)
		g_usleep(ROUND_US);
	g_usleep(ROUND_US);
}

static bool start_or_tidy(Container *container, bool automatic, GError **error)
{
	bool failed = false, ok = container_start_once(container, automatic, &failed, error);
	if (failed && auto_removed(container)) {
		container_remove_now(container);
		await_waiters(container);
	}
	return ok;
}

bool container_start(Container *container, GError **error)
{
	return start_or_tidy(container, false, error);
}

void container_restart_later(Container *container)
{
	int fd = notify_subscribe(&container->changed);
	gint64 due = g_get_monotonic_time() + (gint64)container->restart_wait * 1000;
	bool still = true;
	/* Stopped, killed or removed meanwhile: there is nothing to start. */
	while (still && g_get_monotonic_time() < due) {
		notify_wait(fd, -1, (int)((due - g_get_monotonic_time()) / 1000) + 1);
		still = container_restart_due(container);
	}
	notify_unsubscribe(&container->changed, fd);
	g_autoptr(GError) error = NULL;
	if (!still)
		container_end_restart(container);
	else if (!start_or_tidy(container, true, &error))
		log_warn("container %s could not be restarted: %s", container->row.id,
			error->message);
}

static void note_restart(Container *container, int change)
{
	g_mutex_lock(&container->engine->lock);
	container->restarting += change;
	g_mutex_unlock(&container->engine->lock);
}

bool container_restart(Container *container, const char *signal, int timeout, GError **error)
{
	note_restart(container, 1);
	bool ok = container_stop_for_restart(container, signal, timeout, error) &&
		  container_start(container, error);
	note_restart(container, -1);
	if (ok)
		container_event(container, "restart", NULL, NULL);
	return ok;
}

/* Clients that follow events inspect a container when they see its end (Compose): it stays that long. */
static void remove_ended(Container *container)
{
	enum { MOMENT_US = 100000 };
	if (event_is_followed())
		g_usleep(MOMENT_US);
	container_remove_now(container);
}

void container_exited(
	Container *container, int exit_code, bool oom, gint64 time, const char *message)
{
	g_autoptr(Spec) spec = container_spec_or_none(container);
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
	bool restart = !row->stopped_by_user &&
		       restart_policy_restarts(&spec->restart, exit_code, row->restarts);
	container->ends++;
	container->last_exit = exit_code;
	bool removal = !restart && container->restarting == 0 && spec->auto_remove;
	g_mutex_unlock(&container->engine->lock);
	g_autofree char *duration =
		g_strdup_printf("%" G_GINT64_FORMAT, MAX(ran, 0) / NS_PER_SECOND);
	if (restart)
		next_wait(container, ran);
	exec_forget_all(container);
	endpoints_release(container);
	linkless_event(container, spec, "disconnect");
	volumes_release(container);
	/* The database has its content now. On a full disk the file stays the only record until the next start. */
	container->exit_kept =
		!container_set_ended(container, restart ? STATUS_RESTARTING : STATUS_EXITED,
			json_pack("{s:s, s:s}", "execDuration", duration, "exitCode", code));
	if (!container->exit_kept)
		unlinkat(store->containers_fd, exit_file, 0);
	if (restart)
		engine_later(container, container_restart_later);
	else if (removal)
		engine_later(container, remove_ended);
}

static void tell_oom(Container *container)
{
	container_event(container, "oom", NULL, NULL);
}

static void tell_detached(Container *container)
{
	container_event(container, "detach", NULL, NULL);
}

const ShimEvents container_shim_events = {.exited = container_exited,
	.oom = tell_oom,
	.detached = tell_detached,
	.exec = exec_changed,
	.exec_shim_ended = exec_lost};
