/* State shared by the parts of a build: cancellation, arguments, stages, temporary folders. */
#include "builder/internal.h"

#include "base/timefmt.h"

#include <string.h>

bool build_going(Build *build)
{
	return g_atomic_int_get(&build->stopped) == 0;
}

/* Waiting threads see the reading end hang up. */
void build_stop(Build *build)
{
	g_mutex_lock(&build->lock);
	g_atomic_int_set(&build->stopped, 1);
	fd_clear(&build->cancel[1]);
	g_cond_broadcast(&build->changed);
	g_mutex_unlock(&build->lock);
}

void build_fail(Build *build, const GError *error, const Instruction *at, int exit_code)
{
	g_mutex_lock(&build->lock);
	if (build->error == NULL) {
		build->error = g_error_copy(error);
		build->exit_code = exit_code;
		if (at != NULL) {
			build->excerpt = dockerfile_excerpt(build->dockerfile->lines,
				build->dockerfile_name, at->line, at->last_line);
			build->fault_first = at->line;
			build->fault_last = at->last_line;
		}
	}
	g_mutex_unlock(&build->lock);
	build_stop(build);
}

char *build_secret(const Build *build, const char *id, GError **error)
{
	const BuildRequest *request = build->request;
	if (request->client != NULL)
		return request->client->secret(request->session, id, error);
	return g_strdup(
		json_string_value(json_object_get(json_object_get(request->more, "secrets"), id)));
}

void build_use_arg(Build *build, const char *name)
{
	g_mutex_lock(&build->lock);
	g_hash_table_add(build->used_args, g_strdup(name));
	g_mutex_unlock(&build->lock);
}

char *build_time(const Build *build, gint64 time)
{
	return build->epoch == 0 && time == 0 ? g_strdup("1970-01-01T00:00:00Z")
					      : time_format(time);
}

const char *const build_proxies[] = {"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy",
	"FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy", NULL};

/* Builds of several platforms reach the same step at once: one of them makes it. */
void build_making(Build *build, const char *key)
{
	g_mutex_lock(&build->lock);
	while (build_going(build) && g_hash_table_contains(build->making, key))
		g_cond_wait(&build->changed, &build->lock);
	g_hash_table_add(build->making, g_strdup(key));
	g_mutex_unlock(&build->lock);
}

void build_made(Build *build, const char *key)
{
	g_mutex_lock(&build->lock);
	g_hash_table_remove(build->making, key);
	g_cond_broadcast(&build->changed);
	g_mutex_unlock(&build->lock);
}

char *build_folder(Build *build, GError **error)
{
	char *name = layer_begin(build->engine->store, NULL, error);
	if (name == NULL)
		return NULL;
	g_ptr_array_add(build->folders, name);
	return g_build_filename(build->engine->store->root, "tmp", name, NULL);
}
