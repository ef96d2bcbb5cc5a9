/* Names of images: validation and tagging. */
#include "engine/image/images.h"

#include "base/error.h"

#include <string.h>

/* "sha256:abc" would be read as an id. */
static bool check_ambiguous(const Reference *reference, GError **error)
{
	g_autofree char *name = reference_familiar_name(reference);
	return strcmp(name, "sha256") != 0 ||
	       fail(error, BERTH_ERROR_INVALID,
		       "refusing to create an ambiguous tag using digest algorithm as name");
}

static Reference *target_parse(
	const char *repo, const char *tag, const char *digest_words, GError **error)
{
	g_autoptr(Reference) reference = reference_parse(repo, error);
	if (reference == NULL || !check_ambiguous(reference, error))
		return NULL;
	if (reference->digest != NULL) {
		fail(error, BERTH_ERROR_INVALID, "%s", digest_words);
		return NULL;
	}
	g_autofree char *name = reference_familiar_name(reference),
			*tagged = g_strconcat(name, ":", tag, NULL);
	g_autoptr(Reference) whole =
		*tag != '\0' ? reference_parse(tagged, NULL) : g_steal_pointer(&reference);
	if (whole == NULL)
		fail(error, BERTH_ERROR_INVALID, "invalid tag format");
	return g_steal_pointer(&whole);
}

bool image_target(const char *repo, const char *tag, char **full, GError **error)
{
	g_autoptr(Reference) reference =
		*repo != '\0' ? target_parse(repo, tag, "cannot import digest reference", error)
			      : NULL;
	*full = reference != NULL ? reference_full(reference) : NULL;
	return reference != NULL || *repo == '\0';
}

bool image_tag(
	Engine *engine, const char *reference, const char *repo, const char *tag, GError **error)
{
	g_autoptr(Reference) target =
		target_parse(repo, tag, "refusing to create a tag with a digest reference", error);
	g_autofree char *id = target != NULL ? image_find(engine, reference, error) : NULL;
	if (id == NULL)
		return false;
	g_autofree char *full = reference_full(target), *familiar = reference_familiar(target);
	g_autofree char *index = image_index_named(engine, reference);
	if (!tag_store_set(engine->store, full, id, error) ||
		(index != NULL && !index_tag_set(engine->store, full, index, error)) ||
		!image_store_note_tag(engine->store, id, error) ||
		!store_sync(engine->store, error))
		return false;
	image_event(engine, "tag", id, familiar);
	return true;
}
