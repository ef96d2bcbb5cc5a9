/* Routing: a request's target is parsed, and the route that answers it is called. */
#include "api/form.h"
#include "engine/engine.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

/* {} matches a name of any length; the rest of the pattern must match exactly. */
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

/* Exact routes take precedence over those with a name. */
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

/* Removes "/v1.41" from the path. */
static void strip_version(Request *request)
{
	if (!g_str_has_prefix(request->path, "/v"))
		return;
	size_t length = strspn(request->path + strlen("/v"), "0123456789."),
	       used = strlen("/v") + length;
	if (length == 0 || request->path[used] != '/')
		return;
	request->version_asked = g_strndup(request->path + strlen("/v"), length);
	memmove(request->path, request->path + used, strlen(request->path + used) + 1);
}

/* An unknown version is refused with Docker's words; a path that does not exist takes precedence. */
static bool check_version(Request *request, GError **error)
{
	int major = 0, minor = 0;
	const char *version = request->version_asked;
	request->version = API_NEWEST;
	if (version == NULL)
		return true;
	sscanf(version, "%5d.%5d", &major, &minor);
	if (major > 1 || (major == 1 && minor > API_NEWEST))
		return fail(error, BERTH_ERROR_INVALID,
			"client version %s is too new. Maximum supported API version is %s",
			version, BERTH_API_VERSION);
	/* Clients as old as these expect plain text errors. */
	request->plain_errors = major < 1 || minor < API_OLDEST;
	if (request->plain_errors)
		return fail(error, BERTH_ERROR_INVALID,
			"client version %s is too old. Minimum supported API version is %s, "
			"please"
			" upgrade your client to a newer version",
			version, BERTH_MIN_API_VERSION);
	request->version = minor;
	return true;
}

/* Adds a value to a parameter, in order; takes both over. */
static void add_param(GHashTable *params, char *name, char *value)
{
	GPtrArray *values = g_hash_table_lookup(params, name);
	if (values == NULL) {
		values = g_ptr_array_new_null_terminated(1, g_free, TRUE);
		g_hash_table_insert(params, name, values);
	} else {
		g_free(name);
	}
	g_ptr_array_add(values, value);
}

static bool parse_query(Request *request, const char *query, GError **error)
{
	g_auto(GStrv) pairs = g_strsplit(query, "&", -1);
	for (int i = 0; pairs[i] != NULL; i++) {
		size_t length = strcspn(pairs[i], "=");
		const char *after = pairs[i][length] == '=' ? pairs[i] + length + 1 : "";
		g_autofree char *name = http_decode(pairs[i], (gssize)length, true),
				*value = name != NULL ? http_decode(after, -1, true) : NULL;
		if (value == NULL)
			return fail(error, BERTH_ERROR_INVALID, "invalid encoding in the query");
		add_param(request->params, g_steal_pointer(&name), g_steal_pointer(&value));
	}
	return true;
}

/* Clients that ask for the newest version that the engine offers, and the version that they understand:
 * docker-compose 1.x, which fails without an image's ContainerConfig, but expects of containers what 1.45 made of
 * their aliases; and docker-py, whose users read address fields that 1.52 has dropped. */
static void keep_old_client(Request *request)
{
	static const struct {
		const char *agent, *path;
		int known;
	} clients[] = {{"docker-compose/1.", "/images/", 44}, {"docker-compose/1.", "/", 51},
		{"docker-sdk-python/5.", "/", 51}, {"docker-sdk-python/6.", "/", 51},
		{"docker-sdk-python/7.", "/", 51}};
	const char *agent = http_header(request->head, "User-Agent");
	for (size_t i = 0; i < G_N_ELEMENTS(clients); i++)
		if (g_str_has_prefix(agent, clients[i].agent) &&
			g_str_has_prefix(request->path, clients[i].path))
			request->version = MIN(request->version, clients[i].known);
}

static bool parse_target(Request *request, GError **error)
{
	const char *target = request->head->start[1], *question = strchr(target, '?');
	request->path = http_decode(target, question != NULL ? question - target : -1, false);
	request->params = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
	if (request->path == NULL || *request->path != '/')
		return fail(error, BERTH_ERROR_INVALID, "invalid request target");
	if (!parse_query(request, question != NULL ? question + 1 : "", error))
		return false;
	strip_version(request);
	return true;
}

/* Removes empty components, "." and ".."; a trailing slash stays. */
static char *clean_path(const char *path)
{
	g_autoptr(GPtrArray) kept = g_ptr_array_new();
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);
	for (int i = 0; parts[i] != NULL; i++) {
		bool up = strcmp(parts[i], "..") == 0;
		if (up && kept->len > 0)
			g_ptr_array_set_size(kept, (gint)kept->len - 1);
		else if (!up && *parts[i] != '\0' && strcmp(parts[i], ".") != 0)
			g_ptr_array_add(kept, parts[i]);
	}
	g_ptr_array_add(kept, NULL);
	g_autofree char *joined = g_strjoinv("/", (char **)kept->pdata);
	const char *end = kept->len > 1 && g_str_has_suffix(path, "/") ? "/" : "";
	return g_strconcat("/", joined, end, NULL);
}

/* Docker's router redirects a path that is not clean to the clean one. Whether it did is returned in moved; false
 * with error. */
static bool redirect(Request *request, bool *moved, GError **error)
{
	const char *target = request->head->start[1];
	g_autofree char *path = http_decode(target, (gssize)strcspn(target, "?"), false);
	if (path == NULL || *path != '/')
		return fail(error, BERTH_ERROR_INVALID, "invalid request target");
	g_autofree char *clean = clean_path(path);
	*moved = strcmp(clean, path) != 0;
	if (!*moved)
		return true;
	g_autofree char *escaped = g_uri_escape_string(clean, "/:@!$&'()*+,;=", FALSE);
	request->headers =
		g_strdup_printf("Location: %s%s\r\n", escaped, target + strcspn(target, "?"));
	return reply_empty(request, 301);
}

static bool body_is_read(Request *request, GError **error)
{
	g_autoptr(json_t) body = request->route->reads ? request_json(request, error) : json_null();
	return body != NULL;
}

bool request_dispatch(Request *request, GError **error)
{
	const Dashboard *dashboard = request->caller->dashboard;
	bool moved, done = false;
	if (request->caller->metrics)
		return metrics_reply(request, error);
	if (!(dashboard != NULL ? dashboard_gate(request, &done, error)
				: access_of_browser(request, error)))
		return false;
	if (done)
		return true;
	if (!redirect(request, &moved, error))
		return false;
	if (moved)
		return true;
	if (!parse_target(request, error))
		return false;
	if (!access_allowed(request, error))
		return false;
	/* As in Docker, OPTIONS is allowed for any path; browsers are refused before. */
	bool options = strcmp(request->head->start[0], "OPTIONS") == 0;
	request->route = route_find(request->head->start[0], request->path, &request->name);
	if (request->route == NULL && !options)
		return fail(error, BERTH_ERROR_NOT_FOUND, "page not found");
	/* Checked by the route that was matched, so that the path is interpreted once. */
	if (dashboard != NULL && (options || !dashboard_allows(dashboard, request->route->method,
						     request->route->path, error)))
		return fail(error, BERTH_ERROR_FORBIDDEN, "this is not for the dashboard");
	if (!check_version(request, error))
		return false;
	keep_old_client(request);
	if (options)
		return reply_empty(request, 200);
	gint64 began = g_get_monotonic_time();
	if (!body_is_read(request, error) || !request->route->handle(request, error))
		return false;
	if (*request->engine->config->metrics_addr != '\0')
		metrics_request(request->route, g_get_monotonic_time() - began);
	return true;
}

void request_clear(Request *request)
{
	g_free(request->path);
	g_free(request->version_asked);
	g_free(request->name);
	g_free(request->headers);
	if (request->params != NULL)
		g_hash_table_unref(request->params);
}
