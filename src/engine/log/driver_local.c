/* local: a compact format that only docker logs reads. */
#include "engine/log/log_driver.h"

#include "base/error.h"

static const char *const own_options[] = {"max-size", "max-file", "compress", NULL};

const LogDriver log_driver_local = {
	.name = "local",
	.options = own_options,
	.unknown = "unknown log opt '%s' for log driver local",
	.path = log_path_local,
	.kind = PLAN_LOG_LOCAL,
	.readable = true,
};
