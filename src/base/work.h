/* Work that somebody may stop: a thread names the flag that says so once, and whatever it does at length, however deep,
 * asks for it. */
#pragma once
#include <stdbool.h>

/* The flag (atomic; not 0: stop) of the calling thread's work, borrowed until the next call. NULL: nobody stops it. */
void work_follow(const int *stopped);

/* The connection of whom the calling thread works for: a hang-up stops it. -1: none. */
void work_follow_peer(int fd);

/* Whether the calling thread is to go on. False with errno ECANCELED. */
bool work_going(void);
