/* Images of Docker's store, sent to an engine as "docker save" would write them. */
#pragma once
#include "cli/migrate/docker_root.h"
#include "client/client.h"

/* ids: of root->images, each whole. Every layer is sent once. */
bool images_send(Client *client, const DockerRoot *root, const json_t *ids, GError **error);
