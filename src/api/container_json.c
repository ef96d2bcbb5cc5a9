/* A container as inspect and list show it, field by field as dockerd. */
#include "api/api.h"
#include "engine/image/images.h"
#include "engine/network/endpoint.h"
#include "engine/network/names.h"
#include "engine/process/health.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/timefmt.h"
#include "image/image.h"
#include "runtime/lsm.h"

#include <stdio.h>
#include <string.h>

static void set(json_t *json, const char *key, json_t *value)
{
	json_object_set_new(json, key, value);
}

static void set_time(json_t *json, const char *key, gint64 time)
{
	g_autofree char *text = time_format(time);
	set(json, key, json_string(text));
}

static json_t *state_json(const ContainerRow *row)
{
	Status status = (Status)row->status;
	json_t *state = json_object();
	set(state, "Status", json_string(status_names[status]));
	set(state, "Running",
		json_boolean(status == STATUS_RUNNING || status == STATUS_PAUSED ||
			     status == STATUS_RESTARTING));
	set(state, "Paused", json_boolean(status == STATUS_PAUSED));
	set(state, "Restarting", json_boolean(status == STATUS_RESTARTING));
	set(state, "OOMKilled", json_boolean(row->oom));
	set(state, "Dead", json_boolean(status == STATUS_DEAD));
	set(state, "Pid", json_integer(row->pid));
	set(state, "ExitCode", json_integer(row->exit_code));
	set(state, "Error", json_lenient(row->error));
	set_time(state, "StartedAt", row->started);
	set_time(state, "FinishedAt", row->finished);
	return state;
}

/* {"HostIp", "HostPort"} at "80/tcp". */
static void add_published(json_t *map, const PublishedPort *port)
{
	g_autofree char *key = container_port_text(&port->target),
			*host = address_text(&port->host),
			*number = port->host_port != 0 ? g_strdup_printf("%u", port->host_port)
						       : g_strdup("");
	if (!json_is_array(json_object_get(map, key)))
		json_object_set_new(map, key, json_array());
	json_array_append_new(json_object_get(map, key),
		json_pack("{s:s, s:s}", "HostIp", host, "HostPort", number));
}

/* "80/tcp": [{"HostIp", "HostPort"}], and null for ports that are exposed but not published. */
static json_t *ports_map(Container *container, const json_t *config, bool running)
{
	json_t *map = json_object(), *value;
	const char *port;
	g_autoptr(GArray) ports = running ? endpoints_ports(container) : NULL;
	if (ports == NULL)
		return map;
	/* Some clients write "80" or "80/TCP" for "80/tcp". */
	json_object_foreach (json_object_get(config, "ExposedPorts"), port, value) {
		g_autofree char *lower = g_ascii_strdown(port, -1),
				*full = g_strconcat(
					lower, strchr(lower, '/') == NULL ? "/tcp" : "", NULL);
		json_object_set_new(map, full, json_null());
	}
	for (guint i = 0; i < ports->len; i++)
		add_published(map, &g_array_index(ports, PublishedPort, i));
	return map;
}

/* Fields of older clients: those of the default bridge. */
static void set_bridge_fields(json_t *settings, const json_t *networks)
{
	static const char *const fields[] = {"EndpointID", "Gateway", "GlobalIPv6Address",
		"GlobalIPv6PrefixLen", "IPAddress", "IPPrefixLen", "IPv6Gateway", "MacAddress"};
	const json_t *bridge = json_object_get(networks, "bridge");
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		if (json_object_get(bridge, fields[i]) != NULL)
			json_object_set(settings, fields[i], json_object_get(bridge, fields[i]));
}

static json_t *network_settings(Container *container, const Spec *spec, bool is_running)
{
	/* A container that shares another's network shows that one's settings. */
	bool running = is_running && spec->modes.network.share != SHARE_CONTAINER;
	g_autofree char *key =
		running ? g_strdup_printf("/proc/%d/ns/net", container->row.pid) : g_strdup("");
	json_t *settings = json_pack("{s:s, s:s, s:s, s:o, s:b, s:s, s:i, s:n, s:n, s:s, s:s, s:s, "
				     "s:i, s:s, s:i, s:s, s:s}",
		"Bridge", "", "SandboxID", running ? container->row.id : "", "SandboxKey", key,
		"Ports", ports_map(container, spec->config, running), "HairpinMode", 0,
		"LinkLocalIPv6Address", "", "LinkLocalIPv6PrefixLen", 0, "SecondaryIPAddresses",
		"SecondaryIPv6Addresses", "EndpointID", "", "Gateway", "", "GlobalIPv6Address", "",
		"GlobalIPv6PrefixLen", 0, "IPAddress", "", "IPPrefixLen", 0, "IPv6Gateway", "",
		"MacAddress", "");
	json_t *networks = endpoints_json(container, spec);
	set_bridge_fields(settings, networks);
	set(settings, "Networks", networks);
	return settings;
}

static json_t *graph_driver(Container *container, const char *folder)
{
	g_autoptr(GPtrArray) layers =
		image_store_layers(container->engine->store, container->row.image_id);
	g_autoptr(GString) lower = g_string_new("");
	for (guint i = layers->len; i-- > 0;)
		g_string_append_printf(lower, "%s%s/layers/%" G_GINT64_FORMAT,
			lower->len > 0 ? ":" : "", container->engine->store->root,
			((Layer *)layers->pdata[i])->number);
	g_autofree char *merged = g_build_filename(folder, "rootfs", NULL),
			*upper = g_build_filename(folder, "upper", NULL);
	g_autofree char *work = g_build_filename(folder, "work", NULL);
	return json_pack("{s:{s:s, s:s, s:s, s:s, s:s}, s:s}", "Data", "ID", container->row.id,
		"LowerDir", lower->str, "MergedDir", merged, "UpperDir", upper, "WorkDir", work,
		"Name", "overlay2");
}

static void set_path(
	json_t *json, const char *key, const char *folder, const char *name, bool there)
{
	g_autofree char *path = there ? g_build_filename(folder, name, NULL) : g_strdup("");
	set(json, key, json_string(path));
}

static void set_command(json_t *json, const json_t *config)
{
	g_autoptr(json_t) all = json_array();
	if (json_is_array(json_object_get(config, "Entrypoint")))
		json_array_extend(all, json_object_get(config, "Entrypoint"));
	if (json_is_array(json_object_get(config, "Cmd")))
		json_array_extend(all, json_object_get(config, "Cmd"));
	set(json, "Path", json_string(json_elem(all, 0)));
	json_array_remove(all, 0);
	set(json, "Args", json_incref(all));
}

static json_t *exec_ids(Container *container)
{
	g_mutex_lock(&container->engine->lock);
	json_t *list = container->exec_ids->len > 0 ? json_array() : json_null();
	for (guint i = 0; i < container->exec_ids->len; i++)
		json_array_append_new(list, json_string(container->exec_ids->pdata[i]));
	g_mutex_unlock(&container->engine->lock);
	return list;
}

static void set_sizes(Container *container, json_t *json)
{
	Store *store = container->engine->store;
	g_autofree char *upper = g_build_filename(container->row.id, "upper", NULL);
	g_autoptr(ImageRow) image = image_store_get(store, container->row.image_id);
	gint64 own = tree_size(store->containers_fd, upper);
	set(json, "SizeRw", json_integer(own));
	set(json, "SizeRootFs", json_integer(own + (image != NULL ? image->size : 0)));
}

static const char *apparmor_profile(const Confinement *confinement)
{
	return confinement->security_fault == NULL
		       ? lsm_profile(&confinement->security, confinement->privileged, "/")
		       : "";
}

/* With the address requested in the container's own network, where older clients look for it. */
static json_t *config_json(const Spec *spec)
{
	json_t *config = json_copy((json_t *)spec->config),
	       *all = json_at(spec->json, "NetworkingConfig.EndpointsConfig"),
	       *main = json_object_get(all, spec->modes.network.target);
	bool own = spec->modes.network.share == SHARE_NETWORK;
	/* "default" is what clients call the default bridge. */
	if (main == NULL && strcmp(spec->modes.network.target, "bridge") == 0)
		main = json_object_get(all, "default");
	const char *mac = json_str(main, "MacAddress");
	if (own && *mac != '\0' && *json_str(config, "MacAddress") == '\0')
		set(config, "MacAddress", json_string(mac));
	return config;
}

json_t *container_inspect_json(Container *container, bool size, GError **error)
{
	g_autoptr(Spec) spec = container_spec(container, error);
	g_autoptr(GPtrArray) mounts = spec != NULL ? container_mounts(container, error) : NULL;
	if (mounts == NULL)
		return NULL;
	ContainerRow row = container_snapshot(container);
	const json_t *config = spec->config, *host = spec->host;
	g_autofree char *folder = container_folder(container),
			*network_folder = network_files_folder(container, spec),
			*log = container_log_path(container, spec);
	g_autofree char *name = g_strconcat("/", row.name, NULL);
	bool was_started = row.started != 0;
	json_t *json = json_object();
	set(json, "Id", json_string(row.id));
	set_time(json, "Created", row.created);
	set_command(json, config);
	set(json, "State", state_json(&row));
	json_t *health = health_json(container);
	if (health != NULL)
		set(json_object_get(json, "State"), "Health", health);
	set(json, "Image", json_string(row.image_id));
	set_path(json, "ResolvConfPath", network_folder, "resolv.conf", was_started);
	set_path(json, "HostnamePath", network_folder, "hostname", was_started);
	set_path(json, "HostsPath", network_folder, "hosts", was_started);
	/* As in Docker, only a json-file log has a path. */
	set(json, "LogPath",
		json_string(was_started && spec->log.kind == PLAN_LOG_JSON ? log : ""));
	set(json, "Name", json_string(name));
	set(json, "RestartCount", json_integer(row.restarts));
	set(json, "Driver", json_string("overlay2"));
	set(json, "Platform", json_string("linux"));
	set(json, "MountLabel", json_string(spec->mount_label));
	set(json, "ProcessLabel", json_string(spec->process_label));
	set(json, "AppArmorProfile", json_string(apparmor_profile(&spec->confinement)));
	set(json, "ExecIDs", exec_ids(container));
	set(json, "HostConfig", json_copy((json_t *)host));
	set(json_object_get(json, "HostConfig"), "Links", links_json(container));
	set(json, "GraphDriver", graph_driver(container, folder));
	if (size)
		set_sizes(container, json);
	set(json, "Mounts", mount_points_json(mounts));
	set(json, "Config", config_json(spec));
	set(json, "NetworkSettings", network_settings(container, spec, row.pid > 0));
	container_row_clear(&row);
	return json;
}

/* " (healthy)", behind "Up 5 minutes". */
static char *health_text(Container *container)
{
	const char *status = health_status(container);
	if (strcmp(status, "none") == 0)
		return g_strdup("");
	return g_strdup_printf(
		" (%s%s)", strcmp(status, "starting") == 0 ? "health: " : "", status);
}

static char *status_text(Container *container, const ContainerRow *row)
{
	g_autofree char *health = health_text(container);
	gint64 now = time_now();
	g_autofree char *up = duration_human(now - row->started),
			*ago = duration_human(now - row->finished);
	switch ((Status)row->status) {
	case STATUS_RUNNING:
		return g_strdup_printf("Up %s%s", up, health);
	case STATUS_PAUSED:
		return g_strdup_printf("Up %s (Paused)", up);
	case STATUS_RESTARTING:
		return g_strdup_printf("Restarting (%d) %s ago", row->exit_code, ago);
	case STATUS_REMOVING:
		return g_strdup("Removal In Progress");
	case STATUS_DEAD:
		return g_strdup("Dead");
	case STATUS_EXITED:
		return g_strdup_printf("Exited (%d) %s ago", row->exit_code, ago);
	default:
		return g_strdup("Created");
	}
}

/* The values of the filters before=, since= and ancestor=, resolved once. */
typedef struct {
	gint64 before, since;
	GPtrArray *ancestors; /* of char *: image ids; NULL: no filter */
} Bounds;

static bool find_bounds(Engine *engine, const Filters *filters, Bounds *bounds, GError **error)
{
	const char *value;
	for (size_t i = 0; (value = filters_value(filters, "before", i)) != NULL; i++) {
		g_autoptr(Container) container = container_find(engine, value, error);
		if (container == NULL)
			return false;
		bounds->before = MIN(bounds->before, container->row.created);
	}
	for (size_t i = 0; (value = filters_value(filters, "since", i)) != NULL; i++) {
		g_autoptr(Container) container = container_find(engine, value, error);
		if (container == NULL)
			return false;
		bounds->since = MAX(bounds->since, container->row.created);
	}
	if (filters_have(filters, "ancestor"))
		bounds->ancestors = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; (value = filters_value(filters, "ancestor", i)) != NULL; i++) {
		char *id = image_find(engine, value, NULL);
		if (id != NULL)
			g_ptr_array_add(bounds->ancestors, id);
	}
	return true;
}

static bool row_wanted(
	const ContainerRow *row, const Filters *filters, const Bounds *bounds, bool all)
{
	g_autofree char *code = g_strdup_printf("%d", row->exit_code);
	bool running = row->status == STATUS_RUNNING || row->status == STATUS_PAUSED ||
		       row->status == STATUS_RESTARTING;
	bool ended = row->status == STATUS_EXITED || row->status == STATUS_DEAD;
	if (!all && !running)
		return false;
	if (bounds->ancestors != NULL && !g_ptr_array_find_with_equal_func(bounds->ancestors,
						 row->image_id, g_str_equal, NULL))
		return false;
	if (row->created >= bounds->before || (bounds->since > 0 && row->created <= bounds->since))
		return false;
	return filters_match_prefix(filters, "id", row->id) &&
	       filters_match_name(filters, "name", row->name) &&
	       filters_match(filters, "status", status_names[row->status]) &&
	       (!filters_have(filters, "exited") ||
		       (ended && filters_match(filters, "exited", code))) &&
	       (!filters_have(filters, "is-task") || filters_match(filters, "is-task", "false"));
}

static bool mount_matches(const Filters *filters, const GPtrArray *mounts)
{
	if (!filters_have(filters, "volume"))
		return true;
	for (guint i = 0; i < mounts->len; i++) {
		const MountPoint *mount = mounts->pdata[i];
		if (filters_match(filters, "volume", mount->name) ||
			filters_match(filters, "volume", mount->source) ||
			filters_match(filters, "volume", mount->target))
			return true;
	}
	return false;
}

/* Whether a filter value ("80", "80/tcp" or "80-90/tcp") matches the port in an entry of ports_list() by that
 * member. */
static bool port_matches(
	const Filters *filters, const char *key, const json_t *entry, const char *called)
{
	const char *wanted;
	gint64 port = json_int(entry, called);
	for (size_t i = 0; (wanted = filters_value(filters, key, i)) != NULL; i++) {
		FilterPorts range;
		if (filter_ports_parse(wanted, &range, NULL) && port >= range.first &&
			port <= range.last && strcmp(json_str(entry, "Type"), range.protocol) == 0)
			return true;
	}
	return false;
}

/* As in dockerd: one port that matches either filter is enough, and only listed ports count. */
static bool ports_match(const Filters *filters, const json_t *ports)
{
	size_t i;
	json_t *entry;
	if (!filters_have(filters, "expose") && !filters_have(filters, "publish"))
		return true;
	json_array_foreach (ports, i, entry)
		if (port_matches(filters, "publish", entry, "PublicPort") ||
			port_matches(filters, "expose", entry, "PrivatePort"))
			return true;
	return false;
}

static bool network_matches(const Filters *filters, Container *container, const Spec *spec)
{
	const char *name;
	json_t *endpoint;
	if (!filters_have(filters, "network"))
		return true;
	g_autoptr(json_t) networks = endpoints_json(container, spec);
	json_object_foreach (networks, name, endpoint)
		if (filters_match(filters, "network", name) ||
			(*json_str(endpoint, "NetworkID") != '\0' &&
				filters_match_prefix(
					filters, "network", json_str(endpoint, "NetworkID"))))
			return true;
	return false;
}

static bool spec_wanted(
	const Filters *filters, Container *container, const Spec *spec, const GPtrArray *mounts)
{
	return filters_match_labels(filters, json_object_get(spec->config, "Labels")) &&
	       mount_matches(filters, mounts) && network_matches(filters, container, spec);
}

/* The image's name as given, or its id once the name means another image. meant caches the id of each name looked up
 * for this list, "" for none, as many containers share few images. */
static const char *shown_image(Engine *engine, GHashTable *meant, const ContainerRow *row)
{
	char *now = g_hash_table_lookup(meant, row->image);
	if (now == NULL) {
		now = image_find(engine, row->image, NULL);
		now = now != NULL ? now : g_strdup("");
		g_hash_table_insert(meant, g_strdup(row->image), now);
	}
	return strcmp(now, row->image_id) == 0 ? row->image : row->image_id;
}

/* {"IP", "PrivatePort", "PublicPort", "Type"}; without a public port for ports that are only exposed. */
static json_t *ports_list(Container *container, const json_t *config, bool running)
{
	g_autoptr(json_t) map = ports_map(container, config, running);
	json_t *list = json_array(), *bindings, *binding;
	const char *port;
	size_t i;
	json_object_foreach (map, port, bindings) {
		g_auto(GStrv) parts = g_strsplit(port, "/", 2);
		json_int_t private = g_ascii_strtoll(parts[0], NULL, 10);
		const char *type = parts[1] != NULL ? parts[1] : "tcp";
		if (json_array_size(bindings) == 0)
			json_array_append_new(list,
				json_pack("{s:I, s:s}", "PrivatePort", private, "Type", type));
		json_array_foreach (bindings, i, binding) {
			gint64 public = g_ascii_strtoll(json_str(binding, "HostPort"), NULL, 10);
			json_array_append_new(list,
				json_pack("{s:s, s:I, s:o*, s:s}", "IP",
					json_str(binding, "HostIp"), "PrivatePort", private,
					"PublicPort", public != 0 ? json_integer(public) : NULL,
					"Type", type));
		}
	}
	return list;
}

/* "none" for a container without a health check, or not running. */
static json_t *health_summary(Container *container, bool running)
{
	g_autoptr(json_t) health = running ? health_json(container) : NULL;
	return json_pack("{s:s, s:I}", "Status",
		health != NULL ? json_str(health, "Status") : "none", "FailingStreak",
		(json_int_t)json_int(health, "FailingStreak"));
}

/* Networks as lists show them: where the container is, and not what was asked for, but for its addresses. */
static json_t *networks_summary(Container *container, const Spec *spec)
{
	static const char *const asked[] = {"Links", "Aliases", "DriverOpts", "DNSNames"},
				 *const addresses[] = {"IPv4Address", "IPv6Address"};
	json_t *networks = endpoints_json(container, spec), *endpoint;
	const char *name;
	json_object_foreach (networks, name, endpoint) {
		const json_t *wanted = json_object_get(endpoint, "IPAMConfig");
		for (size_t i = 0; i < G_N_ELEMENTS(asked); i++)
			set(endpoint, asked[i], json_null());
		if (!json_is_object(wanted))
			continue;
		json_t *shown = json_object();
		for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++)
			if (*json_str(wanted, addresses[i]) != '\0')
				json_object_set(
					shown, addresses[i], json_object_get(wanted, addresses[i]));
		set(endpoint, "IPAMConfig", shown);
	}
	return networks;
}

static json_t *list_entry(Container *container, const ContainerRow *row, const Spec *spec,
	const GPtrArray *mounts, json_t *ports, const char *image, bool size)
{
	const json_t *config = spec->config, *host = spec->host;
	g_autofree char *name = g_strconcat("/", row->name, NULL);
	g_autofree char *status = status_text(container, row);
	g_autoptr(json_t) command = json_object();
	set_command(command, config);
	g_auto(GStrv) args = json_strv(json_object_get(command, "Args"));
	g_autofree char *rest = g_strjoinv(" ", args),
			*line = g_strconcat(
				json_str(command, "Path"), *rest != '\0' ? " " : "", rest, NULL);
	json_t *json = json_object();
	set(json, "Id", json_string(row->id));
	set(json, "Names", json_pack("[s]", name));
	links_names(container, json_object_get(json, "Names"));
	set(json, "Image", json_lenient(image));
	set(json, "ImageID", json_string(row->image_id));
	set(json, "Command", json_lenient(line));
	set(json, "Created", json_integer(row->created / 1000000000));
	set(json, "Ports", json_incref(ports));
	if (size)
		set_sizes(container, json);
	json_t *labels = json_object_get(config, "Labels");
	set(json, "Labels", json_is_object(labels) ? json_incref(labels) : json_object());
	set(json, "State", json_string(status_names[row->status]));
	set(json, "Status", json_string(status));
	json_t *annotations = json_object_get(host, "Annotations");
	set(json, "HostConfig",
		json_pack("{s:s, s:O*}", "NetworkMode", json_str(host, "NetworkMode"),
			"Annotations", json_filled(annotations) ? annotations : NULL));
	set(json, "Health", health_summary(container, row->pid > 0));
	set(json, "NetworkSettings",
		json_pack("{s:o}", "Networks", networks_summary(container, spec)));
	set(json, "Mounts", mount_points_json(mounts));
	return json;
}

json_t *container_list_json(
	Engine *engine, const Filters *filters, bool all, int limit, bool size, GError **error)
{
	Bounds bounds = {.before = G_MAXINT64};
	if (!find_bounds(engine, filters, &bounds, error))
		return NULL;
	/* Filters by state, and the newest n, apply to all containers. */
	all = all || limit > 0 || filters_have(filters, "status") ||
	      filters_have(filters, "exited");
	g_autoptr(GPtrArray) containers = container_all(engine);
	g_autoptr(GHashTable) meant =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	json_t *list = json_array();
	for (guint i = 0;
		i < containers->len && (limit <= 0 || json_array_size(list) < (size_t)limit); i++) {
		Container *container = containers->pdata[i];
		ContainerRow row = container_snapshot(container);
		bool wanted = row_wanted(&row, filters, &bounds, all) &&
			      filters_match(filters, "health", health_status(container));
		g_autoptr(Spec) spec = wanted ? container_spec_brief(container, NULL) : NULL;
		g_autoptr(GPtrArray) mounts =
			spec != NULL ? container_mounts(container, NULL) : NULL;
		g_autoptr(json_t) ports =
			mounts != NULL && spec_wanted(filters, container, spec, mounts)
				? ports_list(container, spec->config, row.pid > 0)
				: NULL;
		if (ports != NULL && ports_match(filters, ports))
			json_array_append_new(
				list, list_entry(container, &row, spec, mounts, ports,
					      shown_image(engine, meant, &row), size));
		container_row_clear(&row);
	}
	if (bounds.ancestors != NULL)
		g_ptr_array_unref(bounds.ancestors);
	return list;
}
