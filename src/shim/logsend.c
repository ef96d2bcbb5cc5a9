/* Sends log lines to a remote receiver: a queue in memory, and a socket that never blocks the shim. When the queue is
 * full and lines must not be lost (mode "blocking"), the container's output is not read for a while, but no longer
 * than STALL_SECONDS without progress. Lost lines are counted and reported. */
#include "shim/logsend.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	MESSAGE = 256 << 10, /* the longest message of a line */
	HEAD = sizeof(uint32_t),
	FIRST_QUEUE = 64 << 10,
	MOST_QUEUE = 64 << 20, /* in mode "blocking", which stops reading long before */
	OPEN_SECONDS = 10,
	RETRY_MS = 1000,
	STALL_SECONDS = 30,
	FINISH_SECONDS = 5,
	TELL_SECONDS = 10,
	CHUNK_HEAD = 12,
	MOST_CHUNKS = 128,
};

static const struct log_driver *const drivers[PLAN_LOG_SENDS] = {
	[PLAN_LOG_SYSLOG] = &log_syslog,
	[PLAN_LOG_JOURNALD] = &log_journald,
	[PLAN_LOG_FLUENTD] = &log_fluentd,
	[PLAN_LOG_GELF] = &log_gelf,
};

static struct {
	const struct log_driver *driver; /* NULL: lines are not sent */
	const struct plan_record *record;
	int fd;
	bool connecting, nonblocking;
	char *queue; /* queue: the length of each record, and its bytes */
	size_t size, head, tail, limit;
	size_t sent; /* progress in the first record: bytes of a stream, or chunks of a datagram */
	int64_t retry_at, full_since, reported_at, finish_at;
	bool stalled;
	unsigned long lost, unreported, chunked;
	int64_t tries; /* consecutive failed attempts to connect */
	int poll;
} out = {.fd = -1};

static bool is_stream(void)
{
	int64_t kind = record_number(out.record, PLAN_SEND_SOCKET);
	return kind == PLAN_SOCKET_TCP || kind == PLAN_SOCKET_UNIX;
}

static socklen_t address_of(struct sockaddr_storage *address)
{
	const char *text = record_string(out.record, PLAN_SEND_ADDRESS);
	uint16_t port = htons((uint16_t)record_number(out.record, PLAN_SEND_PORT));
	struct sockaddr_in *v4 = (void *)address;
	struct sockaddr_in6 *v6 = (void *)address;
	struct sockaddr_un *local = (void *)address;
	memset(address, 0, sizeof *address);
	if (*text == '/') {
		local->sun_family = AF_UNIX;
		snprintf(local->sun_path, sizeof local->sun_path, "%s", text);
		return sizeof *local;
	}
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = port;
		return sizeof *v4;
	}
	if (inet_pton(AF_INET6, text, &v6->sin6_addr) != 1)
		return 0;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = port;
	return sizeof *v6;
}

/* False with errno; a connection in progress counts as none. */
static bool begin_connect(void)
{
	struct sockaddr_storage address;
	socklen_t length = address_of(&address);
	int type = is_stream() ? SOCK_STREAM : SOCK_DGRAM;
	errno = EINVAL;
	int fd = length == 0 ? -1
			     : socket(address.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	out.connecting = connect(fd, (void *)&address, length) < 0;
	if (out.connecting && errno != EINPROGRESS) {
		int failure = errno;
		close(fd);
		errno = failure;
		return false;
	}
	out.fd = fd;
	return true;
}

static void disconnect(void)
{
	if (out.fd >= 0)
		close(out.fd);
	out.fd = -1;
	out.connecting = false;
	/* A record that was interrupted is sent again, in full. */
	out.sent = 0;
	int64_t wait = record_number(out.record, PLAN_SEND_RETRY_MS);
	out.retry_at = steady_nanoseconds() + (wait > 0 ? wait : RETRY_MS) * 1000000LL;
	out.tries++;
}

/* False with errno: it failed. */
static bool finish_connect(void)
{
	int failure = 0;
	socklen_t size = sizeof failure;
	getsockopt(out.fd, SOL_SOCKET, SO_ERROR, &failure, &size);
	out.connecting = false;
	errno = failure;
	if (failure == 0)
		out.tries = 0;
	return failure == 0;
}

/* At the start it blocks: a driver that cannot connect fails the start, as in dockerd. */
static bool connect_now(void)
{
	if (!begin_connect())
		return false;
	struct pollfd polled = {.fd = out.fd, .events = POLLOUT};
	if (!out.connecting)
		return true;
	if (poll(&polled, 1, OPEN_SECONDS * 1000) <= 0) {
		errno = ETIMEDOUT;
		return false;
	}
	return finish_connect();
}

static size_t pending(void)
{
	return out.tail - out.head;
}

bool logsend_open(const struct plan_record *record)
{
	int64_t kind = record_number(record, PLAN_SEND_DRIVER);
	if (record == NULL)
		return true;
	errno = EINVAL;
	if (kind < 0 || kind >= PLAN_LOG_SENDS)
		return false;
	int64_t flags = record_number(record, PLAN_SEND_FLAGS);
	out.record = record;
	out.nonblocking = (flags & PLAN_SEND_NONBLOCKING) != 0;
	out.limit = (size_t)record_number(record, PLAN_SEND_BUFFER);
	if (!connect_now()) {
		int failure = errno;
		disconnect();
		errno = failure;
		if ((flags & PLAN_SEND_ASYNC) == 0)
			return false;
	}
	out.driver = drivers[kind];
	return true;
}

static void tell_lost(bool now)
{
	int64_t time = steady_nanoseconds();
	char text[256];
	if (out.unreported == 0 || (!now && time < out.reported_at + TELL_SECONDS * 1000000000LL))
		return;
	out.reported_at = time;
	snprintf(text, sizeof text, "%s: %lu log lines could not be sent and are lost (%lu so far)",
		out.driver->name, out.unreported, out.lost);
	out.unreported = 0;
	/* Without the engine the message goes to standard error, its log. */
	if (!control_heard())
		dprintf(STDERR_FILENO, "container %s\n", text);
	control_send(SHIM_WARNING, "", 0, 0, 0, text);
}

static void lose(void)
{
	out.lost++;
	out.unreported++;
	tell_lost(false);
}

/* What waits is at most the limit, and the buffer twice of that: it is moved to the front only when more than half is
 * free, so a full queue costs a line that is lost nothing. */
static bool make_room(size_t length)
{
	size_t most = out.nonblocking ? out.limit : MOST_QUEUE;
	if (pending() + length > most)
		return false;
	if (out.size - out.tail < length && out.head > out.size / 2) {
		memmove(out.queue, out.queue + out.head, pending());
		out.tail = pending();
		out.head = 0;
	}
	size_t size = out.size;
	while (size - out.tail < length && size < 2 * most)
		size = size == 0 ? FIRST_QUEUE : size * 2;
	if (size > 2 * most)
		size = 2 * most;
	char *grown = size > out.size ? realloc(out.queue, size) : NULL;
	if (grown != NULL) {
		out.queue = grown;
		out.size = size;
	}
	return out.size - out.tail >= length;
}

static void push(const char *message, size_t length)
{
	uint32_t head = (uint32_t)length;
	if (!make_room(HEAD + length)) {
		lose();
		return;
	}
	memcpy(out.queue + out.tail, &head, HEAD);
	memcpy(out.queue + out.tail + HEAD, message, length);
	out.tail += HEAD + length;
}

bool logsend_active(void)
{
	return out.driver != NULL;
}

/* Which part of a long line of its stream this is. */
static void number_part(struct log_line *line)
{
	static struct {
		unsigned count;
		char id[LOG_ID_SIZE];
	} streams[2], *now;
	now = &streams[line->stream == 2];
	if (now->count == 0 && !line->partial)
		return;
	if (now->count++ == 0)
		log_random_id(now->id);
	line->part = now->count;
	line->id = now->id;
	if (!line->partial)
		now->count = 0;
}

void logsend_line(int stream, const char *text, size_t length, bool continues, int64_t time)
{
	static char message[MESSAGE];
	static uint64_t count;
	bool whole = length > 0 && text[length - 1] == '\n';
	struct log_line line = {stream, text, length - whole, continues, time, 0, "", 0};
	struct log_text made = {message, 0, sizeof message, false};
	if (out.driver == NULL)
		return;
	number_part(&line);
	if (line.length == 0 && out.driver->no_empty)
		return;
	line.number = ++count;
	out.driver->format(out.record, &line, &made);
	if (made.full)
		lose();
	else
		push(message, made.used);
}

/* The first record was sent, or is given up: that counts as progress. */
static void pop(void)
{
	uint32_t length;
	memcpy(&length, out.queue + out.head, HEAD);
	out.head += HEAD + length;
	out.sent = 0;
	out.full_since = 0;
	out.stalled = false;
	if (out.head == out.tail)
		out.head = out.tail = 0;
}

/* One chunk of a datagram that is too large for one (GELF: magic, id, index, count). */
static ssize_t send_chunk(const char *bytes, size_t length, size_t chunk)
{
	char piece[2048] = {0x1e, 0x0f};
	size_t count = (length + chunk - 1) / chunk, at = out.sent * chunk;
	size_t part = length - at < chunk ? length - at : chunk;
	int64_t id = (int64_t)out.chunked ^ ((int64_t)getpid() << 32);
	memcpy(piece + 2, &id, sizeof id);
	piece[10] = (char)out.sent;
	piece[11] = (char)count;
	memcpy(piece + CHUNK_HEAD, bytes + at, part);
	ssize_t n = send(out.fd, piece, CHUNK_HEAD + part, MSG_NOSIGNAL);
	if (n >= 0 && ++out.sent < count)
		return 0;
	if (n >= 0)
		out.chunked++;
	return n;
}

/* True if the first record, or a part of it, was sent. */
static bool send_first(void)
{
	uint32_t length;
	memcpy(&length, out.queue + out.head, HEAD);
	const char *bytes = out.queue + out.head + HEAD;
	size_t chunk = out.driver->chunk;
	ssize_t n;
	if (is_stream()) {
		n = send(out.fd, bytes + out.sent, length - out.sent, MSG_NOSIGNAL);
		out.sent += n > 0 ? (size_t)n : 0;
		if (out.sent == length)
			pop();
		return n >= 0;
	}
	if (chunk > 0 && length > chunk && (length + chunk - 1) / chunk > MOST_CHUNKS) {
		errno = EMSGSIZE;
		return false;
	}
	n = chunk > 0 && length > chunk ? send_chunk(bytes, length, chunk)
					: send(out.fd, bytes, length, MSG_NOSIGNAL);
	if (n > 0)
		pop();
	return n >= 0;
}

static void send_some(void)
{
	while (pending() > 0 && out.fd >= 0) {
		if (send_first())
			continue;
		if (errno == EAGAIN || errno == EINTR)
			return;
		bool udp = record_number(out.record, PLAN_SEND_SOCKET) == PLAN_SOCKET_UDP;
		if (errno == EMSGSIZE) {
			pop();
			lose();
		} else if (!udp) {
			disconnect();
		} else if (errno == ECONNREFUSED) {
			return; /* the error of an earlier datagram: this one is sent at the next turn */
		} else {
			pop();
			lose();
		}
	}
}

bool logsend_blocks(void)
{
	if (out.driver == NULL || out.nonblocking || out.stalled || pending() < out.limit)
		return false;
	int64_t now = steady_nanoseconds();
	if (out.full_since == 0)
		out.full_since = now;
	out.stalled = now > out.full_since + STALL_SECONDS * 1000000000LL;
	return !out.stalled;
}

static void lose_all(void)
{
	while (pending() > 0) {
		pop();
		out.lost++;
		out.unreported++;
	}
	tell_lost(true);
}

/* The receiver has been unreachable for too long: the queue is dropped, and a new connection is tried. */
static void give_up(void)
{
	int64_t most = record_number(out.record, PLAN_SEND_TRIES);
	if (most > 0 && out.tries > most) {
		lose_all();
		out.tries = 0;
	}
}

int logsend_poll_fill(struct pollfd *polls, int count, int max)
{
	out.poll = -1;
	if (out.driver == NULL || count >= max)
		return count;
	if (out.fd < 0)
		give_up();
	if (out.fd < 0 && pending() > 0 && steady_nanoseconds() >= out.retry_at && !begin_connect())
		disconnect();
	if (out.fd < 0)
		return count;
	bool waits = out.connecting || pending() > 0;
	out.poll = count;
	polls[count++] = (struct pollfd){.fd = out.fd,
		.events = (short)((waits ? POLLOUT : 0) | (is_stream() ? POLLIN : 0))};
	return count;
}

/* What a receiver sends is discarded; its end of file matters. */
static bool receiver_is_there(void)
{
	char skipped[512];
	ssize_t n = recv(out.fd, skipped, sizeof skipped, MSG_DONTWAIT);
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

void logsend_poll_done(const struct pollfd *polls)
{
	short events = out.poll >= 0 ? polls[out.poll].revents : 0;
	if (events == 0 || out.fd < 0)
		return;
	if (out.connecting && !finish_connect()) {
		disconnect();
		return;
	}
	if (is_stream() && (events & (POLLIN | POLLHUP | POLLERR)) != 0 && !receiver_is_there()) {
		disconnect();
		return;
	}
	send_some();
}

static int milliseconds_to(int64_t time)
{
	int64_t left = (time - steady_nanoseconds()) / 1000000 + 1;
	return left > 0 ? (int)left : 0;
}

int logsend_poll_timeout(void)
{
	if (out.driver == NULL || pending() == 0)
		return -1;
	if (out.finish_at != 0 && out.fd >= 0)
		return milliseconds_to(out.finish_at);
	if (out.fd < 0)
		return milliseconds_to(out.retry_at);
	return out.full_since != 0 ? RETRY_MS : -1;
}

void logsend_finish(void)
{
	if (out.driver == NULL)
		return;
	out.finish_at = steady_nanoseconds() + FINISH_SECONDS * 1000000000LL;
	if (out.fd >= 0 && !out.connecting)
		send_some();
}

bool logsend_busy(void)
{
	return out.driver != NULL && pending() > 0 && steady_nanoseconds() < out.finish_at;
}

void logsend_close(void)
{
	if (out.driver != NULL)
		lose_all();
}
