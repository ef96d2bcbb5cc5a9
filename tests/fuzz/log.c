/* Any bytes as the log of a container: the first chooses the driver and what is asked for. */
#include "engine/process/log.h"

#include "base/fd.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static char base[] = "/tmp/fuzz-log.XXXXXX";

static void clean_up(void)
{
	tree_remove(AT_FDCWD, base);
}

static bool count(int stream, const char *text, size_t length, gpointer data)
{
	(void)stream, (void)text;
	*(size_t *)data += length;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *path;
	if (path == NULL) {
		path = g_build_filename(mkdtemp(base), "log", NULL);
		atexit(clean_up);
	}
	if (size == 0 || !file_replace(path, data + 1, size - 1, 0600, false, NULL))
		return 0;
	uint8_t how = data[0];
	size_t all = 0;
	LogQuery query = {.stdout = how & 1,
		.stderr = how & 2,
		.timestamps = how & 4,
		.details = how & 8,
		.tail = how & 16 ? (gint64)(how >> 6) : -1,
		.since = how & 32 ? 1 : 0};
	log_read_files(path, 1, how & 128 ? PLAN_LOG_LOCAL : PLAN_LOG_JSON, &query, count, &all);
	return 0;
}
