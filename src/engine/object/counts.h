/* Counters of what has happened since the engine started, for the metrics. */
#pragma once
#include <glib.h>

typedef enum {
	COUNT_EVENTS,
	COUNT_HEALTH_CHECKS,
	COUNT_HEALTH_CHECKS_FAILED,
	COUNT_BUILDS,
	COUNT_BUILDS_FAILED,
	COUNT_KINDS
} Count;

/* Any thread may call these. */
void count_one(Count what);
guint64 count_of(Count what);
