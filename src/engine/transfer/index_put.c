/* Pushes an index that a client has assembled (`manifest push`): copies its manifests to its repository, then names
 * it there. */
#include "engine/transfer/transfer.h"

#include "base/digest.h"
#include "base/error.h"

#include <string.h>

/* Argument of the use() callback of repository_open. */
typedef struct {
	Engine *engine;
	const IndexPut *put;
	const Reference *target;
	Credentials *credentials;
	const char *digest; /* of the manifest that is wanted */
	ManifestText text;
} Putting;

static bool get_manifest(Repository *repository, gpointer data, Stop *stop, GError **error)
{
	Putting *putting = data;
	return repository_get_manifest(repository, putting->digest, &putting->text, stop, error);
}

static bool mount_blob(Repository *repository, const json_t *descriptor, const char *from,
	Stop *stop, GError **error)
{
	g_autoptr(GError) problem = NULL;
	bool mounted;
	BlobSend send = {.digest = json_str(descriptor, "digest"),
		.fd = -1,
		.size = json_int(descriptor, "size"),
		.mount_from = from};
	if (!digest_is_valid(send.digest))
		return fail(error, BERTH_ERROR_INVALID, "invalid digest \"%s\"", send.digest);
	if (repository_has_blob(repository, send.digest, stop, &problem))
		return true;
	if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	if (!repository_put_blob(repository, &send, &mounted, stop, error)) {
		g_prefix_error(
			error, "the registry does not mount blob %s from %s: ", send.digest, from);
		return false;
	}
	return true;
}

static bool mount_blobs(Repository *repository, const json_t *manifest, const char *from,
	Stop *stop, GError **error)
{
	const json_t *layers = json_object_get(manifest, "layers");
	if (!mount_blob(repository, json_object_get(manifest, "config"), from, stop, error))
		return false;
	for (size_t i = 0; i < json_array_size(layers); i++)
		if (!mount_blob(repository, json_array_get(layers, i), from, stop, error))
			return false;
	return true;
}

/* Copies a listed manifest from another repository of the same registry. */
static bool bring(
	Repository *repository, Putting *putting, const json_t *source, Stop *stop, GError **error)
{
	g_autoptr(Reference) from = reference_parse(json_str(source, "ref"), error);
	if (from == NULL)
		return false;
	if (strcmp(from->domain, putting->target->domain) != 0)
		return fail(error, BERTH_ERROR_INVALID,
			"cannot use source images from a different registry than the target image: "
			"%s != %s",
			from->domain, putting->target->domain);
	if (strcmp(from->path, putting->target->path) == 0)
		return true;
	g_autoptr(GPtrArray) places =
		candidates_of(putting->engine, from, putting->credentials, false);
	putting->digest = json_str(source, "digest");
	putting->text = (ManifestText){0};
	bool ok = digest_is_valid(putting->digest)
			  ? repository_open(places, get_manifest, putting, stop, error)
			  : fail(error, BERTH_ERROR_INVALID, "invalid digest \"%s\"",
				    putting->digest);
	g_auto(ManifestText) text = putting->text;
	g_autoptr(json_t) manifest = ok ? json_parse(text.text, text.length, error) : NULL;
	return manifest != NULL && mount_blobs(repository, manifest, from->path, stop, error) &&
	       repository_put_manifest(
		       repository, putting->digest, text.media_type, text.text, stop, error);
}

static bool put_all(Repository *repository, gpointer data, Stop *stop, GError **error)
{
	Putting *putting = data;
	const IndexPut *put = putting->put;
	for (size_t i = 0; i < json_array_size(put->sources); i++)
		if (!bring(repository, putting, json_array_get(put->sources, i), stop, error))
			return false;
	return repository_put_manifest(
		repository, putting->target->tag, put->media_type, put->text, stop, error);
}

char *image_put_index(Engine *engine, const IndexPut *put, GError **error)
{
	g_autoptr(Reference) target = reference_parse(put->reference, error);
	g_autoptr(Credentials) credentials =
		target != NULL ? credentials_parse(put->auth, error) : NULL;
	g_autoptr(json_t) index =
		credentials != NULL ? json_parse(put->text, strlen(put->text), error) : NULL;
	Stop stop = 0;
	if (index == NULL)
		return NULL;
	if (target->tag == NULL || !manifest_is_index(index, put->media_type)) {
		fail(error, BERTH_ERROR_INVALID, "an index and a name with a tag are wanted");
		return NULL;
	}
	Putting putting = {
		.engine = engine, .put = put, .target = target, .credentials = credentials};
	g_autoptr(GPtrArray) places = candidates_of(engine, target, credentials, true);
	return repository_open(places, put_all, &putting, &stop, error)
		       ? digest_of(put->text, strlen(put->text))
		       : NULL;
}
