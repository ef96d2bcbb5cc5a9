/* /images (Engine API, tag Image) */
#include "engine/image/images.h"
#include "api/api.h"

#include "base/error.h"
#include "image/image.h"

#include <string.h>

/* Older clients expect "<none>:<none>" for an untagged image; NULL stands for an empty list there. */
static void name_nameless(json_t *image)
{
	static const char *const keys[] = {"RepoTags", "RepoDigests"};
	static const char *const words[] = {"<none>:<none>", "<none>@<none>"};
	bool nameless = true;
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		nameless = nameless && !json_filled(json_object_get(image, keys[i]));
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (!json_filled(json_object_get(image, keys[i])))
			json_object_set_new(image, keys[i],
				nameless ? json_pack("[s]", words[i]) : json_null());
}

/* Optional fields, and those that older clients expect. */
static void complete(Request *request, json_t *images)
{
	enum { SHARED_SIZE_SINCE = 42, NONE_UNTIL = 42, COUNTED_SINCE = 51 };
	size_t i;
	json_t *image;
	json_array_foreach (images, i, image) {
		if (request_flag(request, "shared-size") && request->version >= SHARED_SIZE_SINCE)
			json_object_set_new(image, "SharedSize",
				json_integer(image_store_shared_size(
					request->engine->store, json_str(image, "Id"))));
		if (request->version <= NONE_UNTIL)
			name_nameless(image);
		if (request->version < COUNTED_SINCE)
			json_object_set_new(image, "Containers", json_integer(-1));
	}
}

/* 1.40 and older have a name pattern beside the filters. */
static void add_name_filter(Request *request, json_t *filters)
{
	enum { FILTER_UNTIL = 40 };
	const char *pattern = request_param(request, "filter");
	if (request->version <= FILTER_UNTIL && *pattern != '\0')
		json_object_set_new(filters, "reference", json_pack("[s]", pattern));
}

static bool list(Request *request, GError **error)
{
	enum { MANIFESTS_SINCE = 47, IDENTITY_SINCE = 54 };
	if (request->version >= IDENTITY_SINCE && request_flag(request, "identity") &&
		!request_flag(request, "manifests"))
		return fail(error, BERTH_ERROR_INVALID,
			"conflicting options: identity requires manifests=1");
	g_autoptr(json_t) filters = request_filters(request, FILTER_IMAGES, error);
	if (filters == NULL)
		return false;
	add_name_filter(request, filters);
	json_t *images = image_list(request->engine, filters, request_flag(request, "all"),
		request->version >= MANIFESTS_SINCE && request_flag(request, "manifests"), error);
	if (images == NULL)
		return false;
	complete(request, images);
	return reply_json(request, 200, images);
}

/* The repositories that an image was pulled from or pushed to, taken from its digests; NULL if there are none. Its
 * tags do not count. */
static json_t *identity_of(const json_t *image)
{
	g_autoptr(json_t) pulls = json_array();
	size_t i;
	json_t *digest;
	json_array_foreach (json_object_get(image, "RepoDigests"), i, digest) {
		g_autoptr(Reference) reference = reference_parse(json_string_value(digest), NULL);
		g_autofree char *name = reference != NULL ? reference_name(reference) : NULL;
		if (name != NULL)
			json_array_append_new(pulls, json_pack("{s:s}", "Repository", name));
	}
	return json_array_size(pulls) > 0 ? json_pack("{s:O}", "Pull", pulls) : NULL;
}

static bool inspect(Request *request, GError **error)
{
	enum { PLATFORM_SINCE = 49, MANIFESTS_SINCE = 48 };
	const char *platform = request_param_since(request, "platform", PLATFORM_SINCE);
	bool manifests = request->version >= MANIFESTS_SINCE && request_flag(request, "manifests");
	if (!platform_json_check(platform, error))
		return false;
	if (*platform != '\0' && manifests)
		return fail(error, BERTH_ERROR_INVALID,
			"conflicting options: manifests and platform options cannot both be set");
	json_t *json = image_inspect(request->engine, request->name, platform, error);
	if (json != NULL && manifests) {
		g_autofree char *index = image_index_named(request->engine, request->name);
		if (index != NULL)
			json_object_set_new(
				json, "Manifests", image_index_manifests(request->engine, index));
	}
	json_t *identity = identity_of(json);
	if (identity != NULL)
		json_object_set_new(json, "Identity", identity);
	return json != NULL && reply_json(request, 200, json);
}

static bool history(Request *request, GError **error)
{
	enum { PLATFORM_SINCE = 48 };
	const char *platform = request_param_since(request, "platform", PLATFORM_SINCE);
	json_t *json = platform_json_check(platform, error)
			       ? image_history(request->engine, request->name, platform, error)
			       : NULL;
	return json != NULL && reply_json(request, 200, json);
}

static bool attestations(Request *request, GError **error)
{
	enum { SINCE = 55 };
	char *const *platforms = request_params(request, "platform");
	if (request->version < SINCE)
		return fail(error, BERTH_ERROR_NOT_FOUND, "page not found");
	if (g_strv_length((char **)platforms) > 1)
		return fail(error, BERTH_ERROR_INVALID,
			"only one platform value is currently supported");
	const char *platform = request_param(request, "platform");
	AttestationQuery query = {.platform = platform,
		.types = request_params(request, "type"),
		.statements = request_flag(request, "statement")};
	json_t *list = platform_json_check(platform, error)
			       ? image_attestations(request->engine, request->name, &query, error)
			       : NULL;
	return list != NULL && reply_json(request, 200, list);
}

static bool tag(Request *request, GError **error)
{
	return image_tag(request->engine, request->name, request_param(request, "repo"),
		       request_param(request, "tag"), error) &&
	       reply_empty(request, 201);
}

static bool remove_(Request *request, GError **error)
{
	enum { PLATFORMS_SINCE = 50 };
	bool force = request_flag(request, "force");
	if (request->name[strspn(request->name, " \t\r\n")] == '\0')
		return fail(error, BERTH_ERROR_SYSTEM, "image name cannot be blank");
	char *const *platforms = request_params_since(request, "platforms", PLATFORMS_SINCE);
	for (int i = 0; platforms[i] != NULL; i++) {
		if (*platforms[i] == '\0')
			return fail(error, BERTH_ERROR_INVALID,
				"failed to parse platform: unexpected end of JSON input");
		if (!platform_json_check(platforms[i], error))
			return false;
	}
	json_t *json = platforms[0] != NULL ? image_remove_platforms(request->engine, request->name,
						      platforms, force, error)
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
	enum { PLATFORM_SINCE = 32 };
	ImportRequest wanted = {.repo = request_param(request, "repo"),
		.tag = request_param(request, "tag"),
		.message = request_param(request, "message"),
		.platform = request_param_since(request, "platform", PLATFORM_SINCE),
		.changes = request_params(request, "changes")};
	return strcmp(source, "-") == 0
		       ? image_import(
				 request->engine, http_body_read, request->body, &wanted, error)
		       : image_import_url(request->engine, source, &wanted, request->fd, error);
}

static bool create(Request *request, GError **error)
{
	const char *source = request_param(request, "fromSrc");
	if (*source == '\0' || *request_param(request, "fromImage") != '\0')
		return registries_pull(request, error);
	g_autofree char *id = import(request, source, error);
	return id != NULL && reply_begin(request, 200, "application/json") &&
	       reply_line(request, json_pack("{s:s}", "status", id));
}

static void said(const char *line, gpointer request)
{
	g_autofree char *text = g_strconcat(line, "\n", NULL);
	reply_say(request, json_pack("{s:s}", "stream", text));
}

/* The platforms of save and load: one since 1.48 and several since 1.52; NULL with error. */
static char *const *platforms_of(Request *request, GError **error)
{
	enum { SINCE = 48, SEVERAL_SINCE = 52 };
	char *const *platforms = request_params_since(request, "platform", SINCE);
	/* An empty one is ignored. */
	if (platforms[0] != NULL && *platforms[0] == '\0')
		platforms++;
	if (request->version < SEVERAL_SINCE && g_strv_length((char **)platforms) > 1) {
		fail(error, BERTH_ERROR_INVALID, "multiple platform parameters not supported");
		return NULL;
	}
	for (int i = 0; platforms[i] != NULL; i++)
		if (!platform_json_check(platforms[i], error))
			return NULL;
	return platforms;
}

/* The header is sent with the first line: clients that only wait for it assume that all is there then. */
static bool load(Request *request, GError **error)
{
	g_autoptr(GError) problem = NULL;
	char *const *platforms = platforms_of(request, error);
	if (platforms == NULL)
		return false;
	/* tag: an extension that berth's builds use for images in folders. */
	LoadRequest wanted = {.tag = request_param(request, "tag"),
		.platforms = platforms,
		.said = said,
		.data = request};
	if (!image_load(request->engine, &wanted, http_body_read, request->body, &problem))
		return reply_late_error(request, problem);
	return true;
}

static bool save(Request *request, char *const *names, GError **error)
{
	char *const *platforms = platforms_of(request, error);
	if (platforms == NULL)
		return false;
	if (image_save(request->engine, names, platforms, reply_tar, request, error))
		return true;
	request->failed = request->answered; /* the missing last chunk tells the client */
	return false;
}

static bool save_one(Request *request, GError **error)
{
	char *names[] = {request->name, NULL};
	return save(request, names, error);
}

static bool save_many(Request *request, GError **error)
{
	char *const *names = request_params(request, "names");
	if (platforms_of(request, error) == NULL)
		return false;
	if (names[0] == NULL)
		return fail(error, BERTH_ERROR_INVALID, "no image is named: names=");
	return save(request, names, error);
}

const Route image_routes[] = {
	{"GET", "/images/json", list},
	{"POST", "/images/create", create},
	{"POST", "/images/load", load},
	{"POST", "/images/prune", prune},
	{"GET", "/images/get", save_many},
	{"GET", "/images/{}/json", inspect},
	{"GET", "/images/{}/history", history},
	{"GET", "/images/{}/attestations", attestations},
	{"GET", "/images/{}/get", save_one},
	{"POST", "/images/{}/tag", tag},
	{"DELETE", "/images/{}", remove_},
	{0},
};
