/* Connections: accepted and watched by one thread while they are idle, so that ten thousand of them
 * cost memory only; served by a pool of threads, which may wait, once a whole head has come. */
#include "api/api.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

enum { EVENTS = 64, KEEP_THREADS = 4, READ_AHEAD = 16384, FIRST_SYSTEMD_FD = 3 };

struct Connection {
	Server *server;
	int fd;
	bool listener, stop;
	char *buffer;
	size_t used, size;
};

struct Server {
	Engine *engine;
	int epoll_fd;
	GThreadPool *pool;
};

static const Route *const tables[] = {build_routes, system_routes, container_routes,
	container_file_routes, exec_routes, image_routes, network_routes, registry_routes,
	volume_routes};

static void connection_free(Connection *connection)
{
	fd_clear(&connection->fd);
	g_free(connection->buffer);
	g_free(connection);
}

static Connection *connection_add(Server *server, int fd, bool listener)
{
	Connection *connection = g_new0(Connection, 1);
	*connection = (Connection){.server = server, .fd = fd, .listener = listener};
	struct epoll_event event = {.events = EPOLLIN | (listener ? 0U : EPOLLONESHOT | EPOLLRDHUP),
		.data.ptr = connection};
	epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event);
	return connection;
}

/* Watches an idle connection again; the buffer goes, if nothing is in it. */
static void connection_park(Connection *connection)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLONESHOT | EPOLLRDHUP, .data.ptr = connection};
	if (connection->used == 0) {
		g_clear_pointer(&connection->buffer, g_free);
		connection->size = 0;
	}
	epoll_ctl(connection->server->epoll_fd, EPOLL_CTL_MOD, connection->fd, &event);
}

/* {} stands for a name of any length; what is around it must fit. */
static char *route_match(const char *pattern, const char *path)
{
	const char *hole = strstr(pattern, "{}");
	if (hole == NULL)
		return strcmp(pattern, path) == 0 ? g_strdup("") : NULL;
	size_t before = (size_t)(hole - pattern), after = strlen(hole + 2), length = strlen(path);
	if (length <= before + after || strncmp(pattern, path, before) != 0 ||
		strcmp(hole + 2, path + length - after) != 0)
		return NULL;
	return g_strndup(path + before, length - before - after);
}

/* Exact routes win over those with a name in them. */
static const Route *route_find(const char *method, const char *path, char **name)
{
	for (int exact = 1; exact >= 0; exact--)
		for (size_t t = 0; t < G_N_ELEMENTS(tables); t++)
			for (const Route *route = tables[t]; route->method != NULL; route++)
				if ((strstr(route->path, "{}") == NULL) == (exact == 1) &&
					strcmp(route->method, method) == 0 &&
					(*name = route_match(route->path, path)) != NULL)
					return route;
	return NULL;
}

/* Takes "/v1.41" off the path; an unknown version is refused with Docker's words. */
static bool strip_version(Request *request, GError **error)
{
	int major, minor, used = 0;
	request->version = 51;
	if (sscanf(request->path, "/v%d.%d%n", &major, &minor, &used) != 2 ||
		request->path[used] != '/')
		return true;
	if (major > 1 || (major == 1 && minor > 51))
		return fail(error, BERTH_ERROR_INVALID,
			"client version %d.%d is too new. Maximum supported API version is %s",
			major, minor, BERTH_API_VERSION);
	if (major < 1 || minor < 24)
		return fail(error, BERTH_ERROR_INVALID,
			"client version %d.%d is too old. Minimum supported API version is %s, "
			"please"
			" upgrade your client to a newer version",
			major, minor, BERTH_MIN_API_VERSION);
	request->version = minor;
	memmove(request->path, request->path + used, strlen(request->path + used) + 1);
	return true;
}

static bool parse_target(Request *request, GError **error)
{
	const char *target = request->head->start[1], *question = strchr(target, '?');
	static const char *const repeatable[] = {
		"names", "changes", "type", "platforms", "t", NULL};
	g_autoptr(GStrvBuilder) repeated = g_strv_builder_new();
	request->path = http_decode(target, question != NULL ? question - target : -1, false);
	request->params = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	if (request->path == NULL || *request->path != '/')
		return fail(error, BERTH_ERROR_INVALID, "invalid request target");
	g_auto(GStrv) pairs = g_strsplit(question != NULL ? question + 1 : "", "&", -1);
	for (int i = 0; pairs[i] != NULL; i++) {
		size_t length = strcspn(pairs[i], "=");
		char *key = http_decode(pairs[i], (gssize)length, true);
		char *value =
			key != NULL
				? http_decode(pairs[i][length] == '=' ? pairs[i] + length + 1 : "",
					  -1, true)
				: NULL;
		if (value == NULL) {
			g_free(key);
			return fail(error, BERTH_ERROR_INVALID, "invalid encoding in the query");
		}
		if (g_strv_contains(repeatable, key))
			g_strv_builder_add(repeated, value);
		g_hash_table_replace(request->params, key, value);
	}
	request->repeated = g_strv_builder_end(repeated);
	return strip_version(request, error);
}

static bool dispatch(Request *request, GError **error)
{
	/* A web page must not reach the engine through its visitor's browser (DNS rebinding). */
	if (*http_header(request->head, "Origin") != '\0')
		return fail(error, BERTH_ERROR_FORBIDDEN, "requests of browsers are refused");
	if (!parse_target(request, error))
		return false;
	const Route *route = route_find(request->head->start[0], request->path, &request->name);
	if (route == NULL)
		return fail(error, BERTH_ERROR_NOT_FOUND, "page not found");
	return route->handle(request, error);
}

static void request_clear(Request *request)
{
	g_free(request->path);
	g_free(request->name);
	g_free(request->headers);
	g_strfreev(request->repeated);
	if (request->params != NULL)
		g_hash_table_unref(request->params);
}

/* What an answer left unread of a body: a client that is still sending would not see why (EPIPE). Not for ever. */
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

/* Serves one request; false if the connection is at its end. */
static bool serve_one(Connection *connection, size_t head_length)
{
	g_auto(HttpHead) head = {0};
	g_autoptr(GError) error = NULL;
	HttpBody body = {0};
	Request request = {.engine = connection->server->engine,
		.connection = connection,
		.fd = connection->fd,
		.head = &head,
		.body = &body,
		.version = 51};
	bool ok = http_head_parse(&head, connection->buffer, head_length) &&
		  g_str_has_prefix(head.start[2], "HTTP/1.");
	if (!ok)
		fail(&error, BERTH_ERROR_INVALID, "invalid HTTP request");
	ok = ok && http_body_init(&body, connection->fd, &head, connection->buffer + head_length,
			   connection->used - head_length, false, &error);
	bool parsed = ok;
	ok = ok && dispatch(&request, &error);
	if (log_is_debug() && parsed)
		log_debug("%s %s: %s", head.start[0], head.start[1],
			ok		? "done"
			: error != NULL ? error->message
					: "gone");
	if (!ok && error != NULL && !request.answered)
		reply_error(&request, error);
	else if (!ok && request.chunked)
		request.failed = true;
	if (request.chunked && !request.failed)
		reply_end(&request);
	if (parsed && !request.hijacked && !body.ended)
		swallow_rest(connection, &body);
	/* A body that nobody wanted: the rest of it is not the next request. */
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
	if (request.hijacked)
		connection->fd = -1;
	http_body_clear(&body);
	request_clear(&request);
	return keep;
}

static void serve(gpointer data, gpointer unused)
{
	Connection *connection = data;
	(void)unused;
	for (size_t length; (length = http_head_length(connection->buffer, connection->used)) > 0;)
		if (!serve_one(connection, length)) {
			connection_free(connection);
			return;
		}
	connection_park(connection);
}

/* Reads what is there of a head; a whole one goes to the pool. */
static void connection_readable(Connection *connection)
{
	if (connection->size - connection->used < READ_AHEAD / 2)
		connection->buffer = g_realloc(connection->buffer, connection->size += READ_AHEAD);
	ssize_t n = recv(connection->fd, connection->buffer + connection->used,
		connection->size - connection->used, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		connection_park(connection);
		return;
	}
	connection->used += n > 0 ? (size_t)n : 0;
	if (n <= 0 || connection->used > HTTP_HEAD_LIMIT + READ_AHEAD)
		connection_free(connection);
	else if (http_head_length(connection->buffer, connection->used) > 0)
		g_thread_pool_push(connection->server->pool, connection, NULL);
	else
		connection_park(connection);
}

Server *server_new(Engine *engine, GError **error)
{
	Server *server = g_new0(Server, 1);
	server->engine = engine;
	server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	server->pool = g_thread_pool_new(serve, NULL, -1, FALSE, NULL);
	g_thread_pool_set_max_unused_threads(KEEP_THREADS);
	if (server->epoll_fd < 0)
		fail_errno(error, "epoll");
	return server;
}

static bool listen_unix(Server *server, const char *path, GError **error)
{
	struct group *group = getgrnam(server->engine->config->group);
	int probe = unix_connect(path, SOCK_STREAM);
	if (probe >= 0) {
		close(probe);
		return fail(
			error, BERTH_ERROR_CONFLICT, "another engine listens at %s already", path);
	}
	unlink(path); /* what a killed engine left */
	int fd = unix_listen(path, SOCK_STREAM, 0660);
	if (fd < 0)
		return fail_errno(error, "cannot listen at %s", path);
	if (group != NULL && chown(path, 0, group->gr_gid) < 0)
		log_warn("cannot give %s to group %s", path, server->engine->config->group);
	connection_add(server, fd, true);
	return true;
}

static bool listen_tcp(Server *server, const char *address, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(address, ":", 2);
	struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM}, *found = NULL;
	if (!server->engine->config->allow_insecure_api)
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"tcp://%s is refused: whoever reaches it would be root on this host. TLS"
			" (--tlsverify) is not built yet; \"allow-insecure-api\": true in "
			"daemon.json opens it all the same",
			address);
	if (parts[0] == NULL || parts[1] == NULL ||
		getaddrinfo(*parts[0] ? parts[0] : NULL, parts[1], &hints, &found) != 0)
		return fail(error, BERTH_ERROR_INVALID, "invalid address tcp://%s", address);
	int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	bool ok = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
		  bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0;
	freeaddrinfo(found);
	if (!ok) {
		fail_errno(error, "cannot listen at tcp://%s", address);
		fd_clear(&fd);
		return false;
	}
	connection_add(server, fd, true);
	return true;
}

/* Sockets that systemd has opened (sd_listen_fds(3)). */
static bool listen_inherited(Server *server, GError **error)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	if (pid == NULL || fds == NULL || atoi(pid) != getpid() || atoi(fds) < 1)
		return fail(error, BERTH_ERROR_INVALID,
			"fd:// was asked for, but no socket was passed on (LISTEN_FDS)");
	for (int i = 0; i < atoi(fds); i++) {
		fcntl(FIRST_SYSTEMD_FD + i, F_SETFD, FD_CLOEXEC);
		connection_add(server, FIRST_SYSTEMD_FD + i, true);
	}
	return true;
}

bool server_listen(Server *server, const char *host, GError **error)
{
	if (g_str_has_prefix(host, "unix://"))
		return listen_unix(server, host + strlen("unix://"), error);
	if (g_str_has_prefix(host, "tcp://"))
		return listen_tcp(server, host + strlen("tcp://"), error);
	if (g_str_has_prefix(host, "fd://"))
		return listen_inherited(server, error);
	return fail(error, BERTH_ERROR_INVALID,
		"invalid -H \"%s\": unix://PATH, tcp://ADDRESS:PORT or fd:// is wanted", host);
}

void server_run(Server *server, int stop_fd)
{
	struct epoll_event events[EVENTS];
	connection_add(server, stop_fd, true)->stop = true;
	for (;;) {
		int count = epoll_wait(server->epoll_fd, events, EVENTS, -1);
		for (int i = 0; i < count; i++) {
			Connection *connection = events[i].data.ptr;
			if (connection->stop)
				return;
			if (!connection->listener) {
				connection_readable(connection);
				continue;
			}
			int fd = accept4(connection->fd, NULL, NULL, SOCK_CLOEXEC);
			if (fd >= 0)
				connection_add(server, fd, false);
		}
	}
}
