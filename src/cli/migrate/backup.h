/* Backup of all objects of an engine in one archive, and restore (format: backup_file.h). */
#pragma once
#include "client/client.h"

typedef struct {
	bool pause; /* pause running containers meanwhile */
} BackupOptions;

/* Writes it to a descriptor. False with error; the output is then incomplete. */
bool backup_run(Client *client, const BackupOptions *options, int fd, GError **error);
/* Restores one. Existing objects are left unchanged. Returns the number of failures; -1 with error if the archive is
 * invalid or damaged: objects that were complete before stay. */
int restore_run(Client *client, int fd, GError **error);
