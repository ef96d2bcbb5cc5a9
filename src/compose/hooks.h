/* Private to this room. */
#pragma once
#include "compose/compose.h"

/* One after the other, to their ends; false with error when one fails. hooks may be NULL. */
bool hooks_run(Client *client, const json_t *hooks, const char *container, GError **error);
