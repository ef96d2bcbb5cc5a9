/* Private to this room. */
#pragma once
#include "compose/compose.h"

/* In a container, one after the other, to their ends; what they write goes to the teller's "hook". False with error when one
 * fails. hooks may be NULL. */
bool hooks_run(Client *client, const json_t *hooks, const json_t *container, const Teller *teller,
	GError **error);
/* What comes in frames of the Engine API ("Stream format" of attach) goes to the teller's "hook", to its end. */
void hooks_hear(int fd, const json_t *container, const Teller *teller);
