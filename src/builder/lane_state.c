/* State of a lane: its variables, its stages by name, replacements of images. */
#include "builder/internal.h"

#include <string.h>

/* The last stage of that name before this one: names may be reused. */
Stage *lane_stage_named(Lane *lane, const char *name, int before)
{
	for (int i = MIN(before, (int)lane->stages->len); i-- > 0;) {
		Stage *stage = lane->stages->pdata[i];
		if (stage->from->words[1] != NULL && strcmp(stage->name, name) == 0)
			return stage;
	}
	return NULL;
}

Stage *lane_stage(Lane *lane, const char *name, int before)
{
	guint64 number;
	g_autofree char *lower = g_ascii_strdown(name, -1);
	Stage *named = lane_stage_named(lane, lower, before);
	if (named != NULL)
		return named;
	if (g_ascii_string_to_unsigned(name, 10, 0, G_MAXINT, &number, NULL) &&
		(int)number < before)
		return lane->stages->pdata[number];
	return NULL;
}

static const char *global(gpointer lane, const char *name)
{
	return g_hash_table_lookup(((Lane *)lane)->global_args, name);
}

Variables lane_variables(Lane *lane)
{
	return (Variables){.get = global,
		.data = lane,
		.escape = lane->build->dockerfile->escape,
		.spent = &lane->build->expanded};
}

const char *lane_context(const Lane *lane, const char *name)
{
	const json_t *contexts = json_object_get(lane->build->request->more, "contexts");
	g_autofree char *platform = platform_text(&lane->platform),
			*key = g_strconcat(name, "::", platform, NULL);
	const json_t *own = json_object_get(contexts, key);
	return json_string_value(own != NULL ? own : json_object_get(contexts, name));
}
