/* publish: a project's files become an OCI artifact of a registry, after what they would give away has been asked about. */
#include "cli/common/flags.h"
#include "cli/compose/compose.h"
#include "compose/publish.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"app", 0, BOOL, "publish the images of the services as well"},
	{"oci-version", 0, STRING, "1.0 or 1.1 (default: whichever the registry takes)"},
	{"resolve-image-digests", 0, BOOL, "pin images to digests"},
	{"with-env", 0, BOOL, "let variables and env_files go along"},
	{"yes", 'y', BOOL, "answer yes to all questions"},
	{0},
};

static bool ask_binds(const Project *project)
{
	g_autoptr(json_t) binds = publish_binds(project);
	if (json_array_size(binds) == 0)
		return true;
	g_autoptr(GString) text = g_string_new(
		"you are about to publish bind mounts declaration within your OCI artifact.\n"
		"only the bind mount declarations will be added to the OCI artifact (not content)\n"
		"please double check that you are not mounting potential user's sensitive "
		"directories or data\n");
	const char *last = "";
	for (size_t i = 0; i < json_array_size(binds); i++) {
		const json_t *bind = json_array_get(binds, i);
		const char *service = json_str(bind, "service");
		g_string_append_printf(text, "%s%s\n", strcmp(service, last) == 0 ? "" : service,
			json_str(bind, "text"));
		last = service;
	}
	g_string_append(text, "Are you ok to publish these bind mount declarations?");
	return compose_ask(NULL, text->str);
}

static bool ask_secrets(const Project *project, bool *yes, GError **error)
{
	g_autoptr(json_t) found = publish_secrets(project, error);
	if (found == NULL)
		return false;
	*yes = true;
	if (json_array_size(found) == 0)
		return true;
	g_autoptr(GString) text =
		g_string_new("you are about to publish sensitive data within your OCI artifact.\n"
			     "please double check that you are not leaking sensitive data\n");
	for (size_t i = 0; i < json_array_size(found); i++) {
		const json_t *one = json_array_get(found, i);
		g_string_append_printf(text, "%s\n\"%s\": %s\n", json_str(one, "type"),
			json_str(one, "key"), json_str(one, "value"));
	}
	g_string_append(text, "Are you ok to publish these sensitive data?");
	*yes = compose_ask(NULL, text->str);
	return true;
}

static bool ask_variables(const Project *project)
{
	g_autoptr(json_t) all = publish_variables(project);
	const char *name, *variable;
	json_t *variables, *value;
	if (json_object_size(all) == 0)
		return true;
	g_autoptr(GString) text = g_string_new(
		"you are about to publish environment variables within your OCI artifact.\n"
		"please double check that you are not leaking sensitive data\n");
	json_object_foreach (all, name, variables) {
		g_string_append_printf(text, "Service/Config  %s\n", name);
		json_object_foreach (variables, variable, value)
			g_string_append_printf(text, "%s=%s\n", variable,
				json_is_string(value) ? json_string_value(value) : "");
	}
	g_string_append(text, "Are you ok to publish these environment variables?");
	return compose_ask(NULL, text->str);
}

/* *yes: whether all that was asked was agreed to. */
static bool ask_all(
	const Cli *cli, const Project *project, const Project *declared, bool *yes, GError **error)
{
	*yes = true;
	if (!project_check_files(project, NULL, error) || !publish_check(project, error))
		return false;
	if (flag_bool(cli, "yes", false))
		return true;
	*yes = ask_binds(project);
	if (!*yes)
		return true;
	if (!ask_secrets(declared, yes, error))
		return false;
	if (!*yes)
		return true;
	if (!publish_check_variables(project, declared, flag_bool(cli, "with-env", false), error))
		return false;
	*yes = ask_variables(project);
	return true;
}

/* What is built here is pushed first; one that cannot be is told, as somebody else may have pushed it. */
static bool push_images(Cli *cli, const Project *project, Teller *teller, GError **error)
{
	const char *name;
	json_t *service;
	json_object_foreach (project_services(project), name, service)
		if (*json_str(service, "image") == '\0' &&
			json_object_get(service, "provider") == NULL)
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"\"service.image\" attribute is mandatory to push an image for "
				"service \"%s\"",
				name);
	return compose_push_images(cli, project, teller, error);
}

static json_t *images_of(const Project *project)
{
	json_t *list = json_array(), *service;
	const char *name;
	json_object_foreach (project_services(project), name, service)
		if (*json_str(service, "image") != '\0')
			json_array_append(list, json_object_get(service, "image"));
	return list;
}

/* Only which image each service has, as an override file. NULL with error. */
static char *digests_text(Cli *cli, GError **error)
{
	g_auto(ProjectOptions) options = {.all_profiles = true};
	compose_options(cli, &options);
	g_autoptr(Project) pinned = project_load(&options, error);
	if (pinned == NULL || !compose_pin_images(cli, pinned, error))
		return NULL;
	compose_keep_images(pinned);
	return project_text(pinned, false, true);
}

static bool publish(Cli *cli, const Project *project, const ProjectOptions *options,
	const char *where, Teller *teller, GError **error)
{
	bool app = flag_bool(cli, "app", false),
	     pin = app || flag_bool(cli, "resolve-image-digests", false);
	if (!push_images(cli, project, teller, error))
		return false;
	g_autofree char *digests = pin ? digests_text(cli, error) : NULL;
	if (pin && digests == NULL)
		return false;
	g_autoptr(json_t) layers =
		publish_layers(project, flag_bool(cli, "with-env", false), digests, error),
			  images = app ? images_of(project) : NULL;
	if (layers == NULL)
		return false;
	tell_work(teller, where, "publishing", "");
	bool ok = teller->dry_run || artifact_send(options->remote, where, layers,
					     flag_text(cli, "oci-version"), images, error);
	tell_work(teller, where, ok ? "published" : "Error", "");
	return ok;
}

static int run_publish(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_auto(ProjectOptions) options = {0};
	compose_options(cli, &options);
	options.all_profiles = true;
	ProjectOptions as_written = options;
	as_written.no_resolve_env = true;
	g_autoptr(Project) project = project_load(&options, &error),
			   declared = project != NULL ? project_load(&as_written, &error) : NULL;
	bool yes = true;
	if (declared == NULL || !ask_all(cli, project, declared, &yes, &error))
		return compose_fail(error);
	if (!yes)
		return EXIT_SUCCESS;
	Teller teller;
	g_autoptr(ComposeShow) show G_GNUC_UNUSED = compose_show_new(cli, "Publishing", &teller);
	return publish(cli, project, &options, cli->args[0], &teller, &error) ? EXIT_SUCCESS
									      : compose_fail(error);
}

const Command compose_publish_command = {
	.names = "publish|alpha publish",
	.usage = "[OPTIONS] REPOSITORY[:TAG]",
	.summary = "Publish a project as an OCI artifact",
	.example = "publish registry.example/app:1",
	.flags = flags,
	.aliases = compose_yes_aliases,
	.min_args = 1,
	.max_args = 1,
	.run = run_publish,
};
