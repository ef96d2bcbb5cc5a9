#include "base/notify.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

void notify_init(Notify *notify)
{
	g_mutex_init(&notify->lock);
	notify->fds = g_array_new(FALSE, FALSE, sizeof(int));
}

void notify_clear(Notify *notify)
{
	g_array_free(notify->fds, TRUE);
	g_mutex_clear(&notify->lock);
}

int notify_subscribe(Notify *notify)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	g_mutex_lock(&notify->lock);
	if (fd >= 0)
		g_array_append_val(notify->fds, fd);
	g_mutex_unlock(&notify->lock);
	return fd;
}

void notify_unsubscribe(Notify *notify, int fd)
{
	g_mutex_lock(&notify->lock);
	for (guint i = 0; i < notify->fds->len; i++)
		if (g_array_index(notify->fds, int, i) == fd) {
			g_array_remove_index_fast(notify->fds, i);
			break;
		}
	g_mutex_unlock(&notify->lock);
	if (fd >= 0)
		close(fd);
}

void notify_fire(Notify *notify)
{
	g_mutex_lock(&notify->lock);
	for (guint i = 0; i < notify->fds->len; i++)
		eventfd_write(g_array_index(notify->fds, int, i), 1);
	g_mutex_unlock(&notify->lock);
}

bool notify_wait(int fd, int peer_fd, int timeout_ms)
{
	struct pollfd polls[] = {
		{.fd = fd, .events = POLLIN}, {.fd = peer_fd, .events = POLLRDHUP}};
	eventfd_t value;
	if (poll(polls, 2, timeout_ms) > 0 && polls[0].revents != 0)
		eventfd_read(fd, &value);
	return (polls[1].revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0;
}
