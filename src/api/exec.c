/* /exec (Engine API, tag Exec) */
#include "engine/process/exec.h"
#include "api/api.h"

#include "base/detach_keys.h"
#include "base/error.h"
#include "base/process_stat.h"

#include <string.h>
#include <unistd.h>

static bool create(Request *request, GError **error)
{
	g_autoptr(json_t) body = request_json(request, error);
	char keys[DETACH_KEYS_MAX];
	if (body == NULL)
		return false;
	if (!json_filled(json_object_get(body, "Cmd")))
		return fail(error, BERTH_ERROR_INVALID, "No exec command specified");
	g_autoptr(Container) container = request_container(request, error);
	if (container == NULL)
		return false;
	/* A message and status of its own, as in dockerd. */
	if (!detach_keys_parse(json_str(body, "DetachKeys"), keys, NULL))
		return fail(error, BERTH_ERROR_SYSTEM, "Invalid escape keys (%s) provided",
			json_str(body, "DetachKeys"));
	json_object_set_new(body, "DetachKeys", json_string(keys));
	g_autoptr(Exec) exec = exec_create(container, request->name, body, error);
	return exec != NULL && reply_json(request, 201, json_pack("{s:s}", "Id", exec->id));
}

/* The exec decides about the terminal, the start request about framing. */
static bool start(Request *request, GError **error)
{
	enum { SIZE_SINCE = 42 };
	g_autoptr(json_t) body = request_json(request, error);
	g_autoptr(Exec) exec =
		body != NULL ? exec_find(request->engine, request->name, error) : NULL;
	if (exec == NULL || !exec_can_start(request->engine, exec, error))
		return false;
	bool tty = json_bool(body, "Tty");
	json_t *size = json_object_get(body, "ConsoleSize");
	if (tty && request->version >= SIZE_SINCE && json_array_size(size) == 2) {
		exec->rows = (int)json_integer_value(json_array_get(size, 0));
		exec->columns = (int)json_integer_value(json_array_get(size, 1));
	}
	if (json_bool(body, "Detach"))
		return exec_start(request->engine, exec, -1, false, error) &&
		       reply_empty(request, 200);
	int fd = reply_hijack(request, tty);
	g_autoptr(GError) late = NULL;
	/* The header has been sent: the client gets the reason on the stream. */
	if (!exec_start(request->engine, exec, fd, !tty, &late))
		g_info("%s", late->message);
	return true;
}

static bool resize(Request *request, GError **error)
{
	int rows, columns;
	if (!request_size(request, &rows, &columns, error))
		return false;
	g_autoptr(Exec) exec = exec_find(request->engine, request->name, error);
	return exec != NULL && exec_resize(request->engine, exec, rows, columns, error) &&
	       reply_empty(request, 200);
}

/* The state of a process, from proc_pid_stat(5). */
typedef struct {
	char name[16], state;
	int parent;
	unsigned flags; /* PF_ of the kernel's sched.h */
} Process;

static bool process_read(int pid, Process *process)
{
	g_autofree char *name = NULL, *stat = process_stat(pid, &name);
	if (stat == NULL)
		return false;
	g_strlcpy(process->name, name, sizeof process->name);
	return sscanf(stat, "%c %d %*d %*d %*d %*d %u", &process->state, &process->parent,
		       &process->flags) == 3;
}

/* Whether a process has ended, or is ending: its descriptors are closed before its parent is notified. */
static bool is_ending(int pid, Process *process)
{
	enum { PF_EXITING = 4 };
	return !process_read(pid, process) || process->state == 'Z' || process->state == 'X' ||
	       (process->flags & PF_EXITING) != 0;
}

/* An exec whose shim was killed has ended with it. */
static bool is_dead(int pid)
{
	Process process, shim;
	return is_ending(pid, &process) || is_ending(process.parent, &shim) ||
	       strcmp(shim.name, "berth-shim") != 0;
}

/* The stream has ended, and the shim's report is still on its way. */
static bool unsettled(const ExecState *state)
{
	if (state->running)
		return state->pid > 0 && is_dead(state->pid);
	return state->started && state->exit_code < 0 && !state->failed;
}

/* Not yet reported: waits briefly. */
static ExecState settle(Engine *engine, Exec *exec)
{
	enum { ROUNDS = 20, ROUND_MS = 50 };
	int fd = notify_subscribe(&exec->changed);
	ExecState state = exec_state(engine, exec);
	for (int i = 0; i < ROUNDS && unsettled(&state); i++) {
		notify_wait(fd, -1, ROUND_MS);
		state = exec_state(engine, exec);
	}
	notify_unsubscribe(&exec->changed, fd);
	return state;
}

static bool inspect(Request *request, GError **error)
{
	g_autoptr(Exec) exec = exec_find(request->engine, request->name, error);
	if (exec == NULL)
		return false;
	ExecState state = settle(request->engine, exec);
	json_t *process =
		json_pack("{s:b, s:s, s:o, s:b}", "tty", exec->tty, "entrypoint", exec->argv[0],
			"arguments", json_strings(exec->argv + 1), "privileged", exec->privileged);
	if (*exec->user != '\0')
		json_object_set_new(process, "user", json_string(exec->user));
	bool ended = state.started && !state.running;
	/* Bytes, as Go writes them; the keys that nobody asked for are not shown. */
	bool usual = strcmp(exec->detach_keys, "\x10\x11") == 0;
	g_autofree char *keys = g_base64_encode(
		(const guchar *)exec->detach_keys, usual ? 0 : strlen(exec->detach_keys));
	return reply_json(request, 200,
		json_pack("{s:s, s:b, s:o, s:o, s:b, s:b, s:b, s:b, s:s, s:s, s:i}", "ID", exec->id,
			"Running", state.running, "ExitCode",
			ended ? json_integer(state.exit_code) : json_null(), "ProcessConfig",
			process, "OpenStdin", exec->open_stdin, "OpenStderr", exec->open_stderr,
			"OpenStdout", exec->open_stdout, "CanRemove", 0, "ContainerID",
			exec->container_id, "DetachKeys", keys, "Pid", state.pid));
}

const Route exec_routes[] = {
	{"POST", "/containers/{}/exec", create},
	{"POST", "/exec/{}/start", start},
	{"POST", "/exec/{}/resize", resize},
	{"GET", "/exec/{}/json", inspect},
	{0},
};
