/* Starts containers when their dependencies are ready, and waits for them. */
#include "compose/container.h"
#include "compose/hooks.h"
#include "compose/pre_start.h"

#include "base/error.h"

#include <string.h>

enum { POLL_US = 50000, NO_CHECK_US = 500000 };

typedef struct {
	const Project *project;
	const json_t *names; /* of the services that are started */
	json_t *containers;  /* the existing containers, before the start */
	Teller *teller;
	gint64 deadline; /* 0: none */
} Starting;

static void starting_clear(Starting *work)
{
	json_decref(work->containers);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Starting, starting_clear)

static bool is_late(const Starting *work)
{
	return work->deadline > 0 && g_get_monotonic_time() > work->deadline;
}

static bool await_healthy(
	Starting *work, Client *client, const json_t *container, bool must_have, GError **error)
{
	const char *name = container_name(container);
	/* A container without a health check may end at once: that is reported then. */
	gint64 patience = g_get_monotonic_time() + NO_CHECK_US;
	tell(work->teller, "Container", name, "Waiting", "");
	for (;;) {
		g_autoptr(json_t) now = engine_call(client, error, "GET", NULL,
			"/containers/%s/json", json_str(container, "Id"));
		if (now == NULL)
			return false;
		const char *health = json_str(now, "State.Health.Status"),
			   *state = json_str(now, "State.Status");
		if (strcmp(health, "healthy") == 0 ||
			(*health == '\0' && !must_have && json_bool(now, "State.Running"))) {
			tell(work->teller, "Container", name, "Healthy", "");
			return true;
		}
		const char *why =
			strcmp(health, "unhealthy") == 0 ? "is unhealthy"
			: strcmp(state, "exited") == 0 || strcmp(state, "dead") == 0 ? "exited"
			: *health == '\0' && must_have && g_get_monotonic_time() > patience
				? "has no healthcheck configured"
				: NULL;
		if (why != NULL) {
			tell(work->teller, "Container", name, "Error", "");
			if (strcmp(why, "exited") == 0)
				return fail(error, BERTH_ERROR_UNAVAILABLE,
					"container %s exited (%d)", name,
					(int)json_int(now, "State.ExitCode"));
			return fail(error, BERTH_ERROR_UNAVAILABLE, "container %s %s", name, why);
		}
		if (is_late(work))
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"timeout waiting for container %s to be healthy", name);
		g_usleep(POLL_US);
	}
}

static bool await_completed(Starting *work, Client *client, const char *service,
	const json_t *container, GError **error)
{
	const char *name = container_name(container);
	tell(work->teller, "Container", name, "Waiting", "");
	g_autoptr(json_t) end = engine_call(
		client, error, "POST", NULL, "/containers/%s/wait", json_str(container, "Id"));
	if (end == NULL)
		return false;
	int code = (int)json_int(end, "StatusCode");
	tell(work->teller, "Container", name, "Exited", "");
	return code == 0 ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "service \"%s\" didn't complete successfully: exit %d", service, code);
}

static bool await_dependency(
	Starting *work, Client *client, const char *name, const json_t *entry, GError **error)
{
	g_autoptr(json_t) all = project_containers(client, work->project->name, true, false, error),
			  own = NULL;
	const char *condition = json_str(entry, "condition");
	size_t i;
	json_t *container;
	if (all == NULL)
		return false;
	own = containers_of(all, name);
	json_array_foreach (own, i, container) {
		g_autoptr(GError) problem = NULL;
		bool healthy = strcmp(condition, "service_healthy") == 0;
		if (healthy ? await_healthy(work, client, container, true, &problem)
			    : await_completed(work, client, name, container, &problem))
			continue;
		if (json_is_false(json_object_get(entry, "required"))) {
			g_autofree char *why = g_strdup_printf("optional dependency \"%s\" %s",
				name, healthy ? "failed to start" : "didn't complete successfully");
			tell(work->teller, "Container", container_name(container), "Skipped:", why);
			continue;
		}
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			healthy ? "dependency failed to start: %s" : "%s", problem->message);
	}
	return true;
}

bool compose_await_restarted(
	const Project *project, Client *client, const char *name, Teller *teller, GError **error)
{
	g_auto(Starting) work = {.project = project, .teller = teller};
	const char *other;
	json_t *entry;
	json_object_foreach (
		json_object_get(json_object_get(project_services(project), name), "depends_on"),
		other, entry)
		if (json_bool(entry, "restart") &&
			strcmp(json_str(entry, "condition"), "service_started") != 0 &&
			!await_dependency(&work, client, other, entry, error))
			return false;
	return true;
}

static bool send_start(const Starting *work, Client *client, const char *id, GError **error)
{
	if (work->teller->dry_run)
		return true;
	g_autoptr(json_t) answer =
		engine_call(client, error, "POST", NULL, "/containers/%s/start", id);
	return answer != NULL;
}

static bool start_one(Starting *work, Client *client, const json_t *service,
	const json_t *container, GError **error)
{
	const char *name = container_name(container), *id = json_str(container, "Id");
	if (strcmp(json_str(container, "State"), "running") == 0) {
		if (!work->teller->only_changes)
			tell(work->teller, "Container", name, "Running", "");
		return true;
	}
	g_autoptr(GError) problem = NULL;
	tell(work->teller, "Container", name, "Starting", "");
	bool ok =
		send_start(work, client, id, &problem) &&
		(work->teller->dry_run || hooks_run(client, json_object_get(service, "post_start"),
						  container, work->teller, &problem));
	tell(work->teller, "Container", name, ok ? "Started" : "Error",
		problem != NULL ? problem->message : "");
	if (problem != NULL)
		g_propagate_error(error, g_steal_pointer(&problem));
	return ok;
}

/* Containers exist, but none is running. */
static bool is_at_rest(const json_t *containers)
{
	size_t i;
	json_t *container;
	json_array_foreach (containers, i, container)
		if (strcmp(json_str(container, "State"), "running") == 0)
			return false;
	return json_array_size(containers) > 0;
}

static bool start_service(gpointer data, const char *name, Client *client, GError **error)
{
	Starting *work = data;
	const json_t *service = json_object_get(project_services(work->project), name);
	const char *other;
	json_t *entry, *container;
	size_t i;
	json_object_foreach (
		work->teller->dry_run ? NULL : json_object_get(service, "depends_on"), other, entry)
		if (strcmp(json_str(entry, "condition"), "service_started") != 0 &&
			json_object_get(work->names, other) != NULL &&
			!await_dependency(work, client, other, entry, error))
			return false;
	g_autoptr(json_t) own = containers_of(work->containers, name);
	if (is_at_rest(own) && !pre_start_run(work->project, client, name, json_array_get(own, 0),
				       work->teller, error))
		return false;
	json_array_foreach (own, i, container)
		if (!start_one(work, client, service, container, error))
			return false;
	return true;
}

/* Whether dependents wait for its completion: then its end is expected. */
static bool is_job(const Project *project, const char *name)
{
	const char *other;
	json_t *service;
	json_object_foreach (project_services(project), other, service) {
		const json_t *entry = json_object_get(json_object_get(service, "depends_on"), name);
		if (strcmp(json_str(entry, "condition"), "service_completed_successfully") == 0)
			return true;
	}
	return false;
}

static bool wait_service(gpointer data, const char *name, Client *client, GError **error)
{
	Starting *work = data;
	g_autoptr(json_t) own = containers_of(work->containers, name);
	bool job = is_job(work->project, name);
	size_t i;
	json_t *container;
	json_array_foreach (own, i, container)
		if (!(job ? await_completed(work, client, name, container, error)
			  : await_healthy(work, client, container, false, error)))
			return false;
	return true;
}

/* A dry run has neither removed those that it replaces nor created the new ones. */
static void add_made(json_t *containers, const json_t *made)
{
	size_t i, n;
	json_t *container, *one;
	json_array_foreach (made, n, one) {
		json_array_foreach (containers, i, container)
			if (strcmp(container_name(container), container_name(one)) == 0) {
				json_array_remove(containers, i);
				break;
			}
		json_array_append(containers, one);
	}
}

static bool run_steps(const Project *project, Client *client, const json_t *names, gint64 timeout,
	ServiceStep step, Teller *teller, GError **error)
{
	g_auto(Starting) work = {.project = project, .names = names, .teller = teller};
	work.deadline = timeout > 0 ? g_get_monotonic_time() + timeout : 0;
	work.containers = project_containers(client, project->name, true, false, error);
	if (work.containers != NULL)
		add_made(work.containers, teller->made);
	return work.containers != NULL &&
	       graph_run(project, names, false, client_host(client), step, &work, error);
}

bool compose_start(const Project *project, Client *client, const json_t *names, gint64 timeout,
	Teller *teller, GError **error)
{
	return run_steps(project, client, names, timeout, start_service, teller, error);
}

bool compose_wait(const Project *project, Client *client, const json_t *names, gint64 timeout,
	Teller *teller, GError **error)
{
	return teller->dry_run ||
	       run_steps(project, client, names, timeout, wait_service, teller, error);
}
