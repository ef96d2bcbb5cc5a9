/* Container logs: the driver in force, and what it wrote. */
#pragma once
#include "engine/object/container.h"

typedef struct {
	bool stdout, stderr, follow, timestamps, details;
	gint64 since, until; /* 0: no limit */
	gint64 tail;	     /* lines; -1: all */
} LogQuery;
/* Calls write for each line, and with NULL when there is nothing more for now; stops when it returns false or peer_fd
 * hangs up. */
typedef bool (*LogWrite)(int stream, const char *data, size_t length, gpointer data_);
/* Reads a finished log: path, path.1 and so on. */
void log_read_files(const char *path, gint64 files, enum plan_log kind, const LogQuery *query,
	LogWrite write, gpointer data);
/* NOT_IMPLEMENTED for drivers whose logs cannot be read. */
bool log_check_readable(const Spec *spec, GError **error);
bool log_read(Container *container, const LogQuery *query, int peer_fd, LogWrite write,
	gpointer data, GError **error);

/* log_send.c: adds the record of a driver that sends lines away; nothing for others. Errors are worded as dockerd
 * words a driver that cannot start. The driver is known (spec_check_log). */
bool log_send_plan(Container *container, const Spec *spec, Plan *plan, GError **error);
/* The attributes of each line: labels, environment and tag, as options ask for them. NULL with error. */
json_t *log_attributes(Container *container, const Spec *spec, bool with_tag, GError **error);
