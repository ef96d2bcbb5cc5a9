#include "api/client_start.h"

#include "base/process_stat.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const gint64 second = 1000000000;

/* Nanoseconds since boot; the end of the clock tick that the kernel reports. -1: no such process. */
static gint64 started_at(int pid)
{
	unsigned long long ticks;
	g_autofree char *stat = process_stat(pid, NULL);
	if (stat == NULL || sscanf(stat,
				    "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d "
				    "%*d %*d %*d %*d %llu",
				    &ticks) != 1)
		return -1;
	return (gint64)(ticks + 1) * (second / sysconf(_SC_CLK_TCK));
}

gint64 client_young_since(int fd)
{
	struct ucred peer = {0};
	socklen_t size = sizeof peer;
	struct timespec booted;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 || peer.pid <= 0 ||
		clock_gettime(CLOCK_BOOTTIME, &booted) < 0)
		return 0;
	gint64 started = started_at(peer.pid);
	gint64 age = booted.tv_sec * second + booted.tv_nsec - started;
	return started < 0 || age < 0 || age > CLIENT_YOUNG_NS ? 0 : time_now() - age;
}
