#include "base/lock.h"

#ifdef LOCK_CHECKS
#include "base/log.h"

#include <stdlib.h>

/* No thread holds more than a few at once. */
enum { MOST = 32 };
static __thread const GMutex *held[MOST];

/* The linker's --wrap redirects our calls here; calls inside GLib (a condition's wait) are not seen, but leave the
 * lock in the same state. */
void __real_g_mutex_lock(GMutex *lock);
void __real_g_mutex_unlock(GMutex *lock);
gboolean __real_g_mutex_trylock(GMutex *lock);
void __wrap_g_mutex_lock(GMutex *lock);
void __wrap_g_mutex_unlock(GMutex *lock);
gboolean __wrap_g_mutex_trylock(GMutex *lock);

static int place_of(const GMutex *lock)
{
	int i = 0;
	while (i < MOST && held[i] != lock)
		i++;
	return i;
}

static void stop(const char *problem, const char *name, const char *function)
{
	log_error("%s: %s %s", function, problem, name);
	abort();
}

static void note(const GMutex *lock)
{
	int place = place_of(NULL);
	if (place == MOST)
		stop("too many locks are held:", "", __func__);
	held[place] = lock;
}

void __wrap_g_mutex_lock(GMutex *lock)
{
	if (place_of(lock) < MOST)
		stop("this thread waits for a lock that it has", "", __func__);
	__real_g_mutex_lock(lock);
	note(lock);
}

gboolean __wrap_g_mutex_trylock(GMutex *lock)
{
	gboolean taken = __real_g_mutex_trylock(lock);
	if (taken)
		note(lock);
	return taken;
}

void __wrap_g_mutex_unlock(GMutex *lock)
{
	int place = place_of(lock);
	if (place == MOST)
		stop("this thread gives back a lock that it has not", "", __func__);
	held[place] = NULL;
	__real_g_mutex_unlock(lock);
}

void lock_check(const GMutex *lock, const char *name, const char *function)
{
	if (place_of(lock) == MOST)
		stop("is called without", name, function);
}
#endif
