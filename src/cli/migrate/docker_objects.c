/* Networks (libnetwork's local-kv.db) and volumes (metadata.db, and opts.json beside the data). */
#include "cli/migrate/bolt.h"
#include "cli/migrate/docker_parts.h"

#include "base/error.h"

#include <string.h>

/* A network's stored addresses: [{"PreferredPool", "SubPool", "Gateway", "AuxAddresses"}] as a text. Pools that Docker has chosen itself are left out: the engine chooses its own. */
static void add_pools(json_t *pools, const char *text)
{
	g_autoptr(json_t) list = json_parse(text, strlen(text), NULL);
	size_t i;
	json_t *one;
	json_array_foreach (list, i, one) {
		const char *range = json_str(one, "SubPool"), *gateway = json_str(one, "Gateway");
		const json_t *others = json_object_get(one, "AuxAddresses");
		json_t *pool = json_pack("{s:s}", "Subnet", json_str(one, "PreferredPool"));
		if (*range != '\0')
			json_object_set_new(pool, "IPRange", json_string(range));
		if (*gateway != '\0')
			json_object_set_new(pool, "Gateway", json_string(gateway));
		if (json_filled(others))
			json_object_set(pool, "AuxiliaryAddresses", (json_t *)others);
		if (*json_str(one, "PreferredPool") != '\0')
			json_array_append(pools, pool);
		json_decref(pool);
	}
}

static void add_object(json_t *to, const char *key, json_t *value)
{
	if (json_filled(value))
		json_object_set(to, key, value);
}

static const char *network_problem(const json_t *network)
{
	static const char *const drivers[] = {"bridge", "macvlan", "ipvlan", NULL};
	return !g_strv_contains(drivers, json_str(network, "networkType"))
		       ? "its driver is not there"
	       : json_bool(network, "configOnly") || *json_str(network, "configFrom") != '\0'
		       ? "its configuration is another network's"
	       : strcmp(json_str(network, "ipamType"), "default") != 0
		       ? "its addresses are given out by a plugin"
		       : NULL;
}

static json_t *network_request(const json_t *network)
{
	json_t *pools = json_array(),
	       *ipam = json_pack("{s:s, s:o}", "Driver", "default", "Config", pools);
	add_pools(pools, json_str(network, "ipamV4Config"));
	add_pools(pools, json_str(network, "ipamV6Config"));
	add_object(ipam, "Options", json_object_get(network, "ipamOptions"));
	json_t *request = json_pack("{s:s, s:s, s:b, s:b, s:b, s:o}", "Name",
		json_str(network, "name"), "Driver", json_str(network, "networkType"), "Internal",
		json_bool(network, "internal"), "Attachable", json_bool(network, "attachable"),
		"EnableIPv6", json_bool(network, "enableIPv6"), "IPAM", ipam);
	/* The key contains dots. */
	json_t *generic = json_object_get(network, "generic");
	add_object(request, "Options", json_object_get(generic, "com.docker.network.generic"));
	add_object(request, "Labels", json_object_get(network, "labels"));
	return request;
}

/* libnetwork stores an index of eight bytes before each value. */
static void take_network(
	const char *const *keys, const char *value, size_t length, gpointer networks)
{
	enum { NUMBER = 8 };
	static const char *const own[] = {"bridge", "host", "none", NULL};
	if (!g_str_has_prefix(keys[0], "docker/network/v1.0/network/") || keys[1] != NULL ||
		length < NUMBER)
		return;
	g_autoptr(json_t) network = json_parse(value + NUMBER, length - NUMBER, NULL);
	if (!json_filled(json_object_get(network, "name")) ||
		g_strv_contains(own, json_str(network, "name")))
		return;
	json_t *request = network_request(network);
	const char *problem = network_problem(network);
	if (problem != NULL)
		json_object_set_new(request, "Problem", json_string(problem));
	json_array_append_new(networks, request);
}

bool docker_networks_read(DockerRoot *root, GError **error)
{
	g_autofree char *path = g_build_filename(root->path, "network/files/local-kv.db", NULL);
	return !g_file_test(path, G_FILE_TEST_EXISTS) ||
	       bolt_each(path, (const char *const[]){"libnetwork", NULL}, take_network,
		       root->networks, error);
}

static void take_metadata(const char *const *keys, const char *value, size_t length, gpointer all)
{
	json_t *json = keys[1] == NULL ? json_parse(value, length, NULL) : NULL;
	if (json != NULL)
		json_object_set_new(all, keys[0], json);
}

static const struct {
	const char *kept, *option;
} volume_options[] = {{"MountType", "type"}, {"MountDevice", "device"}, {"MountOpts", "o"}};

static json_t *volume_request(
	const DockerRoot *root, const char *name, const json_t *facts, GError **error)
{
	g_autoptr(json_t) kept = docker_json(root, error, "volumes", name, "opts.json", NULL);
	json_t *request =
		       json_pack("{s:s, s:s, s:{}}", "Name", name, "Driver", "local", "DriverOpts"),
	       *options = json_object_get(request, "DriverOpts");
	add_object(request, "Labels", json_object_get(facts, "Labels"));
	for (size_t i = 0; i < G_N_ELEMENTS(volume_options); i++) {
		const char *text = json_str(kept, volume_options[i].kept);
		if (*text != '\0')
			json_object_set_new(options, volume_options[i].option, json_string(text));
	}
	if (json_int(kept, "Quota.Size") != 0)
		json_object_set_new(
			request, "Problem", json_string("it has a quota, which is not there"));
	return request;
}

bool docker_volumes_read(DockerRoot *root, GError **error)
{
	g_autofree char *folder = g_build_filename(root->path, "volumes", NULL),
			*database = g_build_filename(folder, "metadata.db", NULL);
	g_autoptr(json_t) facts = json_object();
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;
	if (g_file_test(database, G_FILE_TEST_EXISTS) &&
		!bolt_each(database, (const char *const[]){"volumes", NULL}, take_metadata, facts,
			error))
		return false;
	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *data = g_build_filename(folder, name, "_data", NULL);
		json_t *request =
			g_file_test(data, G_FILE_TEST_IS_DIR)
				? volume_request(root, name, json_object_get(facts, name), error)
				: NULL;
		if (request != NULL)
			json_array_append_new(root->volumes, request);
		if (*error != NULL)
			return false;
	}
	return true;
}
