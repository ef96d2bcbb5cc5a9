/* The engine's end of each shim: spawning it, hearing from it, finding it again. */
#include "engine/engine.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/timefmt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { EVENTS = 64, GONE_SECONDS = 10, SHIM_LIMIT = 64 << 20, LINGER_POLL_MS = 1000 };

struct ShimLink {
	int socket;
	pid_t pid;	      /* 0: not a child of ours */
	bool exited;	      /* it has told so */
	Container *container; /* owned reference */
};

static GArray *ended_shims; /* of pid_t */

/* A sealed copy of the shim in memory is what runs: no container can overwrite the program that
 * starts the next one through its /proc/self/exe (CVE-2019-5736), and an upgrade finds no busy file. */
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
	/* Opened anew, read-only: a file that is open for writing cannot be executed. */
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", copy);
	engine->shim_fd = open(path, O_RDONLY | O_CLOEXEC);
	return engine->shim_fd >= 0 || fail_errno(error, "cannot keep a copy of berth-shim");
}

char *shim_socket_path(Engine *engine, const char *id)
{
	return g_build_filename(engine->config->exec_root, id, "shim.sock", NULL);
}

static ShimLink *link_new(Container *container, int socket, pid_t pid)
{
	ShimLink *link = g_new0(ShimLink, 1);
	*link = (ShimLink){socket, pid, false, container_ref(container)};
	g_mutex_lock(&container->engine->lock);
	container->link = link;
	g_mutex_unlock(&container->engine->lock);
	return link;
}

/* Shims whose links are closed. One lingers while a slow client still reads: asked again every
 * LINGER_POLL_MS. Only the monitor's thread is here; no other child of the engine is waited for. */
static void reap(void)
{
	for (guint i = ended_shims != NULL ? ended_shims->len : 0; i-- > 0;)
		if (waitpid(g_array_index(ended_shims, pid_t, i), NULL, WNOHANG) != 0)
			g_array_remove_index_fast(ended_shims, i);
}

static void reap_later(pid_t pid)
{
	if (ended_shims == NULL)
		ended_shims = g_array_new(FALSE, FALSE, sizeof(pid_t));
	if (pid > 0)
		g_array_append_val(ended_shims, pid);
}

static void watch(ShimLink *link)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = link};
	epoll_ctl(link->container->engine->epoll_fd, EPOLL_CTL_ADD, link->socket, &event);
}

void exec_folder_remove(Engine *engine, const char *id)
{
	autofd parent = open(engine->config->exec_root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	tree_remove(parent, id);
}

/* The shim has gone. If it told nothing before, somebody killed it: so ends the container. */
static void link_closed(ShimLink *link)
{
	Container *container = link->container;
	Engine *engine = container->engine;
	epoll_ctl(engine->epoll_fd, EPOLL_CTL_DEL, link->socket, NULL);
	/* It may also have been killed between its word and the end of its work: then cgroups are left. */
	container_end_processes(container);
	if (!link->exited)
		container_exited(container, 128 + SIGKILL, false, time_now(),
			"the container's shim was killed");
	reap_later(link->pid);
	exec_folder_remove(container->engine, container->row.id);
	g_mutex_lock(&engine->lock);
	if (container->link == link)
		container->link = NULL;
	g_mutex_unlock(&engine->lock);
	notify_fire(&container->changed);
	close(link->socket);
	container_unref(container);
	g_free(link);
}

static void handle(ShimLink *link, const struct shim_message *message)
{
	Container *container = link->container;
	switch (message->type) {
	case SHIM_EXITED:
		link->exited = true;
		container_exited(container, message->a, message->b != 0, message->number, "");
		break;
	case SHIM_OOM:
		container_event(container, "oom", NULL, NULL);
		break;
	case SHIM_DETACHED:
		container_event(container, "detach", NULL, NULL);
		break;
	case SHIM_WARNING:
		log_warn("container %s: %s", container->row.id, message->text);
		break;
	default:
		exec_changed(container->engine, message);
	}
}

static gpointer monitor_run(gpointer data)
{
	Engine *engine = data;
	struct epoll_event events[EVENTS];
	for (;;) {
		bool lingering = ended_shims != NULL && ended_shims->len > 0;
		int count = epoll_wait(
			engine->epoll_fd, events, EVENTS, lingering ? LINGER_POLL_MS : -1);
		for (int i = 0; i < count; i++) {
			ShimLink *link = events[i].data.ptr;
			struct shim_message message;
			ssize_t n = fd_receive(link->socket, &message, sizeof message);
			if (n == sizeof message)
				handle(link, &message);
			else if (n == 0 || (n < 0 && errno != EAGAIN))
				link_closed(link);
		}
		reap();
	}
	return NULL;
}

void shim_monitor_start(Engine *engine)
{
	engine->monitor = g_thread_new("shims", monitor_run, engine);
}

/* Spawns the shim by vfork and exec; it inherits three standard streams, the plan and its socket. */
static bool spawn(
	Engine *engine, int plan_fd, int socket, int network_fd, pid_t *pid, GError **error)
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
	/* Numbers that cannot collide with the two that are wanted. */
	posix_spawn_file_actions_adddup2(&actions, plan_fd, SHIM_FD_PLAN);
	posix_spawn_file_actions_adddup2(&actions, socket, SHIM_FD_CONTROL);
	if (network_fd >= 0)
		posix_spawn_file_actions_adddup2(&actions, network_fd, SHIM_FD_NETWORK);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	int failed = posix_spawn(pid, program, &actions, &attributes, argv, envp);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	errno = failed;
	return failed == 0 || fail_errno(error, "cannot start berth-shim");
}

static bool send_message(int socket, guint32 type, const char *id, int a, int b, const char *text,
	const int *fds, int fd_count)
{
	struct shim_message message = {.type = type, .a = a, .b = b};
	g_strlcpy(message.id, id, sizeof message.id);
	g_strlcpy(message.text, text, sizeof message.text);
	return fd_send(socket, &message, sizeof message, fds, fd_count);
}

/* Reads what the shim says until it has started the container, or could not. */
static bool await_start(
	Container *container, int socket, int *network_ready, int *pid, GError **error)
{
	g_autoptr(GError) problem = NULL;
	for (;;) {
		struct shim_message message;
		ssize_t n = recv(socket, &message, sizeof message, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n != sizeof message)
			return fail(error, BERTH_ERROR_SYSTEM,
				"berth-shim ended before it had started the container");
		if (message.type == SHIM_WARNING)
			log_warn("container %s: %s", container->row.id, message.text);
		if (message.type == SHIM_CREATED) {
			/* Without the byte the process gives up, and the shim tidies up behind it. */
			if (endpoints_connect(container, message.a, message.number, &problem))
				fd_write_all(*network_ready, "", 1);
			fd_clear(network_ready);
			continue;
		}
		if (message.type == SHIM_FAILED && problem != NULL) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return false;
		}
		if (message.type == SHIM_FAILED)
			return fail(error,
				strstr(message.text, "exec: ") != NULL ? BERTH_ERROR_INVALID
								       : BERTH_ERROR_SYSTEM,
				"failed to create task for container: failed to create shim task: "
				"OCI runtime create failed:"
				" unable to start container process: %s: unknown",
				message.text);
		if (message.type != SHIM_STARTED)
			continue;
		*pid = message.a;
		g_mutex_lock(&container->engine->lock);
		container->row.pid = message.a;
		container->row.started = message.number;
		container->row.exit_code = 0;
		container->row.oom = false;
		g_free(container->row.error);
		container->row.error = g_strdup("");
		g_mutex_unlock(&container->engine->lock);
		return true;
	}
}

bool shim_launch(Container *container, int plan_fd, bool with_network,
	const Attachment *attachments, guint count, int *pid, GError **error)
{
	int pair[2];
	pid_t shim;
	g_autofree char *socket_path = shim_socket_path(container->engine, container->row.id),
			*folder = g_path_get_dirname(socket_path);
	mkdir(folder, 0700);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return fail_errno(error, "cannot talk to berth-shim");
	autofd ours = pair[0];
	autofd theirs = pair[1];
	/* Above 5, so that dup2 in the child overwrites none. */
	autofd plan = fcntl(plan_fd, F_DUPFD_CLOEXEC, SHIM_FD_NETWORK + 1);
	autofd control = fcntl(theirs, F_DUPFD_CLOEXEC, SHIM_FD_NETWORK + 1);
	int ready[2] = {-1, -1};
	if (with_network && pipe2(ready, O_CLOEXEC) < 0)
		return fail_errno(error, "cannot talk to berth-shim");
	autofd network = with_network ? fcntl(ready[0], F_DUPFD_CLOEXEC, SHIM_FD_NETWORK + 1) : -1;
	autofd network_ready = ready[1];
	fd_clear(&ready[0]);
	if (!spawn(container->engine, plan, control, network, &shim, error))
		return false;
	fd_clear(&network);
	fd_clear(&theirs);
	fd_clear(&control);
	for (guint i = 0; i < count; i++)
		send_message(ours, SHIM_ATTACH, "", attachments[i].flags, 0, attachments[i].keys,
			&attachments[i].fd, 1);
	if (!send_message(ours, SHIM_START, "", 0, 0, "", NULL, 0) ||
		!await_start(container, ours, &network_ready, pid, error)) {
		fail(error, BERTH_ERROR_SYSTEM, "cannot talk to berth-shim");
		kill(shim, SIGKILL);
		waitpid(shim, NULL, 0);
		container_end_processes(container);
		exec_folder_remove(container->engine, container->row.id);
		return false;
	}
	/* Watched from the moment that everybody knows it runs: its end cannot overtake its start. */
	ShimLink *link = link_new(container, fd_steal(&ours), shim);
	publish_by_shim(container);
	container_set_status(container, STATUS_RUNNING);
	health_begin(container);
	container_event(container, "start", NULL, NULL);
	watch(link);
	return true;
}

bool shim_reconnect(Container *container)
{
	g_autofree char *path = shim_socket_path(container->engine, container->row.id);
	int socket = unix_connect(path, SOCK_SEQPACKET);
	if (socket < 0)
		return false;
	watch(link_new(container, socket, 0));
	health_begin(container);
	return true;
}

void shim_end(Engine *engine, const char *id)
{
	g_autofree char *path = shim_socket_path(engine, id);
	autofd socket = unix_connect(path, SOCK_SEQPACKET);
	gint64 limit = g_get_monotonic_time() + (gint64)GONE_SECONDS * G_USEC_PER_SEC;
	struct shim_message message;
	if (socket < 0 || !send_message(socket, SHIM_KILL, "", SIGKILL, 0, "", NULL, 0))
		return;
	log_warn("container %s: its start was cut off, and is undone", id);
	/* Its end is the end of the connection. */
	while (g_get_monotonic_time() < limit) {
		struct pollfd polled = {.fd = socket, .events = POLLIN};
		if (poll(&polled, 1, 100) > 0 && recv(socket, &message, sizeof message, 0) <= 0)
			return;
	}
}

bool shim_send(Container *container, guint32 type, const char *id, int a, int b, const char *text,
	const int *fds, int fd_count, GError **error)
{
	g_mutex_lock(&container->engine->lock);
	bool running = container->link != NULL && !container->link->exited;
	bool ok = running &&
		  send_message(container->link->socket, type, id, a, b, text, fds, fd_count);
	g_mutex_unlock(&container->engine->lock);
	if (!running)
		return fail(error, BERTH_ERROR_CONFLICT, "container %s is not running",
			container->row.id);
	return ok ||
	       fail_errno(error, "cannot talk to the shim of container %s", container->row.id);
}

void shim_wait_gone(Container *container)
{
	int fd = notify_subscribe(&container->changed);
	gint64 limit = g_get_monotonic_time() + (gint64)GONE_SECONDS * G_USEC_PER_SEC;
	for (;;) {
		g_mutex_lock(&container->engine->lock);
		bool there = container->link != NULL;
		g_mutex_unlock(&container->engine->lock);
		if (!there || g_get_monotonic_time() > limit)
			break;
		notify_wait(fd, -1, 100);
	}
	notify_unsubscribe(&container->changed, fd);
}
