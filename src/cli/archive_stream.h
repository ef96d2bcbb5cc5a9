#pragma once
#include "client/client.h"

/* Sends a file ("-": standard input) as a request's body, and prints the member key of each JSON line
 * that comes back, unless quiet. An error among the lines is one. */
bool archive_send(Client *client, const char *file, const char *path, const char *key, bool quiet,
	GError **error);

/* Writes what a GET answers to a file ("": standard output). */
bool archive_receive(Client *client, const char *path, const char *file, GError **error);
