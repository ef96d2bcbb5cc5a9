#include "base/work.h"

#include <errno.h>
#include <glib.h>
#include <poll.h>

static _Thread_local const int *flag;
static _Thread_local int peer = -1;

void work_follow(const int *stopped)
{
	flag = stopped;
}

void work_follow_peer(int fd)
{
	peer = fd;
}

static bool is_there(void)
{
	struct pollfd waited = {.fd = peer, .events = POLLRDHUP};
	return peer < 0 || poll(&waited, 1, 0) <= 0 ||
	       (waited.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0;
}

bool work_going(void)
{
	if ((flag == NULL || g_atomic_int_get(flag) == 0) && is_there())
		return true;
	errno = ECANCELED;
	return false;
}
