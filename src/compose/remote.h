/* Remote files of a project: in a git repository, or in an OCI artifact. They are fetched into a cache shared with
 * Docker Compose, a folder for each commit and digest; nothing is written outside of it (CVE-2025-62725). Private to
 * this room. */
#pragma once
#include "compose/compose.h"
#include "image/image.h"
#include "registry/registry.h"

typedef struct {
	char *file;   /* the local copy; absolute */
	char *folder; /* folder of everything fetched with it: the repository's root */
} RemoteCopy;
void remote_copy_free(RemoteCopy *copy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RemoteCopy, remote_copy_free)

/* remote.c */
bool remote_is(const char *path);
/* NULL with error. */
RemoteCopy *remote_fetch(const RemoteAccess *access, const char *path, GError **error);

/* remote_cache.c: fills an empty folder of the cache. */
typedef bool (*CacheFill)(gpointer data, const char *folder, int folder_fd, GError **error);
/* A folder of the cache (name: hex digits), created atomically, and filled if it is new; its path, which the caller
 * frees, or NULL with error. */
char *cache_folder(const char *name, CacheFill fill, gpointer data, GError **error);

/* remote_git.c, remote_oci.c: what remote_fetch does for each kind. */
RemoteCopy *git_copy(const char *url, GError **error);
#define OCI_PREFIX "oci://"
RemoteCopy *oci_copy(const RemoteAccess *access, const char *url, GError **error);

/* artifact.c: a registry's repository that artifacts are in. */
typedef struct {
	Reference *reference;
	Credentials *credentials;
	RegistryOptions options;
	GPtrArray *candidates;
	Repository *repository; /* the candidate that answers */
} ArtifactPlace;
bool artifact_place_init(ArtifactPlace *place, const RemoteAccess *access, const char *reference,
	bool push, GError **error);
void artifact_place_clear(ArtifactPlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ArtifactPlace, artifact_place_clear)

/* artifact_images.c: images (references) into the same repository, and an index of them that belongs to the artifact whose
 * manifest is given. */
bool images_copy(const RemoteAccess *access, const ArtifactPlace *to, const json_t *images,
	const char *manifest, GError **error);

/* Media types of the artifact (docker/compose's published format). */
#define ARTIFACT_TYPE "application/vnd.docker.compose.project"
#define ARTIFACT_FILE "application/vnd.docker.compose.file+yaml"
#define ARTIFACT_ENV_FILE "application/vnd.docker.compose.envfile"
#define ARTIFACT_CONFIG "application/vnd.docker.compose.config.empty.v1+json"
