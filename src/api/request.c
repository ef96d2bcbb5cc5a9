#include "api/form.h"
#include "api/schema_types.h"
#include "engine/engine.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/media_type.h"
#include "base/notify.h"
#include "base/quote.h"
#include "version.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* JSON_S: the time limit for a JSON body. */
enum { BODY_LIMIT = 8 << 20, JSON_S = 60 };

static char *const none[] = {NULL};

char *const *request_params(const Request *request, const char *name)
{
	const GPtrArray *values = g_hash_table_lookup(request->params, name);
	return values != NULL ? (char *const *)values->pdata : none;
}

const char *request_param(const Request *request, const char *name)
{
	const char *value = request_params(request, name)[0];
	return value != NULL ? value : "";
}

char *const *request_params_since(const Request *request, const char *name, int since)
{
	return request->version >= since ? request_params(request, name) : none;
}

const char *request_param_since(const Request *request, const char *name, int since)
{
	return request->version >= since ? request_param(request, name) : "";
}

bool request_flag(const Request *request, const char *name)
{
	static const char *const off[] = {"", "0", "no", "false", "none", NULL};
	g_autofree char *lower = g_ascii_strdown(request_param(request, name), -1);
	return !g_strv_contains(off, g_strstrip(lower));
}

static bool read_size(
	const Request *request, const char *name, const char *what, int *size, GError **error)
{
	const char *text = request_param(request, name);
	const char *digits = text + (*text == '-' || *text == '+');
	bool number = *digits != '\0' && digits[strspn(digits, "0123456789")] == '\0';
	guint64 value;
	g_autofree char *quoted = text_quote(text);
	if (!number)
		return fail(error, BERTH_ERROR_INVALID, "invalid resize %s %s: invalid syntax",
			what, quoted);
	if (*text == '-' || !g_ascii_string_to_unsigned(digits, 10, 0, G_MAXUINT32, &value, NULL))
		return fail(error, BERTH_ERROR_INVALID, "invalid resize %s %s: value out of range",
			what, quoted);
	*size = (int)(value & G_MAXUINT16);
	return true;
}

bool request_size(const Request *request, int *rows, int *columns, GError **error)
{
	return read_size(request, "h", "height", rows, error) &&
	       read_size(request, "w", "width", columns, error);
}

/* As Docker requires it: a Content-Type is needed only with a body. */
static bool check_content_type(const char *header, size_t length, GError **error)
{
	if (*header == '\0' && length == 0)
		return true;
	g_autoptr(GError) problem = NULL;
	g_autofree char *type = media_type_parse(header, &problem);
	if (type == NULL)
		return fail(error, BERTH_ERROR_INVALID, "malformed Content-Type header (%s): %s",
			header, problem->message);
	return strcmp(type, "application/json") == 0 ||
	       fail(error, BERTH_ERROR_INVALID,
		       "unsupported Content-Type header (%s): must be 'application/json'", header);
}

static const SchemaBody *body_shape(const Route *route)
{
	const SchemaBody *body = schema_bodies;
	while (body->method != NULL &&
		(strcmp(body->path, route->path) != 0 || strcmp(body->method, route->method) != 0))
		body++;
	g_assert(body->method != NULL);
	return body;
}

json_t *request_json(Request *request, GError **error)
{
	size_t length;
	const SchemaBody *shape = body_shape(request->route);
	request->body->deadline = g_get_monotonic_time() + JSON_S * G_USEC_PER_SEC;
	g_autofree char *text = http_body_read_all(request->body, BODY_LIMIT, &length, error);
	if (text == NULL || (!shape->any_media &&
				    !check_content_type(http_header(request->head, "Content-Type"),
					    length, error)))
		return NULL;
	if (length == 0 && !shape->needed)
		return json_object();
	if (strspn(text, " \t\r\n") == length) {
		fail(error, BERTH_ERROR_INVALID,
			"invalid JSON: got EOF while reading request body");
		return NULL;
	}
	g_autoptr(GError) problem = NULL;
	g_autoptr(json_t) body = schema_decode(
		shape->type, SCHEMA_REQUEST, (unsigned)request->version, text, length, &problem);
	if (body != NULL)
		return json_is_null(body) ? json_object() : g_steal_pointer(&body);
	if (strcmp(problem->message, schema_trailing) != 0)
		g_prefix_error(&problem, "invalid JSON: ");
	g_propagate_error(error, g_steal_pointer(&problem));
	return NULL;
}

Filters *request_filters(Request *request, FilterSet set, GError **error)
{
	return filters_parse(request_param(request, "filters"), set, error);
}

/* Whether a container's process has gone, and its row does not say so yet. */
static bool unsettled(Container *container)
{
	ContainerRow row = container_snapshot(container);
	bool runs = row.status == STATUS_RUNNING || row.status == STATUS_PAUSED;
	bool gone = row.pid <= 0 || (kill(row.pid, 0) < 0 && errno == ESRCH);
	container_row_clear(&row);
	return runs && gone;
}

/* A client's stream ends with the process: whoever then asks is told of the end, and can remove the container. dockerd has
 * a lock for that, and also waits for no more than two seconds. */
static void settle(Container *container)
{
	enum { ROUNDS = 40, ROUND_MS = 50 };
	if (!unsettled(container))
		return;
	int fd = notify_subscribe(&container->changed);
	for (int i = 0; i < ROUNDS && unsettled(container); i++)
		notify_wait(fd, -1, ROUND_MS);
	notify_unsubscribe(&container->changed, fd);
}

Container *request_container(Request *request, GError **error)
{
	Container *container = container_find(request->engine, request->name, error);
	if (container != NULL)
		settle(container);
	return container;
}

static const char *reason_of(int status)
{
	static const struct {
		int status;
		const char *text;
	} reasons[] = {{101, "UPGRADED"}, {200, "OK"}, {201, "Created"}, {204, "No Content"},
		{301, "Moved Permanently"}, {304, "Not Modified"}, {400, "Bad Request"},
		{403, "Forbidden"}, {404, "Not Found"}, {408, "Request Timeout"}, {409, "Conflict"},
		{413, "Request Entity Too Large"}, {500, "Internal Server Error"},
		{501, "Not Implemented"}, {503, "Service Unavailable"}};
	for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Error";
}

static bool send_all(Request *request, struct iovec *iov, int count)
{
	while (count > 0) {
		struct msghdr msg = {.msg_iov = iov, .msg_iovlen = (size_t)count};
		ssize_t n = sendmsg(request->fd, &msg, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			request->failed = true;
			return false;
		}
		for (; count > 0 && (size_t)n >= iov->iov_len; iov++, count--)
			n -= (ssize_t)iov->iov_len;
		if (count > 0) {
			iov->iov_base = (char *)iov->iov_base + n;
			iov->iov_len -= (size_t)n;
		}
	}
	return true;
}

/* Status line and headers; length -1: none. */
static bool send_head(Request *request, int status, const char *type, gssize length,
	const char *more, const void *body, size_t body_length)
{
	g_autoptr(GString) head = g_string_new("");
	g_string_append_printf(head,
		"HTTP/1.1 %d %s\r\nApi-Version: " BERTH_API_VERSION
		"\r\nDocker-Experimental: false\r\n"
		"Ostype: linux\r\nServer: Berth/" BERTH_VERSION " (linux)\r\n",
		status, reason_of(status));
	if (*type != '\0')
		g_string_append_printf(head, "Content-Type: %s\r\n", type);
	if (length >= 0)
		g_string_append_printf(head, "Content-Length: %zd\r\n", length);
	if (request->caller->dashboard != NULL)
		g_string_append(head, DASHBOARD_HEADERS);
	g_string_append_printf(
		head, "%s%s\r\n", request->headers != NULL ? request->headers : "", more);
	/* After a success the rest of the body is still read; after a refusal it is superfluous. */
	if (status < 300)
		http_body_go_on(request->body);
	request->body->expect = false;
	request->answered = true;
	bool no_body = strcmp(request->head->start[0], "HEAD") == 0;
	struct iovec iov[] = {{head->str, head->len}, {(void *)body, no_body ? 0 : body_length}};
	return send_all(request, iov, 2);
}

bool reply_text(Request *request, int status, const char *type, const char *text)
{
	size_t length = strlen(text);
	return send_head(request, status, type, (gssize)length, "", text, length);
}

bool reply_json(Request *request, int status, json_t *body)
{
	if (status < 300)
		answer_form(request->route, request->version, body);
	g_autofree char *text = json_text(body),
			*line = g_strconcat(text != NULL ? text : "null", "\n", NULL);
	json_decref(body);
	return reply_text(request, status, "application/json", line);
}

bool reply_empty(Request *request, int status)
{
	return send_head(request, status, "", status == 204 || status == 304 ? -1 : 0, "", NULL, 0);
}

bool reply_error(Request *request, const GError *error)
{
	int status = error->domain == BERTH_ERROR ? error->code : BERTH_ERROR_SYSTEM;
	if (status == BERTH_ERROR_NOT_MODIFIED)
		return reply_empty(request, status);
	if (request->plain_errors) {
		g_autofree char *line = g_strconcat(error->message, "\n", NULL);
		return reply_text(request, status, "text/plain; charset=utf-8", line);
	}
	return reply_json(
		request, status, json_pack("{s:o}", "message", json_lenient(error->message)));
}

bool reply_begin(Request *request, int status, const char *type)
{
	request->chunked = true;
	return send_head(request, status, type, -1, "Transfer-Encoding: chunked\r\n", NULL, 0);
}

bool reply_write(Request *request, const void *data, size_t length)
{
	char size[24];
	int n = snprintf(size, sizeof size, "%zx\r\n", length);
	struct iovec iov[] = {{size, (size_t)n}, {(void *)data, length}, {(char *)"\r\n", 2}};
	return length == 0 || send_all(request, iov, 3);
}

bool reply_line(Request *request, json_t *value)
{
	g_autofree char *text = json_text(value), *line = g_strconcat(text, "\r\n", NULL);
	json_decref(value);
	return reply_write(request, line, strlen(line));
}

bool reply_say(gpointer data, json_t *line)
{
	Request *request = data;
	if (!request->answered && !reply_begin(request, 200, "application/json")) {
		json_decref(line);
		return false;
	}
	return reply_line(request, line);
}

bool reply_late_error(Request *request, const GError *error)
{
	return reply_say(request, json_pack("{s:{s:s}, s:s}", "errorDetail", "message",
					  error->message, "error", error->message));
}

bool reply_tar(gpointer data, const void *bytes, size_t length, GError **error)
{
	Request *request = data;
	return ((request->answered || reply_begin(request, 200, "application/x-tar")) &&
		       reply_write(request, bytes, length)) ||
	       fail(error, BERTH_ERROR_SYSTEM, "the client is gone");
}

/* A part of a file that the kernel does not move by itself (a file system without splice(2)), or zeros behind its end: it has become
 * shorter. -1: it cannot be read, or the client is gone. */
static ssize_t send_block(Request *request, int fd, size_t length)
{
	char block[4096] = "";
	size_t size = MIN(length, sizeof block);
	ssize_t n = read(fd, block, size);
	struct iovec iov = {block, n > 0 ? (size_t)n : size};
	ssize_t sent = (ssize_t)iov.iov_len;
	return n >= 0 && send_all(request, &iov, 1) ? sent : -1;
}

/* The promised length is sent, whatever happens to the file meanwhile. */
static bool send_file(Request *request, int fd, size_t length)
{
	while (length > 0) {
		ssize_t n = sendfile(request->fd, fd, NULL, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 && (n = send_block(request, fd, length)) < 0)
			return false;
		length -= (size_t)n;
	}
	return true;
}

bool reply_tar_file(gpointer data, int fd, size_t length, GError **error)
{
	Request *request = data;
	char size[24];
	int n = snprintf(size, sizeof size, "%zx\r\n", length);
	struct iovec head = {size, (size_t)n}, end = {(char *)"\r\n", 2};
	return ((request->answered || reply_begin(request, 200, "application/x-tar")) &&
		       send_all(request, &head, 1) && send_file(request, fd, length) &&
		       send_all(request, &end, 1)) ||
	       fail(error, BERTH_ERROR_SYSTEM, "the client is gone");
}

void reply_end(Request *request)
{
	struct iovec iov = {(char *)"0\r\n\r\n", 5};
	request->chunked = false;
	send_all(request, &iov, 1);
}

/* Bytes that arrive with the header are lost by clients that read it through a buffer and go on with the socket. On a
 * UNIX socket the first frame waits until the header was read (fd_await_taken); here a short pause has to do.
 * Docker's client and ours need none. */
static void await_far_peer(const Request *request)
{
	enum { MOMENT_US = 5000 };
	if (request->caller->is_tcp &&
		!g_str_has_prefix(http_header(request->head, "User-Agent"), "Docker-Client/"))
		g_usleep(MOMENT_US);
}

int reply_hijack(Request *request, bool tty)
{
	enum { MULTIPLEXED_SINCE = 42 };
	bool upgrade = *http_header(request->head, "Upgrade") != '\0';
	const char *type = upgrade && !tty && request->version >= MULTIPLEXED_SINCE
				   ? "application/vnd.docker.multiplexed-stream"
				   : "application/vnd.docker.raw-stream";
	request->hijacked = true;
	send_head(request, upgrade ? 101 : 200, type, -1,
		upgrade ? "Connection: Upgrade\r\nUpgrade: tcp\r\n" : "", NULL, 0);
	await_far_peer(request);
	return request->fd;
}

int reply_upgrade(Request *request, const char *protocol)
{
	g_autofree char *more = g_strdup_printf("Connection: Upgrade\r\nUpgrade: %s\r\n", protocol);
	request->hijacked = true;
	send_head(request, 101, "", -1, more, NULL, 0);
	return request->fd;
}
