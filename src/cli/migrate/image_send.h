/* Images of Docker's stores, sent to an engine as "docker save" would write them, or as an OCI layout. */
#pragma once
#include "cli/migrate/docker_root.h"
#include "client/client.h"

/* ids: of root->images, each whole, all of overlay2 or all of containerd. Every layer is sent once. */
bool images_send(Client *client, const DockerRoot *root, const json_t *ids, GError **error);
