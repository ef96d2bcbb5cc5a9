/* What --from says: a named context, a stage, a number, an image. */
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

/* Looked up and made once, under a lock of its own: what is fetched is not fetched twice. */
static Source *other_source(Build *build, const char *from, GError **error)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&build->fetching);
	Source *source = g_hash_table_lookup(build->sources, from);
	if (source != NULL)
		return source;
	g_autoptr(GError) problem = NULL;
	source = strcmp(from, "scratch") == 0 ? source_of_nothing(build, &problem)
					      : context_named(build, from, &problem);
	if (source == NULL && problem == NULL)
		source = source_of_image(build, from, &problem);
	if (source == NULL)
		g_propagate_error(error, g_steal_pointer(&problem));
	else
		g_hash_table_insert(build->sources, g_strdup(from), source);
	return source;
}

Source *source_find(Stage *stage, const char *from, GError **error)
{
	Build *build = stage->build;
	json_t *named = json_object_get(build->request->more, "contexts");
	g_autofree char *lower = g_ascii_strdown(from, -1);
	if (json_object_get(named, lower) != NULL)
		return other_source(build, lower, error);
	Stage *other = build_stage(build, from, stage->index),
	      *later = other == NULL ? build_stage(build, from, (int)build->stages->len) : NULL;
	if (other != NULL)
		return stage_source(other, error);
	if (later == NULL)
		return other_source(build, from, error);
	fail(error, BERTH_ERROR_INVALID,
		"cannot copy from stage \"%s\", it needs to be defined before current stage "
		"\"%s\"",
		later->name, stage->name);
	return NULL;
}
