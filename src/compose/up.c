/* `up`: creates, replaces and removes containers so that they match the model. */
#include "compose/container.h"
#include "compose/files.h"
#include "compose/provider.h"
#include "compose/references.h"
#include "compose/resources.h"

#include "base/error.h"

#include <string.h>

typedef struct {
	const Project *project;
	const UpOptions *options;
	json_t *containers; /* the existing containers, before the change */
	json_t *ids;	    /* service -> id of its first container; guarded by lock */
	json_t *replaced;   /* services with new containers; guarded by lock */
	Resources resources;
	GMutex lock;
	Teller *teller;
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

/* What a dry run creates is started by it, too. */
static void note_made(Work *work, const ContainerRequest *request)
{
	g_autofree char *name = g_strconcat("/", request->container_name, NULL),
			*number = g_strdup_printf("%d", request->number);
	json_t *made = json_pack("{s:s, s:[s], s:s, s:{s:s, s:s}}", "Id", "dry-run", "Names", name,
		"State", "created", "Labels", "com.docker.compose.service", request->service_name,
		"com.docker.compose.container-number", number);
	g_mutex_lock(&work->lock);
	if (work->teller->made == NULL)
		work->teller->made = json_array();
	json_array_append_new(work->teller->made, made);
	g_mutex_unlock(&work->lock);
}

static char *create(
	Work *work, Client *client, ContainerRequest *request, const char *as, GError **error)
{
	if (work->teller->dry_run) {
		note_made(work, request);
		return g_strdup("dry-run");
	}
	g_mutex_lock(&work->lock);
	g_autoptr(json_t) ids = json_deep_copy(work->ids);
	g_mutex_unlock(&work->lock);
	request->namespaces = ids;
	g_autoptr(json_t) body = container_body(request, error);
	g_autofree char *name = client_escape(as),
			*platform =
				client_escape(project_platform(request->project, request->service));
	g_autoptr(json_t) made =
		body == NULL
			? NULL
			: engine_call(client, error, "POST", body, "/containers/create?name=%s%s%s",
				  name, *platform != '\0' ? "&platform=" : "", platform);
	if (made == NULL)
		return NULL;
	const char *id = json_str(made, "Id");
	if (container_files(request, client, id, error))
		return g_strdup(id);
	json_decref(engine_call(client, NULL, "DELETE", NULL, "/containers/%s?force=1&v=1", id));
	return NULL;
}

static ContainerRequest request_of(
	Work *work, const char *name, const json_t *service, const char *hash, int number)
{
	return (ContainerRequest){.project = work->project,
		.service_name = name,
		.service = service,
		.hash = hash,
		.number = number,
		.image_id = json_named(work->options->image_ids, name),
		.renew_volumes = work->options->renew_volumes};
}

static bool create_new(Work *work, Client *client, const char *name, const json_t *service,
	const char *hash, int number, GError **error)
{
	g_autofree char *container = service_container_name(work->project, name, service, number);
	ContainerRequest request = request_of(work, name, service, hash, number);
	request.container_name = container;
	tell(work->teller, "Container", container, "Creating", "");
	g_autoptr(GError) problem = NULL;
	g_autofree char *id = create(work, client, &request, container, &problem);
	tell(work->teller, "Container", container, id != NULL ? "Created" : "Error",
		problem != NULL ? problem->message : "");
	if (id != NULL)
		note_id(work, name, id, true);
	else
		g_propagate_error(error, g_steal_pointer(&problem));
	return id != NULL;
}

/* The new container is created before the old one is removed: on failure the old one stays. */
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
	ContainerRequest request = request_of(work, name, service, hash, container_number(old));
	request.container_name = container;
	request.replaced = inspected;
	tell(work->teller, "Container", old_name, "Recreate", "");
	g_autofree char *id = create(work, client, &request, meanwhile, error);
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

/* A container in namespaces of one that is gone could not be started. */
static bool shares_replaced(Work *work, const json_t *service)
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

/* A container with the right hash may still lack a network or volume, or have a different one of that name. */
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
	if ((named ? options->force_recreate : options->always_recreate_deps) ||
		shares_replaced(work, service))
		return true;
	if (json_object_get(work->resources.remade, name) != NULL ||
		lacks_resources(work, service, container))
		return true;
	const char *image = json_named(options->image_ids, name),
		   *had = container_label(container, "image");
	if (*had == '\0')
		had = json_str(container, "ImageID");
	return strcmp(container_label(container, "config-hash"), hash) != 0 ||
	       (*image != '\0' && strcmp(image, had) != 0);
}

/* Restarts dependents of replaced containers that request it (depends_on, restart). */
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

/* They are started with all others. */
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

/* Containers of other services exist by now. */
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
	if (!project_check_names(project, options->names, error))
		return false;
	work.ids = json_object();
	work.replaced = json_object();
	if (!resources_create(project, client, options->names, options->all_resources, teller,
		    &work.resources, error))
		return false;
	work.containers = project_containers(client, project->name, true, false, error);
	if (work.containers == NULL)
		return false;
	/* Containers of services that are not selected can be referenced by "service:x", too. */
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
