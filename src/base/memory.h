/* Returning freed memory to the system. */
#pragma once

/* Returns it if the process has grown by some MB since the last time: memory of a large request is free in small
 * pieces all over the heap, of which free(3) only returns those at its end. Otherwise it costs a read of /proc. */
void memory_give_back(void);
