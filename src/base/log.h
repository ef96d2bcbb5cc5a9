/* The engine's own log: one line an event on standard error, or an entry of the journal with fields. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { LOG_REQUEST_SIZE = 65 };

/* "debug", "info", "warn", "error" or "fatal"; false if it is none of them. */
bool log_set_level(const char *name);
bool log_is_debug(void);

/* A line that was asked for by its area (base/trace.h), whatever the level is. */
void log_trace(const char *format, ...) G_GNUC_PRINTF(1, 2);
void log_debug(const char *format, ...) G_GNUC_PRINTF(1, 2);
void log_info(const char *format, ...) G_GNUC_PRINTF(1, 2);
void log_warn(const char *format, ...) G_GNUC_PRINTF(1, 2);
void log_error(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* From now on lines go to the journal at this socket (sd-journal's native protocol), with PRIORITY, and REQUEST_ID and
 * CONTAINER_ID where a line is of a request or names a container. errno on failure, and all stays as it was. */
bool log_use_journal(const char *socket);
/* Whether standard error is the journal's (JOURNAL_STREAM, systemd.exec(5)). */
bool log_is_journal(void);

/* The request that this thread works for from now on: id is copied if it is one to be trusted in a log (letters, digits and
 * "-", at most 64), else one is made. Returns it, borrowed until the next call. */
const char *log_request_begin(const char *id);
void log_request_end(void);
/* "": this thread works for none. */
const char *log_request(void);
