/* The parts of docker_root_read: each fills one member. False with error for what cannot be read at all; what cannot be taken
 * over has a "Problem". */
#pragma once
#include "cli/migrate/docker_root.h"

enum { DOCKER_FILE_LIMIT = 16 << 20 };
/* A JSON file below the root (path printf'd by its parts, ended by NULL); NULL without error where there is none. New reference. */
json_t *docker_json(const DockerRoot *root, GError **error, ...) G_GNUC_NULL_TERMINATED;
/* The text of a small file below the root, without the blanks at its end; NULL where there is none. */
char *docker_text(const DockerRoot *root, ...) G_GNUC_NULL_TERMINATED;
bool docker_networks_read(DockerRoot *root, GError **error);
bool docker_volumes_read(DockerRoot *root, GError **error);
bool docker_containers_read(DockerRoot *root, GError **error);
