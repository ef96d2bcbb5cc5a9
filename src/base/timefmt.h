/* Times and durations as Go and Docker write and read them. Times are nanoseconds since 1970. */
#pragma once
#include <glib.h>
#include <stdbool.h>

gint64 time_now(void);

/* "2006-01-02T15:04:05.999999999Z", trailing zeros of the fraction dropped; 0 gives Go's zero
 * time "0001-01-01T00:00:00Z". The caller frees it. */
char *time_format(gint64 nanoseconds);

/* Reads RFC 3339 with any fraction and zone, also without time or zone (local time, as the docker
 * CLI reads --since), or UNIX seconds "1136073600[.000000001]". False if it is neither. */
bool time_parse(const char *text, gint64 *nanoseconds);

/* Reads a Go duration such as "1h30m", "300ms", "1.5s". False, and *nanoseconds unchanged, if it is none. */
bool duration_parse(const char *text, gint64 *nanoseconds);
/* NULL, or the error in Go's words, for the caller to free; *nanoseconds is set only without error. */
char *duration_problem(const char *text, gint64 *nanoseconds);

/* As Go writes a duration: "1m30s", "1.5s", "500ms", "0s"; the caller frees it. */
char *duration_text(gint64 nanoseconds);

/* "Less than a second", "About a minute", "3 weeks" (go-units HumanDuration); the caller frees it. */
char *duration_human(gint64 nanoseconds);
