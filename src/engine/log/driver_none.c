/* none: nothing is kept, and options mean nothing. */
#include "engine/log/log_driver.h"

#include "base/error.h"

static char *path_of(const char *folder G_GNUC_UNUSED, const char *id G_GNUC_UNUSED)
{
	return g_strdup("");
}

const LogDriver log_driver_none = {
	.name = "none",
	.path = path_of,
	.kind = PLAN_LOG_NONE,
	.readable = false,
};
