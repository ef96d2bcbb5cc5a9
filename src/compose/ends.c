/* Stopping and removing containers, a step for each service. */
#include "compose/ends.h"
#include "compose/hooks.h"

#include "base/error.h"

#include <string.h>

static bool end_one(ContainersEnd *work, Client *client, const json_t *container, GError **error)
{
	const char *name = container_name(container), *id = json_str(container, "Id");
	g_autofree char *query =
		work->timeout >= 0 ? g_strdup_printf("?t=%d", work->timeout) : g_strdup("");
	g_autoptr(GError) problem = NULL;
	json_t *answer;
	const json_t *service = json_object_get(
		project_services(work->project), container_label(container, "service"));
	tell(work->teller, "Container", name, work->stop ? "Stopping" : "Removing", "");
	/* If a hook fails the container is kept for inspection. */
	if (work->stop && !work->teller->dry_run &&
		strcmp(json_str(container, "State"), "running") == 0 &&
		!hooks_run(client, json_object_get(service, "pre_stop"), container, work->teller,
			error)) {
		tell(work->teller, "Container", name, "Error", "");
		return false;
	}
	answer = work->teller->dry_run ? json_object()
		 : work->stop ? engine_call(client, &problem, "POST", NULL, "/containers/%s/stop%s",
					id, query)
			      : engine_call(client, &problem, "DELETE", NULL,
					"/containers/%s?force=1&v=%d", id, work->volumes);
	bool ok =
		answer != NULL || (problem != NULL && is_answer_of(problem, BERTH_ERROR_NOT_FOUND));
	json_decref(answer);
	tell(work->teller, "Container", name,
		!ok	     ? "Error"
		: work->stop ? "Stopped"
			     : "Removed",
		ok ? "" : problem->message);
	if (!ok)
		g_propagate_error(error, g_steal_pointer(&problem));
	return ok;
}

static bool end_service(gpointer data, const char *service, Client *client, GError **error)
{
	ContainersEnd *work = data;
	g_autoptr(json_t) own = containers_of(work->containers, service);
	size_t i;
	json_t *container;
	json_array_foreach (own, i, container)
		if (!end_one(work, client, container, error))
			return false;
	return true;
}

bool containers_end(ContainersEnd *work, Client *client, GError **error)
{
	g_autoptr(json_t) names = json_object();
	size_t i;
	json_t *container;
	json_array_foreach (work->containers, i, container)
		json_object_set_new(names, container_label(container, "service"), json_true());
	return graph_run(work->project, names, true, client_host(client), end_service, work, error);
}

static Project *no_project(void)
{
	Project *project = g_new0(Project, 1);
	project->model = json_object();
	return project;
}

bool project_stop(const Project *project, Client *client, const json_t *containers, int timeout,
	Teller *teller, GError **error)
{
	ContainersEnd work = {project, containers, timeout, false, true, teller};
	return containers_end(&work, client, error);
}

bool containers_stop(
	Client *client, const json_t *containers, int timeout, Teller *teller, GError **error)
{
	g_autoptr(Project) project = no_project();
	ContainersEnd work = {project, containers, timeout, false, true, teller};
	return containers_end(&work, client, error);
}

bool containers_remove(
	Client *client, const json_t *containers, bool volumes, Teller *teller, GError **error)
{
	g_autoptr(Project) project = no_project();
	ContainersEnd work = {project, containers, -1, volumes, false, teller};
	return containers_end(&work, client, error);
}
