/* Registry operations (Engine API: ImageCreate by name, ImagePush, ImageSearch, SystemAuth, DistributionInspect). */
#include "api/api.h"
#include "engine/image/images.h"
#include "engine/transfer/pull_push.h"

#include "base/error.h"
#include "base/work.h"

#include <string.h>

enum { PLATFORM_OF_PULL_SINCE = 32, PLATFORM_OF_PUSH_SINCE = 46 };

static const char *auth_of(const Request *request)
{
	return http_header(request->head, "X-Registry-Auth");
}

static bool finish(Request *request, bool ok, GError *problem, GError **error)
{
	if (ok)
		return request->answered || reply_begin(request, 200, "application/json");
	if (request->answered)
		return reply_late_error(request, problem);
	g_propagate_error(error, g_error_copy(problem));
	return false;
}

/* "name", "name:tag" and tag form one reference; without any tag, all tags are meant. */
bool registries_pull(Request *request, GError **error)
{
	const char *from = request_param(request, "fromImage"),
		   *tag = request_param(request, "tag"), *slash = strrchr(from, '/');
	/* A digest is checked with the rest. */
	g_autofree char *checked = NULL;
	if (*tag != '\0' && strchr(tag, ':') == NULL && !image_target(from, tag, &checked, error))
		return false;
	bool named = strchr(from, '@') != NULL || strchr(slash != NULL ? slash : from, ':') != NULL;
	const char *separator = *tag == '\0' ? "" : strchr(tag, ':') != NULL ? "@" : ":";
	g_autofree char *reference = g_strconcat(from, separator, tag, NULL);
	g_autoptr(GError) problem = NULL;
	PullRequest pull = {.reference = reference,
		.platform = request_param_since(request, "platform", PLATFORM_OF_PULL_SINCE),
		.auth = auth_of(request),
		.all_tags = *tag == '\0' && !named};
	bool ok = image_pull(request->engine, &pull, reply_say, request, request->fd, &problem);
	return finish(request, ok, problem, error);
}

/* What is to be pushed of one platform is looked for before the stream begins. */
static bool push_platform_there(
	Request *request, const char *tag, const char *platform, GError **error)
{
	if (*platform == '\0')
		return true;
	g_autofree char *named =
		*tag != '\0' ? g_strconcat(request->name, ":", tag, NULL) : g_strdup(request->name);
	g_autofree char *id = image_find_on(request->engine, named, platform, error);
	return id != NULL;
}

static bool push(Request *request, GError **error)
{
	g_autoptr(GError) problem = NULL;
	const char *tag = request_param(request, "tag"),
		   *platform = request_param_since(request, "platform", PLATFORM_OF_PUSH_SINCE);
	g_autofree char *tagged = NULL;
	if (!image_target(request->name, tag, &tagged, error) ||
		!platform_json_check(platform, error) ||
		!push_platform_there(request, tag, platform, error))
		return false;
	PushRequest wanted = {.name = request->name,
		.tag = *tag != '\0' ? tag : NULL,
		.auth = auth_of(request),
		.platform = platform};
	bool ok = image_push(request->engine, &wanted, reply_say, request, request->fd, &problem);
	return finish(request, ok, problem, error);
}

static bool search(Request *request, GError **error)
{
	enum { DEFAULT_LIMIT = 25 };
	g_autoptr(json_t) filters = request_filters(request, FILTER_IMAGES_SEARCH, error);
	if (filters == NULL)
		return false;
	int limit;
	g_autoptr(GError) problem = NULL;
	if (!request_whole(request, "limit", DEFAULT_LIMIT, &limit, &problem))
		return fail(error, BERTH_ERROR_INVALID, "invalid limit specified: %s",
			problem->message);
	if (*request_param(request, "term") == '\0')
		return fail(error, BERTH_ERROR_INVALID, "no term to search for: term=");
	work_follow_peer(request->fd);
	json_t *found = image_search(request->engine, request_param(request, "term"), limit,
		filters, auth_of(request), error);
	work_follow_peer(-1);
	return found != NULL && reply_json(request, 200, found);
}

static bool auth(Request *request, GError **error)
{
	static const char framed[] = "invalid JSON: ",
			  empty[] = "got EOF while reading request body";
	g_autoptr(GError) problem = NULL;
	g_autoptr(json_t) body = request_json(request, &problem);
	/* dockerd parses this body itself, with errors of its own. */
	if (body == NULL && g_str_has_prefix(problem->message, framed)) {
		const char *why = problem->message + strlen(framed);
		return fail(error, BERTH_ERROR_SYSTEM, "%s", strcmp(why, empty) == 0 ? "EOF" : why);
	}
	if (body == NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	work_follow_peer(request->fd);
	bool right = registry_check(request->engine, body, error);
	work_follow_peer(-1);
	return right &&
	       reply_json(request, 200,
		       json_pack("{s:s, s:s}", "Status", "Login Succeeded", "IdentityToken", ""));
}

static bool distribution(Request *request, GError **error)
{
	work_follow_peer(request->fd);
	json_t *found = image_distribution(request->engine, request->name, auth_of(request), error);
	work_follow_peer(-1);
	/* An extension for berth's `manifest inspect`. */
	if (found != NULL && !request_flag(request, "manifest"))
		json_object_del(found, "Manifest");
	if (found != NULL && !request_flag(request, "manifest"))
		json_object_del(found, "Raw");
	return found != NULL && reply_json(request, 200, found);
}

/* An extension, for berth's `manifest push`: {"mediaType", "manifest": text, "sources": [{"ref", "digest"}]}. */
static bool put_index(Request *request, GError **error)
{
	enum { MAX_INDEX = 4 << 20 };
	size_t length;
	g_autofree char *text = http_body_read_all(request->body, MAX_INDEX, &length, error);
	g_autoptr(json_t) body = text != NULL ? json_parse(text, length, error) : NULL;
	if (body == NULL)
		return false;
	IndexPut put = {.reference = request->name,
		.media_type = json_str(body, "mediaType"),
		.text = json_str(body, "manifest"),
		.auth = auth_of(request),
		.sources = json_object_get(body, "sources")};
	work_follow_peer(request->fd);
	g_autofree char *digest = image_put_index(request->engine, &put, error);
	work_follow_peer(-1);
	return digest != NULL && reply_json(request, 201, json_pack("{s:s}", "Digest", digest));
}

const Route registry_routes[] = {
	{"POST", "/images/{}/push", push},
	{"GET", "/images/search", search},
	{"POST", "/auth", auth},
	{"GET", "/distribution/{}/json", distribution},
	{"PUT", "/distribution/{}/json", put_index},
	{0},
};
