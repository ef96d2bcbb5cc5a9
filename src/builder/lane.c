/* A build for one platform: its variables, its stages, and those that the target needs. A build for several platforms
 * has a lane for each; lanes share context and cache, so that platform-independent stages are built once. */
#include "builder/internal.h"

#include "base/nearest.h"

#include <stdlib.h>
#include <string.h>

/* Each is a thread, and its steps run in parallel with those of others. */
enum { MAX_STAGES = 500 };

static void set_global(Lane *lane, const char *name, const char *value)
{
	g_hash_table_insert(lane->global_args, g_strdup(name), g_strdup(value));
}

/* TARGETPLATFORM and the like, and BUILDPLATFORM for the machine that builds. */
static void set_platform(Lane *lane, const char *prefix, const Platform *platform)
{
	const struct {
		const char *name, *value;
	} parts[] = {{"OS", platform->os}, {"ARCH", platform->architecture},
		{"VARIANT", platform->variant}};
	g_autofree char *text = platform_text(platform),
			*name = g_strconcat(prefix, "PLATFORM", NULL);
	set_global(lane, name, text);
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *part = g_strconcat(prefix, parts[i].name, NULL);
		set_global(lane, part, parts[i].value);
	}
}

/* TARGETSTAGE: what --target says, else the name of the last stage. */
static void set_target_stage(Lane *lane)
{
	const Build *build = lane->build;
	GPtrArray *all = build->dockerfile->instructions;
	const char *name = *build->request->target != '\0' ? build->request->target : NULL;
	for (guint i = all->len; i-- > 0 && name == NULL;) {
		const Instruction *from = all->pdata[i];
		if (from->kind == DF_FROM)
			name = from->words[1] != NULL ? from->words[2] : "default";
	}
	set_global(lane, "TARGETSTAGE", name != NULL ? name : "default");
}

static bool set_platforms(Lane *lane, const char *asked, GError **error)
{
	g_auto(Platform)
		host = {g_strdup("linux"), g_strdup(platform_architecture()), g_strdup("")};
	if (!platform_parse(*asked != '\0' ? asked : "linux", &lane->platform, error))
		return false;
	platform_complete(&lane->platform);
	if (strcmp(lane->platform.os, "linux") != 0)
		return fail(error, BERTH_ERROR_INVALID, "operating system is not supported");
	set_target_stage(lane);
	set_platform(lane, "TARGET", &lane->platform);
	set_platform(lane, "BUILD", &host);
	return true;
}

/* ARG before the first FROM. */
static bool declare_global(Lane *lane, const Instruction *instruction, GError **error)
{
	bool legacy;
	Build *build = lane->build;
	Variables variables = lane_variables(lane);
	g_autoptr(GArray) pairs = instruction_pairs(instruction, &legacy, error);
	for (guint i = 0; pairs != NULL && i < pairs->len; i++) {
		const Pair *pair = &g_array_index(pairs, Pair, i);
		const char *given =
			json_string_value(json_object_get(build->request->args, pair->key));
		g_autofree char *value = given != NULL ? g_strdup(given)
					 : pair->value != NULL
						 ? word_expand(pair->value, &variables, error)
						 : NULL;
		if (given == NULL && pair->value != NULL && value == NULL)
			return false;
		build_use_arg(build, pair->key);
		if (value != NULL)
			set_global(lane, pair->key, value);
	}
	return pairs != NULL;
}

/* Distributes instructions to stages; only ARG may precede the first FROM. */
static bool make_stages(Lane *lane, GError **error)
{
	GPtrArray *all = lane->build->dockerfile->instructions;
	Stage *stage = NULL;
	for (guint i = 0; i < all->len; i++) {
		const Instruction *instruction = all->pdata[i];
		if (instruction->kind == DF_FROM && lane->stages->len >= MAX_STAGES)
			return fail(error, BERTH_ERROR_INVALID, "more than %d stages", MAX_STAGES);
		if (instruction->kind == DF_FROM) {
			stage = stage_new(lane, instruction, (int)lane->stages->len);
			g_ptr_array_add(lane->stages, stage);
		} else if (stage != NULL) {
			g_ptr_array_add(stage->instructions, (gpointer)instruction);
		} else if (instruction->kind != DF_ARG) {
			return fail(
				error, BERTH_ERROR_INVALID, "no build stage in current context");
		} else if (!declare_global(lane, instruction, error)) {
			return false;
		}
	}
	return stage != NULL ||
	       fail(error, BERTH_ERROR_INVALID, "dockerfile contains no stages to build");
}

static Stage *find_target(Lane *lane, GError **error)
{
	const char *name = lane->build->request->target;
	if (*name == '\0')
		return lane->stages->pdata[lane->stages->len - 1];
	g_autofree char *lower = g_ascii_strdown(name, -1);
	Stage *stage = lane_stage_named(lane, lower, (int)lane->stages->len);
	if (stage != NULL)
		return stage;
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (guint i = 0; i < lane->stages->len; i++)
		if (((Stage *)lane->stages->pdata[i])->from->words[1] != NULL)
			g_ptr_array_add(names, ((Stage *)lane->stages->pdata[i])->name);
	g_ptr_array_add(names, NULL);
	const char *near = words_nearest_within(name, (const char *const *)names->pdata, 2);
	fail(error, BERTH_ERROR_INVALID, "target stage \"%s\" could not be found%s%s%s", name,
		near != NULL ? " (did you mean " : "", near != NULL ? near : "",
		near != NULL ? "?)" : "");
	return NULL;
}

/* A number as COPY --from gives it. */
static bool is_index(const char *text, gint64 *index)
{
	return g_ascii_string_to_signed(text, 10, G_MININT32, G_MAXINT32, index, NULL);
}

/* Errors that are reported before any step runs: COPY --from of the own stage, or of a number that does not exist. */
static bool check_copy_source(
	Lane *lane, const Stage *stage, const Instruction *copy, GError **error)
{
	gint64 index = -1;
	const char *from = instruction_flag(copy, "from");
	if (from == NULL || *from == '\0')
		return true;
	bool number = is_index(from, &index);
	if (number && (index < 0 || index >= lane->stages->len))
		return fail(error, BERTH_ERROR_INVALID, "invalid stage index %s", from);
	bool itself = number ? index == stage->index
			     : stage->from->words[1] != NULL &&
				       g_ascii_strcasecmp(stage->name, from) == 0 &&
				       lane_stage(lane, from, stage->index) == NULL;
	return !itself || fail(error, BERTH_ERROR_INVALID,
				  "circular dependency detected on stage: %s", stage->name);
}

static bool check_copy_sources(Lane *lane, GError **error)
{
	for (guint s = 0; s < lane->stages->len; s++) {
		const Stage *stage = lane->stages->pdata[s];
		for (guint i = 0; i < stage->instructions->len; i++) {
			const Instruction *instruction = stage->instructions->pdata[i];
			if (instruction->kind == DF_COPY &&
				!check_copy_source(lane, stage, instruction, error))
				return false;
		}
	}
	return true;
}

static void need(Lane *lane, Stage *stage);

/* The stage that a flag's value names, if any. */
static void need_named(Lane *lane, const Stage *stage, const char *name)
{
	Stage *other = name != NULL ? lane_stage(lane, name, stage->index) : NULL;
	if (other != NULL)
		need(lane, other);
}

/* "type=bind,from=x,..." */
static void need_mounts(Lane *lane, const Stage *stage, const Instruction *instruction)
{
	g_auto(GStrv) flags = instruction_flags(instruction, "mount");
	for (int i = 0; flags[i] != NULL; i++) {
		g_auto(GStrv) fields = g_strsplit(flags[i], ",", -1);
		for (int f = 0; fields[f] != NULL; f++)
			if (g_str_has_prefix(fields[f], "from="))
				need_named(lane, stage, fields[f] + strlen("from="));
	}
}

/* Stages that the target needs start at once; one that was not foreseen, such as by a trigger of the base, starts
 * when a stage waits for it. */
static void need(Lane *lane, Stage *stage)
{
	Variables variables = lane_variables(lane);
	if (stage->needed)
		return;
	stage->needed = true;
	g_autofree char *base = word_expand(stage->from->words[0], &variables, NULL);
	Stage *below = base != NULL ? lane_stage_named(lane, base, stage->index) : NULL;
	if (below != NULL)
		need(lane, below);
	for (guint i = 0; i < stage->instructions->len; i++) {
		const Instruction *instruction = stage->instructions->pdata[i];
		if (instruction->kind == DF_RUN)
			need_mounts(lane, stage, instruction);
		else if (instruction->kind == DF_COPY)
			need_named(lane, stage, instruction_flag(instruction, "from"));
	}
}

/* Step numbers for classic clients continue across lanes. */
static int number_lane(Lane *lane, int total)
{
	for (guint i = 0; i < lane->stages->len; i++) {
		Stage *stage = lane->stages->pdata[i];
		stage->steps = 1;
		for (guint s = 0; s < stage->instructions->len; s++)
			stage->steps += stage_shows(stage->instructions->pdata[s]);
		if (!stage->needed)
			continue;
		stage->first_number = total + 1;
		total += 1 + (int)stage->instructions->len;
	}
	return total;
}

void lanes_number(Build *build)
{
	GPtrArray *all = build->dockerfile->instructions;
	int total = 0;
	for (guint i = 0; i < all->len && ((Instruction *)all->pdata[i])->kind == DF_ARG; i++)
		total++;
	int globals = total;
	for (guint i = 0; i < build->lanes->len; i++)
		total = number_lane(build->lanes->pdata[i], total);
	progress_set_total(build->progress, total);
	for (int i = 0; i < globals; i++)
		vertex_done(vertex_new(build->progress, i + 1, "",
				    ((Instruction *)all->pdata[i])->source),
			NULL);
}

void lane_free(gpointer data)
{
	Lane *lane = data;
	g_ptr_array_unref(lane->stages);
	g_hash_table_unref(lane->global_args);
	platform_clear(&lane->platform);
	g_free(lane);
}

static bool add_lane(Build *build, const char *platform, GError **error)
{
	Lane *lane = g_new0(Lane, 1);
	lane->build = build;
	lane->stages = g_ptr_array_new_with_free_func((GDestroyNotify)stage_free);
	lane->global_args = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_ptr_array_add(build->lanes, lane);
	return set_platforms(lane, platform, error) && make_stages(lane, error) &&
	       (lane->target = find_target(lane, error)) != NULL;
}

/* A platform that is named twice is built once. */
static bool is_there(const Build *build, const char *platform)
{
	g_auto(Platform) wanted = {0};
	if (!platform_parse(platform, &wanted, NULL))
		return false;
	platform_complete(&wanted);
	g_autofree char *text = platform_text(&wanted);
	for (guint i = 0; i < build->lanes->len; i++) {
		g_autofree char *there = platform_text(&((Lane *)build->lanes->pdata[i])->platform);
		if (strcmp(there, text) == 0)
			return true;
	}
	return false;
}

bool lanes_make(Build *build, GError **error)
{
	enum { MAX_LANES = 32 };
	g_auto(GStrv) platforms = g_strsplit(build->request->platform, ",", -1);
	if (platforms[0] == NULL)
		return add_lane(build, "", error);
	for (int i = 0; platforms[i] != NULL; i++) {
		if (i == MAX_LANES)
			return fail(error, BERTH_ERROR_INVALID,
				"a build is for %d platforms at most", MAX_LANES);
		if (!is_there(build, platforms[i]) && !add_lane(build, platforms[i], error))
			return false;
	}
	return true;
}

bool lanes_need(Build *build, GError **error)
{
	for (guint i = 0; i < build->lanes->len; i++) {
		Lane *lane = build->lanes->pdata[i];
		if (!check_copy_sources(lane, error))
			return false;
		need(lane, lane->target);
	}
	return true;
}
