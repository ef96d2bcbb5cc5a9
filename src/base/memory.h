/* Returning freed memory to the system. */
#pragma once

/* Returns it if some MB more than after the last time are resident and in no use: memory of a large request is free in
 * small pieces all over the heap, of which free(3) only returns those at its end. Otherwise it costs a read of /proc, and a
 * look at the heap in a process that has grown since its first call. */
void memory_give_back(void);
