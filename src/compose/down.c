/* Stops and removes: containers, then what they used. */
#include "compose/hooks.h"
#include "compose/provider.h"
#include "compose/resources.h"

#include "base/error.h"

#include <string.h>

typedef struct {
	const Project *project;
	const json_t *containers;
	int timeout;
	bool volumes, stop;
	Teller *teller;
} Work;

static bool end_one(Work *work, Client *client, const json_t *container, GError **error)
{
	const char *name = container_name(container), *id = json_str(container, "Id");
	g_autofree char *query =
		work->timeout >= 0 ? g_strdup_printf("?t=%d", work->timeout) : g_strdup("");
	g_autoptr(GError) problem = NULL;
	json_t *answer;
	const json_t *service = json_object_get(
		project_services(work->project), container_label(container, "service"));
	tell(work->teller, "Container", name, work->stop ? "Stopping" : "Removing", "");
	/* Whatever becomes of them: what is to stop, stops. */
	if (work->stop && !work->teller->dry_run &&
		strcmp(json_str(container, "State"), "running") == 0)
		hooks_run(client, json_object_get(service, "pre_stop"), id, NULL);
	answer = work->teller->dry_run ? json_object()
		 : work->stop ? engine_call(client, &problem, "POST", NULL, "/containers/%s/stop%s",
					id, query)
			      : engine_call(client, &problem, "DELETE", NULL,
					"/containers/%s?force=1&v=%d", id, work->volumes);
	bool ok = answer != NULL || (problem != NULL && problem->code == BERTH_ERROR_NOT_FOUND);
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
	Work *work = data;
	g_autoptr(json_t) own = containers_of(work->containers, service);
	size_t i;
	json_t *container;
	json_array_foreach (own, i, container)
		if (!end_one(work, client, container, error))
			return false;
	return true;
}

/* A step for each service that the containers name, at once: without a model there is no order. */
static bool end_all(Work *work, Client *client, GError **error)
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

bool containers_stop(
	Client *client, const json_t *containers, int timeout, Teller *teller, GError **error)
{
	g_autoptr(Project) project = no_project();
	Work work = {project, containers, timeout, false, true, teller};
	return end_all(&work, client, error);
}

bool containers_remove(
	Client *client, const json_t *containers, bool volumes, Teller *teller, GError **error)
{
	g_autoptr(Project) project = no_project();
	Work work = {project, containers, -1, volumes, false, teller};
	return end_all(&work, client, error);
}

static bool remove_image(Client *client, const char *image, Teller *teller)
{
	g_autoptr(GError) problem = NULL;
	g_autofree char *escaped = client_escape(image);
	tell(teller, "Image", image, "Removing", "");
	g_autoptr(json_t) answer = teller->dry_run ? json_object()
						   : engine_call(client, &problem, "DELETE", NULL,
							     "/images/%s", escaped);
	/* Somebody else's container uses it, or it is gone already. */
	tell(teller, "Image", image,
		answer != NULL				 ? "Removed"
		: problem->code == BERTH_ERROR_NOT_FOUND ? "No such image"
							 : "Resource is still in use",
		"");
	return true;
}

/* all: every image of the services; local: those that were built without a name of their own. */
static void remove_images(const Project *project, Client *client, const char *which, Teller *teller)
{
	const char *name;
	json_t *service;
	json_object_foreach (project_services(project), name, service) {
		const char *image = json_str(service, "image");
		g_autofree char *own = service_image(project, name, service);
		if (strcmp(which, "all") == 0 || *image == '\0')
			remove_image(client, own, teller);
	}
}

/* Of the model's services, or orphans too. */
static json_t *concerned(
	const Project *project, const json_t *containers, const DownOptions *options)
{
	json_t *list = json_array(), *container;
	bool named = options->services != NULL && *options->services != NULL;
	size_t i;
	json_array_foreach (containers, i, container) {
		const char *service = container_label(container, "service");
		bool known = json_object_get(project_services(project), service) != NULL ||
			     json_object_get(project->inactive, service) != NULL;
		if (named ? g_strv_contains((const char *const *)options->services, service)
			  : known || options->orphans)
			json_array_append(list, container);
	}
	return list;
}

/* What is provided by programs goes the same way. */
static bool remove_provided(
	const Project *project, const DownOptions *options, Teller *teller, GError **error)
{
	bool named = options->services != NULL && *options->services != NULL;
	const char *name;
	json_t *service;
	json_object_foreach (project_services(project), name, service)
		if (json_object_get(service, "provider") != NULL &&
			(!named || g_strv_contains((const char *const *)options->services, name)) &&
			!provider_run(project, name, "down", teller, error))
			return false;
	return true;
}

static bool remove_one_offs(const Project *project, Client *client, const DownOptions *options,
	Teller *teller, GError **error)
{
	g_autoptr(json_t) one_offs = project_containers(client, project->name, true, true, error);
	g_autoptr(json_t) own = one_offs != NULL ? concerned(project, one_offs, options) : NULL;
	return own != NULL && containers_remove(client, own, options->volumes, teller, error);
}

bool compose_down(const Project *project, Client *client, const DownOptions *options,
	Teller *teller, GError **error)
{
	g_autoptr(json_t) all = project_containers(client, project->name, true, false, error);
	g_autoptr(json_t) own = all != NULL ? concerned(project, all, options) : NULL;
	if (own == NULL)
		return false;
	bool named = options->services != NULL && *options->services != NULL;
	Work stop = {project, own, options->timeout, false, true, teller},
	     remove = {project, own, -1, options->volumes, false, teller};
	if (!end_all(&stop, client, error) || !end_all(&remove, client, error) ||
		!remove_one_offs(project, client, options, teller, error) ||
		!remove_provided(project, options, teller, error))
		return false;
	if (*options->images != '\0')
		remove_images(project, client, options->images, teller);
	return named || resources_remove(project, client, options->volumes, teller, error);
}
