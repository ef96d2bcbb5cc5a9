/* One thread, blocking only in epoll, relays all connections of a process between their encrypted side and a socket
 * pair. So the rest of the program uses plain descriptors, and an idle connection needs no thread. */
#include "tls/context.h"

#include "base/address.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/thread.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* RECORD: the most that a TLS record holds. HANDSHAKES_MOST: clients in a handshake; a further one drops the oldest. */
enum { EVENTS = 64, RECORD = 16384, ROUNDS = 32, GREETING_US = 10000000, HANDSHAKES_MOST = 1024 };

typedef struct Relayed Relayed;

/* One of the two descriptors of a connection, and the events it is watched for. */
typedef struct {
	Relayed *owner;
	int fd;
	uint32_t events;
} Side;

/* Buffered bytes; memory is allocated only while there are any. */
typedef struct {
	char *data;
	size_t used, taken;
} Load;

struct Relayed {
	gnutls_session_t session;
	Side outer, inner;
	Load in, out; /* to inner, to outer */
	bool looked_at, handshaken, in_ended, out_ended, out_closed, dead;
	gint64 deadline; /* monotonic, of the handshake */
	GList in_handshake;
	TlsReady ready;
	GDestroyNotify release; /* of data */
	gpointer data;
};

static struct {
	int epoll_fd;
	GMutex lock; /* guards the following and every Relayed: held for a batch of events, which never blocks */
	GQueue handshakes;
	GPtrArray *dead; /* freed after the current batch of events */
} relay = {.epoll_fd = -1};

static void watch(Side *side, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = side};
	if (side->fd < 0 || events == side->events)
		return;
	epoll_ctl(relay.epoll_fd, EPOLL_CTL_MOD, side->fd, &event);
	side->events = events;
}

static bool watch_first(Side *side, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = side};
	side->events = events;
	return epoll_ctl(relay.epoll_fd, EPOLL_CTL_ADD, side->fd, &event) == 0;
}

static void load_clear(Load *load)
{
	g_clear_pointer(&load->data, g_free);
	load->used = load->taken = 0;
}

static void handshake_end(Relayed *relayed)
{
	if (relayed->in_handshake.data != NULL)
		g_queue_unlink(&relay.handshakes, &relayed->in_handshake);
	relayed->in_handshake.data = NULL;
}

static void relayed_free(gpointer data)
{
	Relayed *relayed = data;
	handshake_end(relayed);
	load_clear(&relayed->in);
	load_clear(&relayed->out);
	gnutls.deinit(relayed->session);
	fd_clear(&relayed->outer.fd);
	fd_clear(&relayed->inner.fd);
	if (relayed->release != NULL)
		relayed->release(relayed->data);
	g_free(relayed);
}

/* Decrypts received bytes to the plain side. False: the connection has ended. */
static bool carry_in(Relayed *relayed)
{
	Load *in = &relayed->in;
	for (int i = 0; i < ROUNDS; i++) {
		if (in->used > in->taken) {
			ssize_t n = send(relayed->inner.fd, in->data + in->taken,
				in->used - in->taken, MSG_DONTWAIT | MSG_NOSIGNAL);
			if (n < 0 && errno == EAGAIN)
				return true;
			/* The plain side has no reader any more: data is dropped. */
			in->taken = n < 0 ? in->used : in->taken + (size_t)n;
			continue;
		}
		if (relayed->in_ended)
			break;
		if (in->data == NULL)
			in->data = g_malloc(RECORD);
		ssize_t n = gnutls.record_recv(relayed->session, in->data, RECORD);
		in->used = n > 0 ? (size_t)n : 0;
		in->taken = 0;
		if (n == GNUTLS_E_INTERRUPTED)
			continue;
		if (n == GNUTLS_E_AGAIN)
			break;
		if (n < 0)
			return false;
		if (n == 0) {
			relayed->in_ended = true;
			shutdown(relayed->inner.fd, SHUT_WR);
		}
	}
	if (in->used == in->taken)
		load_clear(in);
	return true;
}

/* Both directions of the plain side are closed: its owner has closed it. */
static bool is_hung_up(int fd)
{
	struct pollfd polled = {.fd = fd};
	return poll(&polled, 1, 0) > 0 && (polled.revents & POLLHUP) != 0;
}

static bool carry_out(Relayed *relayed)
{
	Load *out = &relayed->out;
	for (int i = 0; i < ROUNDS && !relayed->out_closed; i++) {
		ssize_t n;
		if (out->used > 0) {
			n = gnutls.record_send(relayed->session, out->data, out->used);
			if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
				return true;
			if (n < 0)
				return false;
			memmove(out->data, out->data + n, out->used -= (size_t)n);
			continue;
		}
		if (relayed->out_ended) {
			n = gnutls.bye(relayed->session, GNUTLS_SHUT_WR);
			if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
				return true;
			relayed->out_closed = true;
			break;
		}
		if (out->data == NULL)
			out->data = g_malloc(RECORD);
		n = recv(relayed->inner.fd, out->data, RECORD, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		out->used = n > 0 ? (size_t)n : 0;
		relayed->out_ended = n <= 0;
	}
	if (out->used == 0)
		load_clear(out);
	return true;
}

/* The events to watch follow from the buffered bytes. */
static void watch_both(Relayed *relayed)
{
	bool in_waits = relayed->in.used > relayed->in.taken,
	     out_waits = relayed->out.used > 0 || (relayed->out_ended && !relayed->out_closed);
	watch(&relayed->outer,
		(!in_waits && !relayed->in_ended ? EPOLLIN : 0U) | (out_waits ? EPOLLOUT : 0U));
	/* A side that has hung up would wake the thread until all is sent. */
	if (relayed->out_ended && relayed->inner.fd >= 0 && is_hung_up(relayed->inner.fd)) {
		relayed->in_ended = true;
		load_clear(&relayed->in);
		fd_clear(&relayed->inner.fd);
	}
	watch(&relayed->inner,
		(!out_waits && !relayed->out_ended ? EPOLLIN : 0U) | (in_waits ? EPOLLOUT : 0U));
}

static void relayed_carry(Relayed *relayed)
{
	if (!carry_in(relayed) || !carry_out(relayed))
		relayed->dead = true;
	else
		watch_both(relayed);
	relayed->dead = relayed->dead ||
			(relayed->in_ended && relayed->out_closed && relayed->in.used == 0);
}

/* "10.0.0.7:41234", for the log. */
static char *peer_of(int fd)
{
	int port;
	g_autofree char *address = socket_peer(fd, &port);
	return g_strdup_printf(strchr(address, ':') != NULL ? "[%s]:%d" : "%s:%d", address, port);
}

/* Creates the socket pair of a connection; returns the plain side, or -1. */
static int open_inner(Relayed *relayed)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	relayed->inner = (Side){.owner = relayed, .fd = pair[0]};
	if (watch_first(&relayed->inner, EPOLLIN))
		return pair[1];
	close(pair[1]);
	return -1;
}

/* Whether the first bytes are a plain HTTP request; the answer has the words that Docker's clients know. */
static bool is_plain(Relayed *relayed)
{
	static const char answer[] = "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain\r\n\r\n"
				     "Client sent an HTTP request to an HTTPS server.\n";
	char request[RECORD];
	if (recv(relayed->outer.fd, request, 1, MSG_PEEK) < 1)
		return false;
	relayed->looked_at = true;
	if (!g_ascii_isupper(*request))
		return false;
	if (recv(relayed->outer.fd, request, sizeof request, 0) > 0)
		send(relayed->outer.fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
	return true;
}

static void relayed_handshake(Relayed *relayed)
{
	g_autofree char *peer = NULL, *problem = NULL, *name = NULL;
	if (!relayed->looked_at && is_plain(relayed)) {
		relayed->dead = true;
		return;
	}
	int code = gnutls.handshake(relayed->session);
	if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED) {
		watch(&relayed->outer,
			gnutls.record_get_direction(relayed->session) ? EPOLLOUT : EPOLLIN);
		return;
	}
	handshake_end(relayed);
	peer = peer_of(relayed->outer.fd);
	if (code < 0) {
		problem = tls_session_problem(relayed->session, code);
		gnutls.alert_send_appropriate(relayed->session, code);
		log_warn("a client at %s is refused: %s", peer, problem);
		relayed->dead = true;
		return;
	}
	name = tls_session_name(relayed->session);
	log_info("client \"%s\" has connected from %s", name, peer);
	relayed->handshaken = true;
	int fd = open_inner(relayed);
	if (fd < 0) {
		relayed->dead = true;
		return;
	}
	relayed->ready(relayed->data, fd, name);
	relayed_carry(relayed);
}

static void handle(Side *side, uint32_t events)
{
	Relayed *relayed = side->owner;
	if (relayed->dead)
		return;
	if (!relayed->handshaken)
		relayed_handshake(relayed);
	else
		relayed_carry(relayed);
	/* Both directions of the encrypted side are closed. */
	if (side == &relayed->outer && (events & (EPOLLHUP | EPOLLERR)) != 0)
		relayed->dead = true;
	if (relayed->dead)
		g_ptr_array_add(relay.dead, relayed);
}

/* A dropped client: its descriptor wakes, and the handshake fails. */
static void push_out(Relayed *relayed)
{
	handshake_end(relayed);
	shutdown(relayed->outer.fd, SHUT_RDWR);
}

/* Drops clients whose handshake takes too long; milliseconds until the next is due, -1 if there is none. */
static int handshakes_expire(void)
{
	Relayed *first;
	while ((first = g_queue_peek_head(&relay.handshakes)) != NULL) {
		gint64 left = first->deadline - g_get_monotonic_time();
		if (left > 0)
			return (int)(left / 1000) + 1;
		push_out(first);
	}
	return -1;
}

static gpointer run(gpointer unused)
{
	struct epoll_event events[EVENTS];
	(void)unused;
	for (int count = 0, wait;;) {
		g_mutex_lock(&relay.lock);
		for (int i = 0; i < count; i++)
			handle(events[i].data.ptr, events[i].events);
		g_ptr_array_set_size(relay.dead, 0);
		wait = handshakes_expire();
		g_mutex_unlock(&relay.lock);
		count = epoll_wait(relay.epoll_fd, events, EVENTS, wait);
	}
	return NULL;
}

/* Starts the thread once; a later call tries again if no thread could be created. */
static bool start(void)
{
	static bool started;
	g_autoptr(GError) error = NULL;
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&relay.lock);
	if (relay.dead == NULL) {
		relay.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
		relay.dead = g_ptr_array_new_with_free_func(relayed_free);
	}
	if (!started && !(started = thread_detach("tls", run, NULL, &error)))
		log_warn("a TLS connection is refused: %s", error->message);
	return started;
}

/* Both are taken over; NULL if there is no thread to relay them. */
static Relayed *relayed_new(gnutls_session_t session, int fd)
{
	Relayed *relayed = g_new0(Relayed, 1);
	relayed->session = session;
	relayed->outer = (Side){.owner = relayed, .fd = fd};
	relayed->inner = (Side){.owner = relayed, .fd = -1};
	if (start())
		return relayed;
	relayed_free(relayed);
	errno = EAGAIN;
	return NULL;
}

int tls_relay(gnutls_session_t session, int fd)
{
	Relayed *relayed = relayed_new(session, fd);
	if (relayed == NULL)
		return -1;
	g_mutex_lock(&relay.lock);
	relayed->handshaken = true;
	int inner = open_inner(relayed);
	if (inner >= 0)
		watch_first(&relayed->outer, EPOLLIN);
	else
		relayed_free(relayed);
	g_mutex_unlock(&relay.lock);
	return inner;
}

void tls_accept(
	const TlsContext *context, int fd, TlsReady ready, gpointer data, GDestroyNotify release)
{
	gnutls_session_t session = tls_session_new(context, fd, NULL);
	Relayed *relayed = session != NULL ? relayed_new(session, fd) : NULL;
	if (session == NULL)
		close(fd);
	if (relayed == NULL) {
		release(data);
		return;
	}
	relayed->ready = ready;
	relayed->release = release;
	relayed->data = data;
	relayed->deadline = g_get_monotonic_time() + GREETING_US;
	g_mutex_lock(&relay.lock);
	relayed->in_handshake.data = relayed;
	g_queue_push_tail_link(&relay.handshakes, &relayed->in_handshake);
	if (g_queue_get_length(&relay.handshakes) > HANDSHAKES_MOST)
		push_out(g_queue_peek_head(&relay.handshakes));
	watch_first(&relayed->outer, EPOLLIN | EPOLLOUT);
	g_mutex_unlock(&relay.lock);
}
