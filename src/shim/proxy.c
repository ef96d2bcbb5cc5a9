/* Ports published in mode "proxy", and those of IPv6 for a container without: connections to the host are forwarded
 * to the container in user space, so that the host's own input rules apply. Its descriptors are in an epoll of their
 * own, which the shim polls as one. */
#include "shim/shim.h"
#include "shim/sys.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum {
	MAX_FLOWS = 1024, /* connections, and UDP clients */
	EVENTS = 32,
	CHUNK = 65536,	/* as much as a new pipe holds */
	MUCH = 1 << 20, /* of a connection that has filled one */
	DATAGRAM = 65507,
	UDP_IDLE_SECONDS = 60,
};
#define SECOND 1000000000LL

/* An address with a port; unused bytes are zero, so that addresses can be compared as bytes. */
struct end {
	socklen_t length;
	struct sockaddr_in6 address; /* or sockaddr_in, which is shorter */
};

/* A port of the host, and its target. */
struct port {
	struct port *next;
	int fd; /* -1: it is published no more, but connections by it remain */
	bool udp, marked;
	struct end host, target;
};

/* A TCP connection's two ends with a pipe for each direction, or a UDP client with its own socket. */
struct flow {
	struct flow *next;
	struct port *port;
	int fd[2];	/* client (TCP), and container */
	int pipe[2][2]; /* from fd[i] to fd[1 - i] */
	size_t held[2]; /* bytes in that pipe */
	size_t room[2]; /* what it holds */
	bool ended[2];	/* fd[i] has sent its end of file */
	bool connecting, dead;
	struct end client;
	int64_t used;
};

static struct port *ports;
static struct flow *flows;
static int flow_count, epoll_fd = -1;

static void watch(int fd, void *what, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = what};
	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void close_if_open(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static struct flow *flow_new(struct port *port)
{
	struct flow *flow = flow_count < MAX_FLOWS ? calloc(1, sizeof *flow) : NULL;
	if (flow == NULL)
		return NULL;
	flow->port = port;
	for (int i = 0; i < 2; i++)
		flow->fd[i] = flow->pipe[i][0] = flow->pipe[i][1] = -1;
	flow->used = steady_nanoseconds();
	flow->next = flows;
	flows = flow;
	flow_count++;
	return flow;
}

static void flow_close(struct flow *flow)
{
	for (int i = 0; i < 2; i++) {
		close_if_open(&flow->fd[i]);
		close_if_open(&flow->pipe[i][0]);
		close_if_open(&flow->pipe[i][1]);
	}
	flow->dead = true;
}

static bool has_flows(const struct port *port)
{
	const struct flow *flow = flows;
	while (flow != NULL && flow->port != port)
		flow = flow->next;
	return flow != NULL;
}

static void sweep_ports(void)
{
	for (struct port **at = &ports; *at != NULL;) {
		struct port *port = *at;
		if (port->fd >= 0 || has_flows(port)) {
			at = &port->next;
			continue;
		}
		*at = port->next;
		free(port);
	}
}

/* Events of one round may still refer to what was closed in it: freed between rounds. */
static void sweep(void)
{
	int64_t now = steady_nanoseconds();
	for (struct flow **at = &flows; *at != NULL;) {
		struct flow *flow = *at;
		if (!flow->dead && flow->port->udp && now - flow->used > UDP_IDLE_SECONDS * SECOND)
			flow_close(flow);
		if (!flow->dead) {
			at = &flow->next;
			continue;
		}
		*at = flow->next;
		free(flow);
		flow_count--;
	}
	sweep_ports();
}

static int end_socket(const struct end *end, bool udp)
{
	return socket(end->address.sin6_family,
		(udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static int connect_target(const struct port *port)
{
	int fd = end_socket(&port->target, port->udp);
	if (fd >= 0 &&
		connect(fd, (const struct sockaddr *)&port->target.address, port->target.length) <
			0 &&
		errno != EINPROGRESS)
		close_if_open(&fd);
	return fd;
}

static void accept_connection(struct port *port)
{
	int client = accept4(port->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct flow *flow = client >= 0 ? flow_new(port) : NULL;
	if (flow == NULL) {
		close_if_open(&client);
		return;
	}
	flow->fd[0] = client;
	flow->fd[1] = connect_target(port);
	flow->connecting = true;
	if (flow->fd[1] < 0 || pipe2(flow->pipe[0], O_CLOEXEC | O_NONBLOCK) < 0 ||
		pipe2(flow->pipe[1], O_CLOEXEC | O_NONBLOCK) < 0) {
		flow_close(flow);
		return;
	}
	/* Edge-triggered: each event moves all that is available, both ways. */
	for (int i = 0; i < 2; i++)
		watch(flow->fd[i], flow, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

/* A larger pipe means fewer system calls and wake-ups; a limit may forbid it (pipe-user-pages-soft). */
static void grow(struct flow *flow, int i)
{
	flow->room[i] = fcntl(flow->pipe[i][1], F_SETPIPE_SZ, MUCH) < 0 ? CHUNK : MUCH;
}

/* Moves as much as possible from fd[i] to the other end. False if the connection is broken. */
static bool move(struct flow *flow, int i)
{
	for (;;) {
		ssize_t n = 0;
		if (!flow->ended[i] && flow->held[i] == 0) {
			n = splice(flow->fd[i], NULL, flow->pipe[i][1], NULL,
				flow->room[i] > 0 ? flow->room[i] : CHUNK,
				SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
			if (n >= CHUNK / 2 && flow->room[i] == 0)
				grow(flow, i);
			if (n < 0 && errno != EAGAIN)
				return false;
			flow->ended[i] = n == 0;
			flow->held[i] += n > 0 ? (size_t)n : 0;
		}
		if (flow->held[i] == 0) {
			if (flow->ended[i])
				shutdown(flow->fd[1 - i], SHUT_WR);
			return true;
		}
		n = splice(flow->pipe[i][0], NULL, flow->fd[1 - i], NULL, flow->held[i],
			SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
		if (n < 0)
			return errno == EAGAIN;
		flow->held[i] -= (size_t)n;
	}
}

static void flow_ready(struct flow *flow)
{
	int failed = 0;
	socklen_t size = sizeof failed;
	if (flow->connecting) {
		struct sockaddr_in6 peer;
		socklen_t length = sizeof peer;
		getsockopt(flow->fd[1], SOL_SOCKET, SO_ERROR, &failed, &size);
		if (failed != 0) {
			flow_close(flow);
			return;
		}
		if (getpeername(flow->fd[1], (struct sockaddr *)&peer, &length) < 0)
			return;
		flow->connecting = false;
	}
	if (!move(flow, 0) || !move(flow, 1) ||
		(flow->ended[0] && flow->ended[1] && flow->held[0] + flow->held[1] == 0))
		flow_close(flow);
}

/* Forwards a datagram from outside to the container by its client's own socket. */
static void udp_in(struct port *port)
{
	static char data[DATAGRAM];
	struct end client = {.length = sizeof client.address};
	ssize_t n = recvfrom(
		port->fd, data, sizeof data, 0, (struct sockaddr *)&client.address, &client.length);
	struct flow *flow = flows;
	if (n < 0)
		return;
	while (flow != NULL && (flow->dead || flow->port != port ||
				       memcmp(&flow->client, &client, sizeof client) != 0))
		flow = flow->next;
	if (flow == NULL && (flow = flow_new(port)) != NULL) {
		flow->client = client;
		flow->fd[1] = connect_target(port);
		if (flow->fd[1] >= 0)
			watch(flow->fd[1], flow, EPOLLIN);
	}
	if (flow != NULL && flow->fd[1] >= 0) {
		send(flow->fd[1], data, (size_t)n, 0);
		flow->used = steady_nanoseconds();
	}
}

static void udp_out(struct flow *flow)
{
	static char data[DATAGRAM];
	ssize_t n = recv(flow->fd[1], data, sizeof data, 0);
	if (n >= 0)
		sendto(flow->port->fd, data, (size_t)n, 0, (struct sockaddr *)&flow->client.address,
			flow->client.length);
	flow->used = steady_nanoseconds();
}

static bool parse_end(const char *ip, unsigned port, struct end *end)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)&end->address;
	if (port > 65535)
		return false;
	if (strchr(ip, ':') == NULL) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		end->length = sizeof *v4;
		return inet_pton(AF_INET, ip, &v4->sin_addr) == 1;
	}
	end->address.sin6_family = AF_INET6;
	end->address.sin6_port = htons((uint16_t)port);
	end->length = sizeof end->address;
	return inet_pton(AF_INET6, ip, &end->address.sin6_addr) == 1;
}

static bool parse(const char *text, struct port *port)
{
	char protocol[8], host[INET6_ADDRSTRLEN], target[INET6_ADDRSTRLEN];
	unsigned host_port, target_port;
	if (sscanf(text, "%7s %45s %u %45s %u", protocol, host, &host_port, target, &target_port) !=
		5)
		return false;
	port->udp = strcmp(protocol, "udp") == 0;
	return parse_end(host, host_port, &port->host) &&
	       parse_end(target, target_port, &port->target);
}

static bool open_port(struct port *port)
{
	int on = 1;
	port->fd = end_socket(&port->host, port->udp);
	if (port->fd < 0)
		return false;
	setsockopt(port->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	/* IPv4 and IPv6 ports are separate sockets. */
	if (port->host.address.sin6_family == AF_INET6)
		setsockopt(port->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (epoll_fd < 0)
		epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	return bind(port->fd, (struct sockaddr *)&port->host.address, port->host.length) == 0 &&
	       (port->udp || listen(port->fd, SOMAXCONN) == 0);
}

/* The published port of the same protocol and host address, or NULL. */
static struct port *published(const struct port *wanted)
{
	struct port *port = ports;
	while (port != NULL && (port->fd < 0 || port->udp != wanted->udp ||
				       memcmp(&port->host, &wanted->host, sizeof port->host) != 0))
		port = port->next;
	return port;
}

/* UDP clients of a port, whose sockets lead to its target, begin anew; connections of TCP stay. */
static void forget_clients(const struct port *port)
{
	for (struct flow *flow = flows; flow != NULL; flow = flow->next)
		if (flow->port == port && port->udp && !flow->dead)
			flow_close(flow);
}

static void retarget(struct port *port, const struct end *target)
{
	port->marked = false;
	if (memcmp(&port->target, target, sizeof *target) == 0)
		return;
	forget_clients(port);
	port->target = *target;
}

static void unpublish(struct port *port)
{
	close_if_open(&port->fd);
	forget_clients(port);
}

void proxy_add(const char *text, void (*warn)(const char *text))
{
	char why[SHIM_TEXT];
	struct port *port = calloc(1, sizeof *port);
	if (port == NULL)
		return;
	port->fd = -1;
	bool parsed = parse(text, port);
	struct port *there = parsed ? published(port) : NULL;
	if (there != NULL) {
		retarget(there, &port->target);
		free(port);
		return;
	}
	if (!parsed || !open_port(port)) {
		snprintf(why, sizeof why, "cannot publish %s: %s", text, strerror(errno));
		warn(why);
		close_if_open(&port->fd);
		free(port);
		return;
	}
	port->next = ports;
	ports = port;
	watch(port->fd, port, EPOLLIN);
}

/* Closes the port; its existing connections stay. */
void proxy_remove(const char *text)
{
	struct port wanted = {.fd = -1};
	struct port *port = parse(text, &wanted) ? published(&wanted) : NULL;
	if (port != NULL)
		unpublish(port);
	sweep();
}

void proxy_mark(void)
{
	for (struct port *port = ports; port != NULL; port = port->next)
		port->marked = true;
}

void proxy_remove_marked(void)
{
	for (struct port *port = ports; port != NULL; port = port->next)
		if (port->marked)
			unpublish(port);
	sweep();
}

static struct port *port_of(void *what)
{
	struct port *port = ports;
	while (port != NULL && port != what)
		port = port->next;
	return port;
}

int proxy_poll_fd(void)
{
	return epoll_fd;
}

void proxy_ready(void)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(epoll_fd, events, EVENTS, 0);
	for (int i = 0; i < count; i++) {
		struct port *port = port_of(events[i].data.ptr);
		struct flow *flow = events[i].data.ptr;
		if (port != NULL && port->udp)
			udp_in(port);
		else if (port != NULL)
			accept_connection(port);
		else if (!flow->dead && flow->port->udp)
			udp_out(flow);
		else if (!flow->dead)
			flow_ready(flow);
	}
	sweep();
}
