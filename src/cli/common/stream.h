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
/* --detach-keys, or what config.json has for it; "" means the default. */
const char *detach_keys(const Cli *cli);
/* Carries data both ways until the engine closes the connection; true if detached by keys. */
bool stream_run(Stream *stream);
/* Reads a framed or raw stream to standard output and error. */
bool stream_copy(HttpBody *body, bool tty, GError **error);
bool terminal_check(
	bool tty, bool with_stdin, GError **error); /* "the input device is not a TTY" */
void terminal_size(int *rows, int *columns);
