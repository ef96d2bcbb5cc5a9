/* Secrets and configs that are not local files. Private to this room. */
#pragma once
#include "compose/container.h"

/* Copies them into a container that has not started. */
bool container_files(
	const ContainerRequest *request, Client *client, const char *id, GError **error);
