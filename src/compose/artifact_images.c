/* `publish --app`: copies the images of an application into the repository of its artifact, and lists them in an
 * index there. */
#include "compose/remote.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/fd.h"
#include "version.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { MAX_CHILDREN = 256 };
static const char index_type[] = "application/vnd.oci.image.index.v1+json";

/* From one repository into another. */
typedef struct {
	const ArtifactPlace *from, *to;
} Copying;

static bool write_to(gpointer data, const void *bytes, size_t length, GError **error)
{
	return fd_write_all(*(int *)data, bytes, length) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "cannot keep a blob: %s", g_strerror(errno));
}

/* Copied through an unnamed file, unless the registry has it already, or can mount it from another repository. */
static bool copy_blob(const Copying *copying, const json_t *descriptor, GError **error)
{
	const char *digest = json_str(descriptor, "digest");
	gint64 size = json_int(descriptor, "size");
	bool same = strcmp(copying->from->reference->domain, copying->to->reference->domain) == 0,
	     mounted;
	g_autoptr(GError) problem = NULL;
	if (!digest_is_valid(digest))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "invalid digest \"%s\"", digest);
	if (repository_has_blob(copying->to->repository, digest, NULL, &problem))
		return true;
	if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	autofd fd = open(g_get_tmp_dir(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "cannot keep a blob in %s: %s",
			g_get_tmp_dir(), g_strerror(errno));
	BlobFetch fetch = {.digest = digest, .size = size, .sink = write_to, .data = &fd};
	BlobSend send = {.digest = digest,
		.fd = fd,
		.size = size,
		.mount_from = same ? copying->from->reference->path : NULL};
	return repository_get_blob(copying->from->repository, &fetch, NULL, error) &&
	       repository_put_blob(copying->to->repository, &send, &mounted, NULL, error);
}

static bool copy_manifest(
	const Copying *copying, const char *which, bool top, json_t **descriptor, GError **error);

static bool copy_children(const Copying *copying, const json_t *manifest, bool top, GError **error)
{
	const json_t *children = json_object_get(manifest, "manifests"),
		     *layers = json_object_get(manifest, "layers"),
		     *config = json_object_get(manifest, "config");
	size_t i;
	json_t *child;
	if (json_array_size(children) > MAX_CHILDREN || (!top && children != NULL))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "the index holds too much");
	json_array_foreach (children, i, child)
		if (!copy_manifest(copying, json_str(child, "digest"), false, NULL, error))
			return false;
	json_array_foreach (layers, i, child)
		if (!copy_blob(copying, child, error))
			return false;
	return config == NULL || copy_blob(copying, config, error);
}

static bool copy_manifest(
	const Copying *copying, const char *which, bool top, json_t **descriptor, GError **error)
{
	g_auto(ManifestText) text = {0};
	if (!top && !digest_is_valid(which))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "invalid digest \"%s\"", which);
	if (!repository_get_manifest(copying->from->repository, which, &text, NULL, error))
		return false;
	g_autoptr(json_t) manifest = json_parse(text.text, text.length, error);
	if (manifest == NULL || !copy_children(copying, manifest, top, error) ||
		!repository_put_manifest(copying->to->repository, text.digest, text.media_type,
			text.text, NULL, error))
		return false;
	if (descriptor != NULL)
		*descriptor = json_pack("{s:s, s:s, s:I}", "mediaType", text.media_type, "digest",
			text.digest, "size", (json_int_t)text.length);
	return true;
}

static json_t *copy_image(
	const RemoteAccess *access, const ArtifactPlace *to, const char *image, GError **error)
{
	g_auto(ArtifactPlace) from = {0};
	json_t *descriptor = NULL;
	if (!artifact_place_init(&from, access, image, false, error))
		return NULL;
	const Copying copying = {&from, to};
	const char *which =
		from.reference->digest != NULL ? from.reference->digest : from.reference->tag;
	return copy_manifest(&copying, which, true, &descriptor, error) ? descriptor : NULL;
}

bool images_copy(const RemoteAccess *access, const ArtifactPlace *to, const json_t *images,
	const char *manifest, GError **error)
{
	g_autoptr(json_t) list = json_array();
	for (size_t i = 0; i < json_array_size(images); i++) {
		json_t *one = copy_image(access, to, json_elem(images, i), error);
		if (one == NULL)
			return false;
		json_array_append_new(list, one);
	}
	g_autofree char *subject = digest_of(manifest, strlen(manifest));
	g_autoptr(json_t) index = json_pack("{s:i, s:s, s:O, s:{s:s, s:s, s:I, s:s}, s:{s:s}}",
		"schemaVersion", 2, "mediaType", index_type, "manifests", list, "subject",
		"mediaType", "application/vnd.oci.image.manifest.v1+json", "digest", subject,
		"size", (json_int_t)strlen(manifest), "artifactType", ARTIFACT_TYPE, "annotations",
		"com.docker.compose.version", BERTH_COMPOSE_VERSION);
	g_autofree char *text = json_text(index), *digest = digest_of(text, strlen(text));
	return repository_put_manifest(to->repository, digest, index_type, text, NULL, error);
}
