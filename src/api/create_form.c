/* Adapts a request to create a container from its API version to the newest (dockerd 28.5.2; 1.52 and later by the
 * API's version history). Fields that its version lacks are dropped by the schema before. */
#include "api/form.h"

#include "base/error.h"

#include <string.h>

typedef struct {
	int version;
	json_t *body, *host, *endpoints; /* the last two: NULL where there are none */
	json_t *warnings;
	bool cgroup_v2; /* of this host */
} Create;

static void warn(Create *create, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void warn(Create *create, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	json_array_append_new(create->warnings, json_string(text));
}

static const char *network_mode(const Create *create)
{
	const char *mode = json_str(create->host, "NetworkMode");
	return *mode == '\0' || strcmp(mode, "default") == 0 ? "bridge" : mode;
}

static bool network_is_shared(const Create *create)
{
	const char *mode = network_mode(create);
	return strcmp(mode, "host") == 0 || g_str_has_prefix(mode, "container:");
}

/* Whether the container has a network whose settings can be given. */
static bool has_network(const Create *create)
{
	return !network_is_shared(create) && strcmp(network_mode(create), "none") != 0;
}

/* The settings for the network of NetworkMode, created if there are none. NULL with error where it is ambiguous which
 * ones they are. */
static json_t *main_endpoint(Create *create, GError **error)
{
	enum { ONE_ENDPOINT_UNTIL = 43 };
	if (json_object_size(create->endpoints) == 0) {
		json_t *endpoint = json_object();
		create->endpoints = json_pack("{s:o}", network_mode(create), endpoint);
		json_object_set_new(create->body, "NetworkingConfig",
			json_pack("{s:o}", "EndpointsConfig", create->endpoints));
		return endpoint;
	}
	json_t *endpoint = create->version <= ONE_ENDPOINT_UNTIL
				   ? json_object_iter_value(json_object_iter(create->endpoints))
				   : json_object_get(create->endpoints, network_mode(create));
	if (endpoint == NULL)
		fail(error, BERTH_ERROR_INVALID,
			"HostConfig.NetworkMode must match the identity of a network in "
			"NetworkSettings.Networks");
	return endpoint;
}

static bool default_ipc(Create *create, GError **error)
{
	(void)error;
	if (*json_str(create->host, "IpcMode") == '\0')
		json_object_set_new(create->host, "IpcMode", json_string("shareable"));
	return true;
}

/* On cgroup v1 containers saw the host's cgroup tree. */
static bool default_cgroup_namespace(Create *create, GError **error)
{
	(void)error;
	if (!create->cgroup_v2 && *json_str(create->host, "CgroupnsMode") == '\0')
		json_object_set_new(create->host, "CgroupnsMode", json_string("host"));
	return true;
}

/* Options of another mount type were ignored. */
static bool drop_foreign_options(Create *create, GError **error)
{
	static const char *const options[][2] = {
		{"tmpfs", "TmpfsOptions"}, {"volume", "VolumeOptions"}};
	size_t i;
	json_t *mount;
	(void)error;
	json_array_foreach (json_object_get(create->host, "Mounts"), i, mount)
		for (size_t k = 0; k < G_N_ELEMENTS(options); k++)
			if (strcmp(json_str(mount, "Type"), options[k][0]) != 0)
				json_object_del(mount, options[k][1]);
	return true;
}

/* Empty ones are refused, too. */
static bool refuse_foreign_options(Create *create, GError **error)
{
	static const char *const options[][2] = {
		{"volume", "VolumeOptions"}, {"bind", "BindOptions"}, {"tmpfs", "TmpfsOptions"}};
	size_t i;
	json_t *mount;
	json_array_foreach (json_object_get(create->host, "Mounts"), i, mount)
		for (size_t k = 0; k < G_N_ELEMENTS(options); k++)
			if (strcmp(json_str(mount, "Type"), options[k][0]) != 0 &&
				json_is_object(json_object_get(mount, options[k][1])))
				return fail(error, BERTH_ERROR_INVALID,
					"%s must not be specified on mount type \"%s\"",
					options[k][1], json_str(mount, "Type"));
	return true;
}

static bool refuse_forced_recursion(Create *create, GError **error)
{
	size_t i;
	json_t *mount;
	json_array_foreach (json_object_get(create->host, "Mounts"), i, mount)
		if (strcmp(json_str(mount, "Type"), "bind") == 0 &&
			json_bool(mount, "BindOptions.ReadOnlyForceRecursive"))
			return fail(error, BERTH_ERROR_INVALID,
				"BindOptions.ReadOnlyForceRecursive needs API v1.44 or newer");
	return true;
}

static bool refuse_networks(Create *create, GError **error)
{
	if (json_object_size(create->endpoints) <= 1)
		return true;
	g_autoptr(GString) names = g_string_new("");
	const char *name;
	json_t *endpoint;
	json_object_foreach (create->endpoints, name, endpoint)
		g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", name);
	return fail(error, BERTH_ERROR_INVALID,
		"Container cannot be created with multiple network endpoints: %s", names->str);
}

static bool check_mac(Create *create, GError **error)
{
	return *json_str(create->body, "MacAddress") == '\0' || has_network(create) ||
	       fail(error, BERTH_ERROR_INVALID,
		       "conflicting options: mac-address and the network mode");
}

static bool refuse_subpaths(Create *create, GError **error)
{
	size_t i;
	json_t *mount;
	json_array_foreach (json_object_get(create->host, "Mounts"), i, mount)
		if (*json_str(mount, "VolumeOptions.Subpath") != '\0')
			return fail(error, BERTH_ERROR_INVALID,
				"VolumeOptions.Subpath needs API v1.45 or newer");
	return true;
}

static bool refuse_image_mounts(Create *create, GError **error)
{
	size_t i;
	json_t *mount;
	json_array_foreach (json_object_get(create->host, "Mounts"), i, mount)
		if (strcmp(json_str(mount, "Type"), "image") == 0)
			return fail(error, BERTH_ERROR_INVALID,
				"Mount type \"Image\" needs API v1.48 or newer");
	return true;
}

static bool warn_of_volume_driver(Create *create, GError **error)
{
	size_t i;
	json_t *mount;
	(void)error;
	if (*json_str(create->host, "VolumeDriver") == '\0')
		return true;
	json_array_foreach (json_object_get(create->host, "Mounts"), i, mount)
		if (strcmp(json_str(mount, "Type"), "volume") == 0 &&
			*json_str(mount, "VolumeOptions.DriverConfig.Name") == '\0') {
			warn(create, "WARNING: the container-wide volume-driver configuration is "
				     "ignored for volumes specified via 'mount'. Use '--mount "
				     "type=volume,volume-driver=...' instead");
			break;
		}
	return true;
}

/* The container-wide MAC address is that of its main network; both must agree if both are given. */
static bool move_mac(Create *create, GError **error)
{
	const char *mac = json_str(create->body, "MacAddress");
	if (*mac == '\0')
		return true;
	if (!has_network(create)) {
		json_object_del(create->body, "MacAddress");
	} else {
		json_t *endpoint = main_endpoint(create, error);
		const char *own = json_str(endpoint, "MacAddress");
		if (endpoint == NULL) {
			g_prefix_error(error,
				"unable to migrate container-wide MAC address to a specific "
				"network: ");
			return false;
		}
		if (*own != '\0' && strcmp(own, mac) != 0)
			return fail(error, BERTH_ERROR_INVALID,
				"the container-wide MAC address must match the endpoint-specific "
				"MAC address for the main network, or be left empty");
	}
	warn(create, "The container-wide MacAddress field is now deprecated. It should be "
		     "specified in EndpointsConfig instead.");
	return true;
}

/* The field no longer exists; a client should get an error instead of another address. */
static bool drop_mac(Create *create, GError **error)
{
	(void)error;
	if (*json_str(create->body, "MacAddress") != '\0')
		warn(create, "container-wide MAC address no longer supported; use "
			     "endpoint-specific MAC address instead");
	json_object_del(create->body, "MacAddress");
	return true;
}

static const char sysctls_option[] = "com.docker.network.endpoint.sysctls";

/* Splits "net.ipv4.conf.eth0.forwarding"; NULL for a sysctl of no link. */
static char **link_setting(const char *key)
{
	enum { PARTS = 5, LINK = 3 };
	char **parts = g_strsplit(key, ".", PARTS);
	if (g_strv_length(parts) == PARTS && strcmp(parts[0], "net") == 0 &&
		g_str_has_prefix(parts[LINK], "eth"))
		return parts;
	g_strfreev(parts);
	return NULL;
}

/* Only eth0 was possible: the order of further links is not known beforehand. */
static bool gather_link_settings(json_t *sysctls, GString *keys, GString *settings, GError **error)
{
	const char *key;
	json_t *value;
	void *next;
	json_object_foreach_safe (sysctls, next, key, value) {
		g_auto(GStrv) parts = link_setting(key);
		if (parts == NULL)
			continue;
		if (strcmp(parts[3], "eth0") != 0)
			return fail(error, BERTH_ERROR_SYSTEM,
				"unable to determine network endpoint for sysctl %s, use driver "
				"option '%s' to set per-interface sysctls",
				key, sysctls_option);
		g_string_append_printf(keys, "%s%s", keys->len > 0 ? "," : "", key);
		g_string_append_printf(settings, "%s%s.%s.%s.IFNAME.%s=%s",
			settings->len > 0 ? "," : "", parts[0], parts[1], parts[2], parts[4],
			json_string_value(value));
		json_object_del(sysctls, key);
	}
	return true;
}

static bool move_link_settings(Create *create, GError **error)
{
	g_autoptr(GString) keys = g_string_new(""), settings = g_string_new("");
	if (network_is_shared(create))
		return true;
	if (!gather_link_settings(json_object_get(create->host, "Sysctls"), keys, settings, error))
		return false;
	json_t *endpoint = keys->len > 0 ? main_endpoint(create, error) : NULL;
	if (endpoint == NULL) {
		g_prefix_error(error, "unable to find a network for sysctl %s: ", keys->str);
		return keys->len == 0;
	}
	if (!json_filled(json_object_get(create->host, "Sysctls")))
		json_object_del(create->host, "Sysctls");
	json_t *options = json_object_get(endpoint, "DriverOpts");
	if (!json_is_object(options)) {
		options = json_object();
		json_object_set_new(endpoint, "DriverOpts", options);
	}
	warn(create, "Migrated sysctl \"%s\" to DriverOpts{\"%s\":\"%s\"}.", keys->str,
		sysctls_option, settings->str);
	const char *given = json_string_value(json_object_get(options, sysctls_option));
	if (given != NULL)
		g_string_append_printf(settings, ",%s", given);
	json_object_set_new(options, sysctls_option, json_string(settings->str));
	return true;
}

/* An empty list of bindings stood for a binding to any port. */
static bool warn_of_empty_bindings(Create *create, GError **error)
{
	g_autoptr(GString) ports = g_string_new("");
	const char *port;
	json_t *bindings;
	(void)error;
	json_object_foreach (json_object_get(create->host, "PortBindings"), port, bindings)
		if (json_array_size(bindings) == 0)
			g_string_append_printf(ports, "%s%s", ports->len > 0 ? ", " : "", port);
	if (ports->len > 0)
		warn(create,
			"Following container port(s) have an empty list of port-bindings: %s. "
			"Starting with API 1.53, such bindings will be discarded.",
			ports->str);
	return true;
}

static bool drop_empty_bindings(Create *create, GError **error)
{
	const char *port;
	json_t *bindings, *all = json_object_get(create->host, "PortBindings");
	void *next;
	FilterPorts range;
	(void)error;
	/* Invalid ports are refused later. */
	json_object_foreach_safe (all, next, port, bindings)
		if (json_array_size(bindings) == 0 && filter_ports_parse(port, &range, NULL))
			json_object_del(all, port);
	return true;
}

/* In dockerd's order. */
static const struct {
	int since, until; /* minor versions; 0: from the first, to the newest */
	bool (*apply)(Create *create, GError **error);
} steps[] = {
	{0, 39, default_ipc},
	{0, 40, default_cgroup_namespace},
	{0, 41, drop_foreign_options},
	{42, 0, refuse_foreign_options},
	{0, 43, refuse_forced_recursion},
	{0, 43, refuse_networks},
	{0, 44, refuse_subpaths},
	{0, 47, refuse_image_mounts},
	{48, 0, warn_of_volume_driver},
	{0, 43, check_mac},
	{44, 51, move_mac},
	{52, 0, drop_mac},
	{0, 47, move_link_settings},
	{52, 52, warn_of_empty_bindings},
	{53, 0, drop_empty_bindings},
};

bool create_form(int version, bool cgroup_v2, json_t *body, json_t *warnings, GError **error)
{
	json_t *host = json_object_get(body, "HostConfig");
	if (host == NULL) {
		host = json_object();
		json_object_set_new(body, "HostConfig", host);
	}
	Create create = {version, body, host, json_at(body, "NetworkingConfig.EndpointsConfig"),
		warnings, cgroup_v2};
	for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
		if (version >= steps[i].since &&
			(steps[i].until == 0 || version <= steps[i].until) &&
			!steps[i].apply(&create, error))
			return false;
	return true;
}
