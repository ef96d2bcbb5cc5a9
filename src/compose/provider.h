/* Services that are managed by a program of the user's. Private to this room. */
#pragma once
#include "compose/compose.h"

/* Runs the provider's program with "up" or "down". Variables that it sets are added, prefixed with the service's
 * name, to the environment of dependents, which no other thread may read meanwhile. */
bool provider_run(const Project *project, const char *name, const char *command, Teller *teller,
	GError **error);
