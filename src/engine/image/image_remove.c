/* rmi and image prune. */
#include "engine/image/images.h"
#include "engine/object/container.h"
#include "engine/object/event.h"

#include "base/error.h"
#include "base/timefmt.h"
#include "image/image.h"

#include <string.h>

static char *short_id(const char *id)
{
	return g_strndup(g_str_has_prefix(id, "sha256:") ? id + 7 : id, 12);
}

static void untagged(Engine *engine, const char *id, const char *full, json_t *done)
{
	g_autofree char *name = reference_shorten(full);
	json_array_append_new(done, json_pack("{s:s}", "Untagged", name));
	image_event(engine, "untag", id, id);
}

/* The first container that uses the image, running ones before others; NULL if there is none. */
static char *user_of(Engine *engine, const char *id, bool *running)
{
	g_auto(GStrv) users = container_store_using(engine->store, id);
	char *found = NULL;
	*running = false;
	for (int i = 0; users[i] != NULL; i++) {
		g_autoptr(Container) container = container_find(engine, users[i], NULL);
		bool runs = container != NULL && container_running(container);
		if (found == NULL || runs) {
			g_free(found);
			found = g_strdup(users[i]);
		}
		*running = *running || runs;
	}
	return found;
}

/* The digests that the image was pulled by; of one repository only, if one is given. */
static bool drop_digests(
	Engine *engine, const char *id, const char *repository, json_t *done, GError **error)
{
	g_auto(GStrv) digests = repo_digests_of(engine->store, id);
	for (int i = 0; digests[i] != NULL; i++) {
		size_t length = strcspn(digests[i], "@");
		if (repository != NULL && (strlen(repository) != length ||
						  strncmp(digests[i], repository, length) != 0))
			continue;
		if (!repo_digest_remove(engine->store, digests[i], error))
			return false;
		untagged(engine, id, digests[i], done);
	}
	return true;
}

static bool delete_image(Engine *engine, const char *id, json_t *done, GError **error)
{
	if (!image_store_remove(engine->store, id, error))
		return false;
	json_array_append_new(done, json_pack("{s:s}", "Deleted", id));
	event_publish(engine, "image", "delete", id, json_pack("{s:s}", "name", id));
	return true;
}

/* Whether a name, an index or a container still needs the image. */
static bool is_held(Engine *engine, const char *id)
{
	bool running;
	g_auto(GStrv) tags = tag_store_of(engine->store, id),
		      digests = repo_digests_of(engine->store, id),
		      indexes = indexes_of_image(engine->store, id);
	g_autofree char *user = user_of(engine, id, &running);
	return tags[0] != NULL || digests[0] != NULL || indexes[0] != NULL || user != NULL;
}

/* Removes an index without names, with those of its images that nothing else needs. */
static bool release_index(Engine *engine, const char *index, json_t *done, GError **error)
{
	if (index_store_is_named(engine->store, index))
		return true;
	g_autoptr(GPtrArray) images = index_store_images(engine->store, index);
	if (!index_store_remove(engine->store, index, error))
		return false;
	for (guint i = 0; i < images->len; i++) {
		const IndexImage *image = images->pdata[i];
		g_autoptr(ImageRow) row = image_store_get(engine->store, image->image_id);
		if (row != NULL && !is_held(engine, row->id) &&
			!delete_image(engine, row->id, done, error))
			return false;
	}
	return true;
}

static bool release_indexes(Engine *engine, char *const *indexes, json_t *done, GError **error)
{
	for (; *indexes != NULL; indexes++)
		if (!release_index(engine, *indexes, done, error))
			return false;
	return true;
}

static bool remove_by_id(
	Engine *engine, const char *id, char *const *tags, bool force, json_t *done, GError **error)
{
	bool running;
	g_autofree char *user = user_of(engine, id, &running), *short_image = short_id(id);
	g_autofree char *short_user = user != NULL ? short_id(user) : NULL;
	if (running)
		return fail(error, BERTH_ERROR_CONFLICT,
			"conflict: unable to delete %s (cannot be forced) - image is being used by"
			" running container %s",
			short_image, short_user);
	if (user != NULL && !force)
		return fail(error, BERTH_ERROR_CONFLICT,
			"conflict: unable to delete %s (must be forced) - image is being used by"
			" stopped container %s",
			short_image, short_user);
	if (tags[0] != NULL && tags[1] != NULL && !force)
		return fail(error, BERTH_ERROR_CONFLICT,
			"conflict: unable to delete %s (must be forced) - image is referenced in"
			" multiple repositories",
			short_image);
	for (int i = 0; tags[i] != NULL; i++) {
		untagged(engine, id, tags[i], done);
		if (!tag_store_remove(engine->store, tags[i], error))
			return false;
	}
	if (!drop_digests(engine, id, NULL, done, error))
		return false;
	/* A stopped container keeps its image's layers, as in Docker: only the names are removed. */
	if (user != NULL)
		return true;
	g_auto(GStrv) indexes = indexes_led_by(engine->store, id);
	if (!release_indexes(engine, indexes, done, error))
		return false;
	g_autoptr(ImageRow) left = image_store_get(engine->store, id);
	return left == NULL || delete_image(engine, id, done, error);
}

/* The last tag of a repository takes the repository's digests with it. */
static bool drop_name(Engine *engine, const char *id, const Reference *reference, const char *full,
	json_t *done, GError **error)
{
	g_autofree char *repository = reference_name(reference);
	if (reference->digest != NULL) {
		untagged(engine, id, full, done);
		return repo_digest_remove(engine->store, full, error);
	}
	if (!tag_store_remove(engine->store, full, error))
		return false;
	untagged(engine, id, full, done);
	g_auto(GStrv) left = tag_store_of(engine->store, id);
	g_autofree char *prefix = g_strconcat(repository, ":", NULL);
	for (int i = 0; left[i] != NULL; i++)
		if (g_str_has_prefix(left[i], prefix))
			return true;
	return drop_digests(engine, id, repository, done, error);
}

static bool remove_name(Engine *engine, const char *id, const char *typed,
	const Reference *reference, const char *full, bool last, bool force, json_t *done,
	GError **error)
{
	bool running;
	g_autofree char *user = user_of(engine, id, &running), *short_image = short_id(id);
	g_autofree char *short_user = user != NULL ? short_id(user) : NULL;
	if (last && user != NULL && !force)
		return fail(error, BERTH_ERROR_CONFLICT,
			"conflict: unable to remove repository reference \"%s\" (must force) -"
			" container %s is using its referenced image %s",
			typed, short_user, short_image);
	g_auto(GStrv) indexes = indexes_led_by(engine->store, id);
	if (!drop_name(engine, id, reference, full, done, error) ||
		!release_indexes(engine, indexes, done, error))
		return false;
	g_autoptr(ImageRow) left = image_store_get(engine->store, id);
	return left == NULL || is_held(engine, id) || delete_image(engine, id, done, error);
}

/* Removes an image from an index; its content stays if something else needs it. */
static bool remove_part(
	Engine *engine, const char *index, const char *id, json_t *done, GError **error)
{
	g_autoptr(GPtrArray) images = index_store_images(engine->store, index);
	g_autoptr(IndexRow) row = index_store_get(engine->store, index);
	for (guint i = 0; i < images->len; i++) {
		const IndexImage *image = images->pdata[i];
		if (strcmp(image->image_id, id) != 0)
			continue;
		if (!index_store_remove_image(engine->store, index, image->manifest, error))
			return false;
		json_array_append_new(done, json_pack("{s:s}", "Deleted", image->manifest));
	}
	return image_index_lead_anew(engine, row, error) &&
	       (is_held(engine, id) || image_store_remove(engine->store, id, error));
}

/* An image that a running container uses is never removed. */
static bool remove_platform(
	Engine *engine, const char *reference, const char *platform, json_t *done, GError **error)
{
	bool running;
	g_autoptr(GError) problem = NULL;
	g_autofree char *whole = image_find(engine, reference, error),
			*id = whole != NULL ? image_find_on(engine, reference, platform, &problem)
					    : NULL,
			*index = image_index_named(engine, reference);
	g_auto(Platform) wanted = {0};
	if (whole == NULL || !platform_parse(platform, &wanted, error))
		return false;
	g_autofree char *text = platform_text(&wanted),
			*user = id != NULL ? user_of(engine, id, &running) : NULL;
	if (id == NULL)
		return fail(error, BERTH_ERROR_NOT_FOUND,
			"failed to delete platform %s for image %s: image with reference %s was "
			"found but does not provide any platform",
			text, index != NULL ? index : whole, reference);
	if (user != NULL)
		return fail(error, BERTH_ERROR_CONFLICT,
			"failed to delete platform %s for image %s: image is being used by "
			"container %.12s",
			text, index != NULL ? index : whole, user);
	g_autoptr(GPtrArray) images =
		index != NULL ? index_store_images(engine->store, index) : NULL;
	if (images != NULL && images->len > 1)
		return remove_part(engine, index, id, done, error);
	json_t *all = image_remove(engine, reference, true, true, error);
	if (all != NULL)
		json_array_extend(done, all);
	json_decref(all);
	return all != NULL;
}

json_t *image_remove_platforms(
	Engine *engine, const char *reference, char *const *platforms, bool force, GError **error)
{
	g_autoptr(json_t) done = json_array();
	g_autofree char *id = image_find(engine, reference, error);
	if (id == NULL)
		return NULL;
	if (!force) {
		fail(error, BERTH_ERROR_CONFLICT,
			"Content will be removed from all images referencing this variant. Use "
			"—-force to force delete.");
		return NULL;
	}
	for (; *platforms != NULL; platforms++)
		if (!remove_platform(engine, reference, *platforms, done, error))
			return NULL;
	return store_sync(engine->store, error) ? g_steal_pointer(&done) : NULL;
}

/* Removes a name of the image or, if reference is none, the image itself. */
static bool remove_by(Engine *engine, const char *id, const char *reference, bool named_only,
	bool force, json_t *done, GError **error)
{
	g_auto(GStrv) tags = tag_store_of(engine->store, id),
		      digests = repo_digests_of(engine->store, id);
	g_autoptr(Reference) parsed = reference_parse(reference, NULL);
	g_autofree char *full = parsed != NULL ? reference_key(parsed) : NULL;
	bool by_tag = full != NULL && g_strv_contains((const char *const *)tags, full),
	     by_digest = full != NULL && g_strv_contains((const char *const *)digests, full);
	bool last = by_tag ? tags[1] == NULL : tags[0] == NULL && digests[1] == NULL;
	if (by_tag || by_digest)
		return remove_name(engine, id, reference, parsed, full, last, force, done, error);
	return named_only || remove_by_id(engine, id, tags, force, done, error);
}

json_t *image_remove(Engine *engine, const char *reference, bool force, bool prune, GError **error)
{
	(void)prune; /* images have no untagged parents here */
	g_autoptr(json_t) done = json_array();
	g_autofree char *id = image_find(engine, reference, error);
	return id != NULL && remove_by(engine, id, reference, false, force, done, error) &&
			       store_sync(engine->store, error)
		       ? g_steal_pointer(&done)
		       : NULL;
}

/* Each name separately, as dockerd does: of an image in use all but the last are removed. */
static void prune_image(
	Engine *engine, const char *id, char *const *tags, char *const *digests, json_t *done)
{
	for (; *tags != NULL; tags++)
		remove_by(engine, id, *tags, true, false, done, NULL);
	for (; *digests != NULL; digests++)
		remove_by(engine, id, *digests, true, false, done, NULL);
	g_auto(GStrv) left = tag_store_of(engine->store, id),
		      left_digests = repo_digests_of(engine->store, id);
	if (left[0] == NULL && left_digests[0] == NULL)
		remove_by_id(engine, id, left, false, done, NULL);
}

json_t *image_prune(Engine *engine, const Filters *filters, GError **error)
{
	bool all = !filters_match_flag(filters, "dangling", true);
	gint64 before = layer_store_total(engine->store), until = filters_time(filters, "until");
	g_autoptr(json_t) done = json_array();
	g_autoptr(GPtrArray) rows = image_store_list(engine->store);
	for (guint i = 0; i < rows->len; i++) {
		const ImageRow *row = rows->pdata[i];
		g_auto(GStrv) tags = tag_store_of(engine->store, row->id);
		g_auto(GStrv) digests = repo_digests_of(engine->store, row->id);
		g_autoptr(json_t) config = json_parse(row->config, strlen(row->config), NULL);
		/* An entry is removed with its index; it may be gone already. */
		g_autoptr(ImageRow) there = image_store_get(engine->store, row->id);
		if (there == NULL || image_is_part(engine, row->id))
			continue;
		/* An image with digests only counts as dangling, too. */
		if ((tags[0] != NULL && !all) || row->created > until ||
			!filters_match_labels(filters, json_at(config, "config.Labels")))
			continue;
		prune_image(engine, row->id, tags, digests, done);
	}
	if (!store_sync(engine->store, error))
		return NULL;
	/* Shared layers stay; layers added meanwhile are not subtracted. */
	gint64 space = MAX(before - layer_store_total(engine->store), 0);
	event_pruned(engine, "image", space);
	return json_pack("{s:O, s:I}", "ImagesDeleted", json_filled(done) ? done : json_null(),
		"SpaceReclaimed", (json_int_t)space);
}
