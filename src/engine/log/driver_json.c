/* json-file: Docker's own format, a JSON object per line. */
#include "engine/log/log_driver.h"

#include "base/error.h"

static const char *const own_options[] = {"max-size", "max-file", "compress", "labels",
	"labels-regex", "env", "env-regex", "tag", NULL};

static char *path_of(const char *folder, const char *id)
{
	g_autofree char *name = g_strconcat(id, "-json.log", NULL);
	return g_build_filename(folder, name, NULL);
}

const LogDriver log_driver_json = {
	.name = "json-file",
	.options = own_options,
	.unknown = "unknown log opt '%s' for json-file log driver",
	.path = path_of,
	.kind = PLAN_LOG_JSON,
	.readable = true,
};
