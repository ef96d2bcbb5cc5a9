/* The results of a stage: image, layers, variables; and whether it has ended. */
#include "builder/internal.h"
#include "engine/image/images.h"

#include "base/thread.h"
#include "base/timefmt.h"

#include <string.h>

json_t *stage_config(const Stage *stage)
{
	return json_object_get(stage->image, "config");
}

const char *stage_chain(const Stage *stage)
{
	return stage->layers->len > 0
		       ? ((Layer *)stage->layers->pdata[stage->layers->len - 1])->chain_id
		       : NULL;
}

int stage_open(Stage *stage, GError **error)
{
	return layers_open(stage->build->engine, stage->layers, NULL, NULL, error);
}

const char *env_value(const json_t *env, const char *name)
{
	size_t i, length = strlen(name);
	json_t *value;
	json_array_foreach (env, i, value)
		if (strncmp(json_elem(env, i), name, length) == 0 &&
			json_elem(env, i)[length] == '=')
			return json_elem(env, i) + length + 1;
	return NULL;
}

/* Of an ENV and an ARG of the same name the later is in force: an ENV removes the argument (forget_arguments). */
static const char *variable(gpointer data, const char *name)
{
	Stage *stage = data;
	const char *value = g_hash_table_lookup(stage->args, name);
	return value != NULL ? value : env_value(json_object_get(stage_config(stage), "Env"), name);
}

const char *stage_value(Stage *stage, const char *name)
{
	return variable(stage, name);
}

Variables stage_variables(Stage *stage)
{
	return (Variables){.get = variable,
		.data = stage,
		.escape = stage->build->dockerfile->escape,
		.spent = &stage->build->expanded};
}

char *stage_expand(Stage *stage, const char *word, GError **error)
{
	Variables variables = stage_variables(stage);
	return word_expand(word, &variables, error);
}

/* Given in upper or lower case, it is set in both. */
static const char *proxy_value(const Build *build, const char *name)
{
	const char *key, *found = NULL;
	json_t *value;
	json_object_foreach ((json_t *)build->request->args, key, value)
		if (g_ascii_strcasecmp(key, name) == 0 && json_is_string(value))
			found = json_string_value(value);
	return found;
}

json_t *stage_env(Stage *stage, bool with_proxies)
{
	json_t *own = json_object_get(stage_config(stage), "Env");
	json_t *env = json_is_array(own) ? json_copy(own) : json_array();
	for (guint i = 0; i < stage->arg_order->len; i++) {
		const char *name = stage->arg_order->pdata[i],
			   *value = g_hash_table_lookup(stage->args, name);
		if (value != NULL)
			env_set(env, name, value);
	}
	for (int i = 0; with_proxies && build_proxies[i] != NULL; i++) {
		const char *value = proxy_value(stage->build, build_proxies[i]);
		if (value != NULL)
			env_set(env, build_proxies[i], value);
	}
	return env;
}

bool stage_add_history(Stage *stage, const char *created_by, bool layer)
{
	g_autofree char *created = build_time(stage->build, stage->created);
	json_t *line = json_pack("{s:s, s:o, s:s}", "created", created, "created_by",
		json_lenient(created_by), "comment", "buildkit.dockerfile.v0");
	if (!layer)
		json_object_set_new(line, "empty_layer", json_true());
	return json_array_append_new(json_object_get(stage->image, "history"), line) == 0;
}

void stage_start(Stage *stage)
{
	Build *build = stage->build;
	g_autoptr(GError) problem = NULL;
	g_mutex_lock(&build->lock);
	if (stage->thread == NULL && stage->state == STAGE_WAITING)
		stage->thread = thread_start("stage", stage->run, stage, &problem);
	if (problem != NULL) {
		stage->state = STAGE_FAILED;
		g_cond_broadcast(&build->changed);
	}
	g_mutex_unlock(&build->lock);
	if (problem != NULL)
		build_fail(build, problem, stage->from, 0);
}

bool stage_wait(Stage *stage, GError **error)
{
	Build *build = stage->build;
	stage_start(stage);
	g_mutex_lock(&build->lock);
	while (stage->state == STAGE_WAITING)
		g_cond_wait(&build->changed, &build->lock);
	bool ok = stage->state == STAGE_DONE;
	g_mutex_unlock(&build->lock);
	/* Its own error has been reported where it happened; clients show this one as CANCELED, as BuildKit's. */
	return ok || fail(error, BERTH_ERROR_SYSTEM, "context canceled");
}
