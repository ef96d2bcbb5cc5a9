/* The images of services, pulled and pushed. */
#include "cli/common/flags.h"
#include "cli/compose/compose.h"
#include "cli/registry/image_transfer.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

/* Images on their way, and what became of them. */
typedef struct {
	Cli *cli;
	const Project *project;
	const json_t *images; /* service -> image */
	bool ignore;	      /* what fails fails alone */
	Teller *teller;
	json_t *unpulled; /* services that can be built instead; of the teller's lock. NULL: nobody asks */
} Transfers;

/* Where the messages of one pull are told. */
typedef struct {
	Teller *teller;
	const char *service;
} News;

/* A line for each layer, below the service's. */
static void tell_layer(gpointer data, const json_t *message)
{
	static const char *const done[] = {
		"Download complete", "Already exists", "Pull complete", NULL};
	const News *news = data;
	const char *status = json_str(message, "status");
	if (*json_str(message, "id") == '\0' || json_object_get(message, "progressDetail") == NULL)
		return;
	tell_happening(news->teller,
		&(Happening){.id = json_str(message, "id"),
			.parent = news->service,
			.text = status,
			.state = json_str(message, "progress"),
			.status = g_strv_contains(done, status) ? TOLD_DONE : TOLD_WORKING,
			.current = json_int(message, "progressDetail.current"),
			.total = json_int(message, "progressDetail.total")});
}

static bool pull(gpointer data, const char *name, Client *client, GError **error)
{
	Transfers *transfers = data;
	const json_t *service = json_object_get(project_services(transfers->project), name);
	const char *image = json_named(transfers->images, name);
	Cli own = *transfers->cli;
	News news = {transfers->teller, name};
	g_autoptr(GError) problem = NULL;
	own.client = client;
	tell_work(transfers->teller, name, "Pulling", "");
	if (transfers->teller->dry_run ||
		image_fetch_following(&own, image, project_platform(transfers->project, service),
			tell_layer, &news, &problem)) {
		tell_work(transfers->teller, name, "Pulled", "");
		return true;
	}
	/* What can be built need not be anywhere. */
	bool builds = json_object_get(service, "build") != NULL,
	     passes = transfers->ignore || builds;
	g_mutex_lock(&transfers->teller->lock);
	if (builds && transfers->unpulled != NULL)
		json_object_set_new(transfers->unpulled, name, json_true());
	g_mutex_unlock(&transfers->teller->lock);
	tell_work(transfers->teller, name, passes ? "Warning" : "Error", problem->message);
	if (!passes)
		g_propagate_error(error, g_steal_pointer(&problem));
	return passes;
}

bool compose_pull_images(Cli *cli, const Project *project, const json_t *images, GError **error)
{
	if (json_object_size(images) == 0)
		return true;
	Teller teller;
	g_autoptr(ComposeShow) show G_GNUC_UNUSED = compose_show_new(cli, "Pulling", &teller);
	Transfers transfers = {cli, project, images, false, &teller};
	return graph_each(images, client_host(cli->client), pull, &transfers, error);
}

/* "latest" is a word for what is newest in the registry. */
static bool is_latest(const char *image)
{
	const char *slash = strrchr(image, '/'), *tag = strchr(slash != NULL ? slash : image, ':');
	return strchr(image, '@') == NULL && (tag == NULL || strcmp(tag, ":latest") == 0);
}

static bool is_here(Cli *cli, const char *image)
{
	g_autofree char *escaped = client_escape(image),
			*path = g_strdup_printf("/images/%s/json", escaped);
	g_autoptr(json_t) found = client_call(cli->client, "GET", path, NULL, NULL);
	return found != NULL;
}

/* Why a service's image is not pulled; NULL: it is. The caller frees it. */
static char *pull_skipped(Cli *cli, const json_t *service, const json_t *pulled)
{
	const char *image = json_str(service, "image"), *name,
		   *policy = *flag_text(cli, "policy") != '\0' ? flag_text(cli, "policy")
							       : json_str(service, "pull_policy");
	json_t *other;
	if (*image == '\0')
		return g_strdup("Skipped - No image to be pulled");
	if (strcmp(policy, "never") == 0 || strcmp(policy, "build") == 0)
		return g_strdup("Skipped");
	if ((strcmp(policy, "missing") == 0 || strcmp(policy, "if_not_present") == 0) &&
		!is_latest(image) && is_here(cli, image))
		return g_strdup("Skipped - Image is already present locally");
	if (json_object_get(service, "build") != NULL && flag_bool(cli, "ignore-buildable", false))
		return g_strdup("Skipped - Image can be built");
	json_object_foreach ((json_t *)pulled, name, other)
		if (strcmp(json_string_value(other), image) == 0)
			return g_strdup_printf(
				"Skipped - Image is already being pulled by %s", name);
	return NULL;
}

static bool pull_all(Transfers *transfers, const json_t *names, GError **error)
{
	g_autoptr(json_t) images = json_object();
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)names, name, value) {
		const json_t *service = json_object_get(project_services(transfers->project), name);
		g_autofree char *skipped = pull_skipped(transfers->cli, service, images);
		if (skipped != NULL)
			tell_work(transfers->teller, name, skipped, "");
		else
			json_object_set(images, name, json_object_get(service, "image"));
	}
	g_autoptr(json_t) unpulled = json_object();
	transfers->images = images;
	transfers->unpulled = unpulled;
	bool ok = graph_each(images, client_host(transfers->cli->client), pull, transfers, error);
	g_autoptr(GString) list = g_string_new("");
	json_object_foreach (unpulled, name, value)
		g_string_append_printf(list, " %s", name);
	if (list->len > 0)
		print_to(stderr,
			"WARNING: Some service image(s) must be built from source by running:\n    "
			"docker compose build%s\n",
			list->str);
	return ok;
}

static bool push_one(Transfers *transfers, const char *image, GError **error)
{
	g_autoptr(GError) problem = NULL;
	tell_work(transfers->teller, image, "Pushing", "");
	bool ok = transfers->teller->dry_run ||
		  image_send(transfers->cli, image, "", false, NULL, &problem);
	tell_work(transfers->teller, image,
		ok		    ? "Pushed"
		: transfers->ignore ? "Warning"
				    : "Error",
		problem != NULL ? problem->message : "");
	if (!ok && !transfers->ignore)
		g_propagate_error(error, g_steal_pointer(&problem));
	return ok || transfers->ignore;
}

/* What is built here has tags as well. */
static bool push_all(Transfers *transfers, const json_t *names, GError **error)
{
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)names, name, value) {
		const json_t *service = json_object_get(project_services(transfers->project), name),
			     *build = json_object_get(service, "build"),
			     *tags = json_object_get(build, "tags");
		const char *image = json_str(service, "image");
		if (build == NULL || *image == '\0') {
			tell_work(transfers->teller, name, "Skipped", "");
			continue;
		}
		if (!push_one(transfers, image, error))
			return false;
		for (size_t i = 0; i < json_array_size(tags); i++)
			if (!push_one(transfers, json_elem(tags, i), error))
				return false;
	}
	return true;
}

bool compose_push_images(Cli *cli, const Project *project, Teller *teller, GError **error)
{
	g_autoptr(json_t) names = graph_names(project, NULL, false, error);
	Transfers transfers = {cli, project, NULL, true, teller};
	return names != NULL && push_all(&transfers, names, error);
}

static const Flag pull_flags[] = {
	{"ignore-buildable", 0, BOOL, "leave out services that can be built"},
	{"ignore-pull-failures", 0, BOOL, "go on where an image cannot be pulled"},
	{"include-deps", 0, BOOL, "include dependencies of the services"},
	{"policy", 0, STRING, "missing or always"},
	{"quiet", 'q', BOOL, "show no progress"},
	{"parallel", 0, BOOL, "ignored (for Docker compatibility)"},
	{"no-parallel", 0, BOOL, "ignored (for Docker compatibility)"},
	{0},
};

static const Flag push_flags[] = {
	{"ignore-push-failures", 0, BOOL, "go on where an image cannot be pushed"},
	{"include-deps", 0, BOOL, "include dependencies of the services"},
	{"quiet", 'q', BOOL, "show no progress"},
	{0},
};

static int transfer(Cli *cli, bool push)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = compose_project(cli, &error);
	if (project == NULL || !project_activate(project, cli->args, &error))
		return compose_fail(error);
	g_autoptr(json_t) names =
		graph_names(project, cli->args, flag_bool(cli, "include-deps", false), &error);
	if (names == NULL)
		return compose_fail(error);
	Teller teller;
	g_autoptr(ComposeShow) show = compose_show_new(cli, push ? "Pushing" : "Pulling", &teller);
	compose_show_silence(show, flag_bool(cli, "quiet", false));
	Transfers transfers = {cli, project, NULL,
		flag_bool(cli, push ? "ignore-push-failures" : "ignore-pull-failures", false),
		&teller};
	return (push ? push_all(&transfers, names, &error) : pull_all(&transfers, names, &error))
		       ? EXIT_SUCCESS
		       : compose_fail(error);
}

static int run_pull(Cli *cli)
{
	static const char *const old[] = {"no-parallel", "parallel"};
	for (size_t i = 0; i < G_N_ELEMENTS(old); i++)
		if (flag_given(cli, old[i]))
			print_to(stderr, "option '--%s' is DEPRECATED and will be ignored.\n",
				old[i]);
	return transfer(cli, false);
}

static int run_push(Cli *cli)
{
	return transfer(cli, true);
}

const Command compose_pull_command = {
	.names = "pull",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "Pull the images of services",
	.example = "pull",
	.completes = "services*",
	.flags = pull_flags,
	.max_args = -1,
	.run = run_pull,
};

const Command compose_push_command = {
	.names = "push",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "Push the images that were built",
	.example = "push web",
	.completes = "services*",
	.flags = push_flags,
	.max_args = -1,
	.run = run_push,
};
