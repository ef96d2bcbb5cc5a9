#include "engine/object/counts.h"

#include <stdatomic.h>

static atomic_uint_fast64_t counts[COUNT_KINDS];

void count_one(Count what)
{
	atomic_fetch_add_explicit(&counts[what], 1, memory_order_relaxed);
}

guint64 count_of(Count what)
{
	return atomic_load_explicit(&counts[what], memory_order_relaxed);
}
