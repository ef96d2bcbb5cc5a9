/* Preloaded into berthd by faults of the host: what LACKING names is not there ("nftables", "ipv6"), and the time of day is off
 * by as many seconds as the file LACKING_CLOCK says. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int lacks(const char *what)
{
	const char *list = getenv("LACKING");
	return list != NULL && strstr(list, what) != NULL;
}

int socket(int domain, int type, int protocol)
{
	if (domain == AF_NETLINK && protocol == NETLINK_NETFILTER && lacks("nftables")) {
		errno = EPROTONOSUPPORT;
		return -1;
	}
	if (domain == AF_INET6 && lacks("ipv6")) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	return (int)syscall(SYS_socket, domain, type, protocol);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	int result = (int)syscall(SYS_clock_gettime, clock, now);
	const char *path = getenv("LACKING_CLOCK");
	char text[32] = "";
	int fd = clock == CLOCK_REALTIME && path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd >= 0) {
		if (read(fd, text, sizeof text - 1) > 0)
			now->tv_sec += atol(text);
		close(fd);
	}
	return result;
}

int gettimeofday(struct timeval *now, void *zone)
{
	struct timespec exact;
	(void)zone;
	int result = clock_gettime(CLOCK_REALTIME, &exact);
	*now = (struct timeval){exact.tv_sec, exact.tv_nsec / 1000};
	return result;
}
