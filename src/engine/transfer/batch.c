#include "engine/transfer/batch.h"

#include "base/error.h"
#include "base/thread.h"

void batch_init(Batch *batch, Transfer *transfer)
{
	*batch = (Batch){.transfer = transfer};
	g_mutex_init(&batch->lock);
	g_cond_init(&batch->ended);
}

bool batch_going(Batch *batch)
{
	if (g_atomic_int_get(transfer_stop(batch->transfer)))
		g_atomic_int_set(&batch->stop, 1);
	return !g_atomic_int_get(&batch->stop);
}

void batch_push(Batch *batch, GThreadPool *pool, PoolTask *task)
{
	g_mutex_lock(&batch->lock);
	batch->running++;
	g_mutex_unlock(&batch->lock);
	/* Without a thread, the transfer's own runs the task. */
	if (!thread_pool_give(pool, task, NULL))
		task->run(task);
}

void batch_done(Batch *batch, bool ok, const GError *error)
{
	g_mutex_lock(&batch->lock);
	if (!ok)
		g_atomic_int_set(&batch->stop, 1);
	if (!ok && batch->error == NULL && error != NULL)
		batch->error = g_error_copy(error);
	batch->running--;
	g_cond_signal(&batch->ended);
	g_mutex_unlock(&batch->lock);
}

bool batch_end(Batch *batch, GError **error)
{
	enum { LOOK_AGAIN = G_USEC_PER_SEC / 5 };
	g_mutex_lock(&batch->lock);
	while (batch->running > 0) {
		g_cond_wait_until(&batch->ended, &batch->lock, g_get_monotonic_time() + LOOK_AGAIN);
		batch_going(batch);
	}
	g_mutex_unlock(&batch->lock);
	g_mutex_clear(&batch->lock);
	g_cond_clear(&batch->ended);
	if (batch->error != NULL)
		g_propagate_error(error, g_steal_pointer(&batch->error));
	return !g_atomic_int_get(&batch->stop) ||
	       fail(error, BERTH_ERROR_SYSTEM, "context canceled");
}
