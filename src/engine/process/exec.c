#include "engine/process/exec.h"
#include "engine/network/names.h"
#include "engine/object/name.h"
#include "engine/object/userns.h"
#include "engine/shim/shim.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/lock.h"
#include "base/shown.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_UNKNOWN = 126 };

/* called: how the client named the container. */
static bool can_exec(Container *container, const char *called, GError **error)
{
	ContainerRow row = container_snapshot(container);
	bool ok = row.status == STATUS_RUNNING;
	if (row.status == STATUS_PAUSED)
		fail(error, BERTH_ERROR_CONFLICT,
			"Container %s is paused, unpause the container before exec", called);
	else if (row.status == STATUS_RESTARTING)
		fail(error, BERTH_ERROR_CONFLICT,
			"Container %s is restarting, wait until the container is running", row.id);
	else if (!ok)
		fail(error, BERTH_ERROR_CONFLICT, "container %s is not running", row.id);
	container_row_clear(&row);
	return ok;
}

/* "exec_create: program arguments": with a blank after a program without arguments, as Docker has it. */
static char *action_text(const char *action, const Exec *exec)
{
	g_autofree char *arguments = g_strjoinv(" ", exec->argv + 1);
	return g_strdup_printf("%s: %s %s", action, exec->argv[0], arguments);
}

/* The passwd and group files of the running container, resolved inside its root. */
static bool read_user_files(Container *container, char **passwd, char **group, GError **error)
{
	autofd root = container_part_open(container, "root", O_PATH | O_DIRECTORY, error);
	return root >= 0 && user_files_read(root, passwd, group, error);
}

/* Looks the user up in the running container, with groups that are added (NULL: none). */
static bool find_user(
	Container *container, const char *wanted, char *const *groups, User *user, GError **error)
{
	g_autofree char *passwd = NULL, *group = NULL;
	return read_user_files(container, &passwd, &group, error) &&
	       user_resolve(user, wanted, passwd, group, groups, error);
}

/* Refused at the create already, as in dockerd; the user is looked up again at the start. */
static bool user_is_there(Container *container, const char *wanted, GError **error)
{
	g_auto(User) user = {0};
	return *wanted == '\0' || find_user(container, wanted, NULL, &user, error);
}

Exec *exec_create(Container *container, const char *called, const json_t *request, GError **error)
{
	Engine *engine = container->engine;
	g_auto(GStrv) argv = json_strv(json_object_get(request, "Cmd"));
	if (argv[0] == NULL) {
		fail(error, BERTH_ERROR_INVALID, "No exec command specified");
		return NULL;
	}
	if (!can_exec(container, called, error) ||
		!user_is_there(container, json_str(request, "User"), error))
		return NULL;
	Exec *exec = g_new0(Exec, 1);
	g_atomic_ref_count_init(&exec->references);
	notify_init(&exec->changed);
	exec->exit_code = -1;
	exec->id = id_generate();
	exec->container_id = g_strdup(container->row.id);
	exec->argv = g_steal_pointer(&argv);
	exec->env = json_strv(json_object_get(request, "Env"));
	exec->user = g_strdup(json_str(request, "User"));
	exec->workdir = g_strdup(json_str(request, "WorkingDir"));
	exec->detach_keys = g_strdup(json_str(request, "DetachKeys"));
	exec->tty = json_bool(request, "Tty");
	exec->privileged = json_bool(request, "Privileged");
	exec->open_stdin = json_bool(request, "AttachStdin");
	exec->open_stdout = json_bool(request, "AttachStdout");
	exec->open_stderr = json_bool(request, "AttachStderr");
	json_t *size = json_object_get(request, "ConsoleSize");
	exec->rows = (int)json_integer_value(json_array_get(size, 0));
	exec->columns = (int)json_integer_value(json_array_get(size, 1));
	g_mutex_lock(&engine->lock);
	g_hash_table_insert(engine->execs, exec->id, exec_ref(exec));
	g_ptr_array_add(container->exec_ids, g_strdup(exec->id));
	g_mutex_unlock(&engine->lock);
	g_autofree char *action = action_text("exec_create", exec);
	container_event(container, action, "execID", exec->id);
	return exec;
}

/* What dockerd leaves to its runtime to refuse. */
static bool check_words(const Exec *exec, GError **error)
{
	if (*exec->workdir != '\0' && *exec->workdir != '/')
		return fail(error, BERTH_ERROR_SYSTEM,
			"OCI runtime exec failed: exec failed: Cwd must be an absolute path");
	for (int i = 0; exec->env[i] != NULL; i++)
		if (*exec->env[i] == '=')
			return fail(error, BERTH_ERROR_SYSTEM,
				"OCI runtime exec failed: exec failed: unable to start container "
				"process: invalid environment variable: name cannot be empty");
	return true;
}

static int make_plan(Container *container, const Exec *exec, GError **error)
{
	g_autoptr(Spec) spec = container_spec(container, error);
	g_auto(User) user = {0};
	g_auto(Plan) plan = {0};
	if (spec == NULL || !check_words(exec, error))
		return -1;
	g_autofree char *cgroup = container_cgroup(container, spec);
	const char *wanted = *exec->user != '\0' ? exec->user : spec->program.user;
	if (!find_user(container, wanted, spec->confinement.groups, &user, error))
		return -1;
	g_auto(GStrv) links = links_env(container, spec->host, NULL);
	LaunchExec launch = {.program = &spec->program,
		.confinement = &spec->confinement,
		.process_label = spec->process_label,
		.limits = &spec->limits,
		.cgroup = cgroup,
		.seccomp_profile = container->engine->config->seccomp_profile,
		.user = &user,
		.userns = userns_of(container->engine, &spec->modes),
		.argv = exec->argv,
		.env = exec->env,
		.link_env = links,
		.workdir = exec->workdir,
		.tty = exec->tty,
		.with_stdin = exec->open_stdin,
		.privileged = exec->privileged,
		.rows = exec->rows,
		.columns = exec->columns};
	plan_init(&plan);
	return launch_exec_plan(&launch, container->engine->cgroups, &plan, error)
		       ? plan_seal(&plan, error)
		       : -1;
}

/* Waits for the shim to report whether the program runs. */
static bool await_start(Exec *exec, Container *container, int waiter, GError **error)
{
	for (;;) {
		ExecState state = exec_state(container->engine, exec);
		if (state.running || state.failed || state.exit_code >= 0)
			break;
		notify_wait(waiter, -1, 1000);
		if (!container_running(container) && !exec_state(container->engine, exec).running)
			return fail(error, BERTH_ERROR_CONFLICT, "container %s is not running",
				container->row.id);
	}
	if (exec->error == NULL)
		return true;
	g_autofree char *why = g_strconcat("OCI runtime exec failed: exec failed: unable to start "
					   "container process: ",
		exec->error, NULL);
	return start_error(error, why);
}

/* The engine's lock is held. */
static void forget_id(Container *container, const char *id)
{
	lock_held(&container->engine->lock);
	for (guint i = 0; i < container->exec_ids->len; i++)
		if (strcmp(container->exec_ids->pdata[i], id) == 0)
			g_ptr_array_remove_index(container->exec_ids, i--);
}

/* Records that it never ran; its container no longer lists it. */
static void note_failure(Container *container, Exec *exec, const char *why)
{
	g_mutex_lock(&container->engine->lock);
	if (exec->error == NULL) {
		exec->error = g_strdup(why);
		exec->exit_code = EXIT_UNKNOWN;
	}
	forget_id(container, exec->id);
	g_mutex_unlock(&container->engine->lock);
}

/* The status line has been sent: an attached client gets the reason on the stream. */
static void say_why(int client, bool framed, const char *why)
{
	g_autofree char *shown = text_shown(why, true), *line = g_strconcat(shown, "\r\n", NULL);
	size_t length = MIN(strlen(line), G_MAXUINT16);
	guint8 frame[8] = {1, 0, 0, 0, 0, 0, (guint8)(length >> 8), (guint8)length};
	fd_await_taken(client);
	if (!framed || fd_write_all(client, frame, sizeof frame))
		fd_write_all(client, line, length);
}

/* Whether the exec needs privileges that the container's shim has dropped: it gets a shim of its own. */
static bool needs_own_shim(Container *container, const Exec *exec)
{
	g_autoptr(Spec) spec = exec->privileged ? container_spec(container, NULL) : NULL;
	return spec != NULL && !spec->confinement.privileged;
}

/* Hands the client's socket to the shim. */
static bool run(Container *container, Exec *exec, int *client, bool framed, GError **error)
{
	autofd plan = make_plan(container, exec, error);
	if (plan < 0)
		return false;
	int fds[] = {plan, *client};
	int flags = (exec->open_stdin ? SHIM_ATTACH_STDIN : 0) |
		    (exec->open_stdout || exec->tty ? SHIM_ATTACH_STDOUT : 0) |
		    (exec->open_stderr ? SHIM_ATTACH_STDERR : 0) |
		    (framed ? SHIM_ATTACH_FRAMED : 0);
	int waiter = notify_subscribe(&exec->changed);
	bool ok = !needs_own_shim(container, exec) || shim_launch_exec(container, exec, error);
	/* Clients that read the response head through a buffer (docker-py) lose bytes that arrive with it. */
	fd_await_taken(*client);
	ok = ok && shim_send(container, SHIM_EXEC, exec->id, flags, 0, exec->detach_keys, fds,
			   *client >= 0 ? 2 : 1, error);
	if (ok)
		fd_clear(client);
	ok = ok && await_start(exec, container, waiter, error);
	notify_unsubscribe(&exec->changed, waiter);
	return ok;
}

/* An exec can be started once. */
static bool claim(Engine *engine, Exec *exec, GError **error)
{
	g_mutex_lock(&engine->lock);
	bool before = exec->started, running = exec->running;
	exec->started = true;
	g_mutex_unlock(&engine->lock);
	return !before || fail(error, BERTH_ERROR_CONFLICT,
				  running ? "exec command %s is already running"
					  : "exec command %s has already run",
				  exec->id);
}

bool exec_can_start(Engine *engine, const Exec *exec, GError **error)
{
	g_autoptr(Container) container = container_find(engine, exec->container_id, error);
	return container != NULL && can_exec(container, container->row.id, error);
}

bool exec_start(Engine *engine, Exec *exec, int fd, bool framed, GError **error)
{
	g_autoptr(GError) problem = NULL;
	autofd client = fd;
	g_autoptr(Container) container = container_find(engine, exec->container_id, &problem);
	bool claimed = container != NULL && can_exec(container, container->row.id, &problem) &&
		       claim(engine, exec, &problem);
	if (claimed) {
		g_autofree char *action = action_text("exec_start", exec);
		container_event(container, action, "execID", exec->id);
	}
	if (claimed && run(container, exec, &client, framed, &problem))
		return true;
	if (claimed)
		note_failure(container, exec, problem->message);
	/* A client whose socket the shim has gets the error from the shim. */
	if (client >= 0)
		say_why(client, framed, problem->message);
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

/* Waits until it runs, as dockerd does. */
static bool await_running(Engine *engine, Exec *exec, GError **error)
{
	enum { READY_MS = 10000, SLICE_MS = 100 };
	int fd = notify_subscribe(&exec->changed);
	gint64 due = g_get_monotonic_time() + READY_MS * 1000;
	ExecState state = exec_state(engine, exec);
	while (!state.running && state.exit_code < 0 && !state.failed &&
		g_get_monotonic_time() < due) {
		notify_wait(fd, -1, SLICE_MS);
		state = exec_state(engine, exec);
	}
	notify_unsubscribe(&exec->changed, fd);
	if (state.running)
		return true;
	if (state.exit_code < 0 && !state.failed)
		return fail(error, BERTH_ERROR_SYSTEM, "timeout waiting for exec session ready");
	return fail(error, BERTH_ERROR_CONFLICT, "exec %s is not running", exec->id);
}

bool exec_resize(Engine *engine, Exec *exec, int rows, int columns, GError **error)
{
	g_autoptr(Container) container = container_find(engine, exec->container_id, error);
	exec->rows = rows;
	exec->columns = columns;
	return container != NULL && await_running(engine, exec, error) &&
	       shim_send(container, SHIM_RESIZE, exec->id, rows, columns, "", NULL, 0, error);
}

void exec_changed(Engine *engine, const struct shim_message *message)
{
	g_autoptr(Exec) exec = exec_find(engine, message->id, NULL);
	g_autoptr(Container) container =
		exec != NULL ? container_find(engine, exec->container_id, NULL) : NULL;
	bool exited = message->type == SHIM_EXEC_EXITED, failed = message->type == SHIM_EXEC_FAILED;
	if (exec == NULL)
		return;
	g_mutex_lock(&engine->lock);
	if (message->type == SHIM_EXEC_STARTED) {
		exec->running = true;
		exec->pid = message->a;
	} else if (exited) {
		exec->running = false;
		exec->exit_code = message->a;
	} else if (failed && exec->error == NULL) {
		exec->exit_code = start_error_exit_code(message->text, EXIT_UNKNOWN);
		exec->error = g_strdup(message->text);
	}
	if (container != NULL && (exited || failed))
		forget_id(container, exec->id);
	g_mutex_unlock(&engine->lock);
	notify_fire(&exec->changed);
	if (container == NULL || !exited)
		return;
	g_autofree char *code = g_strdup_printf("%d", message->a);
	container_event_with(container, "exec_die",
		json_pack("{s:s, s:s}", "execID", exec->id, "exitCode", code));
}

void exec_lost(Engine *engine, const Exec *exec)
{
	ExecState state = exec_state(engine, exec);
	struct shim_message message = {
		.type = state.running ? SHIM_EXEC_EXITED : SHIM_EXEC_FAILED, .a = 128 + SIGKILL};
	if (!state.running && (!state.started || state.failed || state.exit_code >= 0))
		return;
	g_strlcpy(message.id, exec->id, sizeof message.id);
	g_strlcpy(message.text, "its shim was killed", sizeof message.text);
	exec_changed(engine, &message);
}

/* Execs end with their container; clients may still inspect them until the container is removed. One that was never
 * started is dropped. */
void exec_forget_all(Container *container)
{
	GHashTableIter each;
	gpointer value;
	g_mutex_lock(&container->engine->lock);
	g_hash_table_iter_init(&each, container->engine->execs);
	while (g_hash_table_iter_next(&each, NULL, &value)) {
		Exec *exec = value;
		if (strcmp(exec->container_id, container->row.id) != 0)
			continue;
		if (exec->running) {
			exec->running = false;
			exec->exit_code = 137;
			notify_fire(&exec->changed);
		}
		if (container->row.status == STATUS_REMOVING || !exec->started)
			g_hash_table_iter_remove(&each);
	}
	g_ptr_array_set_size(container->exec_ids, 0);
	g_mutex_unlock(&container->engine->lock);
}
