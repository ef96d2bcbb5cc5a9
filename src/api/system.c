/* /_ping, /version, /info (Engine API, tag System) */
#include "api/api.h"
#include "engine/engine.h"

/* The builder that clients should use: "features": {"buildkit": false} in daemon.json selects the classic one. */
static int builder_version(const Config *config)
{
	const json_t *wanted = json_at(config->file, "features.buildkit");
	return json_is_false(wanted) ? 1 : 2;
}

static bool ping(Request *request, GError **error)
{
	(void)error;
	g_autofree char *type = g_strdup_printf(
		"text/plain; charset=utf-8\r\nBuilder-Version: %d\r\nCache-Control: no-cache, "
		"no-store, must-revalidate\r\nPragma: no-cache\r\nSwarm: inactive",
		builder_version(request->engine->config));
	return reply_text(request, 200, type, "OK");
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
