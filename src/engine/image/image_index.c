/* One name for images of several platforms: an index, as a registry or a build has made it, of which some images are
 * stored here. */
#include "engine/image/images.h"

#include "base/error.h"

#include <string.h>

static bool is_hex(const char *text)
{
	return *text != '\0' && text[strspn(text, "0123456789abcdef")] == '\0';
}

char *image_index_named(Engine *engine, const char *reference)
{
	Store *store = engine->store;
	bool digest = g_str_has_prefix(reference, "sha256:");
	g_autoptr(Reference) parsed = digest ? NULL : reference_parse(reference, NULL);
	g_autofree char *full = parsed != NULL ? reference_full(parsed) : NULL,
			*key = parsed != NULL ? reference_key(parsed) : NULL;
	if (parsed != NULL && parsed->digest != NULL) {
		g_autofree char *known = repo_digest_get(store, key);
		g_autoptr(IndexRow) index =
			known != NULL ? index_store_get(store, parsed->digest) : NULL;
		return index != NULL ? g_strdup(index->digest) : NULL;
	}
	char *found = full != NULL ? index_tag_get(store, full) : NULL;
	const char *hex = reference + (digest ? strlen("sha256:") : 0);
	g_autofree char *tagged = found == NULL && full != NULL ? tag_store_get(store, full) : NULL;
	if (found == NULL && tagged == NULL && is_hex(hex))
		found = index_store_match(store, hex);
	return found;
}

static bool read_platform(Engine *engine, const char *id, Platform *platform)
{
	g_autoptr(json_t) config = image_config(engine, id, NULL);
	if (config != NULL)
		platform_read(config, platform);
	return config != NULL;
}

/* For images whose index entry has no platform. */
static char *choose_by_config(Engine *engine, const GPtrArray *images, const Platform *wanted)
{
	const char *best = NULL;
	int best_score = 0;
	for (guint i = 0; i < images->len; i++) {
		const IndexImage *image = images->pdata[i];
		g_auto(Platform) offered = {0};
		int score = read_platform(engine, image->image_id, &offered)
				    ? platform_suits(&offered, wanted)
				    : 0;
		if (score > best_score) {
			best = image->image_id;
			best_score = score;
		}
	}
	return g_strdup(best);
}

/* The index's best match decides, stored or not: a worse variant that is stored does not replace it. */
char *image_index_choose(Engine *engine, const char *digest, const Platform *wanted)
{
	g_autoptr(IndexRow) index = index_store_get(engine->store, digest);
	g_autoptr(json_t) json =
		index != NULL ? json_parse(index->text, strlen(index->text), NULL) : NULL;
	g_autoptr(GPtrArray) images = index_store_images(engine->store, digest);
	const json_t *entry = json != NULL ? index_choose(json, wanted) : NULL;
	if (entry == NULL)
		return choose_by_config(engine, images, wanted);
	for (guint i = 0; i < images->len; i++) {
		const IndexImage *image = images->pdata[i];
		if (strcmp(image->manifest, json_str(entry, "digest")) == 0)
			return g_strdup(image->image_id);
	}
	return NULL;
}

static bool not_provided(const char *reference, const char *platform, GError **error)
{
	return fail(error, BERTH_ERROR_NOT_FOUND,
		"image with reference %s was found but does not provide the specified platform "
		"(%s)",
		reference, platform);
}

static bool check_platform(Engine *engine, const char *id, const char *reference,
	const Platform *wanted, GError **error)
{
	g_auto(Platform) own = {0};
	if (!read_platform(engine, id, &own))
		return fail(error, BERTH_ERROR_NOT_FOUND, "No such image: %s", reference);
	return platform_suits(&own, wanted) > 0 ||
	       fail(error, BERTH_ERROR_NOT_FOUND,
		       "image with reference %s was found but its platform (%s/%s) does not match "
		       "the"
		       " specified platform (%s/%s)",
		       reference, own.os, own.architecture, wanted->os, wanted->architecture);
}

char *image_find_on(Engine *engine, const char *reference, const char *platform, GError **error)
{
	g_auto(Platform) wanted = {0};
	if (*platform != '\0' && !platform_parse(platform, &wanted, error))
		return NULL;
	g_autofree char *id = image_find(engine, reference, error);
	if (id == NULL || *platform == '\0')
		return g_steal_pointer(&id);
	g_autofree char *index = image_index_named(engine, reference);
	if (index == NULL)
		return check_platform(engine, id, reference, &wanted, error) ? g_steal_pointer(&id)
									     : NULL;
	char *found = image_index_choose(engine, index, &wanted);
	g_autofree char *text = platform_text(&wanted);
	if (found == NULL)
		not_provided(reference, text, error);
	return found;
}

/* This host's platform first; then the first image that is stored. */
static char *choose_lead(Engine *engine, const char *digest, const char *otherwise)
{
	g_auto(Platform) host = {0};
	if (!platform_parse("linux", &host, NULL))
		return g_strdup(otherwise);
	platform_complete(&host);
	char *lead = image_index_choose(engine, digest, &host);
	return lead != NULL ? lead : g_strdup(otherwise);
}

bool image_index_keep(
	Engine *engine, const IndexRow *index, const IndexImage *image, char **lead, GError **error)
{
	Store *store = engine->store;
	g_autoptr(IndexRow) before = index_store_get(store, index->digest);
	IndexRow row = *index;
	row.image_id = before != NULL ? before->image_id : image->image_id;
	if (!index_store_add_image(store, index->digest, image, error) ||
		!index_store_set(store, &row, error))
		return false;
	*lead = choose_lead(engine, index->digest, row.image_id);
	row.image_id = *lead;
	return index_store_set(store, &row, error);
}

bool image_index_lead_anew(Engine *engine, const IndexRow *index, GError **error)
{
	g_autoptr(GPtrArray) images = index_store_images(engine->store, index->digest);
	if (images->len == 0)
		return true;
	g_autofree char *lead = choose_lead(
		engine, index->digest, ((const IndexImage *)images->pdata[0])->image_id);
	IndexRow row = *index;
	row.image_id = lead;
	return index_store_set(engine->store, &row, error);
}

bool image_is_part(Engine *engine, const char *id)
{
	g_auto(GStrv) tags = tag_store_of(engine->store, id),
		      digests = repo_digests_of(engine->store, id),
		      lists = indexes_of_image(engine->store, id),
		      led = indexes_led_by(engine->store, id);
	return tags[0] == NULL && digests[0] == NULL && lists[0] != NULL && led[0] == NULL;
}
