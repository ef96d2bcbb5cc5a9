/* Attached streams, and the terminal. */
#pragma once
#include "cli/common/cli.h"

typedef struct {
	int fd;
	bool tty, with_stdin, sig_proxy;
	const char *detach_keys;
	Client *client;
	char *resize_path; /* "/containers/x/resize" */
	char *kill_path;   /* "/containers/x/kill", for signals; NULL: none */
} Stream;
/* --detach-keys, or config.json's; "" means the default. */
const char *detach_keys(const Cli *cli);
/* Forwards data both ways until the engine closes the connection; true if detached by keys. */
bool stream_run(Stream *stream);
/* Receives bytes of a stream (1, 2); false stops. */
typedef bool (*StreamSink)(gpointer data, int fd, const char *bytes, size_t length);
/* Receives a line, without its end and not NUL-terminated; false stops. */
typedef bool (*LineSink)(gpointer data, const char *line, size_t length);
/* Reads a framed or (tty) raw stream to its end. False with error if it was interrupted; true also if the sink
 * stopped it. */
bool stream_take(HttpBody *body, bool tty, StreamSink sink, gpointer data, GError **error);
/* Reads lines, as events and stats send them; of at most 1 MiB each. */
bool stream_lines(HttpBody *body, LineSink sink, gpointer data, GError **error);
/* Reads a framed or raw stream to standard output and error. */
bool stream_copy(HttpBody *body, bool tty, GError **error);
bool terminal_check(
	bool tty, bool with_stdin, GError **error); /* "the input device is not a TTY" */
void terminal_size(int *rows, int *columns);
