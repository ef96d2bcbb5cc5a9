/* Parallel tasks of a transfer: one failure, or the last follower's end, stops the rest. */
#pragma once
#include "engine/transfer/transfer.h"

typedef struct {
	Transfer *transfer;
	Stop stop; /* for operations that can be interrupted */
	GMutex lock;
	GCond ended;
	guint running;
	GError *error; /* the first error */
} Batch;
void batch_init(Batch *batch, Transfer *transfer);
bool batch_going(Batch *batch);
void batch_push(Batch *batch, GThreadPool *pool, PoolTask *task);
/* Ends a task; error (may be NULL) is copied. */
void batch_done(Batch *batch, bool ok, const GError *error);
/* Waits for all tasks, and clears the batch. False with the first error. */
bool batch_end(Batch *batch, GError **error);
