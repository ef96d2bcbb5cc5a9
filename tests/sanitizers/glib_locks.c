/* For ThreadSanitizer, linked into its build alone: GLib's locks are futexes in a library that it does not see into. What we call
 * of them is done with pthreads here, which it knows; and what goes through queues and pools is said to it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

/* Of two that make one at once, the first one's stays. */
static gpointer keep_first(gpointer *place, gpointer fresh)
{
	gpointer none = NULL;
	if (__atomic_compare_exchange_n(place, &none, fresh, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return fresh;
	free(fresh);
	return none;
}

static pthread_mutex_t *mutex_of(GMutex *mutex)
{
	pthread_mutex_t *own = __atomic_load_n(&mutex->p, __ATOMIC_ACQUIRE);
	if (own != NULL)
		return own;
	own = calloc(1, sizeof *own);
	pthread_mutex_init(own, NULL);
	return keep_first(&mutex->p, own);
}

void g_mutex_init(GMutex *mutex)
{
	mutex->p = NULL;
}

void g_mutex_clear(GMutex *mutex)
{
	free(mutex->p);
	mutex->p = NULL;
}

void g_mutex_lock(GMutex *mutex)
{
	pthread_mutex_lock(mutex_of(mutex));
}

void g_mutex_unlock(GMutex *mutex)
{
	pthread_mutex_unlock(mutex_of(mutex));
}

gboolean g_mutex_trylock(GMutex *mutex)
{
	return pthread_mutex_trylock(mutex_of(mutex)) == 0;
}

static pthread_cond_t *cond_of(GCond *cond)
{
	pthread_cond_t *own = __atomic_load_n(&cond->p, __ATOMIC_ACQUIRE);
	pthread_condattr_t monotonic;
	if (own != NULL)
		return own;
	own = calloc(1, sizeof *own);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(own, &monotonic);
	return keep_first(&cond->p, own);
}

void g_cond_init(GCond *cond)
{
	cond->p = NULL;
}

void g_cond_clear(GCond *cond)
{
	free(cond->p);
	cond->p = NULL;
}

void g_cond_wait(GCond *cond, GMutex *mutex)
{
	pthread_cond_wait(cond_of(cond), mutex_of(mutex));
}

gboolean g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end)
{
	struct timespec due = {
		.tv_sec = end / G_USEC_PER_SEC, .tv_nsec = end % G_USEC_PER_SEC * 1000};
	return pthread_cond_timedwait(cond_of(cond), mutex_of(mutex), &due) != ETIMEDOUT;
}

void g_cond_signal(GCond *cond)
{
	pthread_cond_signal(cond_of(cond));
}

void g_cond_broadcast(GCond *cond)
{
	pthread_cond_broadcast(cond_of(cond));
}

/* Queues and pools: what was done before the push is seen behind the pop. */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void g_async_queue_push(GAsyncQueue *queue, gpointer data)
{
	__tsan_release(queue);
	REAL(g_async_queue_push)(queue, data);
}

gpointer g_async_queue_timeout_pop(GAsyncQueue *queue, guint64 timeout)
{
	gpointer data = REAL(g_async_queue_timeout_pop)(queue, timeout);
	__tsan_acquire(queue);
	return data;
}

typedef struct {
	GFunc function;
	gpointer data;
} Pooled;

static void run_pooled(gpointer task, gpointer data)
{
	Pooled *pooled = data;
	__tsan_acquire(pooled);
	pooled->function(task, pooled->data);
	__tsan_release(pooled);
}

static struct {
	GThreadPool *pool;
	Pooled *pooled;
} pools[64];
static int pool_count;

GThreadPool *g_thread_pool_new(
	GFunc function, gpointer data, gint threads, gboolean exclusive, GError **error)
{
	Pooled *pooled = calloc(1, sizeof *pooled);
	*pooled = (Pooled){function, data};
	GThreadPool *pool = REAL(g_thread_pool_new)(run_pooled, pooled, threads, exclusive, error);
	int at = __atomic_fetch_add(&pool_count, 1, __ATOMIC_ACQ_REL) % 64;
	pools[at].pool = pool;
	pools[at].pooled = pooled;
	return pool;
}

gboolean g_thread_pool_push(GThreadPool *pool, gpointer data, GError **error)
{
	for (int i = 0; i < 64; i++)
		if (pools[i].pool == pool)
			__tsan_release(pools[i].pooled);
	return REAL(g_thread_pool_push)(pool, data, error);
}

gboolean(g_once_init_enter)(volatile void *location)
{
	gboolean first = REAL(g_once_init_enter)(location);
	__tsan_acquire((void *)location);
	return first;
}

void(g_once_init_leave)(volatile void *location, gsize result)
{
	__tsan_release((void *)location);
	REAL(g_once_init_leave)(location, result);
}

/* Counted in the library, out of sight. */
void(g_atomic_ref_count_inc)(gatomicrefcount *count)
{
	__atomic_fetch_add(count, 1, __ATOMIC_ACQ_REL);
}

gboolean(g_atomic_ref_count_dec)(gatomicrefcount *count)
{
	return __atomic_fetch_sub(count, 1, __ATOMIC_ACQ_REL) == 1;
}
