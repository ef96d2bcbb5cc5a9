#include "shim/shim.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 8 };

static int listener = -1;
static int connections[MAX_CONNECTIONS];
static int connection_count, first_poll;
static char socket_path[4096];
static const struct control_events *events;

static void control_add(int fd)
{
	if (connection_count < MAX_CONNECTIONS)
		connections[connection_count++] = fd;
	else
		close(fd);
}

void control_begin(const struct control_events *observer, int fd)
{
	events = observer;
	control_add(fd);
}

/* The socket has mode 0600, in a folder that only root can enter (CVE-2020-15257). */
bool control_listen(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(socket_path, sizeof socket_path, "%s", path);
	/* Bound from within its folder: the full path may exceed sun_path. */
	char *slash = strrchr(socket_path, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	if (chdir(socket_path) < 0)
		return false;
	*slash = '/';
	snprintf(address.sun_path, sizeof address.sun_path, "%s", slash + 1);
	unlink(path);
	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	return listener >= 0 && fchmod(listener, 0600) == 0 &&
	       bind(listener, (struct sockaddr *)&address, sizeof address) == 0 &&
	       chmod(path, 0600) == 0 && listen(listener, MAX_CONNECTIONS) == 0;
}

void control_close(void)
{
	unlink(socket_path);
	close(listener);
	listener = -1;
	while (connection_count > 0)
		close(connections[--connection_count]);
}

bool control_heard(void)
{
	return connection_count > 0;
}

void control_send(uint32_t type, const char *id, int a, int b, int64_t number, const char *text)
{
	struct shim_message message = {.type = type, .a = a, .b = b, .number = number};
	snprintf(message.id, sizeof message.id, "%s", id);
	snprintf(message.text, sizeof message.text, "%s", text);
	for (int i = 0; i < connection_count; i++)
		message_send(connections[i], &message, sizeof message, -1);
}

/* Peers are checked by their credentials as well (CVE-2020-15257). */
static bool is_root(int fd)
{
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t size = sizeof peer;
	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
}

int control_poll_fill(struct pollfd *polls, int count, int max)
{
	first_poll = count;
	polls[count++] = (struct pollfd){.fd = listener, .events = POLLIN};
	for (int i = 0; i < connection_count && count < max; i++)
		polls[count++] = (struct pollfd){.fd = connections[i], .events = POLLIN};
	return count;
}

/* Handles one message, or the end, of a connection. */
static void hear(int i)
{
	struct shim_message message;
	int fds[4], fd_count;
	ssize_t n = message_receive(connections[i], &message, sizeof message, fds, &fd_count);
	if (n == sizeof message) {
		message.id[SHIM_ID - 1] = message.text[SHIM_TEXT - 1] = '\0';
		events->message(&message, fds, fd_count);
		return;
	}
	for (int f = 0; n > 0 && f < fd_count; f++)
		close(fds[f]);
	close(connections[i]);
	memmove(connections + i, connections + i + 1,
		sizeof(int) * (size_t)(connection_count - i - 1));
	if (--connection_count == 0)
		events->engine_gone();
}

void control_poll_done(const struct pollfd *polls)
{
	/* The oldest connection alone: what a killed engine has sent comes before what the next one says. */
	for (int i = 0; i < connection_count; i++)
		if (polls[first_poll + 1 + i].revents != 0) {
			hear(i);
			break;
		}
	if (polls[first_poll].revents & POLLIN) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0 && is_root(fd))
			control_add(fd);
		else if (fd >= 0)
			close(fd);
	}
}
