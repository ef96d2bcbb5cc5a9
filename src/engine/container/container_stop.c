/* Signals, and the operations built on them: stop, restart, kill, pause, wait. */
#include "engine/container/life.h"
#include "engine/shim/shim.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/lock.h"
#include "base/timefmt.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_TIMEOUT = 10, KILL_WAIT_MS = 10000 };

static Status status_of(Container *container)
{
	g_mutex_lock(&container->engine->lock);
	Status status = (Status)container->row.status;
	g_mutex_unlock(&container->engine->lock);
	return status;
}

static bool not_running(Container *container, GError **error)
{
	return fail(error, BERTH_ERROR_CONFLICT, "container %s is not running", container->row.id);
}

/* A frozen process takes no signal: Docker thaws it for SIGKILL, Berth for every signal that ends it. */
static bool send_signal(Container *container, int signal, GError **error)
{
	if (status_of(container) == STATUS_PAUSED && signal == SIGKILL) {
		g_autoptr(Spec) spec = container_spec_or_none(container);
		g_autofree char *cgroup = container_cgroup(container, spec);
		cgroup_freeze(container->engine->cgroups, cgroup, false, NULL);
	}
	return shim_send(container, SHIM_KILL, "", signal, 0, "", NULL, 0, error);
}

/* Waits until it has ended; -1: without limit. False if it still runs. */
static bool await_end(Container *container, int timeout_ms)
{
	int fd = notify_subscribe(&container->changed);
	gint64 limit = g_get_monotonic_time() + (gint64)timeout_ms * 1000, left = 0;
	while (container_running(container) &&
		(timeout_ms < 0 || (left = limit - g_get_monotonic_time()) > 0))
		notify_wait(fd, -1, timeout_ms < 0 ? -1 : (int)(left / 1000) + 1);
	notify_unsubscribe(&container->changed, fd);
	return !container_running(container);
}

/* Whether PID 1 lets the signal pass: the kernel drops what the first process of a PID namespace has no handler for, so a
 * program that has just begun loses the signal that is to stop it. false also where that is not known. */
static bool signal_is_lost(const Container *container, int signal)
{
	enum { LIMIT = 8192 };
	static const char *const minded[] = {"\nSigBlk:", "\nSigIgn:", "\nSigCgt:"};
	g_autofree char *path = g_strdup_printf("/proc/%d/status", container->row.pid);
	g_autofree char *status = container->row.pid > 0 ? file_read(path, LIMIT) : NULL;
	guint64 masks = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(minded); i++) {
		const char *line = status != NULL ? strstr(status, minded[i]) : NULL;
		if (line == NULL)
			return false;
		masks |= g_ascii_strtoull(line + strlen(minded[i]), NULL, 16);
	}
	return (masks >> (unsigned)(signal - 1) & 1U) == 0;
}

/* Sends a signal, and once more as soon as a program that has just begun minds it: then both have the effect that one has
 * on a program that was ready. Where it began to mind it while the signal was sent, it has time to obey first. *left:
 * milliseconds that remain to wait; negative: without limit. */
static bool send_until_minded(Container *container, int signal, int *left, GError **error)
{
	enum { STEP_MS = 20, PATIENCE_MS = 1000, OBEY_MS = 500 };
	bool lost = signal != SIGKILL && signal != SIGSTOP && signal_is_lost(container, signal);
	if (!send_signal(container, signal, error))
		return false;
	int step = lost && !signal_is_lost(container, signal) ? OBEY_MS : STEP_MS;
	for (int waited = 0; lost && waited < PATIENCE_MS && *left != 0; waited += step) {
		int now = *left < 0 ? step : MIN(step, *left);
		*left -= *left < 0 ? 0 : now;
		if (await_end(container, now))
			return true;
		lost = signal_is_lost(container, signal);
		if (!lost)
			send_signal(container, signal, NULL);
	}
	return true;
}

/* The same of a kill, which does not wait for the end: for a program that has just begun, within a second. */
static bool send_to_young(Container *container, int signal, GError **error)
{
	const gint64 young = 3 * G_GINT64_CONSTANT(1000000000);
	const int ignored[] = {SIGCHLD, SIGCONT, SIGURG, SIGWINCH};
	int left = time_now() - container->row.started < young ? 1000 : 0;
	for (size_t i = 0; i < G_N_ELEMENTS(ignored); i++)
		if (signal == ignored[i])
			left = 0;
	return left > 0 ? send_until_minded(container, signal, &left, error)
			: send_signal(container, signal, error);
}

static void mark_stopped(Container *container)
{
	g_mutex_lock(&container->engine->lock);
	container->row.stopped_by_user = true;
	g_mutex_unlock(&container->engine->lock);
}

/* Ends the wait of a container for its automatic restart; operation is held. */
static bool stop_restarting(Container *container)
{
	lock_held(&container->operation);
	if (status_of(container) != STATUS_RESTARTING)
		return false;
	g_mutex_lock(&container->engine->lock);
	container->ends++;
	g_mutex_unlock(&container->engine->lock);
	container_set_status(container, STATUS_EXITED);
	return true;
}

bool container_end_restart(Container *container)
{
	if (status_of(container) != STATUS_RESTARTING)
		return false;
	g_autoptr(GMutexLocker) operation G_GNUC_UNUSED = g_mutex_locker_new(&container->operation);
	return stop_restarting(container);
}

static bool stop_running(Container *container, const char *signal, int timeout, GError **error)
{
	lock_held(&container->operation);
	g_autoptr(GError) problem = NULL;
	g_autoptr(Spec) spec = container_spec(container, error);
	if (spec == NULL)
		return false;
	const char *own_signal = spec->program.stop_signal;
	const char *name = signal != NULL && *signal != '\0' ? signal
			   : *own_signal != '\0'	     ? own_signal
							     : "TERM";
	int number;
	if (!signal_read(name, &number, error))
		return false;
	if (timeout == G_MININT)
		timeout = spec->program.stop_timeout;
	if (timeout == G_MININT)
		timeout = DEFAULT_TIMEOUT;
	int left = timeout < 0 ? -1 : MIN(timeout, G_MAXINT / 1000) * 1000;
	g_autofree char *number_text = g_strdup_printf("%d", number);
	container_event(container, "kill", "signal", number_text);
	/* A container that has just ended by itself takes no signal; its end is awaited like any other. */
	if (!send_until_minded(container, number, &left, &problem) &&
		!g_error_matches(problem, BERTH_ERROR, BERTH_ERROR_CONFLICT)) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	if (await_end(container, left))
		return true;
	container_event(container, "kill", "signal", "9");
	send_signal(container, SIGKILL, NULL);
	return await_end(container, KILL_WAIT_MS) ||
	       fail(error, BERTH_ERROR_SYSTEM,
		       "cannot stop container %s: it did not end after SIGKILL", container->row.id);
}

bool container_stop(Container *container, const char *signal, int timeout, GError **error)
{
	g_autoptr(GMutexLocker) operation G_GNUC_UNUSED = g_mutex_locker_new(&container->operation);
	mark_stopped(container);
	if (stop_restarting(container))
		return true;
	if (!container_running(container))
		return fail(error, BERTH_ERROR_NOT_MODIFIED, "container is already stopped");
	if (!stop_running(container, signal, timeout, error))
		return false;
	/* It may have ended and been scheduled for a restart before it was marked. */
	stop_restarting(container);
	container_event(container, "stop", NULL, NULL);
	return true;
}

bool container_stop_for_restart(
	Container *container, const char *signal, int timeout, GError **error)
{
	g_autoptr(GMutexLocker) operation G_GNUC_UNUSED = g_mutex_locker_new(&container->operation);
	mark_stopped(container);
	stop_restarting(container);
	if (!container_running(container))
		return true;
	if (!stop_running(container, signal, timeout, error))
		return false;
	container_event(container, "stop", NULL, NULL);
	return true;
}

bool container_signal_check(const char *signal, GError **error)
{
	int number;
	return *signal == '\0' || signal_read(signal, &number, error);
}

/* Docker's rule: any signal disables the restart policy, unless the container names another one as its stop signal. */
static bool means_stop(const Spec *spec, int number)
{
	const char *own = spec->program.stop_signal;
	int stop;
	return *own == '\0' || number == SIGKILL ||
	       (signal_read(own, &stop, NULL) && stop == number) ||
	       spec->restart.kind == RESTART_UNLESS_STOPPED;
}

bool container_kill(Container *container, const char *signal, GError **error)
{
	g_autoptr(GError) problem = NULL;
	int number;
	if (!signal_read(signal != NULL && *signal != '\0' ? signal : "KILL", &number, error))
		return false;
	g_autoptr(Spec) spec = container_spec(container, error);
	if (spec == NULL)
		return false;
	g_autofree char *text = g_strdup_printf("%d", number);
	if (means_stop(spec, number))
		mark_stopped(container);
	if (container_end_restart(container))
		return true;
	if (!container_running(container)) {
		ContainerRow row = container_snapshot(container);
		fail(error, BERTH_ERROR_CONFLICT, "container %s is not running", row.id);
		container_row_clear(&row);
		return false;
	}
	bool sent = send_to_young(container, number, &problem);
	if (!sent && !g_error_matches(problem, BERTH_ERROR, BERTH_ERROR_CONFLICT)) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	container_event(container, "kill", "signal", text);
	/* Docker answers a SIGKILL after it has taken effect; a container that has just ended by itself counts as
	 * killed. */
	if (number == SIGKILL || !sent)
		await_end(container, KILL_WAIT_MS);
	return true;
}

/* Its cgroup is gone, or its status has changed, when it ends at this moment. */
static bool freeze(Container *container, bool frozen, GError **error)
{
	lock_held(&container->operation);
	enum { SETTLE_MS = 1000 };
	g_autoptr(GError) problem = NULL;
	g_autoptr(Spec) spec = container_spec(container, error);
	if (spec == NULL)
		return false;
	g_autofree char *cgroup = container_cgroup(container, spec);
	if (!cgroup_freeze(container->engine->cgroups, cgroup, frozen, &problem) &&
		!await_end(container, SETTLE_MS)) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	Status before = frozen ? STATUS_RUNNING : STATUS_PAUSED;
	bool changed;
	if (!container_change_status(
		    container, before, frozen ? STATUS_PAUSED : STATUS_RUNNING, &changed, error)) {
		cgroup_freeze(container->engine->cgroups, cgroup, !frozen, NULL);
		return false;
	}
	if (!changed)
		return not_running(container, error);
	container_event(container, frozen ? "pause" : "unpause", NULL, NULL);
	return true;
}

bool container_pause(Container *container, GError **error)
{
	g_autoptr(GMutexLocker) operation G_GNUC_UNUSED = g_mutex_locker_new(&container->operation);
	Status status = status_of(container);
	if (status == STATUS_PAUSED)
		return fail(error, BERTH_ERROR_CONFLICT, "Container %s is already paused",
			container->row.id);
	if (status == STATUS_RESTARTING)
		return fail(error, BERTH_ERROR_CONFLICT,
			"Container %s is restarting, wait until the container is running",
			container->row.id);
	if (status != STATUS_RUNNING)
		return not_running(container, error);
	return freeze(container, true, error);
}

bool container_unpause(Container *container, GError **error)
{
	g_autoptr(GMutexLocker) operation G_GNUC_UNUSED = g_mutex_locker_new(&container->operation);
	if (status_of(container) != STATUS_PAUSED)
		return fail(
			error, BERTH_ERROR_SYSTEM, "Container %s is not paused", container->row.id);
	return freeze(container, false, error);
}

bool container_resize(Container *container, int rows, int columns, GError **error)
{
	/* Before the start the size is kept for it. */
	container->rows = rows;
	container->columns = columns;
	if (!container_running(container))
		return not_running(container, error);
	if (!shim_send(container, SHIM_RESIZE, "", rows, columns, "", NULL, 0, error))
		return false;
	container_event(container, "resize", NULL, NULL);
	return true;
}

bool container_attach(
	Container *container, int fd, int flags, const char *detach_keys, GError **error)
{
	bool ok = true;
	g_mutex_lock(&container->engine->lock);
	Status status = (Status)container->row.status;
	bool running = status == STATUS_RUNNING || status == STATUS_PAUSED,
	     later = !running && !container->removed;
	if (later) {
		Attachment attachment = {.fd = fd, .flags = flags};
		g_strlcpy(attachment.keys, detach_keys, sizeof attachment.keys);
		g_array_append_val(container->waiting, attachment);
	}
	g_mutex_unlock(&container->engine->lock);
	if (running)
		fd_await_taken(fd);
	if (running)
		ok = shim_send(container, SHIM_ATTACH, "", flags, 0, detach_keys, &fd, 1, error);
	if (!later)
		close(fd);
	container_event(container, "attach", NULL, NULL);
	return ok;
}

gint64 container_ends(Container *container)
{
	g_mutex_lock(&container->engine->lock);
	gint64 ends = container->ends;
	g_mutex_unlock(&container->engine->lock);
	return ends;
}

bool container_wait(Container *container, const char *condition, gint64 ends, int peer_fd,
	int *exit_code, char **message)
{
	g_atomic_int_inc(&container->waiters);
	int fd = notify_subscribe(&container->changed);
	bool there = true, removed = strcmp(condition, "removed") == 0,
	     next = strcmp(condition, "next-exit") == 0;
	for (;;) {
		g_mutex_lock(&container->engine->lock);
		const ContainerRow *row = &container->row;
		bool running = row->status == STATUS_RUNNING || row->status == STATUS_PAUSED ||
			       row->status == STATUS_RESTARTING;
		bool ended = container->ends != ends;
		bool done = container->removed || (!removed && (ended || (!next && !running)));
		*exit_code = ended ? container->last_exit : row->exit_code;
		g_free(*message);
		/* The restart fails with the error of its start. */
		*message = g_strdup(row->started != 0 ? row->error : "");
		g_mutex_unlock(&container->engine->lock);
		if (done || !there)
			break;
		there = notify_wait(fd, peer_fd, -1);
	}
	notify_unsubscribe(&container->changed, fd);
	g_atomic_int_add(&container->waiters, -1);
	return there;
}
