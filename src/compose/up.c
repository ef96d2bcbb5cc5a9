/* Makes the engine's containers what the model says: creates, replaces, removes, starts, and touches no others. */
#include "compose/container.h"
#include "compose/files.h"
#include "compose/hooks.h"
#include "compose/provider.h"
#include "compose/references.h"
#include "compose/resources.h"

#include "base/error.h"

#include <string.h>

enum { POLL_US = 50000, NO_CHECK_US = 500000 };

typedef struct {
	const Project *project;
	const UpOptions *options;
	const json_t *names;
	json_t *containers; /* as they were before */
	json_t *ids;	    /* service -> id of its first container; guarded by lock */
	json_t *replaced;   /* services whose containers are new ones; the same */
	Resources resources;
	GMutex lock;
	Teller *teller;
	gint64 deadline; /* 0: none */
} Work;

static bool G_GNUC_PRINTF(5, 6) call(
	Work *work, Client *client, GError **error, const char *method, const char *format, ...)
{
	if (work->teller->dry_run)
		return true;
	va_list values;
	va_start(values, format);
	g_autofree char *path = g_strdup_vprintf(format, values);
	va_end(values);
	g_autoptr(json_t) answer = engine_call(client, error, method, NULL, "%s", path);
	return answer != NULL;
}

static bool stop(Work *work, Client *client, const char *id, GError **error)
{
	g_autofree char *query = work->options->timeout >= 0
					 ? g_strdup_printf("?t=%d", work->options->timeout)
					 : g_strdup("");
	return call(work, client, error, "POST", "/containers/%s/stop%s", id, query);
}

static void note_id(Work *work, const char *service, const char *id, bool is_new)
{
	g_mutex_lock(&work->lock);
	if (json_object_get(work->ids, service) == NULL)
		json_object_set_new(work->ids, service, json_string(id));
	if (is_new)
		json_object_set_new(work->replaced, service, json_true());
	g_mutex_unlock(&work->lock);
}

static char *create(Work *work, Client *client, ContainerWish *wish, const char *as, GError **error)
{
	if (work->teller->dry_run)
		return g_strdup("dry-run");
	g_mutex_lock(&work->lock);
	g_autoptr(json_t) ids = json_deep_copy(work->ids);
	g_mutex_unlock(&work->lock);
	wish->namespaces = ids;
	g_autoptr(json_t) body = container_body(wish, error);
	g_autofree char *name = client_escape(as),
			*platform = client_escape(json_str(wish->service, "platform"));
	g_autoptr(json_t) made =
		body == NULL
			? NULL
			: engine_call(client, error, "POST", body, "/containers/create?name=%s%s%s",
				  name, *platform != '\0' ? "&platform=" : "", platform);
	if (made == NULL)
		return NULL;
	const char *id = json_str(made, "Id");
	if (container_files(wish, client, id, error))
		return g_strdup(id);
	json_decref(engine_call(client, NULL, "DELETE", NULL, "/containers/%s?force=1&v=1", id));
	return NULL;
}

static ContainerWish wish_of(
	Work *work, const char *name, const json_t *service, const char *hash, int number)
{
	return (ContainerWish){.project = work->project,
		.service_name = name,
		.service = service,
		.hash = hash,
		.number = number,
		.image_id = json_str(work->options->image_ids, name),
		.renew_volumes = work->options->renew_volumes};
}

static bool create_new(Work *work, Client *client, const char *name, const json_t *service,
	const char *hash, int number, GError **error)
{
	g_autofree char *container = service_container_name(work->project, name, service, number);
	ContainerWish wish = wish_of(work, name, service, hash, number);
	wish.container_name = container;
	tell(work->teller, "Container", container, "Creating", "");
	g_autoptr(GError) problem = NULL;
	g_autofree char *id = create(work, client, &wish, container, &problem);
	tell(work->teller, "Container", container, id != NULL ? "Created" : "Error",
		problem != NULL ? problem->message : "");
	if (id != NULL)
		note_id(work, name, id, true);
	else
		g_propagate_error(error, g_steal_pointer(&problem));
	return id != NULL;
}

/* The new one is there before the old one goes: what cannot be made leaves the old one as it was. */
static bool replace(Work *work, Client *client, const char *name, const json_t *service,
	const char *hash, const json_t *old, GError **error)
{
	const char *old_id = json_str(old, "Id"), *old_name = container_name(old);
	g_autofree char *container = service_container_name(
				work->project, name, service, container_number(old)),
			*meanwhile = g_strdup_printf("%.12s_%s", old_id, container);
	g_autoptr(json_t) inspected =
		engine_call(client, error, "GET", NULL, "/containers/%s/json", old_id);
	if (inspected == NULL)
		return false;
	ContainerWish wish = wish_of(work, name, service, hash, container_number(old));
	wish.container_name = container;
	wish.replaced = inspected;
	tell(work->teller, "Container", old_name, "Recreate", "");
	g_autofree char *id = create(work, client, &wish, meanwhile, error);
	if (id == NULL)
		return false;
	g_autofree char *escaped = client_escape(container);
	bool ok = stop(work, client, old_id, error) &&
		  call(work, client, error, "DELETE", "/containers/%s?force=1", old_id) &&
		  call(work, client, error, "POST", "/containers/%s/rename?name=%s", id, escaped);
	tell(work->teller, "Container", container, ok ? "Recreated" : "Error", "");
	note_id(work, name, id, true);
	return ok;
}

static bool remove_extra(Work *work, Client *client, const json_t *container, GError **error)
{
	const char *id = json_str(container, "Id"), *name = container_name(container);
	tell(work->teller, "Container", name, "Stopping", "");
	if (!stop(work, client, id, error))
		return false;
	tell(work->teller, "Container", name, "Removing", "");
	if (!call(work, client, error, "DELETE", "/containers/%s?force=1", id))
		return false;
	tell(work->teller, "Container", name, "Removed", "");
	return true;
}

static bool depends_on_replaced(Work *work, const json_t *service)
{
	static const char *const modes[] = {"network_mode", "ipc", "pid", "uts"};
	bool found = false;
	g_mutex_lock(&work->lock);
	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
		const char *mode = json_str(service, modes[i]);
		found = found ||
			(g_str_has_prefix(mode, "service:") &&
				json_object_get(work->replaced, mode + strlen("service:")) != NULL);
	}
	const char *name;
	json_t *entry;
	json_object_foreach (
		work->options->always_recreate_deps ? json_object_get(service, "depends_on") : NULL,
		name, entry)
		found = found || json_object_get(work->replaced, name) != NULL;
	g_mutex_unlock(&work->lock);
	return found;
}

static bool is_on_network(const json_t *container, const char *id)
{
	const char *name;
	json_t *endpoint;
	json_object_foreach (json_at(container, "NetworkSettings.Networks"), name, endpoint)
		if (strcmp(json_str(endpoint, "NetworkID"), id) == 0)
			return true;
	return false;
}

static bool has_volume(const json_t *container, const char *name)
{
	size_t i;
	json_t *mount;
	json_array_foreach (json_object_get(container, "Mounts"), i, mount)
		if (strcmp(json_str(mount, "Type"), "volume") == 0 &&
			strcmp(json_str(mount, "Name"), name) == 0)
			return true;
	return false;
}

/* A container whose hash is right may have lost a network or a volume, or have another one of that name. */
static bool lacks_resources(const Work *work, const json_t *service, const json_t *container)
{
	const char *key;
	json_t *value;
	size_t i;
	if (strcmp(json_str(container, "State"), "running") == 0)
		json_object_foreach (json_object_get(service, "networks"), key, value) {
			const char *id =
				json_string_value(json_object_get(work->resources.networks, key));
			if (id != NULL && *id != '\0' && !is_on_network(container, id))
				return true;
		}
	json_array_foreach (json_object_get(service, "volumes"), i, value) {
		json_t *name = json_object_get(work->resources.volumes, json_str(value, "source"));
		if (strcmp(json_str(value, "type"), "volume") == 0 && name != NULL &&
			!has_volume(container, json_string_value(name)))
			return true;
	}
	return false;
}

static bool is_outdated(Work *work, const char *name, const json_t *service, const char *hash,
	const json_t *container)
{
	const UpOptions *options = work->options;
	bool named = options->targets == NULL || json_object_get(options->targets, name) != NULL;
	if (options->no_recreate)
		return false;
	if ((options->force_recreate && named) || depends_on_replaced(work, service))
		return true;
	if (json_object_get(work->resources.remade, name) != NULL ||
		lacks_resources(work, service, container))
		return true;
	const char *image = json_str(options->image_ids, name),
		   *had = container_label(container, "image");
	if (*had == '\0')
		had = json_str(container, "ImageID");
	return strcmp(container_label(container, "config-hash"), hash) != 0 ||
	       (*image != '\0' && strcmp(image, had) != 0);
}

/* What depends on a container that is another one now, and wants to be told, is started anew (depends_on, restart). */
static bool wants_restart(Work *work, const json_t *service)
{
	const char *name;
	json_t *entry;
	bool wants = false;
	g_mutex_lock(&work->lock);
	json_object_foreach (json_object_get(service, "depends_on"), name, entry)
		wants = wants || (json_bool(entry, "restart") &&
					 json_object_get(work->replaced, name) != NULL);
	g_mutex_unlock(&work->lock);
	return wants;
}

/* Its start comes with those of all others. */
static bool stop_for_restart(Work *work, Client *client, const json_t *container, GError **error)
{
	if (strcmp(json_str(container, "State"), "running") != 0)
		return true;
	const char *name = container_name(container);
	tell(work->teller, "Container", name, "Stopping", "");
	if (!stop(work, client, json_str(container, "Id"), error))
		return false;
	tell(work->teller, "Container", name, "Stopped", "");
	return true;
}

static int wanted_count(const Work *work, const char *name, const json_t *service)
{
	json_t *scale = json_object_get(work->options->scale, name);
	return scale != NULL ? (int)json_integer_value(scale) : service_replicas(service);
}

static bool has_number(const json_t *containers, int number)
{
	size_t i;
	json_t *container;
	json_array_foreach (containers, i, container)
		if (container_number(container) == number)
			return true;
	return false;
}

/* Other services' containers are there by now. */
static char *hash_now(Work *work, const json_t *service, GError **error)
{
	g_mutex_lock(&work->lock);
	g_autoptr(json_t) ids = json_deep_copy(work->ids);
	g_mutex_unlock(&work->lock);
	return service_hash_resolved(service, ids, error);
}

static bool create_service(gpointer data, const char *name, Client *client, GError **error)
{
	Work *work = data;
	const json_t *service = json_object_get(project_services(work->project), name);
	if (json_object_get(service, "provider") != NULL)
		return provider_run(work->project, name, "up", work->teller, error);
	g_autoptr(json_t) own = containers_of(work->containers, name);
	g_autofree char *hash = hash_now(work, service, error);
	int wanted = wanted_count(work, name, service), kept = 0;
	if (hash == NULL)
		return false;
	for (size_t i = 0; i < json_array_size(own); i++) {
		const json_t *container = json_array_get(own, i);
		if (kept == wanted) {
			if (!remove_extra(work, client, container, error))
				return false;
			continue;
		}
		kept++;
		if (!is_outdated(work, name, service, hash, container)) {
			note_id(work, name, json_str(container, "Id"), false);
			if (wants_restart(work, service) &&
				!stop_for_restart(work, client, container, error))
				return false;
		} else if (!replace(work, client, name, service, hash, container, error))
			return false;
	}
	for (int number = 1; kept < wanted; number++)
		if (!has_number(own, number)) {
			if (!create_new(work, client, name, service, hash, number, error))
				return false;
			kept++;
		}
	return true;
}

static void work_clear(Work *work)
{
	json_decref(work->containers);
	json_decref(work->ids);
	json_decref(work->replaced);
	resources_clear(&work->resources);
	g_mutex_clear(&work->lock);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Work, work_clear)

bool compose_create(const Project *project, Client *client, const UpOptions *options,
	Teller *teller, GError **error)
{
	g_auto(Work) work = {.project = project, .options = options, .teller = teller};
	g_mutex_init(&work.lock);
	if (!project_check_names(project, error))
		return false;
	work.ids = json_object();
	work.replaced = json_object();
	if (!resources_create(project, client, options->names, options->all_resources, teller,
		    &work.resources, error))
		return false;
	work.containers = project_containers(client, project->name, true, false, error);
	if (work.containers == NULL)
		return false;
	/* Containers of services that are not touched are there for "service:x", too. */
	for (size_t i = 0; i < json_array_size(work.containers); i++) {
		const json_t *container = json_array_get(work.containers, i);
		const char *service = container_label(container, "service");
		if (json_object_get(options->names, service) == NULL)
			note_id(&work, service, json_str(container, "Id"), false);
	}
	return graph_run(
		project, options->names, false, client_host(client), create_service, &work, error);
}

bool compose_resources(
	const Project *project, Client *client, const json_t *names, Teller *teller, GError **error)
{
	g_auto(Resources) resources = {0};
	return resources_create(project, client, names, false, teller, &resources, error);
}

static bool is_late(const Work *work)
{
	return work->deadline > 0 && g_get_monotonic_time() > work->deadline;
}

static bool await_healthy(
	Work *work, Client *client, const json_t *container, bool must_have, GError **error)
{
	const char *name = container_name(container);
	/* One without a check may be one that ends at once: that is told then. */
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

static bool await_completed(
	Work *work, Client *client, const char *service, const json_t *container, GError **error)
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
	Work *work, Client *client, const char *name, const json_t *entry, GError **error)
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
	g_auto(Work) work = {.project = project, .teller = teller};
	const char *other;
	json_t *entry;
	g_mutex_init(&work.lock);
	json_object_foreach (
		json_object_get(json_object_get(project_services(project), name), "depends_on"),
		other, entry)
		if (json_bool(entry, "restart") &&
			strcmp(json_str(entry, "condition"), "service_started") != 0 &&
			!await_dependency(&work, client, other, entry, error))
			return false;
	return true;
}

static bool start_one(
	Work *work, Client *client, const json_t *service, const json_t *container, GError **error)
{
	const char *name = container_name(container), *id = json_str(container, "Id");
	if (strcmp(json_str(container, "State"), "running") == 0) {
		tell(work->teller, "Container", name, "Running", "");
		return true;
	}
	g_autoptr(GError) problem = NULL;
	tell(work->teller, "Container", name, "Starting", "");
	bool ok =
		call(work, client, &problem, "POST", "/containers/%s/start", id) &&
		(work->teller->dry_run || hooks_run(client, json_object_get(service, "post_start"),
						  container, work->teller, &problem));
	tell(work->teller, "Container", name, ok ? "Started" : "Error",
		problem != NULL ? problem->message : "");
	if (problem != NULL)
		g_propagate_error(error, g_steal_pointer(&problem));
	return ok;
}

static bool start_service(gpointer data, const char *name, Client *client, GError **error)
{
	Work *work = data;
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
	json_array_foreach (own, i, container)
		if (!start_one(work, client, service, container, error))
			return false;
	return true;
}

/* Whether others wait for its end: then that is what it is there for. */
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
	Work *work = data;
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

static bool run_steps(const Project *project, Client *client, const json_t *names, gint64 timeout,
	ServiceStep step, Teller *teller, GError **error)
{
	g_auto(Work) work = {.project = project, .names = names, .teller = teller};
	g_mutex_init(&work.lock);
	work.deadline = timeout > 0 ? g_get_monotonic_time() + timeout : 0;
	work.containers = project_containers(client, project->name, true, false, error);
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

char *compose_run(const Project *project, Client *client, const char *service_name,
	const json_t *service, const char *name, const char *image_id, bool aliases, GError **error)
{
	g_autoptr(json_t) containers =
		project_containers(client, project->name, true, false, error),
			  ids = json_object(), own = json_copy((json_t *)service);
	g_autofree char *random = g_uuid_string_random(), *hash = NULL;
	size_t i;
	json_t *container;
	if (containers == NULL)
		return NULL;
	json_array_foreach (containers, i, container)
		if (json_object_get(ids, container_label(container, "service")) == NULL)
			json_object_set_new(ids, container_label(container, "service"),
				json_string(json_str(container, "Id")));
	hash = service_hash_resolved(service, ids, error);
	if (hash == NULL)
		return NULL;
	json_object_del(own, "restart");
	ContainerWish wish = {.project = project,
		.service_name = service_name,
		.container_name = name,
		.hash = hash,
		.service = own,
		.number = 1,
		.image_id = image_id,
		.namespaces = ids,
		.slug = random};
	g_autoptr(json_t) body = container_body(&wish, error);
	if (body == NULL)
		return NULL;
	json_t *endpoints = json_at(body, "NetworkingConfig.EndpointsConfig"), *endpoint;
	const char *network;
	json_object_foreach (endpoints, network, endpoint)
		if (aliases)
			json_object_set_new(endpoint, "Aliases", json_pack("[s]", service_name));
	bool attached = !json_bool(own, "x-detached");
	json_object_set_new(
		body, "AttachStdin", json_boolean(attached && json_bool(own, "stdin_open")));
	json_object_set_new(body, "AttachStdout", json_boolean(attached));
	json_object_set_new(body, "AttachStderr", json_boolean(attached));
	json_object_set_new(
		body, "StdinOnce", json_boolean(attached && json_bool(own, "stdin_open")));
	if (json_bool(own, "x-remove"))
		json_object_set_new(json_object_get(body, "HostConfig"), "AutoRemove", json_true());
	g_autofree char *escaped = client_escape(name);
	g_autoptr(json_t) made =
		engine_call(client, error, "POST", body, "/containers/create?name=%s", escaped);
	return made != NULL && container_files(&wish, client, json_str(made, "Id"), error)
		       ? g_strdup(json_str(made, "Id"))
		       : NULL;
}
