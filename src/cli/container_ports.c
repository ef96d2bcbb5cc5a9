/* -p and --expose as the fields of a request. */
#include "cli/cli.h"

#include <string.h>

static void set(json_t *json, const char *key, json_t *value)
{
	json_object_set_new(json, key, value);
}

bool container_port_flags(Cli *cli, json_t *config, json_t *host, GError **error)
{
	(void)error;
	g_autoptr(json_t) exposed = flag_list(cli, "expose"), published = flag_list(cli, "publish");
	json_t *ports = json_object(), *bindings = json_object();
	for (size_t i = 0; i < json_array_size(exposed); i++) {
		const char *port = json_elem(exposed, i);
		g_autofree char *name = strchr(port, '/') != NULL ? g_strdup(port)
								  : g_strconcat(port, "/tcp", NULL);
		set(ports, name, json_object());
	}
	/* [[address:]host port:]port[/protocol]; ranges come with the networks. */
	for (size_t i = 0; i < json_array_size(published); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(published, i), ":", -1);
		guint count = g_strv_length(parts);
		const char *port = count > 0 ? parts[count - 1] : "";
		g_autofree char *name = strchr(port, '/') != NULL ? g_strdup(port)
								  : g_strconcat(port, "/tcp", NULL);
		set(ports, name, json_object());
		set(bindings, name,
			json_pack("[{s:s, s:s}]", "HostIp", count > 2 ? parts[0] : "", "HostPort",
				count > 1 ? parts[count - 2] : ""));
	}
	if (json_object_size(ports) > 0)
		set(config, "ExposedPorts", json_incref(ports));
	json_decref(ports);
	set(host, "PortBindings", bindings);
	return true;
}
