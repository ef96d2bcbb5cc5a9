/* Health checks: a command run in the container at intervals, judged by its exit codes (Engine API, Health). Each
 * container with a check has a thread while it runs; every start begins a new state. */
#include "engine/process/health.h"
#include "engine/object/counts.h"
#include "engine/process/exec.h"
#include "engine/process/family.h"

#include "base/fd.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/thread.h"
#include "base/timefmt.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>

enum { MAX_OUTPUT = 4096, MAX_LOG = 5, SLICE_MS = 100 };

typedef struct {
	Container *container;
	Spec *spec;
	const HealthCheck *check; /* borrowed from spec */
	gint64 started;
	gint64 grace_end; /* end of its start period, in monotonic microseconds: clocks may jump */
} Probe;

static void probe_free(Probe *probe)
{
	spec_unref(probe->spec);
	container_unref(probe->container);
	g_free(probe);
}

static Probe *probe_new(Container *container)
{
	g_autoptr(Spec) spec = container_spec_or_none(container);
	if (spec->health.argv == NULL || container->unlisted)
		return NULL;
	gint64 started = container->row.started;
	Probe *probe = g_new0(Probe, 1);
	*probe = (Probe){.container = container_ref(container),
		.spec = spec_ref(spec),
		.check = &spec->health,
		.started = started,
		.grace_end = g_get_monotonic_time() +
			     (spec->health.start_period - MAX(time_now() - started, 0)) / 1000};
	return probe;
}

/* Whether the container is still in the run that this probe belongs to. */
static bool is_current(const Probe *probe)
{
	Container *container = probe->container;
	g_mutex_lock(&container->engine->lock);
	bool current =
		container->row.started == probe->started &&
		(container->row.status == STATUS_RUNNING || container->row.status == STATUS_PAUSED);
	g_mutex_unlock(&container->engine->lock);
	return current;
}

/* Keeps the beginning of the output; dots mark what was cut. */
static void keep_output(GString *output, const char *bytes, size_t length)
{
	size_t room = MAX_OUTPUT - MIN(output->len, MAX_OUTPUT);
	g_string_append_len(output, bytes, (gssize)MIN(length, room));
	if (length > room && room > 0)
		g_string_append(output, "...");
}

/* Reads the command's output until it ends or its time is over. False: the time was over. */
static bool read_output(int fd, gint64 timeout, const Probe *probe, GString *output)
{
	char block[1024];
	gint64 due = g_get_monotonic_time() + timeout / 1000;
	for (;;) {
		struct pollfd waited = {.fd = fd, .events = POLLIN};
		gint64 left = (due - g_get_monotonic_time()) / 1000;
		if (left <= 0 || !is_current(probe))
			return false;
		if (poll(&waited, 1, (int)MIN(left, SLICE_MS)) <= 0)
			continue;
		ssize_t n = read(fd, block, sizeof block);
		if (n <= 0)
			return true;
		keep_output(output, block, (size_t)n);
	}
}

/* Waits until the shim has reported its end, or the report is long overdue. */
static void await_end(Engine *engine, Exec *exec)
{
	enum { SLICES = 20 };
	int fd = notify_subscribe(&exec->changed);
	for (int i = 0; i < SLICES && exec_state(engine, exec).running; i++)
		notify_wait(fd, -1, SLICE_MS);
	notify_unsubscribe(&exec->changed, fd);
}

/* Kills a command that takes too long, with all that it started. Its process is held by a pidfd: no other process
 * gets the signal. */
static void kill_exec(Engine *engine, Exec *exec, int pid, int pidfd)
{
	if (pidfd >= 0)
		process_end_family(pid, pidfd);
	await_end(engine, exec);
}

static int await_code(Engine *engine, Exec *exec)
{
	await_end(engine, exec);
	return exec_state(engine, exec).exit_code;
}

/* The exit code, -1 if it took too long or could not start; output: the text that the result shows. */
static int run_test(const Probe *probe, GString *output)
{
	Engine *engine = probe->container->engine;
	g_autoptr(json_t) request = json_pack("{s:o, s:b, s:b}", "Cmd",
		json_strings(probe->check->argv), "AttachStdout", 1, "AttachStderr", 1);
	g_autoptr(GError) error = NULL;
	g_autoptr(Exec) exec =
		exec_create(probe->container, probe->container->row.id, request, &error);
	int pair[2], code = -1;
	if (exec == NULL || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		g_string_append(output, error != NULL ? error->message : g_strerror(errno));
		return -1;
	}
	autofd ours = pair[0];
	if (!exec_start(engine, exec, pair[1], false, &error)) {
		g_string_append(output, error->message);
	} else {
		int pid = exec_state(engine, exec).pid;
		autofd pidfd = pid > 0 ? pidfd_open((pid_t)pid, 0) : -1;
		if (read_output(ours, probe->check->timeout, probe, output)) {
			code = await_code(engine, exec);
		} else {
			kill_exec(engine, exec, pid, pidfd);
			g_autofree char *limit = duration_text(probe->check->timeout);
			g_autofree char *said =
				g_strdup_printf("Health check exceeded timeout (%s)%s", limit,
					output->len > 0 ? ": " : "");
			g_string_prepend(output, said);
		}
	}
	g_mutex_lock(&engine->lock);
	g_hash_table_remove(engine->execs, exec->id);
	g_mutex_unlock(&engine->lock);
	return code;
}

static json_t *result_json(gint64 begin, int code, const char *output)
{
	g_autofree char *start = time_format(begin), *end = time_format(time_now());
	return json_pack("{s:s, s:s, s:i, s:o}", "Start", start, "End", end, "ExitCode", code,
		"Output", json_lenient(output));
}

/* The engine's lock is held. Returns the new status if it has changed, else NULL. */
static const char *note_result(const Probe *probe, Health *health, int code, gint64 begin,
	gint64 began, const char *output)
{
	lock_held(&probe->container->engine->lock);
	const char *before = health->status;
	bool in_start = strcmp(before, "starting") == 0 && began < probe->grace_end;
	count_one(COUNT_HEALTH_CHECKS);
	if (code != 0)
		count_one(COUNT_HEALTH_CHECKS_FAILED);
	json_array_append_new(health->log, result_json(begin, code, output));
	if (json_array_size(health->log) > MAX_LOG)
		json_array_remove(health->log, 0);
	if (code == 0) {
		health->streak = 0;
		health->status = "healthy";
	} else if (!in_start && ++health->streak >= probe->check->retries) {
		health->status = "unhealthy";
	}
	return health->status != before ? health->status : NULL;
}

static void probe_once(const Probe *probe)
{
	Container *container = probe->container;
	g_autoptr(GString) output = g_string_new("");
	gint64 begin = time_now(), began = g_get_monotonic_time();
	int code = run_test(probe, output);
	if (!is_current(probe))
		return;
	g_mutex_lock(&container->engine->lock);
	const char *changed = container->health != NULL ? note_result(probe, container->health,
								  code, begin, began, output->str)
							: NULL;
	g_mutex_unlock(&container->engine->lock);
	if (changed == NULL)
		return;
	g_autofree char *action = g_strconcat("health_status: ", changed, NULL);
	container_event(container, action, NULL, NULL);
}

static gint64 next_interval(const Probe *probe)
{
	Container *container = probe->container;
	g_mutex_lock(&container->engine->lock);
	bool starting =
		container->health != NULL && strcmp(container->health->status, "starting") == 0;
	g_mutex_unlock(&container->engine->lock);
	return starting && g_get_monotonic_time() < probe->grace_end
		       ? MIN(probe->check->start_interval, probe->check->interval)
		       : probe->check->interval;
}

/* False when the container has ended, or is in another run. */
static bool sleep_for(const Probe *probe, gint64 time)
{
	int fd = notify_subscribe(&probe->container->changed);
	gint64 due = g_get_monotonic_time() + time / 1000;
	bool current = is_current(probe);
	while (current && g_get_monotonic_time() < due) {
		notify_wait(fd, -1, (int)((due - g_get_monotonic_time()) / 1000) + 1);
		notify_unsubscribe(&probe->container->changed, fd);
		fd = notify_subscribe(&probe->container->changed);
		current = is_current(probe);
	}
	notify_unsubscribe(&probe->container->changed, fd);
	return current;
}

static gpointer run_probes(gpointer data)
{
	Probe *probe = data;
	while (sleep_for(probe, next_interval(probe))) {
		ContainerRow row = container_snapshot(probe->container);
		bool frozen = row.status == STATUS_PAUSED;
		container_row_clear(&row);
		if (!frozen)
			probe_once(probe);
	}
	probe_free(probe);
	return NULL;
}

/* Without a thread there is no check: the container is unhealthy. */
static void give_up(const Probe *probe, const char *why)
{
	Container *container = probe->container;
	log_warn("container %s: its health is not checked: %s", container->row.id, why);
	g_mutex_lock(&container->engine->lock);
	if (container->health != NULL) {
		container->health->status = "unhealthy";
		json_array_append_new(container->health->log, result_json(time_now(), -1, why));
	}
	g_mutex_unlock(&container->engine->lock);
	container_event(container, "health_status: unhealthy", NULL, NULL);
}

void health_begin(Container *container)
{
	g_autoptr(GError) error = NULL;
	Probe *probe = probe_new(container);
	g_mutex_lock(&container->engine->lock);
	health_free(container->health);
	container->health = NULL;
	if (probe != NULL) {
		container->health = g_new0(Health, 1);
		*container->health = (Health){"starting", 0, json_array()};
	}
	g_mutex_unlock(&container->engine->lock);
	if (probe != NULL && !thread_detach("health", run_probes, probe, &error)) {
		give_up(probe, error->message);
		probe_free(probe);
	}
}

const char *health_status(Container *container)
{
	g_mutex_lock(&container->engine->lock);
	const char *status = container->health != NULL ? container->health->status : "none";
	g_mutex_unlock(&container->engine->lock);
	return status;
}

json_t *health_json(Container *container)
{
	g_mutex_lock(&container->engine->lock);
	const Health *health = container->health;
	json_t *json = health != NULL ? json_pack("{s:s, s:i, s:o}", "Status", health->status,
						"FailingStreak", health->streak, "Log",
						json_copy(health->log))
				      : NULL;
	g_mutex_unlock(&container->engine->lock);
	return json;
}
