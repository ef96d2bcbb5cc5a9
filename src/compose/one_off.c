/* The one-off container that `run` creates. */
#include "compose/container.h"
#include "compose/files.h"
#include "compose/references.h"

#include "base/error.h"

char *compose_run(const Project *project, Client *client, const char *service_name,
	const json_t *service, const char *name, const char *slug, const char *image_id,
	bool aliases, GError **error)
{
	g_autoptr(json_t) containers =
		project_containers(client, project->name, true, false, error),
			  ids = json_object(), own = json_copy((json_t *)service);
	g_autofree char *hash = NULL;
	size_t i;
	json_t *container;
	if (containers == NULL)
		return NULL;
	json_array_foreach (containers, i, container)
		if (json_object_get(ids, container_label(container, "service")) == NULL)
			json_object_set_new(ids, container_label(container, "service"),
				json_string(json_str(container, "Id")));
	hash = service_hash_resolved(service, ids, error);
	if (hash == NULL)
		return NULL;
	json_object_del(own, "restart");
	ContainerRequest request = {.project = project,
		.service_name = service_name,
		.container_name = name,
		.hash = hash,
		.service = own,
		.image_id = image_id,
		.namespaces = ids,
		.slug = slug};
	g_autoptr(json_t) body = container_body(&request, error);
	if (body == NULL)
		return NULL;
	json_t *endpoints = json_at(body, "NetworkingConfig.EndpointsConfig"), *endpoint;
	const char *network;
	json_object_foreach (endpoints, network, endpoint)
		if (aliases)
			json_object_set_new(endpoint, "Aliases", json_pack("[s]", service_name));
	/* Detached or not: its input is open, and ends with the first client that is attached. */
	const char *const attached[] = {"AttachStdin", "StdinOnce"};
	for (size_t n = 0; n < G_N_ELEMENTS(attached); n++)
		json_object_set_new(body, attached[n], json_boolean(json_bool(own, "stdin_open")));
	if (json_bool(own, "x-remove"))
		json_object_set_new(json_object_get(body, "HostConfig"), "AutoRemove", json_true());
	g_autofree char *escaped = client_escape(name),
			*platform = client_escape(project_platform(project, own));
	g_autoptr(json_t) made =
		engine_call(client, error, "POST", body, "/containers/create?name=%s%s%s", escaped,
			*platform != '\0' ? "&platform=" : "", platform);
	return made != NULL && container_files(&request, client, json_str(made, "Id"), error)
		       ? g_strdup(json_str(made, "Id"))
		       : NULL;
}
