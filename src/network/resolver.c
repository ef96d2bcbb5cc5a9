/* Sockets of a container's resolver, opened by the engine: the shim cannot bind them after it has dropped its
 * capabilities. */
#include "network/network.h"

#include "base/error.h"
#include "base/fd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

enum { STREAMS = 8 };

/* In the current namespace; -1 with errno. */
static int open_socket(int type, guint16 *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(*port)};
	socklen_t size = sizeof address;
	autofd fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	inet_pton(AF_INET, "127.0.0.11", &address.sin_addr);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 ||
		(type == SOCK_STREAM && listen(fd, STREAMS) < 0) ||
		getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		return -1;
	*port = ntohs(address.sin_port);
	return fd_steal(&fd);
}

bool resolver_sockets(int netns, guint16 port, int fds[2], guint16 ports[2], GError **error)
{
	int own = namespace_enter(netns);
	if (own < 0)
		return fail_errno(error, "cannot enter the network namespace of the container");
	ports[0] = ports[1] = port;
	autofd udp = open_socket(SOCK_DGRAM, &ports[0]);
	autofd tcp = udp < 0 ? -1 : open_socket(SOCK_STREAM, &ports[1]);
	int why = errno;
	namespace_leave(own);
	errno = why;
	if (tcp < 0)
		return fail_errno(error, "cannot open the resolver's sockets");
	fds[0] = fd_steal(&udp);
	fds[1] = fd_steal(&tcp);
	return true;
}
