/* A project and its members. */
#include "compose/container.h"

#include "base/error.h"

#include <string.h>

bool project_name_valid(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	return g_ascii_isalnum(*name) && strspn(name, allowed) == strlen(name);
}

void project_free(Project *project)
{
	g_free(project->name);
	g_free(project->folder);
	g_strfreev(project->files);
	g_strfreev(project->env_files);
	json_decref(project->remotes);
	g_clear_pointer(&project->copies, g_hash_table_unref);
	json_decref(project->faults);
	json_decref(project->model);
	json_decref(project->inactive);
	json_decref(project->variables);
	json_decref(project->profiles);
	json_decref(project->environment);
	g_free(project->credentials);
	g_free(project);
}

json_t *project_services(const Project *project)
{
	return json_object_get(project->model, "services");
}

json_t *project_service(const Project *project, const char *name, GError **error)
{
	json_t *service = json_object_get(project_services(project), name);
	if (service == NULL)
		fail(error, BERTH_ERROR_UNAVAILABLE, "no such service: %s", name);
	return service;
}

char *service_container_name(
	const Project *project, const char *name, const json_t *service, int number)
{
	const char *own = json_str(service, "container_name");
	return *own != '\0' ? g_strdup(own)
			    : g_strdup_printf("%s%s%s%s%d", project->name, project->separator, name,
				      project->separator, number);
}

const char *project_platform(const Project *project, const json_t *service)
{
	const char *own = json_str(service, "platform");
	return *own != '\0' ? own : json_named(project->environment, "DOCKER_DEFAULT_PLATFORM");
}

bool variable_is_true(const char *text)
{
	static const char *const words[] = {"1", "t", "true", "y", NULL};
	g_autofree char *lower = g_ascii_strdown(text != NULL ? text : "", -1);
	return g_strv_contains(words, g_strstrip(lower));
}
