#include "compose/resources.h"

#include "base/error.h"
#include "base/shown.h"
#include "version.h"

#include <string.h>

/* 1: it exists, 0: it does not, -1: error. */
static int exists(
	Client *client, const char *kind, const char *name, json_t **found, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autofree char *escaped = client_escape(name);
	json_t *answer = engine_call(client, &problem, "GET", NULL, "/%ss/%s", kind, escaped);
	if (answer != NULL) {
		*found = answer;
		return 1;
	}
	if (is_answer_of(problem, BERTH_ERROR_NOT_FOUND))
		return 0;
	g_propagate_error(error, g_steal_pointer(&problem));
	return -1;
}

static json_t *labels_of(const Project *project, const char *kind, const char *key,
	const json_t *resource, const char *hash)
{
	json_t *own = json_object_get(resource, "labels");
	json_t *labels = json_is_object(own) ? json_copy(own) : json_object();
	g_autofree char *label = g_strconcat("com.docker.compose.", kind, NULL);
	json_object_set_new(labels, "com.docker.compose.project", json_string(project->name));
	json_object_set_new(labels, label, json_string(key));
	json_object_set_new(labels, "com.docker.compose.config-hash", json_string(hash));
	json_object_set_new(
		labels, "com.docker.compose.version", json_string(BERTH_COMPOSE_VERSION));
	return labels;
}

/* NULL: not set. */
static json_t *ipam(const json_t *network)
{
	static const char *const names[][2] = {{"subnet", "Subnet"}, {"gateway", "Gateway"},
		{"ip_range", "IPRange"}, {"aux_addresses", "AuxiliaryAddresses"}};
	const json_t *own = json_object_get(network, "ipam");
	json_t *pools = json_array(), *pool, *options = json_object_get(own, "options");
	const char *driver = json_str(own, "driver");
	size_t i;
	json_array_foreach (json_object_get(own, "config"), i, pool) {
		json_t *entry = json_object();
		for (size_t n = 0; n < G_N_ELEMENTS(names); n++)
			if (json_object_get(pool, names[n][0]) != NULL)
				json_object_set(
					entry, names[n][1], json_object_get(pool, names[n][0]));
		json_array_append_new(pools, entry);
	}
	if (json_array_size(pools) == 0 && *driver == '\0' && options == NULL) {
		json_decref(pools);
		return NULL;
	}
	return json_pack("{s:s*, s:o, s:O*}", "Driver", *driver != '\0' ? driver : NULL, "Config",
		pools, "Options", options);
}

static json_t *network_body(
	const Project *project, const char *key, const json_t *network, const char *hash)
{
	static const char *const same[][2] = {{"driver", "Driver"}, {"driver_opts", "Options"},
		{"internal", "Internal"}, {"attachable", "Attachable"},
		{"enable_ipv6", "EnableIPv6"}, {"enable_ipv4", "EnableIPv4"}};
	json_t *body = json_pack("{s:s, s:o, s:o*}", "Name", json_str(network, "name"), "Labels",
		labels_of(project, "network", key, network, hash), "IPAM", ipam(network));
	for (size_t i = 0; i < G_N_ELEMENTS(same); i++)
		if (json_object_get(network, same[i][0]) != NULL)
			json_object_set(body, same[i][1], json_object_get(network, same[i][0]));
	return body;
}

static json_t *volume_body(
	const Project *project, const char *key, const json_t *volume, const char *hash)
{
	static const char *const same[][2] = {{"driver", "Driver"}, {"driver_opts", "DriverOpts"}};
	json_t *body = json_pack("{s:s, s:o}", "Name", json_str(volume, "name"), "Labels",
		labels_of(project, "volume", key, volume, hash));
	for (size_t i = 0; i < G_N_ELEMENTS(same); i++)
		if (json_object_get(volume, same[i][0]) != NULL)
			json_object_set(body, same[i][1], json_object_get(volume, same[i][0]));
	return body;
}

/* A network or volume of the project, and its existing counterpart. */
typedef struct {
	const Project *project;
	Client *client;
	Teller *teller;
	Resources *resources;
	const char *kind, *title, *key, *name; /* "network", "Network" */
	const json_t *resource;
	char *hash;
	json_t *left; /* containers disconnected from a network: id -> the endpoint that they had */
} One;

static bool is_network(const One *one)
{
	return *one->kind == 'n';
}

static bool uses(const One *one, const json_t *service)
{
	size_t i;
	json_t *mount;
	if (is_network(one))
		return json_object_get(json_object_get(service, "networks"), one->key) != NULL;
	json_array_foreach (json_object_get(service, "volumes"), i, mount)
		if (strcmp(json_str(mount, "type"), "volume") == 0 &&
			strcmp(json_str(mount, "source"), one->key) == 0)
			return true;
	return false;
}

/* Containers of the services that use it; for a volume they are marked to be recreated. NULL with error. */
static json_t *users_of(const One *one, GError **error)
{
	g_autoptr(json_t) all =
		project_containers(one->client, one->project->name, true, false, error);
	json_t *users = json_array(), *service, *container;
	const char *name;
	size_t i;
	json_object_foreach (project_services(one->project), name, service) {
		g_autoptr(json_t) own = uses(one, service) ? containers_of(all, name) : NULL;
		if (own != NULL && !is_network(one))
			json_object_set_new(one->resources->remade, name, json_true());
		json_array_foreach (own, i, container)
			json_array_append(users, container);
	}
	if (all != NULL)
		return users;
	json_decref(users);
	return NULL;
}

/* The requested settings of an endpoint, to reconnect with. New reference. */
static json_t *endpoint_of(const json_t *container, const char *network)
{
	static const char *const asked[] = {
		"IPAMConfig", "Links", "Aliases", "DriverOpts", "GwPriority"};
	const json_t *had =
		json_object_get(json_at(container, "NetworkSettings.Networks"), network);
	json_t *endpoint = json_object();
	for (size_t i = 0; i < G_N_ELEMENTS(asked); i++)
		if (json_object_get(had, asked[i]) != NULL)
			json_object_set(endpoint, asked[i], json_object_get(had, asked[i]));
	return endpoint;
}

static bool disconnect(One *one, const json_t *users, GError **error)
{
	size_t i;
	json_t *container;
	g_autofree char *escaped = client_escape(one->name);
	json_array_foreach (users, i, container) {
		const char *id = json_str(container, "Id");
		if (json_object_get(json_at(container, "NetworkSettings.Networks"), one->name) ==
			NULL)
			continue;
		g_autoptr(json_t) body = json_pack("{s:s, s:b}", "Container", id, "Force", 1),
				  whole = engine_call(one->client, error, "GET", NULL,
					  "/containers/%s/json", id);
		g_autoptr(json_t) answer = whole != NULL
						   ? engine_call(one->client, error, "POST", body,
							     "/networks/%s/disconnect", escaped)
						   : NULL;
		if (answer == NULL)
			return false;
		json_object_set_new(one->left, id, endpoint_of(whole, one->name));
	}
	return true;
}

/* Reconnects containers of the old network to the new one. */
static bool reconnect(const One *one, GError **error)
{
	const char *id;
	json_t *endpoint;
	g_autofree char *escaped = client_escape(one->name);
	json_object_foreach (one->left, id, endpoint) {
		g_autoptr(json_t) body =
			json_pack("{s:s, s:O}", "Container", id, "EndpointConfig", endpoint);
		g_autoptr(json_t) answer = engine_call(
			one->client, error, "POST", body, "/networks/%s/connect", escaped);
		if (answer == NULL)
			return false;
	}
	return true;
}

/* Replaces an outdated resource: containers are disconnected from a network, or removed from a volume, first. */
static bool remove_diverged(One *one, GError **error)
{
	g_autoptr(json_t) users = users_of(one, error);
	g_autofree char *escaped = client_escape(one->name);
	if (users == NULL || !containers_stop(one->client, users, -1, one->teller, error))
		return false;
	if (one->teller->dry_run)
		return true;
	if (is_network(one) ? !disconnect(one, users, error)
			    : !containers_remove(one->client, users, false, one->teller, error))
		return false;
	g_autoptr(json_t) answer =
		engine_call(one->client, error, "DELETE", NULL, "/%ss/%s", one->kind, escaped);
	tell(one->teller, one->title, one->name, answer != NULL ? "Removed" : "Error", "");
	return answer != NULL;
}

static void warn_of_owner(const One *one, const json_t *labels)
{
	const char *owner =
		json_string_value(json_object_get(labels, "com.docker.compose.project"));
	if (owner == NULL)
		compose_warn("a %s with name %s exists but was not created by compose.\n"
			     "Set `external: true` to use an existing %s",
			one->kind, one->name, one->kind);
	else if (strcmp(owner, one->project->name) != 0)
		compose_warn("a %s with name %s exists but was not created for project "
			     "\"%s\".\nSet `external: true` to use an existing %s",
			one->kind, one->name, one->project->name, one->kind);
}

/* Removing a volume loses data: the user must agree. */
static bool may_remove(const One *one)
{
	g_autofree char *question = g_strdup_printf("Volume \"%s\" exists but doesn't match "
						    "configuration in compose file. Recreate (data "
						    "will be lost)?",
		one->name);
	return is_network(one) ||
	       (one->teller->ask != NULL && one->teller->ask(one->teller->data, question));
}

/* 1: it exists and is up to date, 0: it was removed, -1: error. */
static int settle(One *one, const json_t *there, GError **error)
{
	const json_t *labels = json_object_get(there, "Labels");
	g_autofree char *label = g_strconcat("com.docker.compose.", one->kind, NULL);
	const char *key = json_string_value(json_object_get(labels, label)),
		   *hash = json_string_value(
			   json_object_get(labels, "com.docker.compose.config-hash"));
	if (json_bool(one->resource, "external"))
		return 1;
	warn_of_owner(one, labels);
	if (is_network(one) && g_strcmp0(key != NULL ? key : "", one->key) != 0) {
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"network %s was found but has incorrect label %s set to \"%s\" (expected: "
			"\"%s\")",
			one->name, label, key != NULL ? key : "", one->key);
		return -1;
	}
	if (hash == NULL || *hash == '\0' || strcmp(hash, one->hash) == 0 || !may_remove(one))
		return 1;
	return remove_diverged(one, error) ? 0 : -1;
}

static void note(const One *one, const json_t *there)
{
	if (is_network(one))
		json_object_set_new(
			one->resources->networks, one->key, json_string(json_str(there, "Id")));
	else
		json_object_set_new(one->resources->volumes, one->key, json_string(one->name));
}

static bool make(const One *one, GError **error)
{
	tell(one->teller, one->title, one->name, "Creating", "");
	g_autoptr(json_t) body =
		is_network(one) ? network_body(one->project, one->key, one->resource, one->hash)
				: volume_body(one->project, one->key, one->resource, one->hash);
	g_autoptr(json_t) answer = one->teller->dry_run ? json_object()
							: engine_call(one->client, error, "POST",
								  body, "/%ss/create", one->kind);
	tell(one->teller, one->title, one->name, answer != NULL ? "Created" : "Error", "");
	if (answer == NULL)
		return false;
	note(one, answer);
	return reconnect(one, error);
}

static bool create_one(One *one, GError **error)
{
	g_autoptr(json_t) there = NULL;
	/* Predefined networks are never created. */
	static const char *const built_in[] = {"bridge", "host", "none", NULL};
	bool external = json_bool(one->resource, "external");
	if (is_network(one) && external && g_strv_contains(built_in, one->name))
		return true;
	int found = exists(one->client, one->kind, one->name, &there, error);
	if (found > 0)
		found = settle(one, there, error);
	if (found == 0 && external)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			is_network(one) ? "network %s declared as external, but could not be found"
					: "external volume \"%s\" not found",
			one->name);
	if (found > 0)
		note(one, there);
	return found > 0 || (found == 0 && make(one, error));
}

/* Names of the networks and named volumes that services use. */
static json_t *used(const Project *project, const json_t *names, const char *kind)
{
	json_t *all = json_object(), *value, *mount;
	const char *service, *key;
	size_t i;
	json_object_foreach ((json_t *)names, service, value) {
		json_t *own =
			json_object_get(json_object_get(project_services(project), service), kind);
		json_object_foreach (own, key, value)
			json_object_set_new(all, key, json_true());
		json_array_foreach (own, i, mount)
			if (strcmp(json_str(mount, "type"), "volume") == 0 &&
				*json_str(mount, "source") != '\0')
				json_object_set_new(all, json_str(mount, "source"), json_true());
	}
	return all;
}

void resources_clear(Resources *resources)
{
	json_decref(resources->networks);
	json_decref(resources->volumes);
	json_decref(resources->remade);
}

bool resources_create(const Project *project, Client *client, const json_t *names, bool unused,
	Teller *teller, Resources *resources, GError **error)
{
	static const char *const kinds[][3] = {
		{"network", "Network", "networks"}, {"volume", "Volume", "volumes"}};
	const char *key;
	json_t *value;
	*resources = (Resources){json_object(), json_object(), json_object()};
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		const json_t *known = json_object_get(project->model, kinds[i][2]);
		g_autoptr(json_t) all = unused && known != NULL ? json_copy((json_t *)known)
								: used(project, names, kinds[i][2]);
		json_object_foreach (all, key, value) {
			const json_t *resource = json_object_get(known, key);
			g_autofree char *hash =
				i == 0 ? network_hash(resource) : volume_hash(resource);
			One one = {project, client, teller, resources, kinds[i][0], kinds[i][1],
				key, json_str(resource, "name"), resource, hash, json_object()};
			bool ok = create_one(&one, error);
			json_decref(one.left);
			if (!ok)
				return false;
		}
	}
	return true;
}

static const char *const removed_kinds[][3] = {
	{"volume", "Volume", "volumes"}, {"network", "Network", "networks"}};

/* The keys of a kind that a down concerns: those that the services use (or all), but for external ones. New reference. */
static json_t *concerned(
	const Project *project, const json_t *names, const DownOptions *options, const char *kinds)
{
	const json_t *known = json_object_get(project->model, kinds);
	g_autoptr(json_t) keys = options->all_resources && known != NULL
					 ? json_copy((json_t *)known)
					 : used(project, names, kinds);
	json_t *list = json_object(), *value;
	const char *key;
	json_object_foreach (keys, key, value) {
		const json_t *resource = json_object_get(known, key);
		if (resource != NULL && !json_bool(resource, "external"))
			json_object_set_new(list, json_str(resource, "name"), json_true());
	}
	return list;
}

/* A project that is known by its labels alone has what bears them. */
static json_t *labelled(const Project *project, Client *client, bool is_network, GError **error)
{
	g_autofree char *escaped = project_filter(project->name);
	g_autoptr(json_t) answer = engine_call(client, error, "GET", NULL, "/%ss?filters=%s",
		is_network ? "network" : "volume", escaped);
	json_t *list = json_object(), *entry;
	size_t i;
	json_array_foreach (is_network ? answer : json_object_get(answer, "Volumes"), i, entry)
		json_object_set_new(list, json_str(entry, "Name"), json_true());
	if (answer != NULL)
		return list;
	json_decref(list);
	return NULL;
}

bool resources_known(const Project *project, const json_t *names, const DownOptions *options)
{
	for (size_t i = 0; i < G_N_ELEMENTS(removed_kinds); i++) {
		g_autoptr(json_t) own = concerned(project, names, options, removed_kinds[i][2]);
		if (json_object_size(own) > 0 && (i == 1 || options->volumes))
			return true;
	}
	return *project->files == NULL && json_object_size(project_services(project)) > 0;
}

/* Whether it is there, and is this project's. -1 with error. */
static int is_own(const Project *project, Client *client, const char *kind, const char *name,
	json_t **there, GError **error)
{
	int found = exists(client, kind, name, there, error);
	const char *owner = found > 0 ? json_named(json_object_get(*there, "Labels"),
						"com.docker.compose.project")
				      : NULL;
	return found > 0 ? strcmp(owner, project->name) == 0 : found;
}

/* In use by others: it stays, as with Docker Compose. */
static bool remove_one(const Project *project, Client *client, const char *const *kind,
	const char *name, Teller *teller, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(json_t) there = NULL;
	g_autofree char *escaped = client_escape(name);
	int own = is_own(project, client, kind[0], name, &there, error);
	if (own <= 0)
		return own == 0;
	tell(teller, kind[1], name, "Removing", "");
	if (!teller->dry_run && json_object_size(json_object_get(there, "Containers")) > 0) {
		tell(teller, kind[1], name, "Resource is still in use", "");
		return true;
	}
	g_autoptr(json_t) answer = teller->dry_run ? json_object()
						   : engine_call(client, &problem, "DELETE", NULL,
							     "/%ss/%s", kind[0], escaped);
	bool in_use = answer == NULL && is_answer_of(problem, BERTH_ERROR_CONFLICT),
	     ok = answer != NULL || in_use || is_answer_of(problem, BERTH_ERROR_NOT_FOUND);
	tell(teller, kind[1], name,
		in_use ? "Resource is still in use"
		: ok   ? "Removed"
		       : "Error",
		ok ? "" : problem->message);
	if (!ok)
		g_propagate_error(error, g_steal_pointer(&problem));
	return ok;
}

bool resources_remove(const Project *project, Client *client, const json_t *names,
	const DownOptions *options, Teller *teller, GError **error)
{
	const char *name;
	json_t *value;
	for (size_t i = options->volumes ? 0 : 1; i < G_N_ELEMENTS(removed_kinds); i++) {
		const char *const *kind = removed_kinds[i];
		g_autoptr(json_t) list = *project->files == NULL
						 ? labelled(project, client, i == 1, error)
						 : concerned(project, names, options, kind[2]);
		if (list == NULL)
			return false;
		json_object_foreach (list, name, value)
			if (!remove_one(project, client, kind, name, teller, error))
				return false;
	}
	return true;
}
