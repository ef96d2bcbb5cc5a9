#include "runtime/runtime.h"

#include "base/error.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

int signal_number(const char *name)
{
	char *end;
	long number = strtol(name, &end, 10);
	if (*name != '\0' && *end == '\0')
		return number > 0 && number < NSIG ? (int)number : -1;
	if (g_ascii_strncasecmp(name, "SIG", 3) == 0)
		name += 3;
	if (g_ascii_strcasecmp(name, "RTMIN") == 0 || g_ascii_strcasecmp(name, "RTMAX") == 0)
		return g_ascii_strcasecmp(name, "RTMIN") == 0 ? SIGRTMIN : SIGRTMAX;
	if (g_ascii_strncasecmp(name, "RTMIN+", 6) == 0 ||
		g_ascii_strncasecmp(name, "RTMAX-", 6) == 0) {
		int base = g_ascii_strncasecmp(name, "RTMIN+", 6) == 0 ? SIGRTMIN : SIGRTMAX;
		number = strtol(name + 5, &end, 10) + base;
		return *end == '\0' && number >= SIGRTMIN && number <= SIGRTMAX ? (int)number : -1;
	}
	for (int i = 1; i < SIGSYS + 1; i++)
		if (sigabbrev_np(i) != NULL && g_ascii_strcasecmp(name, sigabbrev_np(i)) == 0)
			return i;
	return -1;
}

bool signal_read(const char *name, int *number, GError **error)
{
	char *end;
	errno = 0;
	gint64 asked = g_ascii_strtoll(name, &end, 10);
	bool is_number = asked != 0 && *end == '\0' && errno != ERANGE;
	*number = signal_number(name);
	if (*number > 0)
		return true;
	if (is_number)
		return fail(error, BERTH_ERROR_INVALID,
			"the linux daemon does not support signal %" G_GINT64_FORMAT, asked);
	return fail(error, BERTH_ERROR_INVALID, "invalid signal: %s", name);
}
