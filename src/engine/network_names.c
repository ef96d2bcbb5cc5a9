/* The names of a network's members, as files that the resolvers of its containers read: they go on
 * answering while the engine is down. */
#include "engine/network.h"

#include "base/fd.h"
#include "base/log.h"

#include <string.h>
#include <sys/stat.h>

enum { FILE_LIMIT = 1 << 20 };

static char *names_path(Engine *engine, const char *network_id)
{
	return g_build_filename(engine->config->exec_root, "networks", network_id, NULL);
}

/* "IPv4 IPv6 name.network name alias ...": the first is what a reverse look-up answers. */
static void add_member(GString *text, const Network *network, const json_t *endpoint)
{
	const char *v4 = json_str(endpoint, "IPAddress"),
		   *v6 = json_str(endpoint, "GlobalIPv6Address");
	json_t *names = json_object_get(endpoint, "DNSNames"), *name;
	size_t i;
	g_string_append_printf(text, "%s %s %s.%s", *v4 != '\0' ? v4 : "-", *v6 != '\0' ? v6 : "-",
		json_elem(names, 0), network->name);
	json_array_foreach (names, i, name) {
		const char *word = json_elem(names, i);
		/* A blank or a line's end would be another name or line. */
		if (*word != '\0' && strpbrk(word, " \t\r\n") == NULL)
			g_string_append_printf(text, " %s", word);
	}
	g_string_append_c(text, '\n');
}

void network_names_write(Engine *engine, const Network *network)
{
	g_autoptr(GString) text = g_string_new("");
	g_autoptr(GError) error = NULL;
	g_autofree char *path = names_path(engine, network->id), *folder = g_path_get_dirname(path);
	GHashTableIter members;
	gpointer endpoint;
	if (network->predefined)
		return;
	g_hash_table_iter_init(&members, network->members);
	while (g_hash_table_iter_next(&members, NULL, &endpoint))
		add_member(text, network, endpoint);
	mkdir(folder, 0700);
	if (!file_replace(path, text->str, text->len, 0600, false, &error))
		log_warn("names of network %s: %s", network->name, error->message);
}

char **network_names_files(Container *container)
{
	Engine *engine = container->engine;
	g_autoptr(GStrvBuilder) files = g_strv_builder_new();
	const char *name;
	json_t *endpoint;
	bool any = false;
	g_mutex_lock(&engine->network_lock);
	json_object_foreach (container->endpoints, name, endpoint) {
		Network *network = network_lookup(engine, name);
		g_autofree char *path = network != NULL ? names_path(engine, network->id) : NULL;
		if (network == NULL || network->predefined)
			continue;
		g_strv_builder_add(files, path);
		any = true;
	}
	g_mutex_unlock(&engine->network_lock);
	return any ? g_strv_builder_end(files) : NULL;
}

/* Those of --dns or of the host; none where every network is internal: nothing leaks (CVE-2024-29018). */
char **network_names_servers(Container *container, const json_t *host)
{
	g_autoptr(GStrvBuilder) servers = g_strv_builder_new();
	g_autofree char *text = file_read("/etc/resolv.conf", FILE_LIMIT);
	g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
	g_auto(GStrv) own = json_strv(config_resolver(container->engine->config, host, "Dns"));
	const char *name;
	json_t *endpoint;
	bool way_out = false;
	g_mutex_lock(&container->engine->network_lock);
	json_object_foreach (container->endpoints, name, endpoint)
		way_out = way_out || *json_str(endpoint, "Gateway") != '\0';
	g_mutex_unlock(&container->engine->network_lock);
	for (int i = 0; way_out && own[i] != NULL; i++)
		g_strv_builder_add(servers, own[i]);
	for (int i = 0; way_out && own[0] == NULL && lines[i] != NULL; i++)
		if (g_str_has_prefix(lines[i], "nameserver "))
			g_strv_builder_add(servers, g_strstrip(lines[i] + strlen("nameserver ")));
	return g_strv_builder_end(servers);
}
