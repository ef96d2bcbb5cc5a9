/* /events (Engine API, SystemEvents) */
#include "api/accept.h"
#include "api/client_start.h"
#include "api/form.h"
#include "engine/object/event.h"

#include "base/error.h"
#include "base/timefmt.h"

#include <string.h>

/* How the JSON objects of a stream are framed. */
typedef struct {
	const char *type;
	int since;	    /* minimum API version; 0: any */
	const char *before; /* before each object */
} Framing;

/* In the order of preference among types of equal weight. */
static const Framing framings[] = {
	{"application/jsonl", 53, ""}, {"application/x-ndjson", 52, ""},
	{"application/json-seq", 52, "\x1e"}, /* RFC 7464 */
};
static const Framing plain = {"application/json", 0, ""};

typedef struct {
	Request *request;
	const Filters *filters;
	const Framing *framing;
} Follow;

static const Framing *framing_of(const Request *request)
{
	const Framing *best = &plain;
	AcceptRank rank = {0};
	for (size_t i = 0; i < G_N_ELEMENTS(framings); i++)
		if (request->version >= framings[i].since &&
			accept_ranks(request->head, framings[i].type, &rank))
			best = &framings[i];
	return best;
}

/* Actions such as "exec_start: ls" match by the part before the colon. */
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

/* "busybox:latest" or "host:5000/busybox" without the tag. */
static char *untagged(const char *name)
{
	const char *slash = strrchr(name, '/'), *colon = strrchr(name, ':');
	return colon != NULL && (slash == NULL || colon > slash)
		       ? g_strndup(name, (gsize)(colon - name))
		       : g_strdup(name);
}

/* Events of the image, and those of containers made from it: by id, name, or name without a tag. */
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

/* The "create" event of images exists since API 1.46. */
static bool is_visible(const Request *request, const Event *event)
{
	enum { IMAGE_CREATE_SINCE = 46 };
	return request->version >= IMAGE_CREATE_SINCE || strcmp(event->type, "image") != 0 ||
	       strcmp(event->action, "create") != 0;
}

static bool send_event(const Follow *follow, const Event *event)
{
	Request *request = follow->request;
	g_autoptr(json_t) json = event_json(event);
	answer_form(request->route, request->version, json);
	g_autofree char *text = json_text(json),
			*line = g_strconcat(follow->framing->before, text, "\n", NULL);
	return reply_write(request, line, strlen(line));
}

static bool each(const Event *event, gpointer data)
{
	Follow *follow = data;
	const Filters *filters = follow->filters;
	if (!is_visible(follow->request, event) || !filters_match(filters, "type", event->type) ||
		!action_matches(filters, event->action) ||
		!id_or_name(filters, "container", "container", event) ||
		!of_image(filters, event) || !id_or_name(filters, "volume", "volume", event) ||
		!id_or_name(filters, "network", "network", event) ||
		!filters_match_labels(filters, event->attributes))
		return true;
	return send_event(follow, event);
}

/* The time of the first event to send. A request for past events only (until is in the past) gets all of them. A
 * client that has just been started to follow what a program beside it does (devcontainers' `docker events` beside
 * `docker run`) gets the events since its own start: containers start before its request arrives. */
static gint64 first_time(const Request *request, gint64 since, gint64 until)
{
	if (since != 0)
		return since;
	return until > 0 && until <= time_now() ? 1 : client_young_since(request->fd);
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
	bool from_said = *request_param(request, "since") != '\0',
	     to_said = *request_param(request, "until") != '\0';
	if (from_said && to_said && from > to)
		return fail(error, BERTH_ERROR_INVALID,
			"`since` time (%s) cannot be after `until` time (%s)",
			request_param(request, "since"), request_param(request, "until"));
	/* 0 means absent; times at the epoch or before it are in the past. */
	from = from_said ? MAX(from, 1) : 0;
	to = to_said ? MAX(to, 1) : 0;
	Follow follow = {request, filters, framing_of(request)};
	if (!reply_begin(request, 200, follow.framing->type))
		return false;
	event_follow(first_time(request, from, to), to, request->fd, each, &follow);
	return true;
}

const Route event_routes[] = {
	{"GET", "/events", events},
	{0},
};
