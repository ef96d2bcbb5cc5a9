/* All that an engine has, in one archive, and back again (backup_file.h says what is in it). */
#pragma once
#include "client/client.h"

typedef struct {
	bool pause; /* containers that run stand still meanwhile */
} BackupOptions;

/* Writes it to a descriptor. False with error; what was written is no backup then. */
bool backup_run(Client *client, const BackupOptions *options, int fd, GError **error);
/* Reads it. What the engine has already is left alone. How many things could not be made; -1 with error where the archive is none, or
 * is damaged: what was whole before that stays. */
int restore_run(Client *client, int fd, GError **error);
