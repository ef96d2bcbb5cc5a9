/* Assertions that a lock is held, for the entry of functions that need it. Debug and sanitizer builds (-Dlock_checks)
 * track locks, and abort if an assertion fails, if a thread takes a lock twice, or releases one that it does not
 * hold. Other builds check nothing. */
#pragma once
#include <glib.h>

#ifdef LOCK_CHECKS
void lock_check(const GMutex *lock, const char *name, const char *function);
#define lock_held(lock) lock_check(lock, #lock, __func__)
#else
#define lock_held(lock) ((void)sizeof(lock))
#endif
