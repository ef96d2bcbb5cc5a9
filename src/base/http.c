#include "base/http.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum { BLOCK = 64 * 1024, MAX_HEADERS = 200, MAX_CHUNK_LINE = 256 };

size_t http_head_length(const char *data, size_t length)
{
	const char *end = memmem(data, length, "\r\n\r\n", 4);
	return end != NULL ? (size_t)(end - data) + 4 : 0;
}

static bool token_valid(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (!g_ascii_isalnum(*text) && strchr("!#$%&'*+-.^_`|~", *text) == NULL)
			return false;
	return true;
}

/* Control characters end lines for some readers and not for others (RFC 9110 5.5). */
static bool has_control(const char *text, const char *but)
{
	for (; *text != '\0'; text++)
		if (g_ascii_iscntrl(*text) && strchr(but, *text) == NULL)
			return true;
	return false;
}

bool http_head_parse(HttpHead *head, const char *data, size_t length)
{
	*head = (HttpHead){.start = {"", "", ""},
		.text = g_strndup(data, length),
		.headers = g_ptr_array_new()};
	if (strlen(head->text) != length)
		return false; /* contains a NUL */
	char *line = head->text, *next = strstr(line, "\r\n");
	*next = '\0';
	if (has_control(line, ""))
		return false;
	for (int i = 0; i < 3; i++) {
		char *blank = i < 2 ? strchr(line, ' ') : NULL;
		head->start[i] = line;
		if (i == 0 && blank == NULL)
			return false;
		if (i == 1 && blank == NULL) { /* a status line may lack its reason */
			head->start[2] = line + strlen(line);
			break;
		}
		if (blank != NULL) {
			*blank = '\0';
			line = blank + 1;
		}
	}
	for (line = next + 2; strncmp(line, "\r\n", 2) != 0 && *line != '\0'; line = next + 2) {
		next = strstr(line, "\r\n");
		char *colon = strchr(line, ':');
		if (next == NULL || colon == NULL || colon > next ||
			head->headers->len > 2 * MAX_HEADERS)
			return false;
		*next = *colon = '\0';
		if (!token_valid(line) || has_control(colon + 1, "\t"))
			return false;
		g_ptr_array_add(head->headers, line);
		g_ptr_array_add(head->headers, g_strstrip(colon + 1));
	}
	return true;
}

void http_head_clear(HttpHead *head)
{
	g_clear_pointer(&head->headers, g_ptr_array_unref);
	g_clear_pointer(&head->text, g_free);
}

/* NULL: it is not there. */
static const char *header_find(const HttpHead *head, const char *name)
{
	for (guint i = 0; i < head->headers->len; i += 2)
		if (g_ascii_strcasecmp(head->headers->pdata[i], name) == 0)
			return head->headers->pdata[i + 1];
	return NULL;
}

const char *http_header(const HttpHead *head, const char *name)
{
	const char *value = header_find(head, name);
	return value != NULL ? value : "";
}

static bool repeated(const HttpHead *head, const char *name)
{
	int count = 0;
	for (guint i = 0; i < head->headers->len; i += 2)
		count += g_ascii_strcasecmp(head->headers->pdata[i], name) == 0;
	return count > 1;
}

bool http_head_is_request(const HttpHead *head)
{
	static const char *const versions[] = {"HTTP/1.0", "HTTP/1.1", NULL};
	return token_valid(head->start[0]) && *head->start[1] != '\0' &&
	       g_strv_contains(versions, head->start[2]) && !repeated(head, "Host") &&
	       !repeated(head, "Origin") && !repeated(head, "Sec-Fetch-Site");
}

/* Chunks are the one encoding, and the version that has them the only one that may ask for it. */
static bool check_encoding(
	const HttpHead *head, const char *encoding, bool is_response, GError **error)
{
	if (encoding == NULL)
		return true;
	if (g_ascii_strcasecmp(encoding, "chunked") != 0)
		return fail(error, BERTH_ERROR_INVALID, "unsupported Transfer-Encoding \"%s\"",
			encoding);
	return is_response || strcmp(head->start[2], "HTTP/1.1") == 0 ||
	       fail(error, BERTH_ERROR_INVALID, "Transfer-Encoding is given in HTTP/1.0");
}

bool http_body_init(HttpBody *body, int fd, const HttpHead *head, const char *rest,
	size_t rest_length, bool is_response, GError **error)
{
	const char *encoding = header_find(head, "Transfer-Encoding"),
		   *length = header_find(head, "Content-Length");
	guint64 value = 0;
	*body = (HttpBody){.fd = fd, .data = g_byte_array_new()};
	g_byte_array_append(body->data, (const guint8 *)rest, (guint)rest_length);
	body->expect = !is_response &&
		       g_ascii_strcasecmp(http_header(head, "Expect"), "100-continue") == 0;
	body->chunked = encoding != NULL;
	if (!check_encoding(head, encoding, is_response, error))
		return false;
	if (repeated(head, "Content-Length") || repeated(head, "Transfer-Encoding"))
		return fail(error, BERTH_ERROR_INVALID,
			"Content-Length or Transfer-Encoding is given twice");
	if (body->chunked && length != NULL)
		return fail(error, BERTH_ERROR_INVALID,
			"both Transfer-Encoding and Content-Length are given");
	if (body->chunked)
		return true;
	if (length != NULL && !g_ascii_string_to_unsigned(length, 10, 0, G_MAXINT64, &value, NULL))
		return fail(error, BERTH_ERROR_INVALID, "invalid Content-Length \"%s\"", length);
	body->left = length == NULL && is_response ? -1 : (gint64)value;
	body->ended = body->left == 0;
	return true;
}

void http_body_clear(HttpBody *body)
{
	g_clear_pointer(&body->data, g_byte_array_unref);
	g_clear_pointer(&body->back, g_byte_array_unref);
}

static bool cut_off(GError **error)
{
	return fail(error, BERTH_ERROR_INVALID, "unexpected EOF");
}

/* How long a read may wait from now on, in milliseconds; -1: no limit. */
static int patience(const HttpBody *body)
{
	gint64 left = body->pause_us > 0 ? body->pause_us : G_MAXINT64;
	if (body->deadline > 0)
		left = MIN(left, MAX(body->deadline - g_get_monotonic_time(), 0));
	return left == G_MAXINT64 ? -1 : (int)MIN(left / 1000, G_MAXINT);
}

/* recv() with the body's time limits; -1 with error, also if the connection was lost. */
static ssize_t receive(const HttpBody *body, void *data, size_t size, GError **error)
{
	for (;;) {
		ssize_t n = recv(body->fd, data, size, MSG_DONTWAIT);
		if (n >= 0 || (errno != EAGAIN && errno != EINTR)) {
			if (n < 0)
				fail_errno(error, "the connection was lost");
			return n;
		}
		struct pollfd waited = {.fd = body->fd, .events = POLLIN};
		if (errno == EAGAIN && poll(&waited, 1, patience(body)) == 0) {
			fail(error, BERTH_ERROR_TIMEOUT, "the request's body did not come in time");
			return -1;
		}
	}
}

/* Buffered bytes first, then the socket. */
static ssize_t read_some(HttpBody *body, void *data, size_t size, GError **error)
{
	size_t there = body->data->len - body->taken;
	if (there > 0) {
		size_t n = MIN(there, size);
		memcpy(data, body->data->data + body->taken, n);
		body->taken += n;
		return (ssize_t)n;
	}
	return receive(body, data, size, error);
}

/* A line of the chunked encoding, without its end, which is CR LF and nothing else (RFC 9112 7.1). */
static bool read_line(HttpBody *body, char *line, GError **error)
{
	size_t length = 0;
	for (;;) {
		/* Chunk heads are small: fill the buffer, take them from there. */
		if (body->taken == body->data->len) {
			g_byte_array_set_size(body->data, BLOCK);
			ssize_t n = receive(body, body->data->data, BLOCK, error);
			g_byte_array_set_size(body->data, n > 0 ? (guint)n : 0);
			body->taken = 0;
			if (n <= 0)
				return cut_off(error);
		}
		char c = (char)body->data->data[body->taken++];
		if (c == '\n')
			break;
		if (length + 1 == MAX_CHUNK_LINE)
			return fail(
				error, BERTH_ERROR_INVALID, "invalid chunk in the request's body");
		line[length++] = c;
	}
	line[length] = '\0';
	if (length == 0 || line[length - 1] != '\r')
		return fail(error, BERTH_ERROR_INVALID, "invalid chunk in the request's body");
	line[length - 1] = '\0';
	return (strlen(line) == length - 1 && !has_control(line, "\t")) ||
	       fail(error, BERTH_ERROR_INVALID, "invalid chunk in the request's body");
}

/* "name: value" */
static bool is_trailer(const char *line)
{
	g_autofree char *name = g_strndup(line, strcspn(line, ":"));
	return strchr(line, ':') != NULL && token_valid(name);
}

static bool next_chunk(HttpBody *body, GError **error)
{
	char line[MAX_CHUNK_LINE];
	guint64 size;
	if (!read_line(body, line, error))
		return false;
	line[strcspn(line, ";")] = '\0'; /* extensions mean nothing here */
	g_strchomp(line);
	if (!g_ascii_string_to_unsigned(line, 16, 0, G_MAXINT64, &size, NULL))
		return fail(error, BERTH_ERROR_INVALID, "invalid chunk in the body");
	body->left = (gint64)size;
	/* Trailers, up to the empty line. */
	for (int i = 0; size == 0 && *line != '\0'; i++) {
		if (!read_line(body, line, error))
			return false;
		if (i > MAX_HEADERS || (*line != '\0' && !is_trailer(line)))
			return fail(error, BERTH_ERROR_INVALID, "invalid trailers behind the body");
	}
	body->ended = size == 0;
	return true;
}

void http_body_unread(HttpBody *body, const void *data, size_t length)
{
	if (body->back == NULL)
		body->back = g_byte_array_new();
	g_byte_array_remove_range(body->back, 0, (guint)body->back_taken);
	body->back_taken = 0;
	g_byte_array_prepend(body->back, data, (guint)length);
}

bool http_body_go_on(HttpBody *body)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	bool wanted = body->expect && !body->ended;
	body->expect = false;
	return !wanted || send(body->fd, go_on, sizeof go_on - 1, MSG_NOSIGNAL) > 0;
}

ssize_t http_body_read(gpointer data_, void *data, size_t size, GError **error)
{
	HttpBody *body = data_;
	char line[MAX_CHUNK_LINE];
	if (body->back != NULL && body->back->len > body->back_taken) {
		size = MIN(size, body->back->len - body->back_taken);
		memcpy(data, body->back->data + body->back_taken, size);
		body->back_taken += size;
		return (ssize_t)size;
	}
	if (!http_body_go_on(body))
		return fail(error, BERTH_ERROR_SYSTEM, "the client is gone"), -1;
	if (body->chunked && body->left == 0 && !body->ended && !next_chunk(body, error))
		return -1;
	if (body->ended)
		return 0;
	size_t want = body->left < 0 ? size : (size_t)MIN((guint64)size, (guint64)body->left);
	ssize_t n = read_some(body, data, want, error);
	if (n == 0 && body->left > 0)
		return cut_off(error) ? 0 : -1;
	if (n <= 0) {
		body->ended = true;
		return n;
	}
	body->left -= body->left > 0 ? n : 0;
	if (body->chunked && body->left == 0 && !(read_line(body, line, error) && *line == '\0')) {
		fail(error, BERTH_ERROR_INVALID, "invalid chunk in the body");
		return -1;
	}
	body->ended = !body->chunked && body->left == 0;
	return n;
}

char *http_body_read_all(HttpBody *body, size_t limit, size_t *length, GError **error)
{
	g_autoptr(GByteArray) all = g_byte_array_new();
	char block[8192];
	ssize_t n;
	while ((n = http_body_read(body, block, sizeof block, error)) > 0) {
		if (all->len + (size_t)n > limit) {
			fail(error, BERTH_ERROR_TOO_LARGE, "the body is larger than %zu bytes",
				limit);
			return NULL;
		}
		g_byte_array_append(all, (const guint8 *)block, (guint)n);
	}
	if (n < 0)
		return NULL;
	*length = all->len;
	g_byte_array_append(all, (const guint8 *)"", 1);
	return (char *)g_byte_array_steal(all, NULL);
}

char *http_decode(const char *text, gssize length, bool form)
{
	GString *out = g_string_new("");
	const char *end = text + (length < 0 ? (gssize)strlen(text) : length);
	for (const char *p = text; p < end; p++) {
		if (*p == '+' && form) {
			g_string_append_c(out, ' ');
		} else if (*p == '%') {
			int high = end - p > 2 ? g_ascii_xdigit_value(p[1]) : -1,
			    low = high >= 0 ? g_ascii_xdigit_value(p[2]) : -1;
			if (low < 0 || (high == 0 && low == 0)) {
				g_string_free(out, TRUE);
				return NULL;
			}
			g_string_append_c(out, (char)(high * 16 + low));
			p += 2;
		} else {
			g_string_append_c(out, *p);
		}
	}
	return g_string_free(out, FALSE);
}
