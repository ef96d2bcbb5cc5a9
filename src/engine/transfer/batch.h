/* Tasks of a transfer that run side by side: one failure, or nobody to follow the transfer, stops the rest. */
#pragma once
#include "engine/transfer/transfer.h"

typedef struct {
	Transfer *transfer;
	Stop stop; /* for what can be stopped in its middle */
	GMutex lock;
	GCond ended;
	guint running;
	GError *error; /* the first */
} Batch;
void batch_init(Batch *batch, Transfer *transfer);
bool batch_going(Batch *batch);
void batch_push(Batch *batch, GThreadPool *pool, PoolTask *task);
/* The last that a task says; error (may be NULL) is copied. */
void batch_done(Batch *batch, bool ok, const GError *error);
/* Waits for all tasks, and clears the batch. False with the first error. */
bool batch_end(Batch *batch, GError **error);
