#include "base/error.h"

#include <errno.h>
#include <string.h>

G_DEFINE_QUARK(berth - error - quark, berth_error)

bool fail(GError **error, BerthErrorCode code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (error != NULL && *error == NULL)
		*error = g_error_new_valist(BERTH_ERROR, (int)code, format, args);
	va_end(args);
	return false;
}

bool fail_errno(GError **error, const char *format, ...)
{
	int saved = errno;
	va_list args;
	va_start(args, format);
	g_autofree char *what = g_strdup_vprintf(format, args);
	va_end(args);
	const char *hint =
		saved == ENOSPC || saved == EDQUOT ? " (free some space and try again)" : "";
	return fail(error, BERTH_ERROR_SYSTEM, "%s: %s%s", what, g_strerror(saved), hint);
}
