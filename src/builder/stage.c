/* One stage: its base, its variables, and its instructions in order. */
#include "builder/internal.h"
#include "engine/image/images.h"

#include "base/timefmt.h"
#include "base/work.h"
#include "runtime/runtime.h"

#include <string.h>

static gpointer run(gpointer stage);

Stage *stage_new(Lane *lane, const Instruction *from, int index)
{
	Stage *stage = g_new0(Stage, 1);
	stage->build = lane->build;
	stage->lane = lane;
	stage->from = from;
	stage->index = index;
	stage->run = run;
	stage->name = from->words[1] != NULL ? g_ascii_strdown(from->words[2], -1)
					     : g_strdup_printf("stage-%d", index);
	stage->instructions = g_ptr_array_new();
	stage->layers = g_ptr_array_new_with_free_func((GDestroyNotify)layer_free);
	stage->args = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	stage->arg_order = g_ptr_array_new_with_free_func(g_free);
	stage->keys = g_ptr_array_new_with_free_func(stage_key_free);
	stage->triggers = g_ptr_array_new_with_free_func((GDestroyNotify)instruction_free);
	return stage;
}

void stage_free(Stage *stage)
{
	g_free(stage->name);
	g_ptr_array_unref(stage->instructions);
	g_ptr_array_unref(stage->layers);
	json_decref(stage->image);
	g_hash_table_unref(stage->args);
	g_ptr_array_unref(stage->arg_order);
	g_ptr_array_unref(stage->triggers);
	g_ptr_array_unref(stage->keys);
	g_clear_pointer(&stage->source, source_free);
	platform_clear(&stage->platform);
	g_free(stage);
}

/* An image without files, for this platform. */
static json_t *empty_image(const Platform *platform)
{
	json_t *image = json_pack("{s:s, s:s, s:{s:s}, s:[], s:{s:s, s:[]}}", "architecture",
		platform->architecture, "os", platform->os, "config", "WorkingDir", "/", "history",
		"rootfs", "type", "layers", "diff_ids");
	if (*platform->variant != '\0')
		json_object_set_new(image, "variant", json_string(platform->variant));
	return image;
}

/* FROM --platform, else that of the build. */
static bool read_platform(Stage *stage, GError **error)
{
	Variables variables = lane_variables(stage->lane);
	const char *flag = instruction_flag(stage->from, "platform");
	bool given = flag != NULL && *flag != '\0';
	g_autofree char *text = given ? word_expand(flag, &variables, error)
				      : platform_text(&stage->lane->platform);
	if (text == NULL)
		return false;
	if (*text == '\0')
		return fail(error, BERTH_ERROR_INVALID, "empty platform value from expression %s",
			flag);
	if (!platform_parse(text, &stage->platform, error)) {
		g_prefix_error(error, "failed to parse platform %s: ", text);
		return false;
	}
	platform_complete(&stage->platform);
	return true;
}

/* The stage begins with an image's document and layers (taken over). */
static bool take_image(Stage *stage, const json_t *image, GPtrArray *layers, GError **error)
{
	g_ptr_array_unref(stage->layers);
	stage->layers = layers;
	stage->base_layers = layers->len;
	if (!layer_pins_add_all(stage->build->pins, layers, error))
		return false;
	stage->image = json_deep_copy(image);
	static const char *const members[] = {"config", "history"};
	for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
		if (!json_is_object(json_object_get(stage->image, members[i])) &&
			!json_is_array(json_object_get(stage->image, members[i])))
			json_object_set_new(
				stage->image, members[i], i == 0 ? json_object() : json_array());
	time_parse(json_str(image, "created"), &stage->created);
	return true;
}

static bool begin_on_image(Stage *stage, const char *name, Vertex *vertex, GError **error)
{
	Build *build = stage->build;
	g_autofree char *id = source_image(build, name, &stage->platform, vertex, error);
	g_autoptr(json_t) image = id != NULL ? image_config(build->engine, id, error) : NULL;
	return image != NULL &&
	       take_image(stage, image, image_store_layers(build->engine->store, id), error);
}

/* FROM the result of an earlier build of the client. */
static bool begin_on_input(Stage *stage, const char *name, GError **error)
{
	const BuildRequest *request = stage->build->request;
	GPtrArray *layers = NULL;
	g_autoptr(json_t) image = request->client->input(request->session, name, &layers, error);
	return image != NULL && take_image(stage, image, layers, error);
}

/* FROM a named context that is a folder. */
static bool begin_on_folder(Stage *stage, const char *name, GError **error)
{
	Source *source = source_find(stage, name, error);
	stage->image = empty_image(&stage->platform);
	g_autofree char *line = g_strdup_printf("local source for %s", name);
	return source != NULL && stage_from_folder(stage, source, error) &&
	       stage_add_history(stage, line, true);
}

static bool begin_on_stage(Stage *stage, Stage *base, GError **error)
{
	if (!stage_wait(base, error))
		return false;
	g_ptr_array_unref(stage->layers);
	stage->layers = g_ptr_array_new_with_free_func((GDestroyNotify)layer_free);
	for (guint i = 0; i < base->layers->len; i++)
		g_ptr_array_add(stage->layers, layer_copy(base->layers->pdata[i]));
	stage->image = json_deep_copy(base->image);
	stage->created = base->created;
	stage->base_layers = base->base_layers;
	for (guint i = 0; i < base->keys->len; i++) {
		const StageKey *key = base->keys->pdata[i];
		stage_key_add(stage, key->key, key->layers, key->created);
	}
	/* A stage inherits the arguments of the stage that it is based on. */
	for (guint i = 0; i < base->arg_order->len; i++) {
		const char *name = base->arg_order->pdata[i];
		g_ptr_array_add(stage->arg_order, g_strdup(name));
		g_hash_table_insert(stage->args, g_strdup(name),
			g_strdup(g_hash_table_lookup(base->args, name)));
	}
	return true;
}

/* ONBUILD of the base: its instructions run before the stage's (Dockerfile reference, "ONBUILD"). */
static bool take_triggers(Stage *stage, GError **error)
{
	json_t *list = json_object_get(stage_config(stage), "OnBuild");
	for (size_t i = 0; i < json_array_size(list); i++) {
		Instruction *trigger = trigger_parse(json_elem(list, i), error);
		if (trigger == NULL)
			return false;
		trigger->line = stage->from->line;
		trigger->last_line = stage->from->last_line;
		g_ptr_array_add(stage->triggers, trigger);
	}
	json_object_del(stage_config(stage), "OnBuild");
	return true;
}

/* An image whose base has no PATH gets a default one, as from any builder of Docker's. */
static void set_path(Stage *stage)
{
	json_t *config = stage_config(stage), *env = json_object_get(config, "Env");
	if (!json_is_array(env))
		json_object_set_new(config, "Env", env = json_array());
	if (env_value(env, "PATH") == NULL)
		env_set(env, "PATH",
			"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
}

/* BuildKit's clients show an image's full name, and that it was resolved. */
static char *image_title(Build *build, const char *name)
{
	g_autoptr(Reference) reference =
		strcmp(name, "scratch") != 0 ? reference_parse(name, NULL) : NULL;
	if (reference == NULL)
		return g_strconcat("FROM ", name, NULL);
	g_autofree char *full = reference_full(reference),
			*title = g_strconcat("[internal] load metadata for ", full, NULL);
	Vertex *vertex = vertex_new(build->progress, 0, title, "");
	vertex_start(vertex);
	vertex_done(vertex, NULL);
	return g_strconcat("FROM ", full, NULL);
}

char *stage_base(Stage *stage, GError **error)
{
	Variables variables = lane_variables(stage->lane);
	g_autofree char *name = word_expand(stage->from->words[0], &variables, error);
	if (name == NULL || *name != '\0')
		return g_steal_pointer(&name);
	fail(error, BERTH_ERROR_INVALID, "base name (%s) should not be blank",
		stage->from->words[0]);
	return NULL;
}

/* The end of FROM. Classic clients are told of the triggers as a part of it. */
static bool finish_beginning(Stage *stage, Vertex *vertex, GError **error)
{
	bool ok = take_triggers(stage, error);
	if (!ok || stage->triggers->len == 0 || stage->build->request->events) {
		vertex_done(vertex, stage_chain(stage));
		return ok;
	}
	vertex_say(vertex, "# Executing %u build trigger%s\n", stage->triggers->len,
		stage->triggers->len > 1 ? "s" : "");
	stage->beginning = vertex;
	return true;
}

static bool begin(Stage *stage, GError **error)
{
	Build *build = stage->build;
	g_autofree char *name = stage_base(stage, error);
	if (name == NULL || !read_platform(stage, error))
		return false;
	g_autofree char *lower = g_ascii_strdown(name, -1);
	const char *instead = lane_context(stage->lane, lower);
	Stage *base = instead == NULL ? lane_stage_named(stage->lane, name, stage->index) : NULL;
	bool whole = build->request->client != NULL && instead == NULL && base == NULL;
	g_autofree char *source = whole ? image_title(build, name) : g_strdup(stage->from->source),
			*title = stage_title(stage, 1, source);
	Vertex *vertex =
		vertex_new(build->progress, stage->first_number, title, stage->from->source);
	vertex_start(vertex);
	bool ok;
	if (instead != NULL && g_str_has_prefix(instead, "docker-image://"))
		ok = begin_on_image(stage, instead + strlen("docker-image://"), vertex, error);
	else if (instead != NULL && g_str_has_prefix(instead, "input:"))
		ok = begin_on_input(stage, instead + strlen("input:"), error);
	else if (instead != NULL)
		ok = begin_on_folder(stage, lower, error);
	else if (base != NULL)
		ok = begin_on_stage(stage, base, error);
	else if (strcmp(name, "scratch") == 0)
		ok = (stage->image = empty_image(&stage->platform)) != NULL;
	else
		ok = begin_on_image(stage, name, vertex, error);
	if (!ok) {
		vertex_fail(vertex, error != NULL && *error != NULL ? (*error)->message : "");
		return false;
	}
	set_path(stage);
	return finish_beginning(stage, vertex, error);
}

/* The client's value, else the default, else that of an ARG before the first FROM; NULL without error: none. */
static char *argument_value(Stage *stage, const Pair *pair, const char *name, GError **error)
{
	Build *build = stage->build;
	const char *given = json_string_value(json_object_get(build->request->args, name));
	if (given != NULL)
		return g_strdup(given);
	return pair->value != NULL ? stage_expand(stage, pair->value, error)
				   : g_strdup(g_hash_table_lookup(stage->lane->global_args, name));
}

/* ARG; line: its text in the history. */
static bool declare(Stage *stage, const Instruction *instruction, GString *line, GError **error)
{
	bool legacy;
	g_autoptr(GArray) pairs = instruction_pairs(instruction, &legacy, error);
	for (guint i = 0; pairs != NULL && i < pairs->len; i++) {
		const Pair *pair = &g_array_index(pairs, Pair, i);
		g_autoptr(GError) problem = NULL;
		const char *name = pair->key;
		g_autofree char *value = argument_value(stage, pair, name, &problem);
		if (problem != NULL) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return false;
		}
		build_use_arg(stage->build, name);
		g_string_append_printf(line, " %s%s%s", name, value != NULL ? "=" : "",
			value != NULL ? value : "");
		if (!g_hash_table_contains(stage->args, name))
			g_ptr_array_add(stage->arg_order, g_strdup(name));
		if (value != NULL || !g_hash_table_contains(stage->args, name))
			g_hash_table_insert(stage->args, g_strdup(name), g_strdup(value));
	}
	return pairs != NULL;
}

static bool step_argument(
	Stage *stage, const Instruction *instruction, char **history, GError **error)
{
	g_autoptr(GString) line = g_string_new("ARG");
	if (!declare(stage, instruction, line, error))
		return false;
	*history = g_string_free(g_steal_pointer(&line), FALSE);
	return true;
}

/* ENV ends an argument of the same name. */
static void forget_arguments(Stage *stage, const Instruction *instruction)
{
	bool legacy;
	g_autoptr(GArray) pairs = instruction_pairs(instruction, &legacy, NULL);
	for (guint i = 0; pairs != NULL && i < pairs->len; i++) {
		g_autofree char *name =
			stage_expand(stage, g_array_index(pairs, Pair, i).key, NULL);
		if (name != NULL && g_hash_table_contains(stage->args, name))
			g_hash_table_insert(stage->args, g_strdup(name), NULL);
	}
}

/* ENTRYPOINT drops the base's CMD, but not one of this stage. */
static void forget_command(Stage *stage, InstructionKind kind)
{
	if (kind == DF_CMD)
		stage->command_set = true;
	else if (kind == DF_ENTRYPOINT && !stage->command_set)
		json_object_del(stage_config(stage), "Cmd");
}

static bool check_signal(const Stage *stage, GError **error)
{
	const char *name = json_str(stage_config(stage), "StopSignal");
	return signal_number(name) > 0 ||
	       fail(error, BERTH_ERROR_INVALID, "invalid signal: %s", name);
}

static bool set_author(Stage *stage, const Instruction *instruction)
{
	json_object_set_new(stage->image, "author", json_lenient(instruction->text));
	return true;
}

/* A step that changes the configuration only. It is cached too, so that the same build has the same times and thus
 * the same id. */
static bool step_config(
	Stage *stage, const Instruction *instruction, Vertex *vertex, GError **error)
{
	Variables variables = stage_variables(stage);
	g_autofree char *history = NULL;
	if (instruction->kind == DF_ARG ? !step_argument(stage, instruction, &history, error)
					: !config_apply(stage_config(stage), instruction,
						  &variables, &history, error))
		return false;
	if (instruction->kind == DF_ENV)
		forget_arguments(stage, instruction);
	/* Only Windows needs it, but BuildKit sets it always. */
	if (instruction->kind == DF_CMD)
		json_object_set_new(stage_config(stage), "ArgsEscaped", json_true());
	if (instruction->kind == DF_MAINTAINER)
		set_author(stage, instruction);
	if (instruction->kind == DF_STOPSIGNAL && !check_signal(stage, error))
		return false;
	forget_command(stage, instruction->kind);
	const char *chain = stage_chain(stage);
	g_autofree char *key = cache_key(json_pack("[s, s?, O, o, o, I]", "config", chain,
		stage_config(stage), stage_env(stage, false), json_lenient(instruction->source),
		(json_int_t)stage->build->epoch));
	if (cache_apply(stage, key)) {
		vertex_cached(vertex);
	} else {
		cache_remember(stage, key, "", 0);
	}
	return history == NULL || stage_add_history(stage, history, false);
}

static bool (*const steps[DF_KINDS])(
	Stage *stage, const Instruction *instruction, Vertex *vertex, GError **error) = {
	[DF_ADD] = step_copy,
	[DF_COPY] = step_copy,
	[DF_RUN] = step_run_command,
	[DF_WORKDIR] = step_workdir,
};

bool stage_shows(const Instruction *instruction)
{
	return steps[instruction->kind] != NULL;
}

/* "linux/arm64 ", or "linux/amd64->arm64 " for a stage that cross-compiles, if there are several platforms. */
static char *title_platform(const Stage *stage)
{
	const Platform *target = &stage->lane->platform, *own = &stage->platform;
	if (stage->build->lanes->len == 1 || own->os == NULL)
		return g_strdup("");
	g_autofree char *text = platform_text(own), *other = platform_text(target);
	bool cross = strcmp(text, other) != 0;
	return g_strconcat(text, cross ? "->" : "", cross ? target->architecture : "",
		cross && *target->variant != '\0' ? "/" : "", cross ? target->variant : "", " ",
		NULL);
}

char *stage_title(const Stage *stage, int step, const char *source)
{
	const char *end = strchr(source, '\n');
	bool one = stage->lane->stages->len == 1;
	g_autofree char *platform = title_platform(stage);
	return g_strdup_printf("[%s%s%s%d/%d] %.*s", platform, one ? "" : stage->name,
		one ? "" : " ", step, stage->steps,
		end != NULL ? (int)(end - source) : (int)strlen(source), source);
}

/* The name of a step's result: classic clients are shown an id. */
static char *state_id(const Stage *stage)
{
	return cache_key(json_pack("[s?, O]", stage_chain(stage), stage->image));
}

static bool do_step(
	Stage *stage, const Instruction *instruction, int number, int *shown, GError **error)
{
	Build *build = stage->build;
	bool shows = stage_shows(instruction);
	g_autofree char *title =
		shows ? stage_title(stage, ++*shown, instruction->source) : g_strdup("");
	Vertex *vertex = vertex_new(build->progress, number, title, instruction->source);
	g_autoptr(GError) problem = NULL;
	vertex_speak_in(vertex, stage->beginning);
	vertex_start(vertex);
	bool ok = shows ? steps[instruction->kind](stage, instruction, vertex, &problem)
			: step_config(stage, instruction, vertex, &problem);
	if (ok && stage->layers->len > MAX_LAYERS)
		ok = fail(&problem, BERTH_ERROR_INVALID,
			"max depth exceeded: an image has %d layers at most", MAX_LAYERS);
	if (!ok) {
		vertex_fail(vertex, problem->message);
		build_fail(build, problem, instruction, stage->exit_code);
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	/* Shown to classic clients only. */
	bool alone = !build->request->events && stage->beginning == NULL;
	g_autofree char *id = alone ? state_id(stage) : NULL;
	vertex_done(vertex, id);
	return true;
}

static bool do_triggers(Stage *stage, int *shown, GError **error)
{
	bool ok = true;
	for (guint i = 0; ok && i < stage->triggers->len; i++)
		ok = do_step(stage, stage->triggers->pdata[i], 0, shown, error);
	if (stage->beginning == NULL)
		return ok;
	g_autofree char *id = ok ? state_id(stage) : NULL;
	if (ok)
		vertex_done(stage->beginning, id);
	else
		vertex_fail(stage->beginning, "");
	stage->beginning = NULL;
	return ok;
}

static bool do_steps(Stage *stage, GError **error)
{
	Build *build = stage->build;
	int number = stage->first_number, shown = 1;
	if (!do_triggers(stage, &shown, error))
		return false;
	for (guint i = 0; i < stage->instructions->len; i++)
		if (!build_going(build) ||
			!do_step(stage, stage->instructions->pdata[i], ++number, &shown, error))
			return fail(error, BERTH_ERROR_SYSTEM, "the build was cancelled");
	return true;
}

static gpointer run(gpointer data)
{
	Stage *stage = data;
	Build *build = stage->build;
	g_autoptr(GError) error = NULL;
	work_follow(&build->stopped);
	bool ok = begin(stage, &error);
	if (!ok)
		build_fail(build, error, stage->from, 0);
	ok = ok && do_steps(stage, &error);
	g_mutex_lock(&build->lock);
	stage->state = ok ? STAGE_DONE : STAGE_FAILED;
	g_cond_broadcast(&build->changed);
	g_mutex_unlock(&build->lock);
	return NULL;
}
