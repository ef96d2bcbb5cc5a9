/* What lies in the folder of a Docker that is stopped (/var/lib/docker), as its own files say it. Nothing is written there. */
#pragma once
#include "base/json.h"

typedef struct {
	char *path;
	char *containerd; /* the folder of containerd's store; NULL: there is none, or it is not read */
	char *note; /* why containerd's store was not read, where nothing shows that it is needed; NULL: nothing to say */
	json_t *images; /* of those with a tag or a container, {id: {"Tags": [...], "LayerCount", "Problem"}}: of overlay2 by the
			   digest of the configuration, with "Layers": [chain ids, lowest first], "Config": text; of containerd also
			   by the digest of an index, with "Blobs": {digest: true}, "Target": the digest of manifest or index,
			   "MediaType" */
	json_t *snapshots; /* {id of a container in containerd's store: the folder of its writable layer} */
	json_t *networks; /* requests for POST /networks/create; "Problem": why it cannot be taken over */
	json_t *volumes; /* the same for POST /volumes/create */
	json_t *containers; /* {"Name", "Request", "Networks", "Upper", "Starts", "Problem"}, in the order to make them in */
} DockerRoot;

/* Reads all of it. containerd: the folder of its containerd; NULL: where it usually is. UNAVAILABLE where it is none, another
 * process uses it, its ids are mapped, or its layers are neither overlay2's nor containerd's. */
DockerRoot *docker_root_read(const char *path, const char *containerd, GError **error);
void docker_root_free(DockerRoot *root);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DockerRoot, docker_root_free)
/* Of one layer: its folder of files and its tar-split; the caller frees both. False with error: it is not there. */
bool docker_root_layer(
	const DockerRoot *root, const char *chain, char **folder, char **split, GError **error);
/* Where containerd's store has a blob, whether it is there or not; NULL for an invalid digest. The caller frees it. */
char *docker_blob_path(const DockerRoot *root, const char *digest);
