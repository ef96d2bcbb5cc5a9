/* alpha generate: a Compose file of containers that are there. What Docker Compose's says of them, and no more. */
#include "cli/common/flags.h"
#include "cli/compose/compose.h"

#include "base/error.h"
#include "base/json_names.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"format", 0, STRING, "yaml or json"},
	{"name", 0, STRING, "name of the project"},
	{"project-dir", 0, STRING, "ignored (for Docker compatibility)"},
	{0},
};

/* What is made: the parts of a model, each an object by name. */
typedef struct {
	Client *client;
	json_t *services, *networks, *volumes, *secrets;
} Model;

/* Keys that say nothing are left out. */
static void set_if(json_t *object, const char *key, json_t *value)
{
	bool empty = (json_is_array(value) && json_array_size(value) == 0) ||
		     (json_is_object(value) && json_object_size(value) == 0);
	if (empty)
		json_decref(value);
	else
		json_object_set_new(object, key, value);
}

/* Those that whoever made the container gave it, without Compose's own. */
static json_t *labels_of(const json_t *container)
{
	json_t *labels = json_object(), *value;
	const char *name;
	json_object_foreach (json_object_get(container, "Labels"), name, value)
		if (!g_str_has_prefix(name, "com.docker.compose.") &&
			!g_str_has_prefix(name, "desktop.docker.io"))
			json_object_set(labels, name, value);
	json_t *sorted = json_sorted(labels);
	json_decref(labels);
	return sorted;
}

static json_t *environment_of(const json_t *list)
{
	g_autoptr(json_t) map = json_object();
	for (size_t i = 0; i < json_array_size(list); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(list, i), "=", 2);
		json_object_set_new(map, parts[0] != NULL ? parts[0] : "",
			parts[0] != NULL && parts[1] != NULL ? json_string(parts[1]) : json_null());
	}
	return json_sorted(map);
}

static json_t *healthcheck_of(const json_t *check)
{
	static const char *const times[][2] = {{"Timeout", "timeout"}, {"Interval", "interval"},
		{"StartPeriod", "start_period"}, {"StartInterval", "start_interval"}};
	json_t *made = json_object();
	if (json_object_get(check, "Test") != NULL)
		json_object_set(made, "test", json_object_get(check, "Test"));
	for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
		gint64 time = json_int(check, times[i][0]);
		g_autofree char *text = duration_text(time);
		if (time != 0)
			json_object_set_new(made, times[i][1], json_string(text));
	}
	if (json_int(check, "Retries") != 0)
		json_object_set_new(made, "retries", json_integer(json_int(check, "Retries")));
	return made;
}

/* What lies below /run/secrets is a secret of the file that is mounted there. */
static void add_mount(Model *model, const json_t *mount, json_t *volumes, json_t *secrets)
{
	const char *type = json_str(mount, "Type"), *target = json_str(mount, "Destination"),
		   *source = json_str(mount, "Source"), *driver = json_str(mount, "Driver");
	bool named = strcmp(type, "volume") == 0, local = strcmp(driver, "local") == 0;
	if (!named && strcmp(type, "bind") != 0)
		return;
	if (!named && g_str_has_prefix(target, "/run/secrets")) {
		const char *name = strrchr(target, '/') + 1;
		json_object_set_new(model->secrets, name, json_pack("{s:s}", "file", source));
		json_array_append_new(
			secrets, json_pack("{s:s, s:s}", "source", name, "target", target));
		return;
	}
	const char *name = named ? json_str(mount, "Name") : source;
	json_t *use = json_pack("{s:s, s:s, s:s}", "type", type, "source", name, "target", target);
	if (!json_bool(mount, "RW"))
		json_object_set_new(use, "read_only", json_true());
	json_array_append_new(volumes, use);
	if (named)
		json_object_set_new(model->volumes, name,
			local ? json_object()
			      : json_pack("{s:s, s:s}", "name", name, "driver", driver));
}

static void add_mounts(Model *model, json_t *service, const json_t *mounts)
{
	json_t *kinds[2], *mount;
	static const char *const keys[] = {"volumes", "secrets"};
	size_t i;
	for (i = 0; i < G_N_ELEMENTS(keys); i++) {
		json_t *there = json_object_get(service, keys[i]);
		kinds[i] = there != NULL ? json_copy(there) : json_array();
	}
	json_array_foreach (mounts, i, mount)
		add_mount(model, mount, kinds[0], kinds[1]);
	for (i = 0; i < G_N_ELEMENTS(keys); i++)
		set_if(service, keys[i], kinds[i]);
}

static void add_networks(Model *model, json_t *service, const json_t *networks)
{
	json_t *uses = json_object(), *endpoint;
	const char *name;
	json_object_foreach ((json_t *)networks, name, endpoint) {
		g_autofree char *escaped = client_escape(name);
		g_autoptr(json_t) network =
			engine_call(model->client, NULL, "GET", NULL, "/networks/%s", escaped);
		json_t *use = json_object(), *aliases = json_object_get(endpoint, "Aliases");
		if (json_array_size(aliases) > 0)
			json_object_set(use, "aliases", aliases);
		json_object_set_new(uses, name, use);
		json_object_set_new(model->networks, name,
			json_bool(network, "Internal") ? json_pack("{s:b}", "internal", 1)
						       : json_object());
	}
	json_t *sorted = json_sorted(uses);
	json_decref(uses);
	set_if(service, "networks", sorted);
}

static json_t *port_of(const char *key, const json_t *binding)
{
	g_auto(GStrv) parts = g_strsplit(key, "/", 2);
	const char *host = json_str(binding, "HostIp"), *published = json_str(binding, "HostPort");
	json_t *port = json_pack("{s:i, s:s}", "target", atoi(parts[0]), "protocol",
		parts[1] != NULL ? parts[1] : "tcp");
	if (*host != '\0')
		json_object_set_new(port, "host_ip", json_string(host));
	if (*published != '\0')
		json_object_set_new(port, "published", json_string(published));
	return port;
}

static void add_ports(json_t *service, const json_t *bindings)
{
	json_t *there = json_object_get(service, "ports"), *list, *binding,
	       *ports = there != NULL ? json_copy(there) : json_array();
	const char *key;
	size_t i;
	json_object_foreach ((json_t *)bindings, key, list)
		json_array_foreach (list, i, binding)
			json_array_append_new(ports, port_of(key, binding));
	set_if(service, "ports", ports);
}

/* A container of a project is one more of its service; another is a service of its name. */
static void add_container(Model *model, const json_t *container)
{
	const char *label = container_label(container, "service"),
		   *name = *label != '\0' ? label : container_name(container);
	json_t *service = json_object_get(model->services, name);
	if (service == NULL)
		json_object_set_new(model->services, name,
			service = json_pack("{s:s}", "image", json_str(container, "Image")));
	json_object_set_new(service, "scale", json_integer(json_int(service, "scale") + 1));
	g_autoptr(json_t) known = engine_call(
		model->client, NULL, "GET", NULL, "/containers/%s/json", json_str(container, "Id"));
	if (known == NULL)
		return;
	if (json_object_get(service, "labels") == NULL)
		set_if(service, "labels", labels_of(container));
	set_if(service, "environment", environment_of(json_at(known, "Config.Env")));
	const json_t *check = json_at(known, "Config.Healthcheck");
	if (json_is_object(check))
		json_object_set_new(service, "healthcheck", healthcheck_of(check));
	add_mounts(model, service, json_object_get(known, "Mounts"));
	add_networks(model, service, json_at(known, "NetworkSettings.Networks"));
	add_ports(service, json_at(known, "HostConfig.PortBindings"));
}

/* Those that a filter by name, and then by id, finds. New reference; NULL with error. */
static json_t *found_by(Cli *cli, const char *filter, GError **error)
{
	g_autoptr(json_t) names = json_strings(cli->args),
			  filters = json_pack("{s:O}", filter, names);
	g_autofree char *text = json_text(filters), *escaped = client_escape(text);
	return engine_call(
		cli->client, error, "GET", NULL, "/containers/json?all=1&filters=%s", escaped);
}

static bool add_containers(Cli *cli, Model *model, GError **error)
{
	static const char *const filters[] = {"name", "id"};
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *asked = g_strjoinv(",", cli->args);
	for (size_t n = 0; n < G_N_ELEMENTS(filters); n++) {
		g_autoptr(json_t) list = found_by(cli, filters[n], error);
		size_t i;
		json_t *container;
		if (list == NULL)
			return false;
		json_array_foreach (list, i, container)
			if (g_hash_table_add(seen, g_strdup(json_str(container, "Id"))))
				add_container(model, container);
	}
	return g_hash_table_size(seen) > 0 ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "no container(s) found with the following name(s): %s", asked);
}

/* In the order of a file; parts that are empty are left out. */
static json_t *model_of(const Cli *cli, Model *made)
{
	json_t *model = json_object();
	const char *name = flag_text(cli, "name");
	if (*name != '\0' || strcmp(flag_text(cli, "format"), "json") == 0)
		json_object_set_new(model, "name", json_lenient(name));
	json_object_set_new(model, "services", json_sorted(made->services));
	set_if(model, "networks", json_sorted(made->networks));
	set_if(model, "volumes", json_sorted(made->volumes));
	set_if(model, "secrets", json_sorted(made->secrets));
	return model;
}

static bool print(Cli *cli, Model *model, GError **error)
{
	const char *format = flag_text(cli, "format");
	bool as_json = strcmp(format, "json") == 0;
	if (cli->arg_count == 0)
		return fail(
			error, BERTH_ERROR_UNAVAILABLE, "at least one container must be specified");
	if (!add_containers(cli, model, error))
		return false;
	if (*format != '\0' && !as_json && strcmp(format, "yaml") != 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "unsupported format \"%s\"", format);
	g_autoptr(json_t) whole = model_of(cli, model);
	const Project project = {.model = whole};
	g_autofree char *text = project_text(&project, as_json, true);
	print_shown(text);
	print_to(stdout, "\n");
	return true;
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	print_to(stderr, "generate command is EXPERIMENTAL\n");
	g_autoptr(json_t) services = json_object(), networks = json_object(),
			  volumes = json_object(), secrets = json_object();
	Model model = {cli->client, services, networks, volumes, secrets};
	return print(cli, &model, &error) ? EXIT_SUCCESS : compose_fail(error);
}

const Command compose_generate_command = {.names = "alpha generate",
	.usage = "[OPTIONS] [CONTAINERS...]",
	.summary = "Write a Compose file of containers that are there",
	.example = "alpha generate web db >compose.yaml",
	.completes = "containers*",
	.flags = flags,
	.max_args = -1,
	.run = run};
