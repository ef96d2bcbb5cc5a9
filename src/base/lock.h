/* Who holds a lock: asked at the entry of what needs one. Builds for debugging and with sanitizers (-Dlock_checks) know it, and stop
 * where the answer is no; they stop as well where a thread takes a lock that it has, or gives back one that it has not. In other
 * builds nothing is asked. */
#pragma once
#include <glib.h>

#ifdef LOCK_CHECKS
void lock_check(const GMutex *lock, const char *name, const char *function);
#define lock_held(lock) lock_check(lock, #lock, __func__)
#else
#define lock_held(lock) ((void)sizeof(lock))
#endif
