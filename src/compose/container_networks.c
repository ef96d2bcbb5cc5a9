/* Networks and ports of a service's containers. */
#include "compose/container.h"

#include <string.h>

static const char *network_name(const Project *project, const char *key)
{
	return json_str(json_object_get(json_object_get(project->model, "networks"), key), "name");
}

static void add_link(json_t *list, const char *container, char *alias)
{
	g_autofree char *own = alias, *link = g_strconcat(container, ":", own, NULL);
	json_array_append_new(list, json_string(link));
}

/* "service:alias" links the container under that alias and under its names with this one's number, as in Docker
 * Compose. */
static void add_service_links(const ContainerRequest *request, const char *text, json_t *list)
{
	g_auto(GStrv) parts = g_strsplit(text, ":", 2);
	const Project *project = request->project;
	const char *separator = project->separator;
	json_t *service = json_object_get(project_services(project), parts[0]);
	for (int number = 1; number <= service_replicas(service); number++) {
		g_autofree char *name = service_container_name(project, parts[0], service, number);
		add_link(list, name, g_strdup(parts[1] != NULL ? parts[1] : parts[0]));
		add_link(list, name,
			g_strdup_printf("%s%s%d", parts[0], separator, request->number));
		add_link(list, name,
			g_strdup_printf("%s%s%s%s%d", project->name, separator, parts[0], separator,
				request->number));
	}
}

static json_t *links(const ContainerRequest *request)
{
	json_t *list = json_array(), *entry;
	size_t i;
	json_array_foreach (json_object_get(request->service, "links"), i, entry)
		add_service_links(request, json_string_value(entry), list);
	json_array_foreach (json_object_get(request->service, "external_links"), i, entry) {
		g_auto(GStrv) parts = g_strsplit(json_string_value(entry), ":", 2);
		add_link(list, parts[0], g_strdup(parts[1] != NULL ? parts[1] : parts[0]));
	}
	return list;
}

/* interface_name is an option of the endpoint. */
static void add_link_name(const json_t *use, json_t *endpoint)
{
	const char *name = json_str(use, "interface_name");
	json_t *options = json_object_get(endpoint, "DriverOpts");
	if (*name == '\0')
		return;
	options = json_is_object(options) ? json_copy(options) : json_object();
	json_object_set_new(options, "com.docker.network.endpoint.ifname", json_string(name));
	json_object_set_new(endpoint, "DriverOpts", options);
}

json_t *container_endpoint(const ContainerRequest *request, const char *network, bool aliases)
{
	const json_t *use = json_object_get(json_object_get(request->service, "networks"), network);
	static const char *const plain[][2] = {{"mac_address", "MacAddress"},
		{"driver_opts", "DriverOpts"}, {"gw_priority", "GwPriority"}};
	static const char *const addresses[][2] = {{"ipv4_address", "IPv4Address"},
		{"ipv6_address", "IPv6Address"}, {"link_local_ips", "LinkLocalIPs"}};
	json_t *endpoint = json_object(), *names = json_array(), *ipam = json_object(), *alias;
	size_t i;
	if (aliases) {
		json_array_append_new(names, json_string(request->container_name));
		json_array_append_new(names, json_string(request->service_name));
	}
	json_array_foreach (aliases ? json_object_get(use, "aliases") : NULL, i, alias)
		json_array_append(names, alias);
	json_object_set_new(endpoint, "Aliases", names);
	for (i = 0; i < G_N_ELEMENTS(plain); i++)
		if (json_object_get(use, plain[i][0]) != NULL)
			json_object_set(endpoint, plain[i][1], json_object_get(use, plain[i][0]));
	add_link_name(use, endpoint);
	if (json_object_get(request->service, "mac_address") != NULL &&
		json_object_get(endpoint, "MacAddress") == NULL)
		json_object_set(
			endpoint, "MacAddress", json_object_get(request->service, "mac_address"));
	for (i = 0; i < G_N_ELEMENTS(addresses); i++)
		if (json_object_get(use, addresses[i][0]) != NULL)
			json_object_set(
				ipam, addresses[i][1], json_object_get(use, addresses[i][0]));
	if (json_object_size(ipam) > 0)
		json_object_set(endpoint, "IPAMConfig", ipam);
	json_decref(ipam);
	json_object_set_new(endpoint, "Links", links(request));
	return endpoint;
}

/* The network of the default route: the one with the highest priority, then the first by name. */
static const char *main_network(const json_t *networks)
{
	const char *name, *best = NULL;
	json_t *use;
	gint64 priority = 0;
	json_object_foreach ((json_t *)networks, name, use) {
		gint64 own = json_int(use, "priority");
		if (best == NULL || own > priority || (own == priority && strcmp(name, best) < 0)) {
			best = name;
			priority = own;
		}
	}
	return best;
}

static void add_ports(const json_t *service, json_t *body, json_t *host)
{
	json_t *exposed = json_object(), *bindings = json_object(), *port;
	size_t i;
	json_array_foreach (json_object_get(service, "ports"), i, port) {
		g_autofree char *key = g_strdup_printf(
			"%d/%s", (int)json_int(port, "target"), json_str(port, "protocol"));
		json_t *list = json_object_get(bindings, key);
		json_object_set_new(exposed, key, json_object());
		if (list == NULL)
			json_object_set_new(bindings, key, list = json_array());
		json_array_append_new(
			list, json_pack("{s:s, s:s}", "HostIp", json_str(port, "host_ip"),
				      "HostPort", json_str(port, "published")));
	}
	json_array_foreach (json_object_get(service, "expose"), i, port) {
		const char *text = json_string_value(port);
		g_autofree char *key =
			g_strconcat(text, strchr(text, '/') != NULL ? "" : "/tcp", NULL);
		json_object_set_new(exposed, key, json_object());
	}
	json_object_set_new(body, "ExposedPorts", exposed);
	json_object_set_new(host, "PortBindings", bindings);
}

bool container_networks(const ContainerRequest *request, json_t *body, json_t *host, GError **error)
{
	const char *mode = json_str(request->service, "network_mode"), *name;
	json_t *networks = json_object_get(request->service, "networks"), *use,
	       *endpoints = json_object();
	(void)error;
	add_ports(request->service, body, host);
	json_object_set_new(host, "Links", links(request));
	if (*mode != '\0') {
		g_autofree char *meant = g_str_has_prefix(mode, "service:")
						 ? g_strconcat("container:",
							   json_named(request->namespaces,
								   mode + strlen("service:")),
							   NULL)
						 : g_strdup(mode);
		json_object_set_new(host, "NetworkMode", json_string(meant));
	} else if (main_network(networks) != NULL) {
		json_object_set_new(host, "NetworkMode",
			json_string(network_name(request->project, main_network(networks))));
		json_object_foreach (networks, name, use)
			json_object_set_new(endpoints, network_name(request->project, name),
				container_endpoint(request, name, request->slug == NULL));
	} else {
		json_object_set_new(host, "NetworkMode", json_string("none"));
	}
	json_object_set_new(
		body, "NetworkingConfig", json_pack("{s:o}", "EndpointsConfig", endpoints));
	return true;
}
