/* What lies in the folder of a Docker that is stopped (/var/lib/docker), as its own files say it. Nothing is written there. */
#pragma once
#include "base/json.h"

typedef struct {
	char *path;
	json_t *images; /* {id: {"Tags": [...], "Layers": [chain ids, lowest first], "Config": text}} of those with a tag
			   or a container */
	json_t *networks; /* requests for POST /networks/create; "Problem": why it cannot be taken over */
	json_t *volumes; /* the same for POST /volumes/create */
	json_t *containers; /* {"Name", "Request", "Networks", "Upper", "Starts", "Problem"}, in the order to make them in */
} DockerRoot;

/* Reads all of it. UNAVAILABLE where it is none, another process uses it, its ids are mapped, or its layers are not of overlay2. */
DockerRoot *docker_root_read(const char *path, GError **error);
void docker_root_free(DockerRoot *root);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DockerRoot, docker_root_free)
/* Of one layer: its folder of files and its tar-split; the caller frees both. False with error: it is not there. */
bool docker_root_layer(
	const DockerRoot *root, const char *chain, char **folder, char **split, GError **error);
