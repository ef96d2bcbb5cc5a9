/* Resolves --from: a named context, a stage, a number, an image. */
#include "builder/internal.h"

#include <string.h>

static Source *source_of_nothing(Build *build, GError **error)
{
	g_autoptr(GPtrArray) layers = g_ptr_array_new();
	Source *source = source_of_layers(build->engine, "scratch", layers, error);
	if (source != NULL)
		source->plain = true;
	return source;
}

static Source *stage_source(Stage *stage, GError **error)
{
	if (!stage_wait(stage, error))
		return NULL;
	g_mutex_lock(&stage->build->lock);
	if (stage->source == NULL)
		stage->source =
			source_of_layers(stage->build->engine, stage->name, stage->layers, error);
	if (stage->source != NULL)
		stage->source->plain = stage->layers->len == stage->base_layers;
	Source *source = stage->source;
	g_mutex_unlock(&stage->build->lock);
	return source;
}

/* Stored under the key, and owned by the build. */
static Source *keep(Build *build, const char *key, Source *source)
{
	if (source != NULL)
		g_hash_table_insert(build->sources, g_strdup(key), source);
	return source;
}

/* Looked up and made once, under a lock of its own, so that nothing is fetched twice. Another platform may get
 * another image. */
static Source *other_source(Lane *lane, const char *from, GError **error)
{
	Build *build = lane->build;
	g_autofree char *platform = platform_text(&lane->platform),
			*image_key = g_strconcat(from, "\n", platform, NULL);
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&build->fetching);
	Source *source = g_hash_table_lookup(build->sources, from);
	if (source == NULL)
		source = g_hash_table_lookup(build->sources, image_key);
	if (source != NULL)
		return source;
	g_autoptr(GError) problem = NULL;
	const char *where = lane_context(lane, from);
	bool fixed = where == NULL || g_str_has_prefix(where, "local");
	source = keep(build, fixed ? from : image_key,
		strcmp(from, "scratch") == 0 ? source_of_nothing(build, &problem)
					     : context_named(lane, from, &problem));
	if (source == NULL && problem == NULL)
		source = keep(build, image_key, source_of_image(lane, from, &problem));
	if (source == NULL)
		g_propagate_error(error, g_steal_pointer(&problem));
	return source;
}

bool source_name_check(const char *from, GError **error)
{
	return strchr(from, '$') == NULL ||
	       fail(error, BERTH_ERROR_INVALID,
		       "variable expansion is not supported for --from, define a new stage with "
		       "FROM using ARG from global scope as a workaround");
}

/* *other: the stage of that name or number before this one, or NULL. False: it comes later. */
static bool find_stage(Stage *stage, const char *from, Stage **other, GError **error)
{
	*other = lane_stage(stage->lane, from, stage->index);
	const Stage *later = *other == NULL
				     ? lane_stage(stage->lane, from, (int)stage->lane->stages->len)
				     : NULL;
	return later == NULL ||
	       fail(error, BERTH_ERROR_INVALID,
		       "cannot copy from stage \"%s\", it needs to be defined before current stage "
		       "\"%s\"",
		       later->name, stage->name);
}

bool source_exists(Stage *stage, const char *from, GError **error)
{
	Stage *other;
	g_autofree char *lower = g_ascii_strdown(from, -1);
	if (!source_name_check(from, error))
		return false;
	if (lane_context(stage->lane, lower) != NULL)
		return true;
	if (!find_stage(stage, from, &other, error))
		return false;
	return other != NULL || strcmp(from, "scratch") == 0 ||
	       source_image_exists(stage->build, from, &stage->lane->platform, error);
}

Source *source_find(Stage *stage, const char *from, GError **error)
{
	g_autofree char *lower = g_ascii_strdown(from, -1);
	if (lane_context(stage->lane, lower) != NULL)
		return other_source(stage->lane, lower, error);
	Stage *other;
	if (!find_stage(stage, from, &other, error))
		return NULL;
	return other != NULL ? stage_source(other, error) : other_source(stage->lane, from, error);
}
