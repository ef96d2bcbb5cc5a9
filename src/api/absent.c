/* Answers of an engine that is in no swarm and has no managed plugins (Engine API, tags Swarm, Node, Service, Task,
 * Secret, Config and Plugin): clients probe these endpoints, and take a 404 for a broken engine. */
#include "api/api.h"

#include "base/error.h"

static bool no_manager(Request *request, GError **error)
{
	(void)request;
	return fail(error, BERTH_ERROR_UNAVAILABLE,
		"This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm "
		"join\" to connect this node to swarm and try again.");
}

static bool no_member(Request *request, GError **error)
{
	(void)request;
	return fail(error, BERTH_ERROR_UNAVAILABLE, "This node is not part of a swarm");
}

static bool no_swarm_mode(Request *request, GError **error)
{
	(void)request;
	return fail(error, BERTH_ERROR_NOT_IMPLEMENTED,
		"swarm mode is not supported; 'berth compose' runs the services of a project on "
		"this host");
}

static bool empty_list(Request *request, GError **error)
{
	(void)error;
	return reply_json(request, 200, json_array());
}

static bool no_plugin(Request *request, GError **error)
{
	return fail(error, BERTH_ERROR_NOT_FOUND, "plugin \"%s\" not found", request->name);
}

static bool no_plugins(Request *request, GError **error)
{
	(void)request;
	return fail(error, BERTH_ERROR_NOT_IMPLEMENTED,
		"managed plugins are not supported: volume, network and log drivers are built in");
}

/* A body is looked at first, as Docker does it: who sends what cannot be read hears of that. */
static bool body_is_read(Request *request, GError **error)
{
	g_autoptr(json_t) body = request_json(request, error);
	return body != NULL;
}

static bool read_no_manager(Request *request, GError **error)
{
	return body_is_read(request, error) && no_manager(request, error);
}

static bool read_no_swarm_mode(Request *request, GError **error)
{
	return body_is_read(request, error) && no_swarm_mode(request, error);
}

static bool read_no_plugin(Request *request, GError **error)
{
	return body_is_read(request, error) && no_plugin(request, error);
}

static bool read_no_plugins(Request *request, GError **error)
{
	return body_is_read(request, error) && no_plugins(request, error);
}

const Route absent_routes[] = {
	{"GET", "/swarm", no_manager},
	{"GET", "/swarm/unlockkey", no_manager},
	{"POST", "/swarm/init", read_no_swarm_mode},
	{"POST", "/swarm/join", read_no_swarm_mode},
	{"POST", "/swarm/leave", no_member},
	{"POST", "/swarm/update", read_no_manager},
	{"POST", "/swarm/unlock", read_no_manager},
	{"GET", "/nodes", no_manager},
	{"GET", "/nodes/{}", no_manager},
	{"DELETE", "/nodes/{}", no_manager},
	{"POST", "/nodes/{}/update", read_no_manager},
	{"GET", "/services", no_manager},
	{"POST", "/services/create", read_no_manager},
	{"GET", "/services/{}", no_manager},
	{"DELETE", "/services/{}", no_manager},
	{"POST", "/services/{}/update", read_no_manager},
	{"GET", "/services/{}/logs", no_manager},
	{"GET", "/tasks", no_manager},
	{"GET", "/tasks/{}/logs", no_manager},
	{"GET", "/tasks/{}", no_manager},
	{"GET", "/secrets", no_manager},
	{"POST", "/secrets/create", read_no_manager},
	{"GET", "/secrets/{}", no_manager},
	{"DELETE", "/secrets/{}", no_manager},
	{"POST", "/secrets/{}/update", read_no_manager},
	{"GET", "/configs", no_manager},
	{"POST", "/configs/create", read_no_manager},
	{"GET", "/configs/{}", no_manager},
	{"DELETE", "/configs/{}", no_manager},
	{"POST", "/configs/{}/update", read_no_manager},
	{"GET", "/plugins", empty_list},
	{"GET", "/plugins/privileges", no_plugins},
	{"POST", "/plugins/pull", read_no_plugins},
	{"POST", "/plugins/create", no_plugins},
	{"GET", "/plugins/{}/json", no_plugin},
	{"DELETE", "/plugins/{}", no_plugin},
	{"POST", "/plugins/{}/enable", no_plugin},
	{"POST", "/plugins/{}/disable", no_plugin},
	{"POST", "/plugins/{}/upgrade", read_no_plugin},
	{"POST", "/plugins/{}/push", no_plugin},
	{"POST", "/plugins/{}/set", read_no_plugin},
	{NULL, NULL, NULL},
};
