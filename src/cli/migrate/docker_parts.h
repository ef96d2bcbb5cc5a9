/* The parts of docker_root_read: each fills one member. False with error for what cannot be read at all; what cannot be taken
 * over has a "Problem". */
#pragma once
#include "cli/migrate/docker_root.h"

enum { DOCKER_FILE_LIMIT = 16 << 20 };
/* A JSON file below the root (path printf'd by its parts, ended by NULL); NULL without error where there is none. New reference. */
json_t *docker_json(const DockerRoot *root, GError **error, ...) G_GNUC_NULL_TERMINATED;
/* The text of a small file below the root, without the blanks at its end; NULL where there is none. */
char *docker_text(const DockerRoot *root, ...) G_GNUC_NULL_TERMINATED;
/* containerd's folder for a Docker's: within it, or beside it; NULL where there is none. The caller frees it. */
char *docker_containerd_folder(const char *docker);
/* Its images and snapshots, if there is a folder. One that cannot be read is an error only where it is needed; else root->note says it. */
bool docker_containerd_read(DockerRoot *root, bool needed, GError **error);
/* The id of the image that a manifest or an index means, as the engine will know it. The caller frees it. */
char *docker_containerd_id(const DockerRoot *root, const char *digest);
/* An image of it by the digest of its manifest or index, also one without a name; borrowed, NULL where there is none. */
json_t *docker_containerd_image(DockerRoot *root, const char *digest);
bool docker_networks_read(DockerRoot *root, GError **error);
bool docker_volumes_read(DockerRoot *root, GError **error);
bool docker_containers_read(DockerRoot *root, GError **error);
