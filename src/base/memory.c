#include "base/memory.h"

#include "base/fd.h"

#include <fcntl.h>
#include <glib.h>
#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

enum { GROWTH_BYTES = 8 << 20 };

/* Resident pages; 0 if unknown. */
static long resident(void)
{
	char text[128] = "";
	long pages = 0;
	autofd fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof text - 1) <= 0 || sscanf(text, "%*s %ld", &pages) != 1)
		return 0;
	return pages;
}

void memory_give_back(void)
{
	static GMutex lock;
	static long settled; /* pages after the last time, or fewer */
	if (!g_mutex_trylock(&lock))
		return; /* another thread is doing it */
	long pages = resident();
	if (settled == 0)
		settled = pages;
	if (pages > settled + GROWTH_BYTES / sysconf(_SC_PAGESIZE)) {
		malloc_trim(0);
		settled = resident();
	}
	settled = MIN(settled, pages);
	g_mutex_unlock(&lock);
}
