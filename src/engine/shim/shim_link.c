/* The engine's end of each shim connection: reading, sending, reconnecting. */
#include "engine/shim/shim.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/thread.h"
#include "base/timefmt.h"
#include "base/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum {
	EVENTS = 64,
	GONE_SECONDS = 10,
	LINGER_POLL_MS = 1000,
	ANSWER_SECONDS = 2,
	ANSWER_POLL_US = 1000
};

struct ShimLink {
	int socket;
	pid_t pid;	      /* 0: not a child of ours */
	bool exited;	      /* it has reported the end */
	Container *container; /* owned reference */
	Exec *exec;	      /* the exec that this shim is for alone (owned reference), or NULL */
};

#define MESSAGE(name) [SHIM_##name] = #name

static const char *message_name(guint32 type)
{
	static const char *const names[] = {MESSAGE(START), MESSAGE(ATTACH), MESSAGE(KILL),
		MESSAGE(RESIZE), MESSAGE(EXEC), MESSAGE(PUBLISH), MESSAGE(QUERY), MESSAGE(CREATED),
		MESSAGE(STARTED), MESSAGE(FAILED), MESSAGE(EXITED), MESSAGE(OOM),
		MESSAGE(EXEC_STARTED), MESSAGE(EXEC_FAILED), MESSAGE(EXEC_EXITED),
		MESSAGE(DETACHED), MESSAGE(WARNING), MESSAGE(DNS), MESSAGE(TRACE)};
	return type < G_N_ELEMENTS(names) && names[type] != NULL ? names[type] : "?";
}

static GArray *ended_shims; /* of pid_t */
static const ShimEvents *heard;

char *shim_socket_path(Engine *engine, const char *id)
{
	return g_build_filename(engine->config->exec_root, id, "shim.sock", NULL);
}

ShimLink *shim_link_new(Container *container, Exec *exec, int socket, pid_t pid)
{
	ShimLink *link = g_new0(ShimLink, 1);
	*link = (ShimLink){
		socket, pid, false, container_ref(container), exec != NULL ? exec_ref(exec) : NULL};
	g_mutex_lock(&container->engine->lock);
	*(exec != NULL ? &exec->link : &container->link) = link;
	g_mutex_unlock(&container->engine->lock);
	return link;
}

/* A shim that was reconnected to is identified by its end of the connection. */
pid_t shim_link_pid(const ShimLink *link)
{
	struct ucred peer = {0};
	socklen_t size = sizeof peer;
	if (link->pid > 0)
		return link->pid;
	return getsockopt(link->socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? peer.pid : 0;
}

/* Shims whose links are closed. A shim lingers while a slow client still reads: polled every LINGER_POLL_MS. Only the
 * monitor's thread gets here, and it waits for no other child of the engine. */
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

void shim_link_watch(ShimLink *link)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = link};
	epoll_ctl(link->container->engine->epoll_fd, EPOLL_CTL_ADD, link->socket, &event);
}

void exec_folder_remove(Engine *engine, const char *id)
{
	autofd parent = open(engine->config->exec_root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	tree_remove(parent, id);
}

/* A shim that ended without a report was killed, and its container with it. */
static void end_container(ShimLink *link)
{
	Container *container = link->container;
	/* It may also have been killed between its report and its cleanup: then cgroups are left. */
	container_end_processes(container);
	if (!link->exited)
		heard->exited(container, 128 + SIGKILL, false, time_now(),
			"the container's shim was killed");
	exec_folder_remove(container->engine, container->row.id);
}

static void link_closed(ShimLink *link)
{
	Container *container = link->container;
	Engine *engine = container->engine;
	epoll_ctl(engine->epoll_fd, EPOLL_CTL_DEL, link->socket, NULL);
	if (link->exec != NULL)
		heard->exec_shim_ended(engine, link->exec);
	else
		end_container(link);
	reap_later(link->pid);
	g_mutex_lock(&engine->lock);
	ShimLink **place = link->exec != NULL ? &link->exec->link : &container->link;
	if (*place == link)
		*place = NULL;
	g_mutex_unlock(&engine->lock);
	if (link->exec == NULL)
		notify_fire(&container->changed);
	close(link->socket);
	container_unref(container);
	g_clear_pointer(&link->exec, exec_unref);
	g_free(link);
}

static void handle(ShimLink *link, const struct shim_message *message)
{
	Container *container = link->container;
	trace(TRACE_SHIM, "container %s says %s %s %d %d", container->row.id,
		message_name(message->type), message->id, message->a, message->b);
	switch (message->type) {
	case SHIM_EXITED:
		link->exited = true;
		heard->exited(container, message->a, message->b != 0, message->number, "");
		break;
	case SHIM_OOM:
		heard->oom(container);
		break;
	case SHIM_DETACHED:
		heard->detached(container);
		break;
	case SHIM_STARTED: /* the answer of a shim that we have reconnected to */
		g_atomic_int_set(&container->resolver, message->b | RESOLVER_HEARD);
		break;
	case SHIM_WARNING:
		log_warn("container %s: %s", container->row.id, message->text);
		break;
	default:
		heard->exec(container->engine, message);
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

void shim_monitor_start(Engine *engine, const ShimEvents *events)
{
	heard = events;
	engine->monitor = thread_or_end("shims", monitor_run, engine);
}

bool shim_tell(int socket, guint32 type, const char *id, int a, int b, const char *text,
	const int *fds, int fd_count)
{
	struct shim_message message = {.type = type, .a = a, .b = b};
	trace(TRACE_SHIM, "shim is sent %s %s %d %d", message_name(type), id, a, b);
	g_strlcpy(message.id, id, sizeof message.id);
	g_strlcpy(message.text, text, sizeof message.text);
	return fd_send(socket, &message, sizeof message, fds, fd_count);
}

bool shim_reconnect(Container *container)
{
	g_autofree char *path = shim_socket_path(container->engine, container->row.id);
	int socket = unix_connect(path, SOCK_SEQPACKET);
	if (socket < 0)
		return false;
	shim_link_watch(shim_link_new(container, NULL, socket, 0));
	return true;
}

int shim_resolver_state(Container *container)
{
	gint64 limit = g_get_monotonic_time() + ANSWER_SECONDS * G_USEC_PER_SEC;
	while (g_atomic_int_get(&container->resolver) == 0 && container_running(container) &&
		g_get_monotonic_time() < limit)
		g_usleep(ANSWER_POLL_US);
	return g_atomic_int_get(&container->resolver);
}

void shim_end(Engine *engine, const char *id)
{
	g_autofree char *path = shim_socket_path(engine, id);
	autofd socket = unix_connect(path, SOCK_SEQPACKET);
	gint64 limit = g_get_monotonic_time() + (gint64)GONE_SECONDS * G_USEC_PER_SEC;
	struct shim_message message;
	if (socket < 0 || !shim_tell(socket, SHIM_KILL, "", SIGKILL, 0, "", NULL, 0))
		return;
	log_warn("container %s: its start was cut off, and is undone", id);
	/* The shim's end is the end of the connection. */
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
	const Exec *exec = g_hash_table_lookup(container->engine->execs, id);
	const ShimLink *link = exec != NULL && exec->link != NULL ? exec->link : container->link;
	errno = EPIPE;
	bool ok = link != NULL && !link->exited &&
		  shim_tell(link->socket, type, id, a, b, text, fds, fd_count);
	int failure = errno;
	g_mutex_unlock(&container->engine->lock);
	/* Its shim has closed its end; the monitor is about to read its last message. */
	if (!ok && (failure == EPIPE || failure == ECONNRESET))
		return fail(error, BERTH_ERROR_CONFLICT, "container %s is not running",
			container->row.id);
	errno = failure;
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
