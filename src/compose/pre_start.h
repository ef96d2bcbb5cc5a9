/* Private to this room. */
#pragma once
#include "compose/compose.h"

/* What a service wants to have done before it starts (Compose Specification, "pre_start"): each in a container of its own, with the
 * volumes of this one, one after the other. False with error when one fails; its container stays, to be looked at. */
bool pre_start_run(const Project *project, Client *client, const char *service_name,
	const json_t *container, Teller *teller, GError **error);
