/* /_ping, /version, /info (Engine API, tag System) */
#include "api/api.h"
#include "engine/engine.h"

static bool ping(Request *request, GError **error)
{
	(void)error;
	return reply_text(request, 200,
		"text/plain; charset=utf-8\r\nBuilder-Version: 2\r\nCache-Control: no-cache, "
		"no-store,"
		" must-revalidate\r\nPragma: no-cache\r\nSwarm: inactive",
		"OK");
}

static bool version(Request *request, GError **error)
{
	(void)error;
	return reply_json(request, 200, version_json(request->engine));
}

static bool info(Request *request, GError **error)
{
	(void)error;
	return reply_json(request, 200, info_json(request->engine));
}

static bool debug_state(Request *request, GError **error)
{
	(void)error;
	return reply_json(request, 200, engine_state(request->engine));
}

const Route system_routes[] = {
	{"GET", "/_ping", ping},
	{"HEAD", "/_ping", ping},
	{"GET", "/version", version},
	{"GET", "/info", info},
	{"GET", "/system/df", system_df},
	{"GET", "/debug/state", debug_state},
	{0},
};
