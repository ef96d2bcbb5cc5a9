/* /networks (Engine API, tag Network) */
#include "api/api.h"
#include "engine/network/endpoint.h"

#include "base/error.h"

#include <string.h>

static bool list(Request *request, GError **error)
{
	enum { MEMBERS_UNTIL = 27 };
	g_autoptr(json_t) filters = request_filters(request, FILTER_NETWORKS, error);
	return filters != NULL &&
	       reply_json(request, 200,
		       network_list(request->engine, filters, request->version <= MEMBERS_UNTIL));
}

static bool inspect(Request *request, GError **error)
{
	bool verbose; /* swarm tasks: none */
	const char *scope = request_param(request, "scope");
	if (!request_bool(request, "verbose", &verbose, error))
		return false;
	/* Docker searches networks of that scope only; all of ours are local. */
	if (*scope != '\0' && strcmp(scope, "local") != 0)
		return fail(error, BERTH_ERROR_NOT_FOUND, "network %s not found", request->name);
	json_t *json = network_inspect(request->engine, request->name, error);
	return json != NULL && reply_json(request, 200, json);
}

static bool create(Request *request, GError **error)
{
	g_autoptr(json_t) body = request_json(request, error);
	g_autofree char *id = body != NULL ? network_create(request->engine, body, error) : NULL;
	return id != NULL &&
	       reply_json(request, 201, json_pack("{s:s, s:s}", "Id", id, "Warning", ""));
}

static bool remove_(Request *request, GError **error)
{
	return network_remove(request->engine, request->name, error) && reply_empty(request, 204);
}

static bool connect_(Request *request, GError **error)
{
	g_autoptr(json_t) body = request_json(request, error);
	g_autoptr(Container) container =
		body != NULL ? container_find(request->engine, json_str(body, "Container"), error)
			     : NULL;
	return container != NULL &&
	       network_connect(
		       container, request->name, json_object_get(body, "EndpointConfig"), error) &&
	       reply_empty(request, 200);
}

static bool disconnect(Request *request, GError **error)
{
	g_autoptr(json_t) body = request_json(request, error);
	if (body == NULL)
		return false;
	const char *name = json_str(body, "Container");
	bool force = json_bool(body, "Force");
	g_autoptr(Container) container =
		container_find(request->engine, name, force ? NULL : error);
	if (container == NULL && force)
		return network_disconnect_lost(request->engine, request->name, name, error);
	return container != NULL && network_disconnect(container, request->name, error) &&
	       reply_empty(request, 200);
}

static bool prune(Request *request, GError **error)
{
	g_autoptr(json_t) filters = request_filters(request, FILTER_NETWORKS_PRUNE, error);
	return filters != NULL && reply_json(request, 200, network_prune(request->engine, filters));
}

const Route network_routes[] = {
	{"GET", "/networks", list},
	{"GET", "/networks/", list},
	{"POST", "/networks/create", create},
	{"POST", "/networks/prune", prune},
	{"POST", "/networks/{}/connect", connect_},
	{"POST", "/networks/{}/disconnect", disconnect},
	{"GET", "/networks/{}", inspect},
	{"DELETE", "/networks/{}", remove_},
	{0},
};
