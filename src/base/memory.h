/* What malloc keeps of memory that was freed. */
#pragma once

/* Gives it back to the system where the process has grown by some MB since it was done last: what a large request was made of is free in
 * small pieces all over the heap, of which free(3) gives back none but those at its end. Costs a read of /proc where there is nothing to do. */
void memory_give_back(void);
