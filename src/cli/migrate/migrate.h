/* Imports the objects of a stopped Docker into an engine of this host. */
#pragma once
#include "client/client.h"

typedef struct {
	const char *folder;	/* /var/lib/docker */
	const char *containerd; /* its containerd's folder; NULL: where it usually is */
	bool apply;		/* false: list only */
	bool start;		/* start those that Docker would start */
} MigrateOptions;

/* Prints a line for each object. Returns the number of failures; -1 with error if nothing was begun. */
int migrate_run(Client *client, const MigrateOptions *options, GError **error);
