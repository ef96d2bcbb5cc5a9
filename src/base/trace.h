/* What a program does, told line by line to whoever looks for a fault: BERTH_TRACE=shim,network,store,api in the environment of
 * berth or berthd, and all of it at --log-level debug of berthd. Each line has the id of the request that it was done for. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef enum {
	TRACE_API = 1,	   /* requests, with their status and time */
	TRACE_SHIM = 2,	   /* launch plans, and what is said between engine and shims */
	TRACE_NETWORK = 4, /* links and firewall */
	TRACE_STORE = 8,   /* statements of the database */
	TRACE_ALL = 15,
} TraceArea;

/* areas: names with commas between them, or "all"; NULL or "": none. INVALID: a name that is none of them. */
bool trace_select(const char *areas, GError **error);
/* Whether lines of an area are told: to be asked before what costs something is put together. */
bool trace_on(TraceArea area);
void trace(TraceArea area, const char *format, ...) G_GNUC_PRINTF(2, 3);
