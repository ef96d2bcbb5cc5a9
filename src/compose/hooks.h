/* Private to this room. */
#pragma once
#include "compose/compose.h"

/* In a container, one after the other, to their ends; what they write goes to the teller's "hook". False with error when one
 * fails. hooks may be NULL. */
bool hooks_run(Client *client, const json_t *hooks, const json_t *container, const Teller *teller,
	GError **error);
