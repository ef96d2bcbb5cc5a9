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

/* Gives data to a pool whose function gets it by thread_pool_take(). False, and data stays the caller's, if no thread
 * can be created. */
bool thread_pool_give(GThreadPool *pool, gpointer data, GError **error);
/* The data; NULL if it was taken back. */
gpointer thread_pool_take(gpointer given);
