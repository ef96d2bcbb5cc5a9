/* /images (Engine API v1.51, tag Image) */
#include "engine/image/images.h"
#include "api/api.h"

#include "base/error.h"

#include <string.h>

/* What is asked for apart, and what older clients expect. */
static void complete(Request *request, json_t *images)
{
	enum { WITHOUT_VIRTUAL_SIZE = 44 };
	size_t i;
	json_t *image;
	json_array_foreach (images, i, image) {
		if (request_flag(request, "shared-size"))
			json_object_set_new(image, "SharedSize",
				json_integer(image_store_shared_size(
					request->engine->store, json_str(image, "Id"))));
		if (request->version < WITHOUT_VIRTUAL_SIZE)
			json_object_set(image, "VirtualSize", json_object_get(image, "Size"));
	}
}

static bool list(Request *request, GError **error)
{
	g_autoptr(json_t) filters = request_filters(request, FILTER_IMAGES, error);
	json_t *images = filters != NULL ? image_list(request->engine, filters,
						   request_flag(request, "all"),
						   request_flag(request, "manifests"), error)
					 : NULL;
	if (images == NULL)
		return false;
	complete(request, images);
	return reply_json(request, 200, images);
}

static const char *platform_of(const Request *request)
{
	return request_param(request, "platform");
}

static bool inspect(Request *request, GError **error)
{
	enum { WITHOUT_CONTAINER_CONFIG = 45 };
	const char *platform = platform_of(request);
	if (*platform != '\0' && request_flag(request, "manifests"))
		return fail(error, BERTH_ERROR_INVALID,
			"conflicting options: manifests and platform options cannot both be set");
	json_t *json = platform_json_check(platform, error)
			       ? image_inspect(request->engine, request->name, platform, error)
			       : NULL;
	if (json != NULL && request_flag(request, "manifests")) {
		g_autofree char *index = image_index_named(request->engine, request->name);
		if (index != NULL)
			json_object_set_new(json, "Manifests",
				image_index_manifests(request->engine, index));
	}
	/* Of the container that the classic builder had made it from. docker-compose 1.x asks for the newest
	 * version there is, and breaks off without it all the same. */
	if (json != NULL && (request->version < WITHOUT_CONTAINER_CONFIG ||
				    g_str_has_prefix(http_header(request->head, "User-Agent"),
					    "docker-compose/1."))) {
		json_object_set_new(json, "Container", json_string(""));
		json_object_set(json, "ContainerConfig", json_object_get(json, "Config"));
		json_object_set(json, "VirtualSize", json_object_get(json, "Size"));
	}
	return json != NULL && reply_json(request, 200, json);
}

static bool history(Request *request, GError **error)
{
	json_t *json = platform_json_check(platform_of(request), error)
			       ? image_history(request->engine, request->name,
					 platform_of(request), error)
			       : NULL;
	return json != NULL && reply_json(request, 200, json);
}

static bool tag(Request *request, GError **error)
{
	return image_tag(request->engine, request->name, request_param(request, "repo"),
		       request_param(request, "tag"), error) &&
	       reply_empty(request, 201);
}

static bool remove_(Request *request, GError **error)
{
	bool force = request_flag(request, "force");
	for (int i = 0; request->repeated[i] != NULL; i++)
		if (!platform_json_check(request->repeated[i], error))
			return false;
	json_t *json = request->repeated[0] != NULL
			       ? image_remove_platforms(request->engine, request->name,
					 request->repeated, force, error)
			       : image_remove(request->engine, request->name, force,
					 !request_flag(request, "noprune"), error);
	return json != NULL && reply_json(request, 200, json);
}

static bool prune(Request *request, GError **error)
{
	g_autoptr(json_t) filters = request_filters(request, FILTER_IMAGES_PRUNE, error);
	json_t *json = filters != NULL ? image_prune(request->engine, filters, error) : NULL;
	return json != NULL && reply_json(request, 200, json);
}

static char *import(Request *request, const char *source, GError **error)
{
	ImportRequest wanted = {.repo = request_param(request, "repo"),
		.tag = request_param(request, "tag"),
		.message = request_param(request, "message"),
		.platform = request_param(request, "platform"),
		.changes = request->repeated};
	return strcmp(source, "-") == 0
		       ? image_import(
				 request->engine, http_body_read, request->body, &wanted, error)
		       : image_import_url(request->engine, source, &wanted, request->fd, error);
}

static bool create(Request *request, GError **error)
{
	const char *source = request_param(request, "fromSrc");
	if (*source == '\0')
		return registries_pull(request, error);
	g_autofree char *id = import(request, source, error);
	return id != NULL && reply_begin(request, 200, "application/json") &&
	       reply_line(request, json_pack("{s:s}", "status", id));
}

static void said(const char *line, gpointer request)
{
	g_autofree char *text = g_strconcat(line, "\n", NULL);
	reply_line(request, json_pack("{s:s}", "stream", text));
}

static bool load(Request *request, GError **error)
{
	g_autoptr(GError) problem = NULL;
	if (!platform_json_check(platform_of(request), error) ||
		!reply_begin(request, 200, "application/json"))
		return false;
	/* tag: an extension, which berth's builds use for images of folders. */
	LoadRequest wanted = {.tag = request_param(request, "tag"),
		.platform = platform_of(request),
		.said = said,
		.data = request};
	if (!image_load(request->engine, &wanted, http_body_read, request->body, &problem))
		return reply_late_error(request, problem);
	return true;
}

static bool save(Request *request, char *const *names, GError **error)
{
	if (!platform_json_check(platform_of(request), error))
		return false;
	if (image_save(request->engine, names, platform_of(request), reply_tar, request, error))
		return true;
	request->failed = request->answered; /* the missing end of the chunks tells the client */
	return false;
}

static bool save_one(Request *request, GError **error)
{
	char *names[] = {request->name, NULL};
	return save(request, names, error);
}

static bool save_many(Request *request, GError **error)
{
	if (request->repeated[0] == NULL)
		return fail(error, BERTH_ERROR_INVALID, "no image is named: names=");
	return save(request, request->repeated, error);
}

const Route image_routes[] = {
	{"GET", "/images/json", list},
	{"POST", "/images/create", create},
	{"POST", "/images/load", load},
	{"POST", "/images/prune", prune},
	{"GET", "/images/get", save_many},
	{"GET", "/images/{}/json", inspect},
	{"GET", "/images/{}/history", history},
	{"GET", "/images/{}/get", save_one},
	{"POST", "/images/{}/tag", tag},
	{"DELETE", "/images/{}", remove_},
	{0},
};
