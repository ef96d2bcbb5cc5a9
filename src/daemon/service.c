#include "daemon/service.h"

#include "base/fd.h"

#include <glib.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

void service_tell(const char *lines)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	const char *path = g_getenv("NOTIFY_SOCKET");
	size_t length = path != NULL ? strlen(path) : 0;
	if (length == 0 || length >= sizeof to.sun_path || (*path != '/' && *path != '@'))
		return;
	memcpy(to.sun_path, path, length);
	if (*path == '@')
		to.sun_path[0] = '\0';
	autofd fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		sendto(fd, lines, strlen(lines), MSG_NOSIGNAL, (const struct sockaddr *)&to,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
}

void service_tell_reloading(void)
{
	g_autofree char *lines = g_strdup_printf(
		"RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time());
	service_tell(lines);
}

/* 0: no watchdog, or for another process. */
static guint64 watchdog_period(void)
{
	const char *text = g_getenv("WATCHDOG_USEC"), *who = g_getenv("WATCHDOG_PID");
	guint64 period = 0, pid = 0;
	if (text == NULL ||
		!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64 / 1000, &period, NULL))
		return 0;
	bool ours = who == NULL || (g_ascii_string_to_unsigned(who, 10, 0, G_MAXINT, &pid, NULL) &&
					   (pid_t)pid == getpid());
	return ours ? period : 0;
}

int service_watchdog_timer(void)
{
	guint64 half = watchdog_period() / 2;
	if (half == 0)
		return -1;
	struct timespec every = {.tv_sec = (time_t)(half / G_USEC_PER_SEC),
		.tv_nsec = (long)(half % G_USEC_PER_SEC) * 1000};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (fd >= 0)
		timerfd_settime(
			fd, 0, &(struct itimerspec){.it_interval = every, .it_value = every}, NULL);
	return fd;
}
