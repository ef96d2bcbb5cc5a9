/* The project that a command is about. */
#include "cli/common/flags.h"
#include "cli/compose/compose.h"
#include "cli/registry/credentials.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

int compose_fail(const GError *error)
{
	cli_print_error(error);
	return EXIT_FAILURE;
}

static char **texts(const Cli *cli, const char *flag)
{
	g_autoptr(json_t) list = flag_list(cli, flag);
	return json_strv(list);
}

static json_t *credentials(gpointer data, const char *reference, GError **error)
{
	g_autofree char *registry = registry_of(reference);
	return credentials_get(data, registry, error);
}

void compose_options(const Cli *cli, ProjectOptions *options)
{
	const Cli *outer = cli->outer;
	options->files = texts(outer, "file");
	options->env_files = texts(outer, "env-file");
	options->profiles = texts(outer, "profile");
	options->folder = flag_text(
		outer, flag_given(outer, "project-directory") ? "project-directory" : "workdir");
	options->name = flag_text(outer, "project-name");
	options->compatibility = flag_bool(outer, "compatibility", false);
	RemoteAccess *remote = g_new0(RemoteAccess, 1);
	*remote = (RemoteAccess){credentials, (gpointer)cli};
	options->remote = remote;
}

void compose_options_clear(ProjectOptions *options)
{
	g_strfreev((char **)options->files);
	g_strfreev((char **)options->env_files);
	g_strfreev((char **)options->profiles);
	g_free((RemoteAccess *)options->remote);
}

Project *compose_project(Cli *cli, GError **error)
{
	g_auto(ProjectOptions) options = {0};
	compose_options(cli, &options);
	return project_load(&options, error);
}

Project *compose_project_here(Cli *cli, GError **error)
{
	g_auto(ProjectOptions) options = {0};
	compose_options(cli, &options);
	g_clear_pointer((RemoteAccess **)&options.remote, g_free);
	return project_load(&options, error);
}

/* As Docker Compose has it: with -p alone the files that lie here or above need not be that project's, and where they
 * cannot be read the project that COMPOSE_PROJECT_NAME names is known by its labels. */
static Project *project_there(Cli *cli, bool all_profiles, GError **error)
{
	g_auto(ProjectOptions) options = {0};
	g_autoptr(GError) problem = NULL;
	compose_options(cli, &options);
	options.all_profiles = all_profiles;
	bool no_files = options.files == NULL || *options.files == NULL;
	if (*options.name != '\0' && no_files && project_name_valid(options.name))
		return project_of_labels(cli->client, options.name, error);
	Project *project = project_load(&options, &problem);
	if (project != NULL)
		return project;
	const char *env = getenv("COMPOSE_PROJECT_NAME");
	if (env == NULL || !project_name_valid(env)) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return NULL;
	}
	if (strstr(problem->message, "no configuration file") == NULL)
		compose_warn("%s; what is there of project %s is known by its labels",
			problem->message, env);
	return project_of_labels(cli->client, env, error);
}

Project *compose_project_anyhow(Cli *cli, GError **error)
{
	return project_there(cli, true, error);
}

Project *compose_project_named(Cli *cli, GError **error)
{
	Project *project = project_there(cli, false, error);
	if (project == NULL || project_enable(project, cli->args, error))
		return project;
	project_free(project);
	return NULL;
}

/* strict: each service that is named has to be known. */
static json_t *choose(Cli *cli, bool all, bool runs, bool strict, Project **project, GError **error)
{
	*project = compose_project_named(cli, error);
	g_autoptr(json_t) every = NULL;
	if (*project != NULL)
		every = runs ? project_all_containers(cli->client, (*project)->name, error)
			     : project_containers(cli->client, (*project)->name, all, false, error);
	json_t *chosen, *container;
	size_t i;
	if (every == NULL)
		return NULL;
	/* Without files a name that no container has is that of no container. */
	strict = strict && *(*project)->files != NULL;
	for (int n = 0; strict && n < cli->arg_count; n++) {
		g_autoptr(json_t) own = containers_of(every, cli->args[n]);
		if (json_array_size(own) == 0 &&
			json_object_get((*project)->inactive, cli->args[n]) == NULL &&
			project_service(*project, cli->args[n], error) == NULL)
			return NULL;
	}
	if (cli->arg_count == 0)
		return g_steal_pointer(&every);
	chosen = json_array();
	json_array_foreach (every, i, container)
		if (g_strv_contains(
			    (const char *const *)cli->args, container_label(container, "service")))
			json_array_append(chosen, container);
	return chosen;
}

json_t *compose_chosen(Cli *cli, bool all, Project **project, GError **error)
{
	return choose(cli, all, false, true, project, error);
}

json_t *compose_chosen_known(Cli *cli, bool all, Project **project, GError **error)
{
	return choose(cli, all, false, false, project, error);
}

json_t *compose_chosen_runs(Cli *cli, bool all, Project **project, GError **error)
{
	return choose(cli, all, all, true, project, error);
}

json_t *compose_of_files(const Project *project, const json_t *containers)
{
	json_t *own = json_array(), *container;
	size_t i;
	json_array_foreach (containers, i, container) {
		const char *service = container_label(container, "service");
		if (*project->files == NULL ||
			json_object_get(project_services(project), service) != NULL)
			json_array_append(own, container);
	}
	return own;
}

bool compose_check_names(Cli *cli, const Project *project, GError **error)
{
	for (int i = 0; i < cli->arg_count; i++)
		if (json_object_get(project->inactive, cli->args[i]) == NULL &&
			project_service(project, cli->args[i], error) == NULL)
			return false;
	return true;
}

bool compose_dry_run(const Cli *cli)
{
	return flag_bool(cli->outer, "dry-run", false);
}
