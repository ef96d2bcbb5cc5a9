/* Sending an artifact to a registry: its blobs, then its manifest (OCI image-spec 1.1, "Guidelines for Artifact
 * Usage"). */
#include "compose/publish.h"
#include "compose/remote.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/timefmt.h"
#include "version.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

static const char manifest_type[] = "application/vnd.oci.image.manifest.v1+json",
		  empty_type[] = "application/vnd.oci.empty.v1+json";

/* A descriptor with embedded data, which small blobs may have. */
static json_t *descriptor_of(const char *type, const char *text, json_t *annotations)
{
	g_autofree char *digest = digest_of(text, strlen(text)),
			*data = g_base64_encode((const guchar *)text, strlen(text));
	json_t *descriptor = json_pack("{s:s, s:s, s:I}", "mediaType", type, "digest", digest,
		"size", (json_int_t)strlen(text));
	if (annotations != NULL)
		json_object_set(descriptor, "annotations", annotations);
	json_object_set_new(descriptor, "data", json_string(data));
	return descriptor;
}

static bool send_blob(Repository *repository, const char *text, GError **error)
{
	g_autofree char *digest = digest_of(text, strlen(text));
	g_autoptr(GError) problem = NULL;
	bool mounted;
	if (repository_has_blob(repository, digest, NULL, &problem))
		return true;
	autofd fd = problem == NULL ? memfd_create("berth-artifact", MFD_CLOEXEC) : -1;
	if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	BlobSend send = {.digest = digest, .fd = fd, .size = (gint64)strlen(text)};
	return ((fd >= 0 && fd_write_all(fd, text, strlen(text))) ||
		       fail(error, BERTH_ERROR_UNAVAILABLE, "cannot send %s: %s", digest,
			       g_strerror(errno))) &&
	       repository_put_blob(repository, &send, &mounted, NULL, error);
}

/* The manifest's text; the caller frees it. */
static char *manifest_text(const json_t *layers, bool is_1_0)
{
	g_autofree char *now = time_format(
		time_now() / G_GINT64_CONSTANT(1000000000) * G_GINT64_CONSTANT(1000000000));
	json_t *list = json_array(), *layer;
	size_t i;
	json_array_foreach (layers, i, layer)
		json_array_append_new(
			list, descriptor_of(json_str(layer, "mediaType"), json_str(layer, "text"),
				      json_object_get(layer, "annotations")));
	g_autoptr(json_t) manifest =
		json_pack("{s:i, s:s}", "schemaVersion", 2, "mediaType", manifest_type);
	if (!is_1_0)
		json_object_set_new(manifest, "artifactType", json_string(ARTIFACT_TYPE));
	json_object_set_new(manifest, "config",
		descriptor_of(is_1_0 ? ARTIFACT_CONFIG : empty_type, "{}", NULL));
	json_object_set_new(manifest, "layers", list);
	json_object_set_new(manifest, "annotations",
		json_pack("{s:s}", "org.opencontainers.image.created", now));
	return json_text(manifest);
}

static bool send_manifest(
	const ArtifactPlace *place, const json_t *layers, bool is_1_0, char **text, GError **error)
{
	const char *tag = place->reference->tag != NULL ? place->reference->tag : "latest";
	g_free(*text);
	*text = manifest_text(layers, is_1_0);
	return repository_put_manifest(place->repository, tag, manifest_type, *text, NULL, error);
}

/* A registry without artifact support refuses the newer form; an authentication error is not such a refusal. */
static bool wants_older(const GError *problem)
{
	return problem->code >= 400 && problem->code < 500 && !(problem->code == 401) &&
	       problem->code != 403 && problem->code != 407;
}

static bool send_project(const ArtifactPlace *place, const json_t *layers, const char *version,
	char **manifest, GError **error)
{
	size_t i;
	json_t *layer;
	g_autoptr(GError) problem = NULL;
	if (!send_blob(place->repository, "{}", error))
		return false;
	json_array_foreach (layers, i, layer)
		if (!send_blob(place->repository, json_str(layer, "text"), error))
			return false;
	if (strcmp(version, "1.0") == 0)
		return send_manifest(place, layers, true, manifest, error);
	if (send_manifest(place, layers, false, manifest, &problem))
		return true;
	if (*version == '\0' && wants_older(problem))
		return send_manifest(place, layers, true, manifest, error);
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

bool artifact_send(const RemoteAccess *access, const char *reference, const json_t *layers,
	const char *version, const json_t *images, GError **error)
{
	g_auto(ArtifactPlace) place = {0};
	g_autofree char *manifest = NULL;
	if (*version != '\0' && strcmp(version, "1.0") != 0 && strcmp(version, "1.1") != 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "unsupported OCI version: %s", version);
	if (!artifact_place_init(&place, access, reference, true, error))
		return false;
	return send_project(&place, layers, version, &manifest, error) &&
	       (images == NULL || images_copy(access, &place, images, manifest, error));
}
