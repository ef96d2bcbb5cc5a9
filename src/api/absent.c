/* Answers of an engine that is in no swarm and has no managed plugins (Engine API, tags Swarm, Node, Service, Task,
 * Secret, Config and Plugin): clients probe these endpoints, and take a 404 for a broken engine. */
#include "api/api.h"

#include "base/error.h"
#include "base/number.h"

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

/* The words of an update's version, which Docker reads before it asks the swarm. */
static const struct {
	const char *prefix, *what;
	bool says_why;
} versioned[] = {{"/swarm/", "swarm", true}, {"/nodes/", "node", true},
	{"/services/", "service", true}, {"/secrets/", "secret", false},
	{"/configs/", "config", false}};

static bool refuse_version(
	const Request *request, const char *text, const char *why, GError **error)
{
	size_t i = 0;
	while (!g_str_has_prefix(request->route->path, versioned[i].prefix))
		i++;
	if (!versioned[i].says_why)
		return fail(error, BERTH_ERROR_INVALID, "invalid %s version", versioned[i].what);
	g_autofree char *problem = number_problem("ParseUint", text, why);
	return fail(error, BERTH_ERROR_INVALID, "invalid %s version '%s': %s", versioned[i].what,
		text, problem);
}

static bool no_update(Request *request, GError **error)
{
	enum { DECIMAL = 10, BITS = 64 };
	const char *text = request_param(request, "version");
	guint64 version;
	const char *why = number_parse_unsigned(text, DECIMAL, BITS, &version);
	return why == NULL ? no_manager(request, error) : refuse_version(request, text, why, error);
}

const Route absent_routes[] = {
	{"GET", "/swarm", no_manager},
	{"GET", "/swarm/unlockkey", no_manager},
	{"POST", "/swarm/init", no_swarm_mode, .reads = true},
	{"POST", "/swarm/join", no_swarm_mode, .reads = true},
	{"POST", "/swarm/leave", no_member},
	{"POST", "/swarm/update", no_update, .reads = true},
	{"POST", "/swarm/unlock", no_manager, .reads = true},
	{"GET", "/nodes", no_manager},
	{"GET", "/nodes/{}", no_manager},
	{"DELETE", "/nodes/{}", no_manager},
	{"POST", "/nodes/{}/update", no_update, .reads = true},
	{"GET", "/services", no_manager},
	{"POST", "/services/create", no_manager, .reads = true},
	{"GET", "/services/{}", no_manager},
	{"DELETE", "/services/{}", no_manager},
	{"POST", "/services/{}/update", no_update, .reads = true},
	{"GET", "/services/{}/logs", no_manager},
	{"GET", "/tasks", no_manager},
	{"GET", "/tasks/{}/logs", no_manager},
	{"GET", "/tasks/{}", no_manager},
	{"GET", "/secrets", no_manager},
	{"POST", "/secrets/create", no_manager, .reads = true},
	{"GET", "/secrets/{}", no_manager},
	{"DELETE", "/secrets/{}", no_manager},
	{"POST", "/secrets/{}/update", no_update, .reads = true},
	{"GET", "/configs", no_manager},
	{"POST", "/configs/create", no_manager, .reads = true},
	{"GET", "/configs/{}", no_manager},
	{"DELETE", "/configs/{}", no_manager},
	{"POST", "/configs/{}/update", no_update, .reads = true},
	{"GET", "/plugins", empty_list},
	{"GET", "/plugins/privileges", no_plugins},
	{"POST", "/plugins/pull", no_plugins, .reads = true},
	{"POST", "/plugins/create", no_plugins},
	{"GET", "/plugins/{}/json", no_plugin},
	{"DELETE", "/plugins/{}", no_plugin},
	{"POST", "/plugins/{}/enable", no_plugin},
	{"POST", "/plugins/{}/disable", no_plugin},
	{"POST", "/plugins/{}/upgrade", no_plugin, .reads = true},
	{"POST", "/plugins/{}/push", no_plugin},
	{"POST", "/plugins/{}/set", no_plugin, .reads = true},
	{NULL, NULL, NULL},
};
