/* Tracing for debugging: BERTH_TRACE=shim,network,store,api in the environment of berth or berthd, and everything at
 * --log-level debug of berthd. Each line has the id of its request. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef enum {
	TRACE_API = 1,	   /* requests, with status and duration */
	TRACE_SHIM = 2,	   /* launch plans, and messages between engine and shims */
	TRACE_NETWORK = 4, /* links and firewall */
	TRACE_STORE = 8,   /* statements of the database */
	TRACE_ALL = 15,
} TraceArea;

/* areas: names separated by commas, or "all"; NULL or "": none. INVALID: an unknown name. */
bool trace_select(const char *areas, GError **error);
/* Whether an area is traced: to be checked before expensive formatting. */
bool trace_on(TraceArea area);
void trace(TraceArea area, const char *format, ...) G_GNUC_PRINTF(2, 3);
