/* Private to this room. */
#pragma once
#include "compose/compose.h"

/* Runs the hooks in a container one after the other; their output goes to the teller's "hook". False with error when
 * one fails. hooks may be NULL. */
bool hooks_run(Client *client, const json_t *hooks, const json_t *container, const Teller *teller,
	GError **error);
/* Passes frames of the Engine API ("Stream format" of attach) to the teller's "hook" until their end. */
void hooks_hear(int fd, const json_t *container, const Teller *teller);
