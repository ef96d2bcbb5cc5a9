/* The engine's log: one line per event on standard error, or a journal entry with fields. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { LOG_REQUEST_SIZE = 65 };

/* "debug", "info", "warn", "error" or "fatal"; false if it is none of them. */
bool log_set_level(const char *name);
bool log_is_debug(void);

/* A trace line (base/trace.h), independent of the level. */
void log_trace(const char *format, ...) G_GNUC_PRINTF(1, 2);
void log_debug(const char *format, ...) G_GNUC_PRINTF(1, 2);
void log_info(const char *format, ...) G_GNUC_PRINTF(1, 2);
void log_warn(const char *format, ...) G_GNUC_PRINTF(1, 2);
void log_error(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Sends further lines to the journal at this socket (sd-journal's native protocol), with PRIORITY, and REQUEST_ID and
 * CONTAINER_ID where known. errno on failure, without a change. */
bool log_use_journal(const char *socket);
/* Whether standard error is connected to the journal (JOURNAL_STREAM, systemd.exec(5)). */
bool log_is_journal(void);

/* Sets the request that this thread works for: id is copied if it is safe in a log (letters, digits and "-", at most
 * 64), else one is generated. Returns it, borrowed until the next call. */
const char *log_request_begin(const char *id);
void log_request_end(void);
/* "": this thread works for none. */
const char *log_request(void);
