/* Networks and volumes of a project. Private to this room. */
#pragma once
#include "compose/compose.h"

/* Creates those that the services use and that do not exist as defined. networks, volumes: ids of networks and names
 * of volumes, by their keys (new references); *remade: services whose containers used a recreated resource. */
typedef struct {
	json_t *networks, *volumes, *remade;
} Resources;
void resources_clear(Resources *resources);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Resources, resources_clear)
/* unused: those that no service uses, too. */
bool resources_create(const Project *project, Client *client, const json_t *names, bool unused,
	Teller *teller, Resources *resources, GError **error);
/* Whether the model has networks, or volumes if requested, that the services (by name) use, or there is no model. */
bool resources_known(const Project *project, const json_t *names, const DownOptions *options);
/* Removes these: with a model its own, else those with the project's label. What others use stays. */
bool resources_remove(const Project *project, Client *client, const json_t *names,
	const DownOptions *options, Teller *teller, GError **error);
