#include "client/client.h"
#include "client/body_move.h"

#include "base/address.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/shown.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { BODY_LIMIT = 512 << 20, CHUNK = 256 * 1024 };

struct Client {
	char *host, *registry_auth; /* registry_auth: a header line, or NULL */
	int idle_fd;		    /* a connection kept for the next request, or -1 */
};

static bool (*starter)(const char *host);
static bool debug;
static TlsContext *tls; /* of all clients; NULL: none */

Client *client_new(const char *host)
{
	Client *client = g_new0(Client, 1);
	client->host = g_strdup(host);
	client->idle_fd = -1;
	return client;
}

void client_free(Client *client)
{
	fd_clear(&client->idle_fd);
	g_free(client->host);
	g_free(client->registry_auth);
	g_free(client);
}

const char *client_host(const Client *client)
{
	return client->host;
}

void client_set_registry_auth(Client *client, const char *auth)
{
	g_free(client->registry_auth);
	client->registry_auth = g_strconcat("X-Registry-Auth: ", auth, "\r\n", NULL);
}

bool client_use_tls(const TlsFiles *files, GError **error)
{
	tls = tls_context_new(files, false, error);
	return tls != NULL;
}

void client_set_debug(bool wanted)
{
	debug = wanted;
}

void client_set_starter(bool (*start)(const char *host))
{
	starter = start;
}

/* The host's name and port; docker's port by default. */
static char **tcp_parts(const Client *client)
{
	const char *address = strstr(client->host, "://") + 3;
	g_autofree char *bare = g_strndup(address, strcspn(address, "/"));
	return api_address_split(bare, tls != NULL);
}

/* Tries each address of the name until one accepts. */
static int connect_any(const struct addrinfo *found)
{
	for (; found != NULL; found = found->ai_next) {
		autofd fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) == 0)
			return fd_steal(&fd);
	}
	return -1;
}

static int connect_tcp(const Client *client, GError **error)
{
	g_auto(GStrv) parts = tcp_parts(client);
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
	errno = EHOSTUNREACH;
	if (parts == NULL || getaddrinfo(parts[0], parts[1], &hints, &found) != 0)
		return -1;
	int fd = connect_any(found);
	freeaddrinfo(found);
	return fd >= 0 && tls != NULL ? tls_connect(tls, fd, parts[0], error) : fd;
}

/* ssh runs the engine's dial-stdio command, whose standard streams are the connection. */
static int connect_ssh(const char *address)
{
	int pair[2];
	g_auto(GStrv) parts = g_strsplit(address, ":", 2);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	const char *argv[] = {"ssh", "-p", parts[1] != NULL ? parts[1] : "22", "--", parts[0],
		"docker", "system", "dial-stdio", NULL};
	pid_t pid = fork();
	if (pid == 0) {
		dup2(pair[1], 0);
		dup2(pair[1], 1);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(pair[1]);
	return pair[0];
}

static bool unreachable(const Client *client, GError **error)
{
	if (errno == EACCES)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"permission denied while trying to connect to the Docker daemon socket at "
			"%s:"
			" only root and members of its group may use it",
			client->host);
	return fail(error, BERTH_ERROR_UNAVAILABLE,
		"Cannot connect to the Docker daemon at %s. Is the docker daemon running?",
		client->host);
}

static int connect_host(Client *client, GError **error)
{
	int fd = -1;
	if (g_str_has_prefix(client->host, "unix://")) {
		fd = unix_connect(client->host + 7, SOCK_STREAM);
		if (fd < 0 && (errno == ENOENT || errno == ECONNREFUSED) && starter != NULL &&
			starter(client->host))
			fd = unix_connect(client->host + 7, SOCK_STREAM);
	} else if (g_str_has_prefix(client->host, "tcp://") ||
		   g_str_has_prefix(client->host, "http://") ||
		   g_str_has_prefix(client->host, "https://")) {
		fd = connect_tcp(client, error);
	} else if (g_str_has_prefix(client->host, "ssh://")) {
		fd = connect_ssh(client->host + 6);
	} else {
		fail(error, BERTH_ERROR_INVALID, "unable to parse docker host `%s`", client->host);
		return -1;
	}
	if (fd < 0)
		unreachable(client, error);
	return fd;
}

void response_clear(Response *response)
{
	http_head_clear(&response->head);
	http_body_clear(&response->body);
	fd_clear(&response->fd);
}

static bool send_text(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t n = send(fd, text, length, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		text += n;
		length -= (size_t)n;
	}
	return true;
}

/* is_head: of HEAD, whose answer has a length and no body (RFC 9110, 9.3.2). */
static bool read_head(Response *response, bool is_head, GError **error)
{
	g_autofree char *buffer = g_malloc(HTTP_HEAD_LIMIT);
	size_t used = 0, length;
	while ((length = http_head_length(buffer, used)) == 0) {
		ssize_t n = used < HTTP_HEAD_LIMIT
				    ? recv(response->fd, buffer + used, HTTP_HEAD_LIMIT - used, 0)
				    : 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(
				error, BERTH_ERROR_UNAVAILABLE, "the engine closed the connection");
		used += (size_t)n;
	}
	if (!http_head_parse(&response->head, buffer, length) ||
		!g_str_has_prefix(response->head.start[0], "HTTP/1."))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "the answer is not HTTP");
	response->status = atoi(response->head.start[1]);
	if (debug)
		print_to(stderr, "debug: %d %s\n", response->status, response->head.start[2]);
	if (!http_body_init(&response->body, response->fd, &response->head, buffer + length,
		    used - length, true, error))
		return false;
	if (response->status == 204 || response->status == 304 || is_head)
		response->body.ended = true;
	return true;
}

/* Converts {"message": "..."} to an error with the status as its code. */
static bool check_status(Response *response, GError **error)
{
	enum { REDIRECTS = 300, NOT_MODIFIED = 304, PROBLEMS = 400 };
	/* A redirect: the server does not know the path. */
	if (response->status >= REDIRECTS && response->status < PROBLEMS &&
		response->status != NOT_MODIFIED)
		return fail(error, BERTH_ERROR_SYSTEM, "unexpected redirect in response: %d",
			response->status);
	if (response->status < PROBLEMS)
		return true;
	size_t length;
	g_autofree char *text = http_body_read_all(&response->body, 1 << 20, &length, NULL);
	g_autoptr(json_t) json = text != NULL ? json_parse(text, length, NULL) : NULL;
	const char *message = json_str(json, "message");
	bool is_text = json == NULL && text != NULL && *g_strchomp(text) != '\0';
	return fail_answer(error, response->status,
		*message != '\0' ? message
		: is_text	 ? text
				 : response->head.start[2]);
}

/* Without empty segments, as Go's path.Join: "/images//a/json" for the name "/a", whose slashes may be escaped. The
 * query is unchanged. */
static char *clean_path(const char *path)
{
	size_t length = strcspn(path, "?");
	GString *clean = g_string_new("");
	for (size_t i = 0; i < length; i++) {
		bool escaped = g_ascii_strncasecmp(path + i, "%2f", 3) == 0;
		char letter = escaped ? '/' : path[i];
		i += escaped ? 2 : 0;
		if (letter != '/' || clean->len == 0 || clean->str[clean->len - 1] != '/')
			g_string_append_c(clean, letter);
	}
	if (clean->len > 1 && clean->str[clean->len - 1] == '/')
		g_string_truncate(clean, clean->len - 1);
	g_string_append(clean, path + length);
	return g_string_free(clean, FALSE);
}

static char *request_head(
	const Client *client, const char *method, const char *path, const char *more)
{
	const char *id = log_request_begin("");
	g_autofree char *clean = clean_path(path);
	if (debug)
		print_to(stderr, "debug: %s %s/v1.51%s (request %s)\n", method, client->host, clean,
			id);
	const char *address = g_str_has_prefix(client->host, "unix://")
				      ? "docker"
				      : strstr(client->host, "://") + 3;
	return g_strdup_printf("%s /v" CLIENT_API_VERSION
			       "%s HTTP/1.1\r\nHost: %.*s\r\nUser-Agent: "
			       "Docker-Client/berth (linux)\r\nX-Request-Id: %s\r\n%s%s\r\n",
		method, clean, (int)strcspn(address, "/"), address, id,
		client->registry_auth != NULL ? client->registry_auth : "", more);
}

/* A kept connection may have been closed meanwhile: then retried once on a new one. */
static bool exchange(
	Client *client, const char *text, size_t length, Response *response, GError **error)
{
	for (int attempt = 0; attempt < 2; attempt++) {
		bool kept = client->idle_fd >= 0;
		g_autoptr(GError) problem = NULL;
		*response = (Response){
			.fd = kept ? fd_steal(&client->idle_fd) : connect_host(client, error)};
		if (response->fd < 0)
			return false;
		if (send_text(response->fd, text, length) &&
			read_head(response, g_str_has_prefix(text, "HEAD "), &problem))
			return check_status(response, error);
		response_clear(response);
		if (!kept) {
			if (problem == NULL)
				return unreachable(client, error);
			g_propagate_error(error, g_steal_pointer(&problem));
			return false;
		}
	}
	return false;
}

bool client_send(Client *client, const char *method, const char *path, const json_t *body,
	Response *response, GError **error)
{
	g_autofree char *text = body != NULL ? json_text(body) : g_strdup("");
	g_autofree char *more = g_strdup_printf("%sContent-Length: %zu\r\n",
		body != NULL ? "Content-Type: application/json\r\n" : "", strlen(text));
	g_autofree char *head = request_head(client, method, path, more),
			*all = g_strconcat(head, text, NULL);
	return exchange(client, all, strlen(all), response, error);
}

/* Connects, and sends a head whose body comes in chunks; *response has no descriptor where nobody listens. */
static bool begin_stream(Client *client, const char *method, const char *path, const char *headers,
	Response *response, GError **error)
{
	g_autofree char *more = g_strconcat(headers, "Transfer-Encoding: chunked\r\n", NULL);
	g_autofree char *head = request_head(client, method, path, more);
	*response = (Response){.fd = connect_host(client, error)};
	return response->fd >= 0 && send_text(response->fd, head, strlen(head));
}

bool client_send_stream(Client *client, const char *method, const char *path, const char *headers,
	BodySource source, gpointer data, Response *response, GError **error)
{
	/* Between its size and its end, so that a chunk is sent at once. */
	enum { SIZE = 24, END = 2 };
	g_autofree char *block = g_malloc(SIZE + CHUNK + END);
	char *chunk = block + SIZE;
	bool ok = begin_stream(client, method, path, headers, response, error);
	if (response->fd < 0)
		return false;
	ssize_t n;
	while (ok && (n = source(data, chunk, CHUNK)) != 0) {
		char size[SIZE];
		if (n < 0)
			return fail(error, BERTH_ERROR_UNAVAILABLE, "cannot read the archive: %s",
				errno_words(errno));
		size_t length = (size_t)snprintf(size, sizeof size, "%zx\r\n", (size_t)n);
		memcpy(chunk - length, size, length);
		memcpy(chunk + n, "\r\n", END);
		ok = send_text(response->fd, chunk - length, length + (size_t)n + END);
	}
	if (ok)
		send_text(response->fd, "0\r\n\r\n", 5);
	/* An engine that refuses the archive responds before it has read all of it. */
	return read_head(response, false, error) && check_status(response, error);
}

static ssize_t read_file(gpointer data, void *buffer, size_t size)
{
	const BodyFile *file = data;
	ssize_t n;
	while ((n = read(file->fd, buffer, size)) < 0 && errno == EINTR)
		;
	return n == 0 && file->is_whole != NULL && !file->is_whole(file->data) ? -1 : n;
}

bool client_send_file(Client *client, const char *method, const char *path, const char *headers,
	const BodyFile *file, Response *response, GError **error)
{
	if (!body_can_move(file->fd))
		return client_send_stream(
			client, method, path, headers, read_file, (gpointer)file, response, error);
	bool ok = begin_stream(client, method, path, headers, response, error);
	if (response->fd < 0)
		return false;
	/* A megabyte on its way, or the kernel's limit: each time that it is full, one side waits for the other. */
	const int room = 1 << 20;
	if (setsockopt(response->fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room) < 0)
		setsockopt(response->fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	if (ok && !body_move(file->fd, response->fd, file->is_whole, file->data, error))
		return false;
	return read_head(response, false, error) && check_status(response, error);
}

json_t *client_call(
	Client *client, const char *method, const char *path, const json_t *body, GError **error)
{
	g_auto(Response) response = {.fd = -1};
	size_t length;
	if (!client_send(client, method, path, body, &response, error))
		return NULL;
	g_autofree char *text = http_body_read_all(&response.body, BODY_LIMIT, &length, error);
	if (text == NULL)
		return NULL;
	if (response.body.left >= 0 &&
		g_ascii_strcasecmp(http_header(&response.head, "Connection"), "close") != 0)
		client->idle_fd = fd_steal(&response.fd);
	return length > 0 ? json_parse(text, length, error) : json_null();
}

/* Reads not a byte beyond the header, by peeking first: the stream follows. 0: there is no header. */
static size_t take_head(int fd, char *buffer)
{
	for (size_t used = 0; used < HTTP_HEAD_LIMIT;) {
		ssize_t seen = recv(fd, buffer + used, HTTP_HEAD_LIMIT - used, MSG_PEEK);
		size_t head = seen > 0 ? http_head_length(buffer, used + (size_t)seen) : 0,
		       part = head > 0 ? head - used : (size_t)MAX(seen, 0);
		if (seen <= 0 || recv(fd, buffer + used, part, MSG_WAITALL) != (ssize_t)part)
			return 0;
		if (head > 0)
			return head;
		used += part;
	}
	return 0;
}

int client_hijack(Client *client, const char *path, const json_t *body, GError **error)
{
	g_autofree char *text = body != NULL ? json_text(body) : g_strdup("");
	g_autofree char *more =
		g_strdup_printf("Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: "
				"application/json\r\nContent-Length: %zu\r\n",
			strlen(text));
	g_autofree char *head = request_head(client, "POST", path, more),
			*all = g_strconcat(head, text, NULL), *buffer = g_malloc(HTTP_HEAD_LIMIT);
	g_auto(Response) response = {.fd = connect_host(client, error)};
	if (response.fd < 0)
		return -1;
	if (!send_text(response.fd, all, strlen(all))) {
		unreachable(client, error);
		return -1;
	}
	size_t used = take_head(response.fd, buffer);
	if (used == 0) {
		fail(error, BERTH_ERROR_UNAVAILABLE, "the engine closed the connection");
		return -1;
	}
	if (!http_head_parse(&response.head, buffer, used)) {
		fail(error, BERTH_ERROR_UNAVAILABLE, "the answer is not HTTP");
		return -1;
	}
	response.status = atoi(response.head.start[1]);
	if (!http_body_init(&response.body, response.fd, &response.head, "", 0, true, error) ||
		!check_status(&response, error))
		return -1;
	return fd_steal(&response.fd);
}

char *client_escape(const char *text)
{
	return g_uri_escape_string(text, NULL, FALSE);
}
