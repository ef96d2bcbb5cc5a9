/* The engine's own log: one line an event on standard error, or an entry of the journal with fields. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* "debug", "info", "warn", "error" or "fatal"; false if it is none of them. */
bool log_set_level(const char *name);
bool log_is_debug(void);

void log_debug(const char *format, ...) G_GNUC_PRINTF(1, 2);
void log_info(const char *format, ...) G_GNUC_PRINTF(1, 2);
void log_warn(const char *format, ...) G_GNUC_PRINTF(1, 2);
void log_error(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* From now on lines go to the journal at this socket (sd-journal's native protocol), with PRIORITY, and REQUEST_ID and
 * CONTAINER_ID where a line is of a request or names a container. errno on failure, and all stays as it was. */
bool log_use_journal(const char *socket);
/* Whether standard error is the journal's (JOURNAL_STREAM, systemd.exec(5)). */
bool log_is_journal(void);
/* Which request this thread works on from now on; an id is made for it. */
void log_begin_request(void);
