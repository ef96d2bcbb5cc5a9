/* The images of services: built, pulled, pushed. */
#include "cli/common/flags.h"
#include "cli/compose/compose.h"

#include "base/error.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "" if it is not here. */
static char *image_id(Cli *cli, const char *image)
{
	g_autofree char *escaped = client_escape(image),
			*path = g_strdup_printf("/images/%s/json", escaped);
	g_autoptr(json_t) found = client_call(cli->client, "GET", path, NULL, NULL);
	return g_strdup(json_str(found, "Id"));
}

/* "daily", "weekly", "every_12h": how old an image may be, in nanoseconds; 0: that is none of them. */
static gint64 oldest_of(const json_t *service, const char *policy)
{
	static const gint64 second = 1000000000, day = 86400 * second;
	gint64 time = 0;
	if (strcmp(policy, "refresh") == 0)
		policy = json_str(service, "pull_refresh_after");
	if (strcmp(policy, "daily") == 0 || strcmp(policy, "weekly") == 0)
		return *policy == 'd' ? day : 7 * day;
	if (g_str_has_prefix(policy, "every_"))
		policy += strlen("every_");
	size_t length = strlen(policy);
	/* Days and weeks are no units of Go's durations. */
	if (length > 1 && strchr("dw", policy[length - 1]) != NULL)
		return g_ascii_strtoll(policy, NULL, 10) *
		       (policy[length - 1] == 'd' ? day : 7 * day);
	return duration_parse(policy, &time) ? time : 0;
}

/* "always", "missing", "never" or "build": the caller's word, then the service's. */
static const char *policy_of(
	Cli *cli, const char *image, const json_t *service, const ImageOptions *options)
{
	const char *own = json_str(service, "pull_policy"),
		   *policy = *options->pull != '\0' ? options->pull : own;
	gint64 oldest = oldest_of(service, policy), tagged = 0;
	if (oldest > 0) {
		g_autofree char *escaped = client_escape(image),
				*path = g_strdup_printf("/images/%s/json", escaped);
		g_autoptr(json_t) found = client_call(cli->client, "GET", path, NULL, NULL);
		time_parse(json_str(found, "Metadata.LastTagTime"), &tagged);
		return time_now() - tagged > oldest ? "always" : "missing";
	}
	return strcmp(policy, "if_not_present") == 0 || *policy == '\0' ? "missing" : policy;
}

/* What a service's image needs: {"pull": {service: image}, "build": {service: true}} grows. */
static bool plan(Cli *cli, const Project *project, const char *name, const ImageOptions *options,
	json_t *pulls, json_t *builds, GError **error)
{
	json_t *service = json_object_get(project_services(project), name);
	bool can_build = json_object_get(service, "build") != NULL;
	g_autofree char *image = service_image(project, name, service), *id = image_id(cli, image);
	const char *policy = policy_of(cli, image, service, options);
	if (can_build && *id == '\0' && options->no_build)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"service \"%s\" must be built first, and --no-build was given", name);
	if (!can_build && *id == '\0' && strcmp(policy, "never") == 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"No such image: %s (pull_policy: never)", image);
	if (can_build && !options->no_build &&
		(options->build || strcmp(policy, "build") == 0 || *id == '\0'))
		json_object_set_new(builds, name, json_true());
	if (!can_build &&
		(strcmp(policy, "always") == 0 || (*id == '\0' && strcmp(policy, "never") != 0)))
		json_object_set_new(pulls, name, json_string(image));
	return true;
}

json_t *compose_images(Cli *cli, const Project *project, const json_t *names,
	const ImageOptions *options, GError **error)
{
	g_autoptr(json_t) ids = json_object(), pulls = json_object(), builds = json_object();
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)names, name, value) {
		const json_t *service = json_object_get(project_services(project), name);
		if (json_object_get(service, "provider") == NULL &&
			!plan(cli, project, name, options, pulls, builds, error))
			return NULL;
	}
	if (!compose_pull_images(cli, project, pulls, error))
		return NULL;
	if (!compose_build(cli, project, builds, options->quiet_build, error))
		return NULL;
	json_object_foreach ((json_t *)names, name, value) {
		const json_t *service = json_object_get(project_services(project), name);
		if (json_object_get(service, "provider") != NULL)
			continue;
		g_autofree char *image = service_image(project, name, service),
				*id = image_id(cli, image);
		json_object_set_new(ids, name, json_string(id));
	}
	return g_steal_pointer(&ids);
}
