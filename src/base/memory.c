#include "base/memory.h"

#include "base/fd.h"

#include <fcntl.h>
#include <glib.h>
#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

enum { GROWTH_BYTES = 8 << 20 };

/* Bytes; 0 if unknown. */
static gint64 resident(void)
{
	char text[128] = "";
	long pages = 0;
	autofd fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof text - 1) <= 0 || sscanf(text, "%*s %ld", &pages) != 1)
		return 0;
	return pages * sysconf(_SC_PAGESIZE);
}

/* Resident bytes that no allocation accounts for: programs, stacks, and what was freed and not returned. */
static gint64 unused(gint64 bytes)
{
	struct mallinfo2 heap = mallinfo2();
	return bytes - (gint64)(heap.uordblks + heap.hblkhd);
}

void memory_give_back(void)
{
	static GMutex lock;
	static bool measured;
	static gint64 least,
		settled; /* of resident() and of unused(), after the last time or smaller */
	if (!g_mutex_trylock(&lock))
		return; /* another thread is doing it */
	gint64 bytes = resident();
	if (!measured) {
		least = bytes;
		settled = unused(bytes);
		measured = true;
	}
	/* Reading /proc costs less than a walk through what is free. */
	if (bytes > least + GROWTH_BYTES) {
		gint64 idle = unused(bytes);
		if (idle > settled + GROWTH_BYTES) {
			malloc_trim(0);
			settled = unused(bytes = resident());
		}
		settled = MIN(settled, idle);
	}
	least = MIN(least, bytes);
	g_mutex_unlock(&lock);
}
