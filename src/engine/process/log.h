/* Logs of containers: the driver in force, and what it wrote. */
#pragma once
#include "engine/object/container.h"

typedef struct {
	bool stdout, stderr, follow, timestamps, details;
	gint64 since, until; /* 0: no limit */
	gint64 tail;	     /* lines; -1: all */
} LogQuery;
/* Calls write for each line, and with NULL when there is nothing more for now; stops when it answers false or peer_fd hangs up. */
typedef bool (*LogWrite)(int stream, const char *data, size_t length, gpointer data_);
/* The lines of a log that nobody writes to any more: path, path.1 and so on. */
void log_read_files(const char *path, gint64 files, enum plan_log kind, const LogQuery *query,
	LogWrite write, gpointer data);
/* NOT_IMPLEMENTED where nothing is kept that could be read. */
bool log_check_readable(const json_t *host, GError **error);
bool log_read(Container *container, const LogQuery *query, int peer_fd, LogWrite write,
	gpointer data, GError **error);
/* The driver and options in force: "json-file" with size and count of files. False: an unknown one. */
bool log_options(
	const json_t *host, enum plan_log *kind, gint64 *size, gint64 *files, GError **error);
