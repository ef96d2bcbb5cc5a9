#include "base/work.h"

#include <errno.h>
#include <glib.h>

static _Thread_local const int *flag;

void work_follow(const int *stopped)
{
	flag = stopped;
}

bool work_going(void)
{
	if (flag == NULL || g_atomic_int_get(flag) == 0)
		return true;
	errno = ECANCELED;
	return false;
}
