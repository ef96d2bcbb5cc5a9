/* --network and its kin as NetworkMode and EndpointsConfig. */
#include "cli/common/flags.h"
#include "cli/container/request.h"

#include "base/error.h"
#include "base/number.h"

#include <string.h>

static void set_words(json_t *endpoint, const char *field, json_t *list)
{
	if (json_array_size(list) > 0)
		json_object_set(endpoint, field, list);
}

static json_t *object_in(json_t *object, const char *name)
{
	if (json_object_get(object, name) == NULL)
		json_object_set_new(object, name, json_object());
	return json_object_get(object, name);
}

static void append_to(json_t *object, const char *name, const char *text)
{
	if (json_object_get(object, name) == NULL)
		json_object_set_new(object, name, json_array());
	json_array_append_new(json_object_get(object, name), json_lenient(text));
}

typedef char *(*Reader)(json_t *endpoint, const char *name, const char *value);

static char *read_text(json_t *endpoint, const char *name, const char *value)
{
	json_object_set_new(endpoint, name, json_lenient(value));
	return NULL;
}

static char *read_alias(json_t *endpoint, const char *name, const char *value)
{
	append_to(endpoint, name, value);
	return NULL;
}

static char *read_address(json_t *endpoint, const char *name, const char *value)
{
	return read_text(object_in(endpoint, "IPAMConfig"), name, value);
}

static char *read_link_local(json_t *endpoint, const char *name, const char *value)
{
	append_to(object_in(endpoint, "IPAMConfig"), name, value);
	return NULL;
}

static char *read_option(json_t *endpoint, const char *name, const char *value)
{
	const char *equals = strchr(value, '=');
	if (equals == NULL || equals == value)
		return g_strdup("invalid key value pair format in driver options");
	g_autofree char *key = g_strstrip(g_strndup(value, (gsize)(equals - value)));
	g_autofree char *text = g_strstrip(g_strdup(equals + 1));
	return read_text(object_in(endpoint, name), key, text);
}

static char *read_priority(json_t *endpoint, const char *name, const char *value)
{
	gint64 priority = 0;
	const char *why = number_parse(value, 10, &priority);
	json_object_set_new(endpoint, name, json_integer(priority));
	return why != NULL ? g_strdup_printf("invalid gw-priority (%s): %s", value, why) : NULL;
}

/* The fields of the long form; the name is kept with the endpoint until it is known (docker/cli, opts/network.go). */
static const struct {
	const char *key, *name;
	Reader read;
} fields[] = {{"name", "Name", read_text}, {"alias", "Aliases", read_alias},
	{"ip", "IPv4Address", read_address}, {"ip6", "IPv6Address", read_address},
	{"mac-address", "MacAddress", read_text},
	{"link-local-ip", "LinkLocalIPs", read_link_local},
	{"driver-opt", "DriverOpts", read_option}, {"gw-priority", "GwPriority", read_priority}};

static char *read_field(json_t *endpoint, const char *text)
{
	g_auto(GStrv) pair = g_strsplit(text, "=", 2);
	if (pair[0] == NULL || pair[1] == NULL || *pair[0] == '\0')
		return g_strdup_printf("invalid field %s", text);
	g_autofree char *key = g_strstrip(g_ascii_strdown(pair[0], -1)),
			*value = g_strstrip(g_ascii_strdown(pair[1], -1));
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		if (strcmp(key, fields[i].key) == 0)
			return fields[i].read(endpoint, fields[i].name, value);
	return g_strdup_printf("invalid field key %s", key);
}

/* "name=web,alias=x,ip=1.2.3.4,..." or just the name; what is said takes its place in endpoint. */
static char *read_network(const char *text, json_t *endpoint, GError **error)
{
	if (!g_regex_match_simple("\\w=\\w", text, 0, 0))
		return g_strdup(text);
	g_autofree char *why = NULL;
	g_auto(GStrv) parts = csv_split(text, &why);
	for (int i = 0; why == NULL && parts[i] != NULL; i++)
		why = read_field(endpoint, parts[i]);
	g_autofree char *name = g_strdup(json_str(endpoint, "Name"));
	json_object_del(endpoint, "Name");
	if (why == NULL && *name == '\0')
		why = g_strdup("network name/id is not specified");
	if (why == NULL)
		return g_steal_pointer(&name);
	flag_refuse(container_flag("network"), text, why, error);
	return NULL;
}

void endpoint_flags(Cli *cli, const char *alias, json_t *endpoint)
{
	g_autoptr(json_t) aliases = flag_list(cli, alias), links = flag_list(cli, "link"),
			  link_local = flag_list(cli, "link-local-ip");
	g_autoptr(json_t) ipam = json_object();
	if (flag_given(cli, "ip"))
		json_object_set_new(ipam, "IPv4Address", json_lenient(flag_text(cli, "ip")));
	if (flag_given(cli, "ip6"))
		json_object_set_new(ipam, "IPv6Address", json_lenient(flag_text(cli, "ip6")));
	set_words(ipam, "LinkLocalIPs", link_local);
	if (json_object_size(ipam) > 0)
		json_object_set(endpoint, "IPAMConfig", ipam);
	set_words(endpoint, "Aliases", aliases);
	set_words(endpoint, "Links", links);
}

/* What the flags and the long form say of one and the same thing. */
static const struct {
	const char *flag, *path, *words;
} doubles[] = {{"network-alias", "Aliases", "--network-alias and per-network alias"},
	{"ip", "IPAMConfig.IPv4Address", "--ip and per-network IPv4 address"},
	{"ip6", "IPAMConfig.IPv6Address", "--ip6 and per-network IPv6 address"},
	{"mac-address", "MacAddress", "--mac-address and per-network MAC address"},
	{"link-local-ip", "IPAMConfig.LinkLocalIPs",
		"--link-local-ip and per-network link-local IP addresses"}};

/* --ip, --network-alias and their like speak of the first network. */
static bool add_first(Cli *cli, json_t *endpoint, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(doubles); i++)
		if (flag_given(cli, doubles[i].flag) && json_at(endpoint, doubles[i].path) != NULL)
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"conflicting options: cannot specify both %s", doubles[i].words);
	endpoint_flags(cli, "network-alias", endpoint);
	if (flag_given(cli, "mac-address"))
		json_object_set_new(
			endpoint, "MacAddress", json_lenient(flag_text(cli, "mac-address")));
	return true;
}

/* Six, eight or twenty bytes in hexadecimal: by twos between ":" or "-", by fours between ".", or without. */
static bool is_mac(const char *text)
{
	g_autofree char *mac = g_strstrip(g_strdup(text));
	return g_regex_match_simple("^(?=(?:[0-9a-f][:.-]?){12}$|(?:[0-9a-f][:.-]?){16}$|"
				    "(?:[0-9a-f][:.-]?){40}$)"
				    "([0-9a-f]{2}(:[0-9a-f]{2})*|[0-9a-f]{2}(-[0-9a-f]{2})*|"
				    "[0-9a-f]{4}(\\.[0-9a-f]{4})*|[0-9a-f]+)$",
		mac, G_REGEX_CASELESS, 0);
}

static bool is_users_own(const char *name)
{
	static const char *const modes[] = {"default", "bridge", "host", "none", NULL};
	return !g_strv_contains(modes, name) && !g_str_has_prefix(name, "container:");
}

static bool check_endpoint(const char *name, const json_t *endpoint, GError **error)
{
	const char *mac = json_str(endpoint, "MacAddress");
	g_autofree char *blank = g_strstrip(g_strdup(name));
	if (*blank == '\0')
		return fail(error, BERTH_ERROR_UNAVAILABLE, "no name set for network");
	if (!is_users_own(name) && json_array_size(json_object_get(endpoint, "Aliases")) > 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"network-scoped aliases are only supported for user-defined networks");
	return *mac == '\0' || is_mac(mac) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "%s is not a valid mac address", mac);
}

static bool add_network(Cli *cli, const char *text, json_t *endpoints, json_t *host, GError **error)
{
	g_autoptr(json_t) endpoint = json_object();
	g_autofree char *name = read_network(text, endpoint, error);
	bool first = json_object_size(endpoints) == 0;
	if (name == NULL || (first && !add_first(cli, endpoint, error)) ||
		!check_endpoint(name, endpoint, error))
		return false;
	if (json_object_get(endpoints, name) != NULL)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"network \"%s\" is specified multiple times", name);
	if (first)
		json_object_set_new(host, "NetworkMode", json_lenient(name));
	json_object_set(endpoints, name, endpoint);
	return true;
}

bool container_network_flags(Cli *cli, json_t *config, json_t *host, GError **error)
{
	g_autoptr(json_t) given = flag_list(cli, "network"), older = flag_list(cli, "net");
	json_t *endpoints = json_object(), *unused;
	const char *name;
	bool own = false, other = false;
	json_array_extend(given, older);
	json_object_set_new(
		config, "NetworkingConfig", json_pack("{s:o}", "EndpointsConfig", endpoints));
	for (size_t i = 0; i < MAX(json_array_size(given), 1); i++)
		if (!add_network(cli, i < json_array_size(given) ? json_elem(given, i) : "default",
			    endpoints, host, error))
			return false;
	json_object_foreach (endpoints, name, unused)
		*(is_users_own(name) ? &own : &other) = true;
	return !own || !other ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "conflicting options: cannot attach both user-defined and non-user-defined "
		       "network-modes");
}
