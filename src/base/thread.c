#include "base/thread.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>

static bool no_thread(GError **error, const GError *problem)
{
	return fail(
		error, BERTH_ERROR_UNAVAILABLE, "no thread can be started: %s", problem->message);
}

GThread *thread_start(const char *name, GThreadFunc run, gpointer data, GError **error)
{
	g_autoptr(GError) problem = NULL;
	GThread *thread = g_thread_try_new(name, run, data, &problem);
	if (thread == NULL)
		no_thread(error, problem);
	return thread;
}

bool thread_detach(const char *name, GThreadFunc run, gpointer data, GError **error)
{
	GThread *thread = thread_start(name, run, data, error);
	if (thread != NULL)
		g_thread_unref(thread);
	return thread != NULL;
}

GThread *thread_or_end(const char *name, GThreadFunc run, gpointer data)
{
	g_autoptr(GError) problem = NULL;
	GThread *thread = thread_start(name, run, data, &problem);
	if (thread != NULL)
		return thread;
	fprintf(stderr, "%s: %s\n", g_get_prgname(), problem->message);
	exit(EXIT_FAILURE);
}

/* GLib leaves items without a thread in a pool's queue, to be run later. So giver and taker agree by a flag on who
 * owns the item. */
typedef struct {
	gatomicrefcount holders;
	gint taken;
	gpointer data;
} Given;

static void let_go(Given *given)
{
	if (g_atomic_ref_count_dec(&given->holders))
		g_free(given);
}

static bool take(Given *given)
{
	bool mine = g_atomic_int_compare_and_exchange(&given->taken, 0, 1);
	let_go(given);
	return mine;
}

bool thread_pool_give(GThreadPool *pool, gpointer data, GError **error)
{
	g_autoptr(GError) problem = NULL;
	Given *given = g_new0(Given, 1);
	g_atomic_ref_count_init(&given->holders);
	g_atomic_ref_count_inc(&given->holders);
	given->data = data;
	if (g_thread_pool_push(pool, given, &problem)) {
		let_go(given);
		return true;
	}
	return !take(given) || no_thread(error, problem);
}

gpointer thread_pool_take(gpointer data)
{
	Given *given = data;
	gpointer found = given->data;
	return take(given) ? found : NULL;
}
