/* /volumes (Engine API, tag Volume) */
#include "api/api.h"
#include "engine/object/name.h"
#include "engine/volume/volume.h"

#include "base/error.h"

#include <string.h>

static bool list(Request *request, GError **error)
{
	g_autoptr(json_t) filters = request_filters(request, FILTER_VOLUMES, error);
	/* dockerd says so of filters that it cannot parse, not of unknown ones. */
	if (filters == NULL && strcmp((*error)->message, "invalid filter") == 0)
		g_prefix_error(error, "error reading volume filters: ");
	return filters != NULL && reply_json(request, 200, volume_list(request->engine, filters));
}

static bool create(Request *request, GError **error)
{
	g_autoptr(json_t) body = request_json(request, error);
	if (body == NULL)
		return false;
	if (json_is_object(json_object_get(body, "ClusterVolumeSpec")))
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"This node is not a swarm manager. Use \"docker swarm init\" or \"docker "
			"swarm "
			"join\" to connect this node to swarm and try again.");
	g_autofree char *generated = *json_str(body, "Name") == '\0' ? id_generate() : NULL;
	g_autoptr(json_t) marked = json_is_object(json_object_get(body, "Labels"))
					   ? json_copy(json_object_get(body, "Labels"))
					   : NULL;
	if (generated != NULL) {
		marked = marked != NULL ? marked : json_object();
		json_object_set_new(marked, "com.docker.volume.anonymous", json_string(""));
	}
	g_autoptr(VolumeRow) volume = volume_create(request->engine,
		generated != NULL ? generated : json_str(body, "Name"), json_str(body, "Driver"),
		marked, json_object_get(body, "DriverOpts"), error);
	return volume != NULL && reply_json(request, 201, volume_json(request->engine, volume));
}

static bool inspect(Request *request, GError **error)
{
	g_autoptr(VolumeRow) volume = volume_store_get(request->engine->store, request->name);
	if (volume == NULL)
		return fail(error, BERTH_ERROR_NOT_FOUND, "get %s: no such volume", request->name);
	return reply_json(request, 200, volume_json(request->engine, volume));
}

/* Only cluster volumes can be updated. */
static bool update(Request *request, GError **error)
{
	(void)request;
	return fail(error, BERTH_ERROR_UNAVAILABLE,
		"volume update only valid for cluster volumes, but swarm is unavailable");
}

static bool remove_(Request *request, GError **error)
{
	return volume_remove(
		       request->engine, request->name, request_flag(request, "force"), error) &&
	       reply_empty(request, 204);
}

static bool prune(Request *request, GError **error)
{
	g_autoptr(json_t) filters = request_filters(request, FILTER_VOLUMES_PRUNE, error);
	enum { ANONYMOUS_ONLY_SINCE = 42 };
	if (filters != NULL && request->version < ANONYMOUS_ONLY_SINCE)
		json_object_set_new(filters, "all", json_pack("[s]", "true"));
	return filters != NULL && reply_json(request, 200, volume_prune(request->engine, filters));
}

const Route volume_routes[] = {
	{"GET", "/volumes", list},
	{"POST", "/volumes/create", create},
	{"POST", "/volumes/prune", prune},
	{"PUT", "/volumes/{}", update},
	{"GET", "/volumes/{}", inspect},
	{"DELETE", "/volumes/{}", remove_},
	{0},
};
