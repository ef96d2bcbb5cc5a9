/* Services that are no containers: a program of the user's provides them. Private to this room. */
#pragma once
#include "compose/compose.h"

/* Runs the provider's program with "up" or "down". What it sets is put into the environment of the services that depend on
 * this one, with the service's name before it; they must not be looked at meanwhile. */
bool provider_run(const Project *project, const char *name, const char *command, Teller *teller,
	GError **error);
