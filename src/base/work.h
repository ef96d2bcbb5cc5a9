/* Cancellation: a thread registers the flag that cancels its work, and long operations check it at any depth. */
#pragma once
#include <stdbool.h>

/* Sets the flag (atomic; not 0: cancelled) of the calling thread's work, borrowed until the next call. NULL: none. */
void work_follow(const int *stopped);

/* Sets the connection of the client that the calling thread works for: a hang-up cancels the work. -1: none. */
void work_follow_peer(int fd);

/* Whether the calling thread should go on. False with errno ECANCELED. */
bool work_going(void);
