/* The engine's own log: one line an event on standard error. */
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
