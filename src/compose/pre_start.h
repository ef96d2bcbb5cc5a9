/* Private to this room. */
#pragma once
#include "compose/compose.h"

/* Steps before a service's start (Compose Specification, "pre_start"): each runs in a container with the volumes of
 * this one, one after the other. False with error when one fails; its container is kept for inspection. */
bool pre_start_run(const Project *project, Client *client, const char *service_name,
	const json_t *container, Teller *teller, GError **error);
