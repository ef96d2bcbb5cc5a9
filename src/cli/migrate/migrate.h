/* What a stopped Docker has, taken over by an engine of this host. */
#pragma once
#include "client/client.h"

typedef struct {
	const char *folder; /* /var/lib/docker */
	bool apply;	    /* false: only told */
	bool start;	    /* those that Docker would start, too */
} MigrateOptions;

/* Prints a line for each thing. How many could not be taken over; -1 with error where nothing was begun. */
int migrate_run(Client *client, const MigrateOptions *options, GError **error);
