/* Networks and volumes of a project. Private to this room. */
#pragma once
#include "compose/compose.h"

/* Those that the services use, as far as they are not there. */
bool resources_create(const Project *project, Client *client, const json_t *names, Teller *teller,
	GError **error);
/* What bears the project's label: networks, and volumes where asked for. */
bool resources_remove(
	const Project *project, Client *client, bool volumes, Teller *teller, GError **error);
