#include "base/process_stat.h"

#include "base/fd.h"

#include <string.h>

char *process_stat(int pid, char **name)
{
	enum { LIMIT = 4096 };
	g_autofree char *path =
		pid != 0 ? g_strdup_printf("/proc/%d/stat", pid) : g_strdup("/proc/self/stat");
	g_autofree char *text = file_read(path, LIMIT);
	const char *begin = text != NULL ? strchr(text, '(') : NULL,
		   *end = begin != NULL ? strrchr(begin, ')') : NULL;
	if (end == NULL || end[1] != ' ')
		return NULL;
	if (name != NULL)
		*name = g_strndup(begin + 1, (gsize)(end - begin - 1));
	return g_strdup(end + 2);
}
