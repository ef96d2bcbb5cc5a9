/* --network and its kin as NetworkMode and EndpointsConfig. */
#include "cli/common/flags.h"
#include "cli/container/request.h"

#include "base/error.h"

#include <string.h>

static void set_words(json_t *endpoint, const char *field, json_t *list)
{
	if (json_array_size(list) > 0)
		json_object_set(endpoint, field, list);
}

/* "name=web,alias=x,ip=1.2.3.4,..." or just the name; what is said takes its place in endpoint. */
static char *read_network(const char *text, json_t *endpoint, GError **error)
{
	static const struct {
		const char *key, *object, *field;
	} fields[] = {{"ip", "IPAMConfig", "IPv4Address"}, {"ip6", "IPAMConfig", "IPv6Address"},
		{"mac-address", NULL, "MacAddress"}};
	g_auto(GStrv) parts = csv_split(text);
	char *name = NULL;
	if (strchr(text, '=') == NULL)
		return g_strdup(text);
	for (int i = 0; parts[i] != NULL; i++) {
		g_auto(GStrv) pair = g_strsplit(parts[i], "=", 2);
		const char *value = pair[0] != NULL && pair[1] != NULL ? pair[1] : "";
		bool known = true;
		if (strcmp(pair[0], "name") == 0) {
			g_free(name);
			name = g_strdup(value);
		} else if (strcmp(pair[0], "alias") == 0) {
			if (json_object_get(endpoint, "Aliases") == NULL)
				json_object_set_new(endpoint, "Aliases", json_array());
			json_array_append_new(
				json_object_get(endpoint, "Aliases"), json_lenient(value));
		} else if (strcmp(pair[0], "gw-priority") == 0) {
			json_object_set_new(endpoint, "GwPriority",
				json_integer(g_ascii_strtoll(value, NULL, 10)));
		} else if (strcmp(pair[0], "driver-opt") == 0) {
			g_autoptr(json_t) list = json_pack("[s]", value), one = pairs_of(list);
			if (json_object_get(endpoint, "DriverOpts") == NULL)
				json_object_set_new(endpoint, "DriverOpts", json_object());
			json_object_update(json_object_get(endpoint, "DriverOpts"), one);
		} else {
			known = false;
		}
		for (size_t f = 0; f < G_N_ELEMENTS(fields); f++) {
			if (strcmp(pair[0], fields[f].key) != 0)
				continue;
			json_t *place = endpoint;
			if (fields[f].object != NULL &&
				json_object_get(endpoint, fields[f].object) == NULL)
				json_object_set_new(endpoint, fields[f].object, json_object());
			if (fields[f].object != NULL)
				place = json_object_get(endpoint, fields[f].object);
			json_object_set_new(place, fields[f].field, json_lenient(value));
			known = true;
		}
		if (!known) {
			g_free(name);
			fail(error, BERTH_ERROR_UNAVAILABLE,
				"invalid argument \"%s\" for \"--network\" flag: invalid field key "
				"%s",
				text, pair[0]);
			return NULL;
		}
	}
	if (name == NULL)
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"invalid argument \"%s\" for \"--network\" flag: network name/id is not "
			"specified",
			text);
	return name;
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

/* --ip, --network-alias and their like speak of the first network. */
static void add_first(Cli *cli, json_t *endpoint)
{
	endpoint_flags(cli, "network-alias", endpoint);
	if (flag_given(cli, "mac-address"))
		json_object_set_new(
			endpoint, "MacAddress", json_lenient(flag_text(cli, "mac-address")));
}

bool container_network_flags(Cli *cli, json_t *config, json_t *host, GError **error)
{
	g_autoptr(json_t) given = flag_list(cli, "network"), older = flag_list(cli, "net");
	json_t *endpoints = json_object();
	json_array_extend(given, older);
	json_object_set_new(
		config, "NetworkingConfig", json_pack("{s:o}", "EndpointsConfig", endpoints));
	for (size_t i = 0; i < MAX(json_array_size(given), 1); i++) {
		const char *text = i < json_array_size(given) ? json_elem(given, i) : "default";
		json_t *endpoint = json_object();
		g_autofree char *name = read_network(text, endpoint, error);
		if (name == NULL) {
			json_decref(endpoint);
			return false;
		}
		if (i == 0) {
			add_first(cli, endpoint);
			json_object_set_new(host, "NetworkMode", json_lenient(name));
		}
		json_object_set_new(endpoints, name, endpoint);
	}
	return true;
}
