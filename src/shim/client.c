#include "shim/shim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { INPUT = 4096, MAX_KEYS = 16, FRAME = 8 };

struct client {
	struct client *next;
	struct session *session;
	int fd, flags;
	bool input_done;
	bool leaving; /* detached by its keys: it still gets its pending output */
	char *stash;  /* output that its socket had no room for */
	size_t stashed, sent;
	char input[INPUT]; /* input that the container has not read yet */
	size_t input_length, input_taken;
	char keys[MAX_KEYS]; /* the detach sequence, and how many of its keys were typed */
	size_t key_count, typed;
	int socket_poll, input_poll; /* indexes in the poll array, or -1 */
};

static struct client *clients;

bool client_new(struct session *session, int fd, int flags, const char *detach_keys)
{
	struct client *client = calloc(1, sizeof *client);
	if (client == NULL) {
		close(fd);
		return false;
	}
	client->session = session;
	client->fd = fd;
	client->flags = flags;
	client->input_done = (flags & SHIM_ATTACH_STDIN) == 0;
	if (session->tty)
		client->key_count = (size_t)snprintf(client->keys, MAX_KEYS, "%s", detach_keys);
	if (client->key_count >= MAX_KEYS)
		client->key_count = MAX_KEYS - 1;
	client->next = clients;
	clients = client;
	return true;
}

static void client_free(struct client *client)
{
	struct client **at = &clients;
	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	shutdown(client->fd, SHUT_RDWR);
	close(client->fd);
	free(client->stash);
	free(client);
}

static void stash(struct client *client, const char *data, size_t length)
{
	if (client->sent == client->stashed)
		client->sent = client->stashed = 0;
	char *grown = length > 0 ? realloc(client->stash, client->stashed + length) : NULL;
	if (grown == NULL)
		return;
	memcpy(grown + client->stashed, data, length);
	client->stash = grown;
	client->stashed += length;
}

static void client_write(struct client *client, int stream, const char *data, size_t length)
{
	bool framed = (client->flags & SHIM_ATTACH_FRAMED) != 0;
	char head[FRAME] = {(char)stream, 0, 0, 0, (char)(length >> 24), (char)(length >> 16),
		(char)(length >> 8), (char)length};
	struct iovec iov[2] = {{head, framed ? FRAME : 0}, {(void *)data, length}};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};
	ssize_t n = -1;
	if (client->sent == client->stashed)
		n = sendmsg(client->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	size_t done = n > 0 ? (size_t)n : 0;
	if (n < 0 && errno == EPIPE)
		return; /* its hang-up is seen by poll */
	for (int i = 0; i < 2; i++) {
		size_t skip = done < iov[i].iov_len ? done : iov[i].iov_len;
		stash(client, (const char *)iov[i].iov_base + skip, iov[i].iov_len - skip);
		done -= skip;
	}
}

void client_broadcast(const struct session *session, int stream, const char *data, size_t length)
{
	int wanted = stream == 1 ? SHIM_ATTACH_STDOUT : SHIM_ATTACH_STDERR;
	for (struct client *c = clients; c != NULL; c = c->next)
		if (c->session == session && (c->flags & wanted) != 0 && !c->leaving)
			client_write(c, stream, data, length);
}

bool client_blocks(const struct session *session)
{
	for (const struct client *c = clients; c != NULL; c = c->next)
		if (c->session == session && !c->leaving && c->sent < c->stashed)
			return true;
	return false;
}

bool client_of(const struct session *session)
{
	for (const struct client *c = clients; c != NULL; c = c->next)
		if (c->session == session)
			return true;
	return false;
}

bool client_any(void)
{
	return clients != NULL;
}

/* The client closed its writing end: so does the program's input, if it is the client's. */
static void end_input(struct client *client)
{
	client->input_done = true;
	if (client->session->once)
		session_close_input(client->session);
}

/* Looks for the detach keys; a partial match is passed on. True: detached. A key that breaks a sequence does not
 * start one, as in Docker: its clients filter the keys first, and would wait for ever if only the engine saw them. */
static bool filter_keys(struct client *client, const char *data, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (client->key_count > 0 && data[i] == client->keys[client->typed]) {
			if (++client->typed == client->key_count)
				return true;
			continue;
		}
		memcpy(client->input + client->input_length, client->keys, client->typed);
		client->input_length += client->typed;
		client->typed = 0;
		client->input[client->input_length++] = data[i];
	}
	return false;
}

static void pass_input(struct client *client)
{
	size_t left = client->input_length - client->input_taken;
	ssize_t n = write(client->session->in, client->input + client->input_taken, left);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		end_input(client);
	client->input_taken += n > 0 ? (size_t)n : 0;
	if (client->input_taken == client->input_length || client->input_done)
		client->input_length = client->input_taken = 0;
}

/* Detaching does not close the program's input. For a container, the engine is told; the stream of an exec ends with
 * dockerd's message. */
static void detach(struct client *client)
{
	static const char words[] =
		"exec attach failed: error on attach stdin: read escape sequence\r\n";
	client->input_done = client->leaving = true;
	if (client->session->id[0] == '\0')
		control_send(SHIM_DETACHED, "", 0, 0, 0, "");
	else
		client_write(client, 1, words, strlen(words));
}

/* False if the client must be dropped. */
static bool read_input(struct client *client)
{
	char data[INPUT - MAX_KEYS];
	ssize_t n = recv(client->fd, data, sizeof data, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0) {
		end_input(client);
		return true;
	}
	if (filter_keys(client, data, (size_t)n)) {
		detach(client);
		return true;
	}
	if (client->session->in < 0)
		client->input_length = 0;
	else if (client->input_length > 0)
		pass_input(client);
	return true;
}

static void flush_stash(struct client *client)
{
	ssize_t n = send(client->fd, client->stash + client->sent, client->stashed - client->sent,
		MSG_DONTWAIT | MSG_NOSIGNAL);
	client->sent += n > 0 ? (size_t)n : 0;
	if (client->sent == client->stashed) {
		free(client->stash);
		client->stash = NULL;
		client->sent = client->stashed = 0;
	}
}

int client_poll_fill(struct pollfd *polls, int count, int max)
{
	for (struct client *c = clients, *next; c != NULL; c = next) {
		next = c->next;
		c->socket_poll = c->input_poll = -1;
		if ((c->session->ended || c->leaving) && c->sent == c->stashed) {
			client_free(c);
			continue;
		}
		if (count + 2 > max)
			continue;
		bool pending = c->input_taken < c->input_length;
		short events = c->sent < c->stashed ? POLLOUT : 0;
		/* What a client sends before the start waits in its socket. */
		if (!c->input_done && !pending && !c->session->ended && c->session->pid != 0)
			events |= POLLIN;
		c->socket_poll = count;
		polls[count++] = (struct pollfd){.fd = c->fd, .events = events};
		if (pending && c->session->in >= 0) {
			c->input_poll = count;
			polls[count++] = (struct pollfd){.fd = c->session->in, .events = POLLOUT};
		}
	}
	return count;
}

void client_poll_done(const struct pollfd *polls)
{
	for (struct client *c = clients, *next; c != NULL; c = next) {
		next = c->next;
		short events = c->socket_poll >= 0 ? polls[c->socket_poll].revents : 0;
		if (c->input_poll >= 0 && polls[c->input_poll].revents != 0 && c->session->in >= 0)
			pass_input(c);
		if (events & POLLOUT)
			flush_stash(c);
		bool keep = (events & POLLIN) == 0 || read_input(c);
		/* POLLIN with a hang-up: there is input left to read. */
		if (!keep || (events & (POLLHUP | POLLERR) && (events & POLLIN) == 0) ||
			(events & POLLHUP && c->input_done)) {
			if (!c->input_done)
				end_input(c);
			client_free(c);
		}
	}
}
