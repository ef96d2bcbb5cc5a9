#include "compose/pre_start.h"
#include "compose/container.h"
#include "compose/files.h"
#include "compose/hooks.h"

#include "base/error.h"

#include <string.h>
#include <unistd.h>

/* A pre_start step of a service. */
typedef struct {
	const Project *project;
	const char *service_name;
	const json_t *service, *hook, *container;
	int index;
	char *name;
} Step;

static void step_clear(Step *step)
{
	g_free(step->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Step, step_clear)

/* The service with the step's settings. Its mounts come from its container; dependents of the service must not find
 * the step. */
static json_t *service_of(const Step *step)
{
	static const char *const others[] = {"entrypoint", "command", "container_name", "volumes",
		"tmpfs", "ports", "expose", "healthcheck", "links", "deploy", "scale", "tty",
		"stdin_open", "post_start", "pre_stop", "pre_start", "restart"};
	static const char *const own[] = {"command", "user", "working_dir", "image"};
	json_t *service = json_copy((json_t *)step->service),
	       *environment = json_copy(json_object_get(step->service, "environment"));
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		json_object_del(service, others[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(own); i++)
		if (json_object_get(step->hook, own[i]) != NULL)
			json_object_set(service, own[i], json_object_get(step->hook, own[i]));
	if (json_bool(step->hook, "privileged"))
		json_object_set_new(service, "privileged", json_true());
	if (environment == NULL)
		environment = json_object();
	json_object_update(environment, json_object_get(step->hook, "environment"));
	json_object_set_new(service, "environment", environment);
	return service;
}

/* It has neither number nor hash, so that it is not taken for a container of the service, but for a one-off one. */
static void set_labels(const Step *step, json_t *labels)
{
	static const char *const none[] = {"config-hash", "container-number", "slug"};
	for (size_t i = 0; i < G_N_ELEMENTS(none); i++) {
		g_autofree char *key = g_strconcat("com.docker.compose.", none[i], NULL);
		json_object_del(labels, key);
	}
	g_autofree char *index = g_strdup_printf("%d", step->index);
	json_object_set_new(labels, "com.docker.compose.hook", json_string("pre_start"));
	json_object_set_new(labels, "com.docker.compose.hook-index", json_string(index));
}

/* The id of its container; NULL with error. */
static char *create(const Step *step, Client *client, GError **error)
{
	g_autoptr(json_t) service = service_of(step), none = json_object();
	ContainerRequest request = {.project = step->project,
		.service_name = step->service_name,
		.container_name = step->name,
		.hash = "",
		.service = service,
		.image_id = "",
		.namespaces = none,
		.slug = "pre_start"};
	g_autoptr(json_t) body = container_body(&request, error);
	if (body == NULL)
		return NULL;
	set_labels(step, json_object_get(body, "Labels"));
	json_object_set_new(json_object_get(body, "HostConfig"), "VolumesFrom",
		json_pack("[s]", json_str(step->container, "Id")));
	g_autofree char *escaped = client_escape(step->name);
	g_autoptr(json_t) made =
		engine_call(client, error, "POST", body, "/containers/create?name=%s", escaped);
	return made != NULL && container_files(&request, client, json_str(made, "Id"), error)
		       ? g_strdup(json_str(made, "Id"))
		       : NULL;
}

/* Its exit code, after all of its output; -1 with error. */
static int run(const Step *step, Client *client, const char *id, Teller *teller, GError **error)
{
	g_autofree char *path =
		g_strdup_printf("/containers/%s/attach?stream=1&stdout=1&stderr=1", id);
	int fd = client_hijack(client, path, NULL, error);
	if (fd < 0)
		return -1;
	g_autoptr(json_t) started =
		engine_call(client, error, "POST", NULL, "/containers/%s/start", id);
	if (started != NULL)
		hooks_hear(fd, step->container, teller);
	close(fd);
	g_autoptr(json_t) end = started != NULL ? engine_call(client, error, "POST", NULL,
							  "/containers/%s/wait", id)
						: NULL;
	return end != NULL ? (int)json_int(end, "StatusCode") : -1;
}

static bool carry_out(const Step *step, Client *client, Teller *teller, GError **error)
{
	g_autoptr(GError) problem = NULL;
	tell(teller, "Container", step->name, "Starting", "");
	g_autofree char *id = create(step, client, &problem);
	int code = id != NULL ? run(step, client, id, teller, &problem) : -1;
	tell(teller, "Container", step->name, code == 0 ? "Exited" : "Error", "");
	if (problem != NULL) {
		if (id != NULL)
			json_decref(engine_call(
				client, NULL, "DELETE", NULL, "/containers/%s?force=1&v=1", id));
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	if (code != 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"service \"%s\" pre_start[%d] exited with code %d (hook container %.12s "
			"retained for inspection)",
			step->service_name, step->index, code, id);
	json_decref(engine_call(client, NULL, "DELETE", NULL, "/containers/%s?force=1&v=1", id));
	return true;
}

/* Containers of an earlier attempt. */
static bool remove_old(const Project *project, Client *client, const char *service, GError **error)
{
	g_autoptr(json_t) all = project_containers(client, project->name, true, true, error);
	size_t i;
	json_t *container;
	json_array_foreach (all, i, container) {
		if (strcmp(container_label(container, "service"), service) != 0 ||
			strcmp(container_label(container, "hook"), "pre_start") != 0)
			continue;
		g_autoptr(json_t) answer = engine_call(client, error, "DELETE", NULL,
			"/containers/%s?force=1&v=1", json_str(container, "Id"));
		if (answer == NULL)
			return false;
	}
	return all != NULL;
}

bool pre_start_run(const Project *project, Client *client, const char *service_name,
	const json_t *container, Teller *teller, GError **error)
{
	const json_t *service = json_object_get(project_services(project), service_name),
		     *hooks = json_object_get(service, "pre_start");
	size_t i;
	json_t *hook;
	json_array_foreach (hooks, i, hook)
		if (json_bool(hook, "per_replica"))
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"service \"%s\" pre_start[%d]: per_replica is not yet supported; "
				"remove per_replica or set it to false",
				service_name, (int)i);
	if (json_array_size(hooks) == 0 || teller->dry_run)
		return true;
	if (!remove_old(project, client, service_name, error))
		return false;
	json_array_foreach (hooks, i, hook) {
		g_auto(Step) step = {project, service_name, service, hook, container, (int)i,
			g_strdup_printf("%s%s%s%spre_start%s%d", project->name, project->separator,
				service_name, project->separator, project->separator, (int)i)};
		if (!carry_out(&step, client, teller, error))
			return false;
	}
	return true;
}
