/* Execs: registered, found, counted. */
#include "engine/object/exec.h"

#include "base/error.h"

Exec *exec_ref(Exec *exec)
{
	g_atomic_ref_count_inc(&exec->references);
	return exec;
}

void exec_unref(Exec *exec)
{
	if (!g_atomic_ref_count_dec(&exec->references))
		return;
	g_free(exec->id);
	g_free(exec->container_id);
	g_strfreev(exec->argv);
	g_strfreev(exec->env);
	g_free(exec->user);
	g_free(exec->workdir);
	g_free(exec->detach_keys);
	g_free(exec->error);
	notify_clear(&exec->changed);
	g_free(exec);
}

Exec *exec_find(Engine *engine, const char *id, GError **error)
{
	g_mutex_lock(&engine->lock);
	Exec *exec = g_hash_table_lookup(engine->execs, id);
	if (exec != NULL)
		exec_ref(exec);
	g_mutex_unlock(&engine->lock);
	if (exec == NULL)
		fail(error, BERTH_ERROR_NOT_FOUND, "No such exec instance: %s", id);
	return exec;
}

ExecState exec_state(Engine *engine, const Exec *exec)
{
	g_mutex_lock(&engine->lock);
	ExecState state = {
		exec->started, exec->running, exec->error != NULL, exec->pid, exec->exit_code};
	g_mutex_unlock(&engine->lock);
	return state;
}
