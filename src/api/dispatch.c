/* What a request asks for: its target taken apart, and the route that answers it. */
#include "api/api.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

const Route *const route_tables[] = {build_routes, system_routes, container_routes,
	container_file_routes, exec_routes, image_routes, network_routes, registry_routes,
	volume_routes, NULL};

/* {} stands for a name of any length; what is around it must fit. */
static char *route_match(const char *pattern, const char *path)
{
	const char *hole = strstr(pattern, "{}");
	if (hole == NULL)
		return strcmp(pattern, path) == 0 ? g_strdup("") : NULL;
	size_t before = (size_t)(hole - pattern), after = strlen(hole + 2), length = strlen(path);
	if (length <= before + after || strncmp(pattern, path, before) != 0 ||
		strcmp(hole + 2, path + length - after) != 0)
		return NULL;
	return g_strndup(path + before, length - before - after);
}

/* Exact routes win over those with a name in them. */
static const Route *route_find(const char *method, const char *path, char **name)
{
	for (int exact = 1; exact >= 0; exact--)
		for (const Route *const *table = route_tables; *table != NULL; table++)
			for (const Route *route = *table; route->method != NULL; route++)
				if ((strstr(route->path, "{}") == NULL) == (exact == 1) &&
					strcmp(route->method, method) == 0 &&
					(*name = route_match(route->path, path)) != NULL)
					return route;
	return NULL;
}

/* Takes "/v1.41" off the path; an unknown version is refused with Docker's words. */
static bool strip_version(Request *request, GError **error)
{
	int major, minor, used = 0;
	request->version = 51;
	if (sscanf(request->path, "/v%d.%d%n", &major, &minor, &used) != 2 ||
		request->path[used] != '/')
		return true;
	if (major > 1 || (major == 1 && minor > 51))
		return fail(error, BERTH_ERROR_INVALID,
			"client version %d.%d is too new. Maximum supported API version is %s",
			major, minor, BERTH_API_VERSION);
	if (major < 1 || minor < 24)
		return fail(error, BERTH_ERROR_INVALID,
			"client version %d.%d is too old. Minimum supported API version is %s, "
			"please"
			" upgrade your client to a newer version",
			major, minor, BERTH_MIN_API_VERSION);
	request->version = minor;
	memmove(request->path, request->path + used, strlen(request->path + used) + 1);
	return true;
}

static bool parse_target(Request *request, GError **error)
{
	const char *target = request->head->start[1], *question = strchr(target, '?');
	static const char *const repeatable[] = {
		"names", "changes", "type", "platforms", "t", NULL};
	g_autoptr(GStrvBuilder) repeated = g_strv_builder_new();
	request->path = http_decode(target, question != NULL ? question - target : -1, false);
	request->params = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	if (request->path == NULL || *request->path != '/')
		return fail(error, BERTH_ERROR_INVALID, "invalid request target");
	g_auto(GStrv) pairs = g_strsplit(question != NULL ? question + 1 : "", "&", -1);
	for (int i = 0; pairs[i] != NULL; i++) {
		size_t length = strcspn(pairs[i], "=");
		char *key = http_decode(pairs[i], (gssize)length, true);
		char *value =
			key != NULL
				? http_decode(pairs[i][length] == '=' ? pairs[i] + length + 1 : "",
					  -1, true)
				: NULL;
		if (value == NULL) {
			g_free(key);
			return fail(error, BERTH_ERROR_INVALID, "invalid encoding in the query");
		}
		if (g_strv_contains(repeatable, key))
			g_strv_builder_add(repeated, value);
		g_hash_table_replace(request->params, key, value);
	}
	request->repeated = g_strv_builder_end(repeated);
	return strip_version(request, error);
}

bool request_dispatch(Request *request, GError **error)
{
	if (!access_of_browser(request, error) || !parse_target(request, error) ||
		!access_allowed(request, error))
		return false;
	const Route *route = route_find(request->head->start[0], request->path, &request->name);
	if (route == NULL)
		return fail(error, BERTH_ERROR_NOT_FOUND, "page not found");
	return route->handle(request, error);
}

void request_clear(Request *request)
{
	g_free(request->path);
	g_free(request->name);
	g_free(request->headers);
	g_strfreev(request->repeated);
	if (request->params != NULL)
		g_hash_table_unref(request->params);
}
