/* Threads that a request asks for. A host may have none left (pids limit, memory): that is the request's failure, and never the
 * program's end, which g_thread_new() would make of it. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* NULL, with BERTH_ERROR_UNAVAILABLE, where no thread can be had. */
GThread *thread_start(const char *name, GThreadFunc run, gpointer data, GError **error);
/* The same for one that nobody joins. */
bool thread_detach(const char *name, GThreadFunc run, gpointer data, GError **error);

/* Gives data to a pool whose function takes it by thread_pool_take(). False, and data is the caller's as before, where no thread
 * can be had for it. */
bool thread_pool_give(GThreadPool *pool, gpointer data, GError **error);
/* What was given; NULL if that was taken back. */
gpointer thread_pool_take(gpointer given);
