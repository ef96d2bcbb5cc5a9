/* Threads are created here alone (tests/house). If none can be created (pids limit, memory) the request fails; g_thread_new()
 * would abort the program. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* NULL, with BERTH_ERROR_UNAVAILABLE, if no thread can be created. */
GThread *thread_start(const char *name, GThreadFunc run, gpointer data, GError **error);
/* Creates a detached thread. */
bool thread_detach(const char *name, GThreadFunc run, gpointer data, GError **error);

/* For threads without which a program cannot work, at its start or in the command line: it exits with the reason on stderr if
 * none can be created. Never for a request of the engine. */
GThread *thread_or_end(const char *name, GThreadFunc run, gpointer data);

/* A pool of at most this many threads (-1: no limit), which stays to the program's end; exclusive: all its threads are made
 * at once, and are its own. run gets what is given, and user. */
GThreadPool *thread_pool_new(
	void (*run)(gpointer data, gpointer user), gpointer user, int most, bool exclusive);
/* Gives data to a pool of thread_pool_new. False, and data stays the caller's, if no thread can be created. */
bool thread_pool_give(GThreadPool *pool, gpointer data, GError **error);
/* The number of threads of all pools that have nothing to do. GLib's own count of them leaves out those that were busy less
 * than half a second ago. */
int thread_pools_idle(void);
