/* `down`: stops and removes containers, then networks and volumes. */
#include "compose/ends.h"
#include "compose/provider.h"
#include "compose/resources.h"

#include "base/error.h"
#include "base/reference.h"

#include <string.h>

static void remove_image(Client *client, const char *image, Teller *teller)
{
	g_autoptr(GError) problem = NULL;
	g_autofree char *escaped = client_escape(image);
	tell(teller, "Image", image, "Removing", "");
	g_autoptr(json_t) answer = teller->dry_run ? json_object()
						   : engine_call(client, &problem, "DELETE", NULL,
							     "/images/%s", escaped);
	/* Another container uses it, or it does not exist any more. */
	tell(teller, "Image", image,
		answer != NULL ? "Removed"
		: is_answer_of(problem, BERTH_ERROR_NOT_FOUND)
			? "Warning: No resource found to remove"
			: "Resource is still in use",
		"");
}

/* all: every image of the services, each once; local: those that were built without a name of their own. */
static void remove_images(const Project *project, Client *client, const char *which, Teller *teller)
{
	g_autoptr(json_t) images = json_object();
	const char *name;
	json_t *service, *value;
	json_object_foreach (project_services(project), name, service) {
		g_autofree char *own = service_image(project, name, service);
		g_autoptr(Reference) reference = reference_parse(own, NULL);
		if ((strcmp(which, "all") == 0 || *json_str(service, "image") == '\0') &&
			reference != NULL) {
			g_autofree char *familiar = reference_familiar(reference);
			json_object_set_new(images, familiar, json_true());
		}
	}
	json_object_foreach (images, name, value)
		remove_image(client, name, teller);
}

/* Containers of the services that are enabled or named, and orphans if requested. */
static json_t *concerned(
	const Project *project, const json_t *containers, const DownOptions *options)
{
	json_t *list = json_array(), *container;
	bool named = options->services != NULL && *options->services != NULL;
	size_t i;
	json_array_foreach (containers, i, container) {
		const char *service = container_label(container, "service");
		bool known = json_object_get(project_services(project), service) != NULL,
		     orphan = !known && json_object_get(project->inactive, service) == NULL;
		if (named ? g_strv_contains((const char *const *)options->services, service)
			  : known || (orphan && options->orphans))
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

/* Containers of `run` are orphans; what a hook has left belongs to its service. */
static bool remove_one_offs(const Project *project, Client *client, const DownOptions *options,
	Teller *teller, GError **error)
{
	g_autoptr(json_t) one_offs = project_containers(client, project->name, true, true, error);
	g_autoptr(json_t) own = one_offs != NULL ? concerned(project, one_offs, options) : NULL,
			  gone = json_array();
	size_t i;
	json_t *container;
	json_array_foreach (own, i, container)
		if (options->orphans || *container_label(container, "hook") != '\0')
			json_array_append(gone, container);
	return own != NULL && containers_remove(client, gone, options->volumes, teller, error);
}

bool compose_down(const Project *project, Client *client, const DownOptions *options,
	Teller *teller, GError **error)
{
	g_autoptr(json_t) all = project_containers(client, project->name, true, false, error);
	g_autoptr(json_t) own = all != NULL ? concerned(project, all, options) : NULL;
	if (own == NULL)
		return false;
	g_autoptr(json_t) names = graph_names(
		project, *project->files != NULL ? options->services : NULL, true, error);
	if (names == NULL)
		return false;
	if (json_array_size(all) == 0 && *options->images == '\0' &&
		!resources_known(project, names, options))
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
	return resources_remove(project, client, names, options, teller, error);
}
