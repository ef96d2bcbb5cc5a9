/* Work that somebody may stop: a thread names the flag that says so once, and whatever it does at length, however deep,
 * asks for it. */
#pragma once
#include <stdbool.h>

/* The flag (atomic; not 0: stop) of the calling thread's work, borrowed until the next call. NULL: nobody stops it. */
void work_follow(const int *stopped);

/* Whether the calling thread is to go on. False with errno ECANCELED. */
bool work_going(void);
