/* Connections. One thread accepts them and watches idle ones, so that ten thousand cost memory only; when a whole
 * header has arrived, a pool thread, which may block, serves the request. */
#include "api/api.h"
#include "engine/network/networks.h"

#include "base/address.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/thread.h"
#include "base/trace.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

/* HEAD_S: the time limit for a header. FIRST_READ: initial buffer; most headers are smaller. BODY_S: the longest
 * pause within a body. */
enum {
	EVENTS = 64,
	KEEP_THREADS = 4,
	FIRST_READ = 4096,
	READ_AHEAD = 16384,
	HEAD_S = 30,
	BODY_S = 600,
	SWEEP_MS = 1000
};

typedef struct {
	Server *server;
	int fd;
	bool listener;
	bool (*ready)(int fd, gpointer data); /* of a watched descriptor: server_watch */
	gpointer data;
	const TlsContext *tls; /* of a listener; NULL: plain */
	Caller caller;
	GList parked;	   /* link in server->parked, while it waits */
	gint64 head_began; /* monotonic; 0: no byte of a header has arrived */
	int ticket; /* ticket of dashboard_join; -1: not joined, but a dashboard is referenced all the same */
	char *buffer;
	size_t used, size;
} Connection;

struct Server {
	Engine *engine;
	int epoll_fd;
	GThreadPool *pool;
	GPtrArray *permanent; /* of Connection: listeners, and what server_watch watches */
	GMutex lock;	      /* guards the following fields */
	GQueue parked;	      /* connections that wait for a header, the longest waiting first */
	int open, most;	      /* number of connections, and its limit */
	int partial;	      /* of parked: the beginning of a header has arrived */
};

static void connection_free(Connection *connection)
{
	g_mutex_lock(&connection->server->lock);
	connection->server->open--;
	g_mutex_unlock(&connection->server->lock);
	/* Removed before the descriptor is closed: epoll would go on watching a duplicate. */
	if (connection->ticket >= 0)
		dashboard_leave(connection->caller.dashboard, connection->ticket);
	else if (connection->caller.dashboard != NULL)
		dashboard_unref(connection->caller.dashboard);
	fd_clear(&connection->fd);
	g_free((char *)connection->caller.certificate);
	g_free(connection->buffer);
	g_free(connection);
}

static Connection *connection_new(Server *server, int fd)
{
	Connection *connection = g_new0(Connection, 1);
	connection->server = server;
	connection->fd = fd;
	connection->ticket = -1;
	g_mutex_lock(&server->lock);
	server->open++;
	g_mutex_unlock(&server->lock);
	return connection;
}

/* Watches an idle connection; an empty buffer is freed. */
static void connection_park(Connection *connection, int how)
{
	Server *server = connection->server;
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLONESHOT | EPOLLRDHUP, .data.ptr = connection};
	if (connection->used == 0) {
		g_clear_pointer(&connection->buffer, g_free);
		connection->size = 0;
		connection->head_began = 0;
	} else if (connection->head_began == 0) {
		connection->head_began = g_get_monotonic_time();
	}
	g_mutex_lock(&server->lock);
	connection->parked.data = connection;
	g_queue_push_tail_link(&server->parked, &connection->parked);
	server->partial += connection->head_began != 0;
	epoll_ctl(server->epoll_fd, how, connection->fd, &event);
	g_mutex_unlock(&server->lock);
}

/* The server's lock is held. */
static void unpark(Server *server, Connection *connection)
{
	lock_held(&server->lock);
	g_queue_unlink(&server->parked, &connection->parked);
	server->partial -= connection->head_began != 0;
}

/* caller's certificate name is copied. */
static void connection_start(Server *server, int fd, Caller caller)
{
	int ticket = -1;
	if (caller.dashboard != NULL && !dashboard_join(caller.dashboard, fd, &ticket)) {
		close(fd);
		return;
	}
	Connection *connection = connection_new(server, fd);
	connection->ticket = ticket;
	connection->caller = caller;
	connection->caller.certificate = g_strdup(caller.certificate);
	connection_park(connection, EPOLL_CTL_ADD);
}

static void watch(Server *server, Connection *connection)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
	epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, connection->fd, &event);
}

static void watch_always(Server *server, Connection *connection)
{
	watch(server, connection);
	g_ptr_array_add(server->permanent, connection);
}

void server_add_listener(Server *server, int fd, bool is_tcp, const TlsContext *tls)
{
	Connection *listener = connection_new(server, fd);
	listener->listener = true;
	listener->caller.is_tcp = is_tcp;
	listener->tls = tls;
	watch_always(server, listener);
}

void server_add_metrics_listener(Server *server, int fd)
{
	Connection *listener = connection_new(server, fd);
	listener->listener = true;
	listener->caller = (Caller){.is_tcp = true, .metrics = true};
	watch_always(server, listener);
}

void server_add_dashboard_listener(
	Server *server, int fd, Dashboard *dashboard, const TlsContext *tls)
{
	Connection *listener = connection_new(server, fd);
	listener->listener = true;
	listener->caller = (Caller){.is_tcp = true, .dashboard = dashboard_ref(dashboard)};
	listener->tls = tls;
	watch(server, listener);
}

/* Reads what an answer left unread of a body, for a limited time: a client that is still sending would not read the
 * answer (EPIPE). */
static void swallow_rest(Connection *connection, HttpBody *body)
{
	enum { MOST = 1 << 20, PATIENCE_MS = 500 };
	g_autofree char *block = g_malloc(READ_AHEAD);
	for (ssize_t n = 0, total = 0; !body->ended && n >= 0 && total < MOST; total += n) {
		struct pollfd waited = {.fd = connection->fd, .events = POLLIN};
		if (body->data->len <= body->taken && poll(&waited, 1, PATIENCE_MS) <= 0)
			return;
		n = http_body_read(body, block, READ_AHEAD, NULL);
		if (n == 0)
			return;
	}
}

/* The beginning of a connection's preface (RFC 9113 3.4). */
static bool is_http2(const HttpHead *head)
{
	return strcmp(head->start[0], "PRI") == 0 && strcmp(head->start[1], "*") == 0 &&
	       strcmp(head->start[2], "HTTP/2.0") == 0;
}

/* Serves one request; false if the connection is at its end. */
static bool serve_one(Connection *connection, size_t head_length)
{
	g_auto(HttpHead) head = {0};
	g_autoptr(GError) error = NULL;
	HttpBody body = {0};
	gint64 began = g_get_monotonic_time();
	Request request = {.engine = connection->server->engine,
		.server = connection->server,
		.caller = &connection->caller,
		.fd = connection->fd,
		.head = &head,
		.body = &body,
		.version = 51};
	bool ok = http_head_parse(&head, connection->buffer, head_length) &&
		  (http_head_is_request(&head) || is_http2(&head));
	if (!ok)
		fail(&error, BERTH_ERROR_INVALID, "invalid HTTP request");
	ok = ok && http_body_init(&body, connection->fd, &head, connection->buffer + head_length,
			   connection->used - head_length, false, &error);
	bool parsed = ok;
	log_request_begin(parsed ? http_header(&head, "X-Request-Id") : "");
	body.pause_us = BODY_S * G_USEC_PER_SEC;
	ok = ok && (is_http2(&head) ? grpc_direct(&request, connection->buffer, head_length, &error)
				    : request_dispatch(&request, &error));
	/* Without Connection: close the client would wait for ever. */
	if (error == NULL && !request.answered)
		ok = fail(&error, BERTH_ERROR_SYSTEM, "%s failed, and nothing says why",
			request.path != NULL ? request.path : "the request");
	if (parsed)
		/* Without the query: a build's arguments may be secrets (CVE-2019-13509). */
		trace(TRACE_API, "%s %.*s: %s after %" G_GINT64_FORMAT " us", head.start[0],
			(int)strcspn(head.start[1], "?"), head.start[1],
			ok		? "done"
			: error != NULL ? error->message
					: "gone",
			g_get_monotonic_time() - began);
	if (!ok && error != NULL && !request.answered)
		reply_error(&request, error);
	else if (!ok && request.chunked)
		request.failed = true;
	if (request.chunked && !request.failed)
		reply_end(&request);
	if (parsed && !request.hijacked && !body.ended)
		swallow_rest(connection, &body);
	/* An unread body must not be taken for the next request. */
	bool keep = parsed && !request.hijacked && !request.failed && body.ended &&
		    strcmp(head.start[2], "HTTP/1.1") == 0 &&
		    g_ascii_strcasecmp(http_header(&head, "Connection"), "close") != 0;
	connection->used = 0;
	if (keep && body.data->len > body.taken) {
		connection->used = body.data->len - body.taken;
		connection->buffer = g_realloc(
			connection->buffer, connection->size = MAX(connection->used, READ_AHEAD));
		memcpy(connection->buffer, body.data->data + body.taken, connection->used);
	}
	connection->head_began = 0;
	if (request.hijacked)
		connection->fd = -1;
	http_body_clear(&body);
	request_clear(&request);
	log_request_end();
	return keep;
}

static void serve(gpointer data, gpointer unused)
{
	/* A shorter request has not allocated much. */
	enum { LONG_US = 10000 };
	Connection *connection = data;
	(void)unused;
	gint64 began = g_get_monotonic_time();
	bool keep = true;
	for (size_t length;
		keep && (length = http_head_length(connection->buffer, connection->used)) > 0;)
		keep = serve_one(connection, length);
	if (keep)
		connection_park(connection, EPOLL_CTL_MOD);
	else
		connection_free(connection);
	if (g_get_monotonic_time() - began > LONG_US)
		memory_give_back();
}

/* Written directly, without a thread. message needs no escapes. */
static void refuse(Connection *connection, const char *status, const char *message)
{
	g_autofree char *answer = g_strdup_printf(
		"HTTP/1.1 %s\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
		"{\"message\":\"%s\"}\n",
		status, message);
	send(connection->fd, answer, strlen(answer), MSG_NOSIGNAL | MSG_DONTWAIT);
	connection_free(connection);
}

static void begin(Connection *connection)
{
	g_autoptr(GError) error = NULL;
	if (thread_pool_give(connection->server->pool, connection, &error))
		return;
	log_warn("a request is refused: %s", error->message);
	refuse(connection, "503 Service Unavailable", error->message);
}

/* Reads the available part of a header; a complete one goes to the pool. */
static void connection_readable(Connection *connection)
{
	g_mutex_lock(&connection->server->lock);
	unpark(connection->server, connection);
	g_mutex_unlock(&connection->server->lock);
	if (connection->size - connection->used < FIRST_READ / 2) {
		connection->size = MAX(FIRST_READ, connection->size * 2);
		connection->buffer = g_realloc(connection->buffer, connection->size);
	}
	ssize_t n = recv(connection->fd, connection->buffer + connection->used,
		connection->size - connection->used, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		connection_park(connection, EPOLL_CTL_MOD);
		return;
	}
	connection->used += n > 0 ? (size_t)n : 0;
	size_t head = http_head_length(connection->buffer, connection->used);
	if (n > 0 && (head > 0 ? head : connection->used) > HTTP_HEAD_LIMIT)
		refuse(connection, "400 Bad Request", "the head of the request is too large");
	else if (n <= 0)
		connection_free(connection);
	else if (head > 0)
		begin(connection);
	else
		connection_park(connection, EPOLL_CTL_MOD);
}

Server *server_new(Engine *engine, GError **error)
{
	struct rlimit files = {0};
	Server *server = g_new0(Server, 1);
	server->engine = engine;
	server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	server->permanent = g_ptr_array_new();
	server->pool = thread_pool_new(serve, NULL, -1, false);
	g_mutex_init(&server->lock);
	g_thread_pool_set_max_unused_threads(KEEP_THREADS);
	/* Some descriptors are reserved for the engine's own work. */
	getrlimit(RLIMIT_NOFILE, &files);
	server->most = (int)MIN(files.rlim_cur / 4 * 3, 100000);
	if (server->epoll_fd < 0)
		fail_errno(error, "epoll");
	return server;
}

/* At the limit, the connection that has waited longest is dropped. */
static void make_room(Server *server)
{
	g_mutex_lock(&server->lock);
	Connection *eldest =
		server->open >= server->most ? g_queue_peek_head(&server->parked) : NULL;
	if (eldest != NULL)
		unpark(server, eldest);
	g_mutex_unlock(&server->lock);
	if (eldest != NULL)
		connection_free(eldest);
}

/* What a TLS connection came to, until its end. */
typedef struct {
	Server *server;
	Dashboard *dashboard; /* a reference; NULL: none */
} Greeting;

static Greeting *greeting_new(Server *server, const Connection *listener)
{
	Greeting *greeting = g_new0(Greeting, 1);
	greeting->server = server;
	if (listener->caller.dashboard != NULL)
		greeting->dashboard = dashboard_ref(listener->caller.dashboard);
	return greeting;
}

static void greeting_free(gpointer data)
{
	Greeting *greeting = data;
	if (greeting->dashboard != NULL)
		dashboard_unref(greeting->dashboard);
	g_free(greeting);
}

/* The plain side of a TLS connection whose certificate was checked; a dashboard always asks for one. */
static void tls_ready(gpointer data, int fd, const char *name)
{
	const Greeting *greeting = data;
	const Config *config = greeting->server->engine->config;
	connection_start(greeting->server, fd,
		(Caller){.is_tcp = true,
			.dashboard = greeting->dashboard,
			.certificate =
				greeting->dashboard != NULL || config->tls_verify ? name : NULL});
}

const TlsContext *server_tls(const Config *config, bool verify, GError **error)
{
	static GMutex lock;
	static TlsContext *contexts[2];
	TlsFiles files = {.ca = config->tls_ca,
		.cert = config->tls_cert,
		.key = config->tls_key,
		.verify = verify};
	g_mutex_lock(&lock);
	if (contexts[verify] == NULL)
		contexts[verify] = tls_context_new(&files, true, error);
	const TlsContext *context = contexts[verify];
	g_mutex_unlock(&lock);
	if (context == NULL)
		g_prefix_error(error, "TLS: ");
	return context;
}

/* No container reaches the API over its bridge, whatever addresses it gives itself (CVE-2025-9074). */
static bool is_container(Server *server, const Connection *listener, int fd)
{
	g_autofree char *address = listener->caller.is_tcp ? socket_peer(fd, NULL) : NULL;
	if (address == NULL ||
		!network_is_of_containers(server->engine, address, socket_arrival_link(fd)))
		return false;
	log_warn("refused a connection of the container at %s to the API", address);
	return true;
}

static void listener_accept(Server *server, Connection *listener)
{
	make_room(server);
	int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) {
		/* The queue of the listener stays full, and would wake us at once. */
		log_warn("a connection cannot be accepted: %s", g_strerror(errno));
		g_usleep(SWEEP_MS * 10);
	}
	/* It was shut down by dashboard_close, which may still hold a duplicate of the descriptor: until that is closed as
	 * well, epoll would report a listener that is freed. */
	if (fd < 0 && errno == EINVAL && listener->caller.dashboard != NULL) {
		epoll_ctl(server->epoll_fd, EPOLL_CTL_DEL, listener->fd, NULL);
		connection_free(listener);
	}
	if (fd < 0)
		return;
	if (is_container(server, listener, fd))
		close(fd);
	else if (listener->tls != NULL)
		tls_accept(listener->tls, fd, tls_ready, greeting_new(server, listener),
			greeting_free);
	else
		connection_start(server, fd, listener->caller);
}

/* Drops connections whose header takes too long. */
static void sweep(Server *server)
{
	g_autoptr(GPtrArray) late = g_ptr_array_new();
	gint64 eldest = g_get_monotonic_time() - HEAD_S * G_USEC_PER_SEC;
	g_mutex_lock(&server->lock);
	for (GList *l = server->parked.head, *next; l != NULL; l = next) {
		Connection *connection = l->data;
		next = l->next;
		if (connection->head_began == 0 || connection->head_began > eldest)
			continue;
		unpark(server, connection);
		g_ptr_array_add(late, connection);
	}
	g_mutex_unlock(&server->lock);
	for (guint i = 0; i < late->len; i++)
		connection_free(late->pdata[i]);
}

/* What is done once in SWEEP_MS, while there is a reason. */
typedef struct {
	gint64 last; /* monotonic */
	bool requested; /* something has happened since: it may leave memory behind, after its answer as well */
} Upkeep;

/* Returns the time until the next one in ms, -1 if there is no reason for one. */
static int upkeep_in_time(Server *server, Upkeep *upkeep)
{
	g_mutex_lock(&server->lock);
	int partial = server->partial;
	g_mutex_unlock(&server->lock);
	gint64 now = g_get_monotonic_time();
	if (now - upkeep->last >= SWEEP_MS * 1000) {
		if (partial > 0)
			sweep(server);
		if (upkeep->requested)
			memory_give_back();
		*upkeep = (Upkeep){.last = now};
	}
	return partial > 0 || upkeep->requested ? SWEEP_MS : -1;
}

static void upkeep_request(Upkeep *upkeep)
{
	if (!upkeep->requested)
		*upkeep = (Upkeep){.last = g_get_monotonic_time(), .requested = true};
}

void server_watch(Server *server, int fd, bool (*ready)(int fd, gpointer data), gpointer data)
{
	Connection *watched = connection_new(server, fd);
	watched->ready = ready;
	watched->data = data;
	watch_always(server, watched);
}

void server_run(Server *server)
{
	struct epoll_event events[EVENTS];
	Connection *listeners[EVENTS];
	Upkeep upkeep = {0};
	memory_give_back(); /* the base for later comparisons */
	for (;;) {
		int listener_count = 0, count = epoll_wait(server->epoll_fd, events, EVENTS,
						upkeep_in_time(server, &upkeep));
		if (count > 0)
			upkeep_request(&upkeep);
		for (int i = 0; i < count; i++) {
			Connection *connection = events[i].data.ptr;
			if (connection->listener)
				listeners[listener_count++] = connection;
			else if (connection->ready == NULL)
				connection_readable(connection);
			else if (!connection->ready(connection->fd, connection->data))
				return;
		}
		/* Accepted last: a new connection may push out one that has an event in this batch. */
		for (int i = 0; i < listener_count; i++)
			listener_accept(server, listeners[i]);
	}
}
