/* The images of services: built, pulled, pushed. */
#include "cli/common/flags.h"
#include "cli/compose/compose.h"

#include "base/error.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "" if it is not here. known: what has been asked for already, as services share images. */
static char *image_id(Cli *cli, json_t *known, const char *image)
{
	if (json_object_get(known, image) != NULL)
		return g_strdup(json_str(json_object_get(known, image), "id"));
	g_autofree char *escaped = client_escape(image),
			*path = g_strdup_printf("/images/%s/json", escaped);
	g_autoptr(json_t) found = client_call(cli->client, "GET", path, NULL, NULL);
	json_object_set_new(known, image, json_pack("{s:s}", "id", json_str(found, "Id")));
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

/* What is found out for one call: images by name, and what is to be done. */
typedef struct {
	json_t *known;
	json_t *pulls;	/* service -> image */
	json_t *builds; /* service -> true */
} Plan;

static void plan_clear(Plan *plan)
{
	json_decref(plan->known);
	json_decref(plan->pulls);
	json_decref(plan->builds);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Plan, plan_clear)

/* Images of its own that a service's pre_start asks for. */
static void plan_hooks(
	Cli *cli, const char *name, const json_t *service, const char *policy, Plan *plan)
{
	size_t i;
	json_t *hook;
	json_array_foreach (json_object_get(service, "pre_start"), i, hook) {
		const char *image = json_str(hook, "image");
		g_autofree char *id = image_id(cli, plan->known, image),
				*what = g_strdup_printf("%s pre_start[%d]", name, (int)i);
		if (*image != '\0' && *id == '\0' && strcmp(policy, "never") != 0)
			json_object_set_new(plan->pulls, what, json_string(image));
	}
}

/* Whether a service of the project builds the image. */
static bool is_built(const Project *project, const char *image)
{
	const char *name;
	json_t *service;
	json_object_foreach (project_services(project), name, service) {
		g_autofree char *own = service_image(project, name, service);
		if (json_object_get(service, "build") != NULL && strcmp(own, image) == 0)
			return true;
	}
	return false;
}

static bool plan_service(Cli *cli, const Project *project, const char *name,
	const ImageOptions *options, Plan *plan, GError **error)
{
	json_t *service = json_object_get(project_services(project), name);
	bool can_build = json_object_get(service, "build") != NULL;
	g_autofree char *image = service_image(project, name, service),
			*id = image_id(cli, plan->known, image);
	const char *policy = policy_of(cli, image, service, options);
	if (can_build && *id == '\0' && options->no_build)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"service \"%s\" must be built first, and --no-build was given", name);
	if (!can_build && *id == '\0' && strcmp(policy, "never") == 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"No such image: %s (pull_policy: never)", image);
	if (can_build && !options->no_build &&
		(options->build || strcmp(policy, "build") == 0 || *id == '\0'))
		json_object_set_new(plan->builds, name, json_true());
	if (!can_build && !is_built(project, image) &&
		(strcmp(policy, "always") == 0 || (*id == '\0' && strcmp(policy, "never") != 0)))
		json_object_set_new(plan->pulls, name, json_string(image));
	plan_hooks(cli, name, service, policy, plan);
	return true;
}

json_t *compose_images(Cli *cli, const Project *project, const json_t *names,
	const ImageOptions *options, GError **error)
{
	g_autoptr(json_t) ids = json_object();
	g_auto(Plan) plan = {json_object(), json_object(), json_object()};
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)names, name, value) {
		const json_t *service = json_object_get(project_services(project), name);
		if (json_object_get(service, "provider") == NULL &&
			!plan_service(cli, project, name, options, &plan, error))
			return NULL;
	}
	if (!compose_pull_images(cli, project, plan.pulls, error))
		return NULL;
	const BuildWish wish = {.quiet = options->quiet_build};
	if (!compose_build(cli, project, plan.builds, &wish, error))
		return NULL;
	if (json_object_size(plan.pulls) > 0 || json_object_size(plan.builds) > 0)
		json_object_clear(plan.known);
	json_object_foreach ((json_t *)names, name, value) {
		const json_t *service = json_object_get(project_services(project), name);
		if (json_object_get(service, "provider") != NULL)
			continue;
		g_autofree char *image = service_image(project, name, service),
				*id = image_id(cli, plan.known, image);
		json_object_set_new(ids, name, json_string(id));
	}
	return g_steal_pointer(&ids);
}
