/* `down`: stops and removes containers, then networks and volumes. */
#include "compose/ends.h"
#include "compose/provider.h"
#include "compose/resources.h"

#include "base/error.h"

#include <string.h>

static bool remove_image(Client *client, const char *image, Teller *teller)
{
	g_autoptr(GError) problem = NULL;
	g_autofree char *escaped = client_escape(image);
	tell(teller, "Image", image, "Removing", "");
	g_autoptr(json_t) answer = teller->dry_run ? json_object()
						   : engine_call(client, &problem, "DELETE", NULL,
							     "/images/%s", escaped);
	/* Another container uses it, or it does not exist any more. */
	tell(teller, "Image", image,
		answer != NULL				       ? "Removed"
		: is_answer_of(problem, BERTH_ERROR_NOT_FOUND) ? "No such image"
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

/* Containers of the model's services, and orphans if requested. */
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

/* Services with providers are stopped by them. */
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
	if (json_array_size(own) == 0 && json_object_size(project_services(project)) == 0)
		compose_warn(
			"Warning: No resource found to remove for project \"%s\".", project->name);
	ContainersEnd stop = {project, own, options->timeout, false, true, teller},
		      remove = {project, own, -1, options->volumes, false, teller};
	if (!containers_end(&stop, client, error) || !containers_end(&remove, client, error) ||
		!remove_one_offs(project, client, options, teller, error) ||
		!remove_provided(project, options, teller, error))
		return false;
	if (*options->images != '\0')
		remove_images(project, client, options->images, teller);
	return named || resources_remove(project, client, options->volumes, teller, error);
}
