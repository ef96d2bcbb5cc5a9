/* `images`: the stored images that match the filters. */
#include "engine/image/images.h"

#include "base/error.h"

#include <string.h>

/* A reference filter selects names: an image is listed with matching names only. */
static char **matching_tags(char **tags, const Filters *filters)
{
	g_autoptr(GStrvBuilder) kept = g_strv_builder_new();
	for (int t = 0; tags[t] != NULL; t++) {
		g_autofree char *familiar = reference_shorten(tags[t]), *name = g_strdup(familiar);
		char *colon = strrchr(name, ':');
		if (colon != NULL)
			*colon = '\0';
		if (filters_match_glob(filters, "reference", familiar) ||
			filters_match_glob(filters, "reference", name))
			g_strv_builder_add(kept, tags[t]);
	}
	g_strfreev(tags);
	return g_strv_builder_end(kept);
}

/* dangling, label, reference, before, since, until: as `docker images -f` */
static bool list_wanted(const ImageRow *row, const json_t *config, char *const *tags,
	char *const *digests, const Filters *filters, gint64 before, gint64 since, gint64 until)
{
	if (!filters_match_flag(filters, "dangling", tags[0] == NULL && digests[0] == NULL))
		return false;
	if (row->created >= before || (since > 0 && row->created <= since) || row->created >= until)
		return false;
	if (!filters_match_labels(filters, json_at(config, "config.Labels")))
		return false;
	return !filters_have(filters, "reference") || tags[0] != NULL;
}

/* Of several filters the most restrictive counts. */
static bool created_of(
	Engine *engine, const Filters *filters, const char *key, gint64 *created, GError **error)
{
	const char *reference;
	bool before = strcmp(key, "before") == 0;
	for (size_t i = 0; (reference = filters_value(filters, key, i)) != NULL; i++) {
		g_autofree char *id = image_find(engine, reference, error);
		g_autoptr(ImageRow) row = id != NULL ? image_store_get(engine->store, id) : NULL;
		if (id != NULL && row == NULL)
			fail(error, BERTH_ERROR_NOT_FOUND, "No such image: %s", reference);
		if (row == NULL)
			return false;
		*created = before ? MIN(*created, row->created) : MAX(*created, row->created);
	}
	return true;
}

static gboolean equal(gconstpointer one, gconstpointer other)
{
	return g_strcmp0(one, other) == 0;
}

/* The indexes that an image's names mean, each once; NULL among them: a name that means the image alone. An image
 * without a name has one row, for the index that it was built with. */
static GPtrArray *meanings(Engine *engine, const char *id, char *const *tags)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) led = indexes_led_by(engine->store, id);
	for (int t = 0; tags[t] != NULL; t++) {
		g_autofree char *index = index_tag_get(engine->store, tags[t]);
		if (!g_ptr_array_find_with_equal_func(list, index, equal, NULL))
			g_ptr_array_add(list, g_steal_pointer(&index));
	}
	if (tags[0] == NULL)
		g_ptr_array_add(list, g_strdup(led[0]));
	return list;
}

static char **tags_of_meaning(Engine *engine, char *const *tags, const char *meaning)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	for (; *tags != NULL; tags++) {
		g_autofree char *index = index_tag_get(engine->store, *tags);
		if (g_strcmp0(index, meaning) == 0)
			g_strv_builder_add(list, *tags);
	}
	return g_strv_builder_end(list);
}

/* The digests of the index in registries; for a single image, those that belong to no index. */
static char **digests_of_meaning(Engine *engine, char *const *digests, const char *meaning)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	for (; *digests != NULL; digests++) {
		const char *digest = strchr(*digests, '@') + 1;
		g_autoptr(IndexRow) index =
			meaning == NULL ? index_store_get(engine->store, digest) : NULL;
		if (meaning != NULL ? strcmp(digest, meaning) == 0 : index == NULL)
			g_strv_builder_add(list, *digests);
	}
	return g_strv_builder_end(list);
}

static json_t *row_json(Engine *engine, const ImageRow *row, const json_t *config,
	char *const *tags, char *const *digests, const char *index)
{
	g_auto(GStrv) users = container_store_using(engine->store, row->id);
	json_t *labels = json_at(config, "config.Labels");
	gint64 size = index != NULL ? image_index_size(engine, index) : row->size;
	json_t *json = json_pack("{s:i, s:I, s:s, s:o, s:s, s:o, s:o, s:i, s:I}", "Containers",
		(int)g_strv_length(users), "Created", (json_int_t)(row->created / 1000000000), "Id",
		row->id, "Labels", json_is_object(labels) ? json_incref(labels) : json_null(),
		"ParentId", "", "RepoDigests", image_short_names(digests), "RepoTags",
		image_short_names(tags), "SharedSize", -1, "Size", (json_int_t)size);
	if (index != NULL)
		json_object_set_new(json, "Descriptor", image_index_descriptor(engine, index));
	return json;
}

static void append_rows(Engine *engine, const ImageRow *row, const json_t *config,
	char *const *tags, char *const *digests, bool manifests, json_t *list)
{
	g_autoptr(GPtrArray) indexes = meanings(engine, row->id, tags);
	for (guint i = 0; i < indexes->len; i++) {
		const char *index = indexes->pdata[i];
		g_auto(GStrv) own = tags_of_meaning(engine, tags, index),
			      known = digests_of_meaning(engine, digests, index);
		json_t *json = row_json(engine, row, config, own, known, index);
		if (index != NULL && manifests)
			json_object_set_new(
				json, "Manifests", image_index_manifests(engine, index));
		json_array_append_new(list, json);
	}
}

json_t *image_list(Engine *engine, const Filters *filters, bool all, bool manifests, GError **error)
{
	gint64 before = G_MAXINT64, since = 0, until = filters_time(filters, "until");
	(void)all; /* there are no intermediate images: each was pulled or built on request */
	if (!created_of(engine, filters, "before", &before, error) ||
		!created_of(engine, filters, "since", &since, error))
		return NULL;
	g_autoptr(GPtrArray) rows = image_store_list(engine->store);
	json_t *list = json_array();
	for (guint i = 0; i < rows->len; i++) {
		const ImageRow *row = rows->pdata[i];
		g_auto(GStrv) tags = matching_tags(tag_store_of(engine->store, row->id), filters),
			      digests = repo_digests_of(engine->store, row->id);
		g_autoptr(json_t) config = json_parse(row->config, strlen(row->config), NULL);
		if (list_wanted(row, config, tags, digests, filters, before, since, until) &&
			!image_is_part(engine, row->id))
			append_rows(engine, row, config, tags, digests, manifests, list);
	}
	return list;
}
