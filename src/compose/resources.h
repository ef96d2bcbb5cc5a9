/* Networks and volumes of a project. Private to this room. */
#pragma once
#include "compose/compose.h"

/* Those that the services use, as far as they are not there as the project says. networks, volumes: the ids of the
 * networks and the names of the volumes, by their keys (new references); *remade: services whose containers were on what
 * had to be made anew. */
typedef struct {
	json_t *networks, *volumes, *remade;
} Resources;
void resources_clear(Resources *resources);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Resources, resources_clear)
/* unused: those that no service uses, too. */
bool resources_create(const Project *project, Client *client, const json_t *names, bool unused,
	Teller *teller, Resources *resources, GError **error);
/* What bears the project's label: networks, and volumes where asked for. */
bool resources_remove(
	const Project *project, Client *client, bool volumes, Teller *teller, GError **error);
