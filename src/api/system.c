/* /_ping, /version, /info, /events (Engine API v1.51, tag System) */
#include "api/api.h"
#include "engine/engine.h"
#include "engine/object/event.h"

#include "base/error.h"
#include "base/timefmt.h"

#include <string.h>

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
	enum { HAS_FIREWALL = 49, HAS_DEVICES = 50, WITHOUT_BRIDGE_NF = 50 };
	enum { WITHOUT_KERNEL_MEMORY = 42 };
	(void)error;
	json_t *info = info_json(request->engine);
	if (request->version < HAS_FIREWALL)
		json_object_del(info, "FirewallBackend");
	if (request->version < HAS_DEVICES)
		json_object_del(info, "DiscoveredDevices");
	if (request->version < WITHOUT_BRIDGE_NF) {
		json_object_set_new(info, "BridgeNfIptables", json_false());
		json_object_set_new(info, "BridgeNfIp6tables", json_false());
	}
	if (request->version < WITHOUT_KERNEL_MEMORY)
		json_object_set_new(info, "KernelMemory", json_false());
	return reply_json(request, 200, info);
}

typedef struct {
	Request *request;
	const Filters *filters;
} Follow;

/* Actions such as "exec_start: ls" match by what is before the colon. */
static bool action_matches(const Filters *filters, const char *action)
{
	g_autofree char *word = g_strndup(action, strcspn(action, ":"));
	return filters_match(filters, "event", action) || filters_match(filters, "event", word);
}

static bool id_or_name(
	const Filters *filters, const char *key, const char *type, const Event *event)
{
	return !filters_have(filters, key) ||
	       (strcmp(event->type, type) == 0 &&
		       (filters_match_prefix(filters, key, event->id) ||
			       filters_match(filters, key, json_str(event->attributes, "name"))));
}

/* "busybox:latest" or "host:5000/busybox" without what is behind the name. */
static char *untagged(const char *name)
{
	const char *slash = strrchr(name, '/'), *colon = strrchr(name, ':');
	return colon != NULL && (slash == NULL || colon > slash)
		       ? g_strndup(name, (gsize)(colon - name))
		       : g_strdup(name);
}

/* Events of the image, and those of containers that were made of it, by id, name, or name without a tag. */
static bool of_image(const Filters *filters, const Event *event)
{
	bool image = strcmp(event->type, "image") == 0;
	const char *name = json_str(event->attributes, image ? "name" : "image");
	g_autofree char *bare_id = untagged(event->id), *bare_name = untagged(name);
	return filters_match(filters, "image", event->id) ||
	       filters_match(filters, "image", name) || filters_match(filters, "image", bare_id) ||
	       filters_match(filters, "image", bare_name) ||
	       (image && filters_match_prefix(filters, "image", event->id));
}

static bool each(const Event *event, gpointer data)
{
	Follow *follow = data;
	const Filters *filters = follow->filters;
	if (!filters_match(filters, "type", event->type) ||
		!action_matches(filters, event->action) ||
		!id_or_name(filters, "container", "container", event) ||
		!of_image(filters, event) || !id_or_name(filters, "volume", "volume", event) ||
		!id_or_name(filters, "network", "network", event) ||
		!filters_match_labels(filters, event->attributes))
		return true;
	g_autofree char *text = NULL;
	json_t *json = event_json(event);
	text = json_text(json);
	json_decref(json);
	g_autofree char *line = g_strconcat(text, "\n", NULL);
	return reply_write(follow->request, line, strlen(line));
}

static bool events(Request *request, GError **error)
{
	gint64 from = 0, to = 0;
	g_autoptr(json_t) filters = request_filters(request, FILTER_EVENTS, error);
	if (filters == NULL)
		return false;
	if (!request_time(request, "since", &from, error) ||
		!request_time(request, "until", &to, error))
		return false;
	if (from != 0 && to != 0 && from > to)
		return fail(error, BERTH_ERROR_INVALID,
			"`since` time (%s) cannot be after `until` time (%s)",
			request_param(request, "since"), request_param(request, "until"));
	Follow follow = {request, filters};
	if (!reply_begin(request, 200, "application/json"))
		return false;
	/* A log of the past alone, where until lies behind us. */
	event_follow(
		from == 0 && to > 0 && to <= time_now() ? 1 : from, to, request->fd, each, &follow);
	return true;
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
	{"GET", "/events", events},
	{"GET", "/system/df", system_df},
	{"GET", "/debug/state", debug_state},
	{0},
};
