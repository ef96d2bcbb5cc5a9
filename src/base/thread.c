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

/* A pool for the life of the program. */
typedef struct {
	GThreadPool *pool;
	void (*run)(gpointer data, gpointer user);
	gpointer user;
} Pool;

static GMutex pools_lock;
static GPtrArray *pools; /* of Pool */
static gint working;	 /* number of threads of pools that run something */

static void run_given(gpointer data, gpointer user)
{
	const Pool *pool = user;
	Given *given = data;
	gpointer found = given->data;
	if (!take(given))
		return;
	g_atomic_int_inc(&working);
	pool->run(found, pool->user);
	g_atomic_int_add(&working, -1);
}

GThreadPool *thread_pool_new(
	void (*run)(gpointer data, gpointer user), gpointer user, int most, bool exclusive)
{
	Pool *pool = g_new0(Pool, 1);
	*pool = (Pool){.run = run, .user = user};
	pool->pool = g_thread_pool_new(run_given, pool, most, exclusive, NULL);
	g_mutex_lock(&pools_lock);
	if (pools == NULL)
		pools = g_ptr_array_new();
	g_ptr_array_add(pools, pool);
	g_mutex_unlock(&pools_lock);
	return pool->pool;
}

int thread_pools_idle(void)
{
	int threads = (int)g_thread_pool_get_num_unused_threads();
	g_mutex_lock(&pools_lock);
	for (guint i = 0; pools != NULL && i < pools->len; i++)
		threads += (int)g_thread_pool_get_num_threads(((Pool *)pools->pdata[i])->pool);
	g_mutex_unlock(&pools_lock);
	return threads - g_atomic_int_get(&working);
}
