#pragma once
#include "cli/common/cli.h"

/* Sends a file ("-": standard input) as a request's body, and prints the member key of each JSON line of the
 * response, unless quiet. An error among the lines fails. */
bool archive_send(Client *client, const char *file, const char *path, const char *key, bool quiet,
	GError **error);

/* Writes the response of a GET to the file of --output, or to standard output, unless that is a terminal. An exit
 * code. */
int archive_receive(Cli *cli, const char *path, const char *what);
