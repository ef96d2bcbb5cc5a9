/* The resolver at 127.0.0.11 of a container in user-defined networks: it answers names of neighbours from files that
 * the engine writes, and forwards other questions to the host's resolvers. It runs in the shim so that names resolve
 * while the engine is down. */
#include "shim/dns_message.h"
#include "shim/shim.h"
#include "shim/sys.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

enum {
	PORT = 53,
	MAX_ASKED = 32,	 /* questions forwarded to the host's resolvers */
	MAX_STREAMS = 8, /* TCP connections */
	MESSAGE = 4096,
	NAMES_LIMIT = 1 << 20,
	TIMEOUT_NS = 2000000000,
	STREAM_TIMEOUT_NS = 10000000000,
};

/* A question forwarded to a resolver of the host; fd: its own connected socket. */
static struct asked {
	int fd, server;
	struct sockaddr_in client;
	uint8_t query[DNS_UDP_SIZE];
	size_t length;
	uint16_t id; /* our id, in place of the client's */
	int64_t due;
} asked[MAX_ASKED];

/* A TCP client, and the host's resolver once one is needed. */
static struct stream {
	int client, server;
	uint8_t data[MESSAGE + 2];
	size_t used;
	int64_t due;
} streams[MAX_STREAMS];

static const struct plan *dns_plan;
static const char *owner;	 /* the container's id */
static struct plan changed_plan; /* of the last SHIM_DNS message */
static int udp = -1, tcp = -1, first_poll, poll_count;
static unsigned turn;

static const struct plan_record *settings(void)
{
	return plan_find(dns_plan, PLAN_DNS);
}

static uint32_t file_count(void)
{
	return (uint32_t)record_number(settings(), 0);
}

static int server_count(void)
{
	return (int)(settings()->strings - file_count());
}

/* At port 53 or, where the engine can redirect questions, at any free port. */
static int open_socket(int type)
{
	uint16_t port = (uint16_t)record_number(settings(), 1);
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	inet_pton(AF_INET, "127.0.0.11", &address.sin_addr);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
		(type == SOCK_STREAM && listen(fd, MAX_STREAMS) < 0))
		report_fail(errno, "cannot open the resolver's socket");
	return fd;
}

static void begin(const struct plan *plan, const char *id)
{
	dns_plan = plan;
	owner = id;
	for (int i = 0; i < MAX_ASKED; i++)
		asked[i].fd = -1;
	for (int i = 0; i < MAX_STREAMS; i++)
		streams[i].client = streams[i].server = -1;
}

void dns_open(const struct plan *plan, pid_t pid)
{
	char path[64];
	if (plan_find(plan, PLAN_DNS) == NULL)
		return;
	begin(plan, record_string(plan_find(plan, PLAN_ID), 0));
	snprintf(path, sizeof path, "/proc/%d/ns/net", (int)pid);
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC),
	    other = open(path, O_RDONLY | O_CLOEXEC);
	if (own < 0 || other < 0 || setns(other, CLONE_NEWNET) < 0)
		report_fail(errno, "cannot enter the container's network");
	/* 127.0.0.11 is an address of the namespace only once lo is up. */
	loopback_up();
	udp = open_socket(SOCK_DGRAM);
	tcp = open_socket(SOCK_STREAM);
	if (setns(own, CLONE_NEWNET) < 0)
		report_fail(errno, "cannot return from the container's network");
	close(own);
	close(other);
}

void dns_change(const char *id, int *fds, int fd_count)
{
	struct plan plan = {0};
	bool runs = udp >= 0;
	if (fd_count < (runs ? 1 : 3) || !plan_map(&plan, fds[0]) ||
		plan_find(&plan, PLAN_DNS) == NULL) {
		plan_unmap(&plan);
		return;
	}
	if (changed_plan.data != NULL)
		plan_unmap(&changed_plan);
	changed_plan = plan;
	if (runs) {
		dns_plan = &changed_plan;
		return;
	}
	begin(&changed_plan, id);
	udp = fds[1];
	tcp = fds[2];
	fds[1] = fds[2] = -1;
}

int dns_state(void)
{
	return SHIM_DNS_KNOWN | (udp >= 0 ? SHIM_DNS_RUNS : 0);
}

int64_t dns_ports(void)
{
	struct sockaddr_in address;
	socklen_t size = sizeof address;
	int64_t ports = 0;
	if (udp < 0)
		return 0;
	if (getsockname(udp, (struct sockaddr *)&address, &size) == 0)
		ports = ntohs(address.sin_port);
	size = sizeof address;
	if (getsockname(tcp, (struct sockaddr *)&address, &size) == 0)
		ports |= (int64_t)ntohs(address.sin_port) << 16;
	return ports;
}

/* The content of a names file, NUL-terminated; NULL if it does not exist. The caller frees it. */
static char *read_names(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	char *text = size < 0 || size > NAMES_LIMIT ? NULL : malloc((size_t)size + 1);
	ssize_t n = text == NULL ? -1 : pread(fd, text, (size_t)size, 0);
	if (fd >= 0)
		close(fd);
	if (n >= 0)
		text[n] = '\0';
	else if (text != NULL) {
		free(text);
		text = NULL;
	}
	return text;
}

static size_t answer_here(const uint8_t *query, const struct dns_question *question, uint8_t *out)
{
	size_t length = 0;
	for (uint32_t i = 0; i < file_count() && length == 0; i++) {
		char *text = read_names(record_string(settings(), i));
		struct dns_names names = {text, owner};
		if (text != NULL)
			length = dns_answer(query, question, &names, turn, out);
		free(text);
	}
	turn++;
	return length;
}

/* Connects a socket in the host's namespace to its nth resolver. */
static int ask(int server, int type)
{
	const char *text = record_string(settings(), file_count() + (uint32_t)server);
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(PORT)};
	bool is_v4 = inet_pton(AF_INET, text, &v4.sin_addr) == 1;
	if (!is_v4 && inet_pton(AF_INET6, text, &v6.sin6_addr) != 1)
		return -1;
	int fd = socket(is_v4 ? AF_INET : AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int failed = fd < 0  ? -1
		     : is_v4 ? connect(fd, (struct sockaddr *)&v4, sizeof v4)
			     : connect(fd, (struct sockaddr *)&v6, sizeof v6);
	if (fd >= 0 && failed < 0 && errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	return fd;
}

static void give_up(struct asked *a)
{
	struct dns_question question;
	uint8_t out[DNS_UDP_SIZE];
	if (dns_question_parse(a->query, a->length, &question)) {
		size_t length = dns_error(a->query, &question, DNS_SERVFAIL, out);
		sendto(udp, out, length, 0, (struct sockaddr *)&a->client, sizeof a->client);
	}
}

/* Sends the question to the next resolver that accepts it; if there is none, the client gets an error. */
static void ask_next(struct asked *a)
{
	uint8_t query[DNS_UDP_SIZE];
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
	while (++a->server < server_count()) {
		a->fd = ask(a->server, SOCK_DGRAM);
		if (a->fd < 0)
			continue;
		memcpy(query, a->query, a->length);
		if (getrandom(&a->id, sizeof a->id, 0) != sizeof a->id)
			a->id = (uint16_t)steady_nanoseconds();
		memcpy(query, &a->id, sizeof a->id);
		a->due = steady_nanoseconds() + TIMEOUT_NS;
		if (send(a->fd, query, a->length, 0) == (ssize_t)a->length)
			return;
		close(a->fd);
		a->fd = -1;
	}
	give_up(a);
}

static void forward(const uint8_t *query, size_t length, const struct sockaddr_in *client)
{
	struct asked *slot = NULL;
	for (int i = 0; i < MAX_ASKED && slot == NULL; i++)
		slot = asked[i].fd < 0 ? &asked[i] : NULL;
	if (slot == NULL)
		return; /* the client will retry */
	*slot = (struct asked){.fd = -1, .server = -1, .client = *client, .length = length};
	memcpy(slot->query, query, length);
	ask_next(slot);
}

static void udp_readable(void)
{
	uint8_t query[DNS_UDP_SIZE], out[DNS_UDP_SIZE];
	struct sockaddr_in client;
	socklen_t size = sizeof client;
	struct dns_question question;
	ssize_t n = recvfrom(udp, query, sizeof query, 0, (struct sockaddr *)&client, &size);
	if (n <= 0 || !dns_question_parse(query, (size_t)n, &question))
		return;
	size_t length = answer_here(query, &question, out);
	if (length > 0)
		sendto(udp, out, length, 0, (struct sockaddr *)&client, size);
	else
		forward(query, (size_t)n, &client);
}

/* An answer from the host's resolver: valid only with the id that we sent. */
static void asked_readable(struct asked *a)
{
	uint8_t answer[MESSAGE];
	ssize_t n = recv(a->fd, answer, sizeof answer, 0);
	if (n < 0 && errno != EAGAIN) {
		ask_next(a);
		return;
	}
	if (n < DNS_HEAD || memcmp(answer, &a->id, sizeof a->id) != 0)
		return;
	memcpy(answer, a->query, sizeof a->id);
	sendto(udp, answer, (size_t)n, 0, (struct sockaddr *)&a->client, sizeof a->client);
	close(a->fd);
	a->fd = -1;
}

static void stream_close(struct stream *s)
{
	if (s->client >= 0)
		close(s->client);
	if (s->server >= 0)
		close(s->server);
	s->client = s->server = -1;
}

static void stream_accept(void)
{
	int fd = accept4(tcp, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	for (int i = 0; fd >= 0 && i < MAX_STREAMS; i++)
		if (streams[i].client < 0) {
			streams[i].client = fd;
			streams[i].server = -1;
			streams[i].used = 0;
			streams[i].due = steady_nanoseconds() + STREAM_TIMEOUT_NS;
			return;
		}
	if (fd >= 0)
		close(fd);
}

/* A complete question of a TCP client: answered here, or forwarded together with its answer. */
static void stream_question(struct stream *s, size_t length)
{
	struct dns_question question;
	uint8_t out[DNS_UDP_SIZE + 2];
	size_t n = 0;
	if (!dns_question_parse(s->data + 2, length, &question)) {
		stream_close(s);
		return;
	}
	n = answer_here(s->data + 2, &question, out + 2);
	for (int i = 0; n == 0 && s->server < 0 && i < server_count(); i++)
		s->server = ask(i, SOCK_STREAM);
	if (n == 0 && s->server < 0)
		n = dns_error(s->data + 2, &question, DNS_SERVFAIL, out + 2);
	if (n == 0)
		return; /* sent once the connection is established */
	out[0] = (uint8_t)(n >> 8);
	out[1] = (uint8_t)n;
	if (send(s->client, out, n + 2, MSG_NOSIGNAL) != (ssize_t)n + 2)
		stream_close(s);
	s->used = 0;
}

static void stream_client_readable(struct stream *s)
{
	ssize_t n = recv(s->client, s->data + s->used, sizeof s->data - s->used, 0);
	if (n <= 0) {
		if (n == 0 || errno != EAGAIN)
			stream_close(s);
		return;
	}
	s->used += (size_t)n;
	size_t length = s->used < 2 ? 0 : (size_t)(s->data[0] << 8 | s->data[1]);
	if (length > MESSAGE || length > DNS_UDP_SIZE)
		stream_close(s);
	else if (s->used >= 2 && s->used >= length + 2)
		stream_question(s, length);
}

static void stream_server_ready(struct stream *s, short events)
{
	uint8_t answer[MESSAGE];
	if (s->used > 0 && events & POLLOUT) {
		if (send(s->server, s->data, s->used, MSG_NOSIGNAL) != (ssize_t)s->used)
			stream_close(s);
		s->used = 0;
		return;
	}
	ssize_t n = recv(s->server, answer, sizeof answer, 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0 || send(s->client, answer, (size_t)n, MSG_NOSIGNAL) != n)
		stream_close(s);
}

int dns_poll_fill(struct pollfd *polls, int count, int max)
{
	first_poll = count;
	poll_count = 0;
	if (udp < 0 || count + 2 + MAX_ASKED + 2 * MAX_STREAMS > max)
		return count;
	polls[count++] = (struct pollfd){.fd = udp, .events = POLLIN};
	polls[count++] = (struct pollfd){.fd = tcp, .events = POLLIN};
	for (int i = 0; i < MAX_ASKED; i++)
		polls[count++] = (struct pollfd){.fd = asked[i].fd, .events = POLLIN};
	for (int i = 0; i < MAX_STREAMS; i++) {
		struct stream *s = &streams[i];
		bool waits = s->server >= 0 && s->used > 0;
		polls[count++] = (struct pollfd){.fd = waits ? -1 : s->client, .events = POLLIN};
		polls[count++] =
			(struct pollfd){.fd = s->server, .events = waits ? POLLOUT : POLLIN};
	}
	poll_count = count - first_poll;
	return count;
}

void dns_poll_done(const struct pollfd *polls)
{
	const struct pollfd *p = polls + first_poll;
	int64_t now = poll_count > 0 ? steady_nanoseconds() : 0;
	if (poll_count == 0)
		return;
	for (int i = 0; i < MAX_STREAMS; i++) {
		struct stream *s = &streams[i];
		const struct pollfd *pair = p + 2 + MAX_ASKED + 2 * i;
		if (s->server >= 0 && pair[1].fd == s->server && pair[1].revents != 0)
			stream_server_ready(s, pair[1].revents);
		else if (s->client >= 0 && pair[0].fd == s->client && pair[0].revents != 0)
			stream_client_readable(s);
		if (s->client >= 0 && now > s->due)
			stream_close(s);
	}
	for (int i = 0; i < MAX_ASKED; i++) {
		if (asked[i].fd >= 0 && p[2 + i].fd == asked[i].fd && p[2 + i].revents != 0)
			asked_readable(&asked[i]);
		else if (asked[i].fd >= 0 && now > asked[i].due)
			ask_next(&asked[i]);
	}
	if (p[0].revents != 0)
		udp_readable();
	if (p[1].revents != 0)
		stream_accept();
}

int dns_poll_timeout(void)
{
	bool waits = false;
	for (int i = 0; udp >= 0 && i < MAX_ASKED; i++)
		waits = waits || asked[i].fd >= 0;
	for (int i = 0; udp >= 0 && i < MAX_STREAMS; i++)
		waits = waits || streams[i].client >= 0;
	return waits ? 500 : -1;
}
