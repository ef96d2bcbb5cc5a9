/* Launching shims: one that makes a container, or one that enters a container for an exec. */
#include "engine/shim/shim.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/trace.h"
#include "runtime/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum {
	SHIM_LIMIT = 64 << 20,
	START_SECONDS = 150
}; /* longer than the shim's own limit for a process (making.c) */

/* The shim runs from a sealed copy in memory: no container can overwrite the program that starts the next one through
 * /proc/self/exe (CVE-2019-5736), and an upgrade finds no busy file. */
bool shim_copy(Engine *engine, GError **error)
{
	size_t length;
	autofd file = open(engine->config->shim, O_RDONLY | O_CLOEXEC);
	g_autofree char *data = file < 0 ? NULL : fd_read_all(file, SHIM_LIMIT, &length);
	if (data == NULL)
		return fail_errno(
			error, "cannot read %s (it is to lie beside berthd)", engine->config->shim);
	autofd copy = memfd_create("berth-shim", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (copy < 0 || !fd_write_all(copy, data, length) || fchmod(copy, 0500) < 0 ||
		fcntl(copy, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) <
			0)
		return fail_errno(error, "cannot keep a copy of berth-shim");
	/* Reopened read-only: a file that is open for writing cannot be executed. */
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", copy);
	engine->shim_fd = open(path, O_RDONLY | O_CLOEXEC);
	return engine->shim_fd >= 0 || fail_errno(error, "cannot keep a copy of berth-shim");
}

/* Spawns the shim by vfork and exec; it inherits the standard streams, the plan, its socket and (unless -1) fifth. */
static bool spawn(Engine *engine, int plan_fd, int socket, int fifth, pid_t *pid, GError **error)
{
	char *argv[] = {(char *)"berth-shim", NULL}, *envp[] = {NULL};
	g_autofree char *program = g_strdup_printf("/proc/self/fd/%d", engine->shim_fd);
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_adddup2(&actions, 0, 1);
	/* Descriptor numbers above the two targets, so that dup2 overwrites neither. */
	posix_spawn_file_actions_adddup2(&actions, plan_fd, SHIM_FD_PLAN);
	posix_spawn_file_actions_adddup2(&actions, socket, SHIM_FD_CONTROL);
	if (fifth >= 0)
		posix_spawn_file_actions_adddup2(&actions, fifth, SHIM_FD_NETWORK);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	int failed = posix_spawn(pid, program, &actions, &attributes, argv, envp);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	errno = failed;
	return failed == 0 || fail_errno(error, "cannot start berth-shim");
}

/* Spawns it with a socket pair, whose other end is returned, or -1; the descriptors stay the caller's. */
static int spawn_connected(Engine *engine, int plan_fd, int fifth, pid_t *pid, GError **error)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		fail_errno(error, "cannot talk to berth-shim");
		return -1;
	}
	autofd ours = pair[0];
	autofd theirs = pair[1];
	/* Above 5, so that dup2 in the child overwrites none. */
	autofd plan = fcntl(plan_fd, F_DUPFD_CLOEXEC, SHIM_FD_NETWORK + 1);
	autofd control = fcntl(theirs, F_DUPFD_CLOEXEC, SHIM_FD_NETWORK + 1);
	autofd more = fifth >= 0 ? fcntl(fifth, F_DUPFD_CLOEXEC, SHIM_FD_NETWORK + 1) : -1;
	return spawn(engine, plan, control, more, pid, error) ? fd_steal(&ours) : -1;
}

/* Reads the shim's messages until it has started the container, or could not. */
static bool await_start(Container *container, int socket, pid_t shim, ShimCreated created,
	int *network_ready, GError **error)
{
	g_autoptr(GError) problem = NULL;
	for (;;) {
		struct shim_message message;
		ssize_t n = recv(socket, &message, sizeof message, 0);
		/* ECONNRESET: what it has said before it ended is still to be read (fd_receive). */
		if (n < 0 && (errno == EINTR || errno == ECONNRESET))
			continue;
		if (n < 0 && errno == EAGAIN)
			return fail(error, BERTH_ERROR_SYSTEM,
				"berth-shim did not start the container in time");
		if (n != sizeof message)
			return fail(error, BERTH_ERROR_SYSTEM,
				"berth-shim ended before it had started the container");
		if (message.type == SHIM_WARNING)
			log_warn("container %s: %s", container->row.id, message.text);
		if (message.type == SHIM_TRACE)
			trace(TRACE_SHIM, "container %s: %s", container->row.id, message.text);
		if (message.type == SHIM_CREATED) {
			trace(TRACE_SHIM, "container %s: process %d waits for its network",
				container->row.id, message.a);
			/* Without the byte the process gives up, and the shim cleans up after it. */
			autofd netns =
				created != NULL ? making_netns_open(message.a, shim, &problem) : -1;
			if (netns >= 0 && created(container, netns, message.number, &problem))
				fd_write_all(*network_ready, "", 1);
			fd_clear(network_ready);
			continue;
		}
		if (message.type == SHIM_FAILED && problem != NULL &&
			strcmp(message.text, SHIM_NO_NETWORK) == 0) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return false;
		}
		if (message.type == SHIM_FAILED && g_str_has_prefix(message.text, SHIM_REFUSAL))
			return fail(error, BERTH_ERROR_SYSTEM, "%s",
				message.text + strlen(SHIM_REFUSAL));
		if (message.type == SHIM_FAILED) {
			g_autofree char *why = g_strconcat(
				"failed to create task for container: failed to create shim task: "
				"OCI runtime create failed: runc create failed: unable to start "
				"container process: error during container init: ",
				message.text, NULL);
			return start_error(error, why);
		}
		if (message.type != SHIM_STARTED)
			continue;
		trace(TRACE_SHIM, "container %s: started as process %d", container->row.id,
			message.a);
		g_atomic_int_set(&container->resolver, message.b | RESOLVER_HEARD);
		return container_record_start(container, message.a, message.number, error);
	}
}

ShimLink *shim_launch(Container *container, int plan_fd, ShimCreated created,
	const Attachment *attachments, guint count, GError **error)
{
	pid_t shim;
	int ready[2] = {-1, -1};
	g_autofree char *socket_path = shim_socket_path(container->engine, container->row.id),
			*folder = g_path_get_dirname(socket_path);
	mkdir(folder, 0700);
	if (created != NULL && pipe2(ready, O_CLOEXEC) < 0) {
		fail_errno(error, "cannot talk to berth-shim");
		return NULL;
	}
	autofd network = ready[0];
	autofd network_ready = ready[1];
	autofd ours = spawn_connected(container->engine, plan_fd, network, &shim, error);
	fd_clear(&network);
	if (ours < 0)
		return NULL;
	/* The shim may be held up by a file that it opens. */
	struct timeval limit = {.tv_sec = START_SECONDS};
	setsockopt(ours, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	for (guint i = 0; i < count; i++) {
		fd_await_taken(attachments[i].fd);
		shim_tell(ours, SHIM_ATTACH, "", attachments[i].flags, 0, attachments[i].keys,
			&attachments[i].fd, 1);
	}
	if (!shim_tell(ours, SHIM_START, "", 0, 0, "", NULL, 0) ||
		!await_start(container, ours, shim, created, &network_ready, error)) {
		fail(error, BERTH_ERROR_SYSTEM, "cannot talk to berth-shim");
		kill(shim, SIGKILL);
		waitpid(shim, NULL, 0);
		container_end_processes(container);
		exec_folder_remove(container->engine, container->row.id);
		return NULL;
	}
	return shim_link_new(container, NULL, fd_steal(&ours), shim);
}

bool shim_launch_exec(Container *container, Exec *exec, GError **error)
{
	g_auto(Plan) plan = {0};
	ContainerRow row = container_snapshot(container);
	pid_t shim;
	plan_init(&plan);
	plan_put(&plan, PLAN_ID, 0, 0, container->row.id, "", "", NULL);
	plan_put(&plan, PLAN_ENTER, 0, 0, NULL);
	autofd plan_fd = plan_seal(&plan, error);
	autofd process = row.pid > 0 ? pidfd_open(row.pid, 0) : -1;
	container_row_clear(&row);
	if (plan_fd < 0)
		return false;
	/* Still running: so its pid was not reused before it was opened. */
	if (process < 0 || !container_running(container))
		return fail(error, BERTH_ERROR_CONFLICT, "container %s is not running",
			container->row.id);
	int ours = spawn_connected(container->engine, plan_fd, process, &shim, error);
	if (ours < 0)
		return false;
	shim_link_watch(shim_link_new(container, exec, ours, shim));
	return true;
}
