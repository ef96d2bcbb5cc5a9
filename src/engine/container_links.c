/* --link: what a container is told of another, in /etc/hosts and, on the default bridge, in its environment. */
#include "engine/network.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

/* One of HostConfig.Links, "name:alias". */
typedef struct {
	Container *other;
	char *alias, *address; /* address: NULL where it does not run or shares no network */
} Link;

static void link_clear(Link *link)
{
	g_clear_pointer(&link->other, container_unref);
	g_free(link->alias);
	g_free(link->address);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Link, link_clear)

/* The first address that a running container has on one of the networks of endpoints; NULL if none. */
static char *address_on(Engine *engine, Container *other, const json_t *endpoints)
{
	const char *name;
	json_t *endpoint;
	char *address = NULL;
	g_mutex_lock(&engine->network_lock);
	json_object_foreach ((json_t *)endpoints, name, endpoint) {
		const char *there = json_str(json_object_get(other->endpoints, name), "IPAddress");
		if (*there != '\0' && address == NULL)
			address = g_strdup(there);
	}
	g_mutex_unlock(&engine->network_lock);
	return address;
}

static bool link_read(
	Engine *engine, const char *text, const json_t *endpoints, Link *link, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(text, ":", 2);
	link->other = container_find(engine, parts[0] != NULL ? parts[0] : "", error);
	if (link->other == NULL)
		return false;
	ContainerRow row = container_snapshot(link->other);
	link->alias = g_strdup(parts[1] != NULL ? parts[1] : row.name);
	container_row_clear(&row);
	link->address = address_on(engine, link->other, endpoints);
	return true;
}

static void add_hosts(
	Container *container, const json_t *links, const json_t *endpoints, GString *hosts)
{
	for (size_t i = 0; i < json_array_size(links); i++) {
		g_auto(Link) link = {0};
		if (!link_read(container->engine, json_elem(links, i), endpoints, &link, NULL) ||
			link.address == NULL)
			continue;
		ContainerRow row = container_snapshot(link.other);
		g_string_append_printf(
			hosts, "%s\t%s %.12s %s\n", link.address, link.alias, row.id, row.name);
		container_row_clear(&row);
	}
}

void links_hosts(Container *container, const json_t *host, const json_t *endpoints, GString *hosts)
{
	const char *name;
	json_t *endpoint;
	add_hosts(container, json_object_get(host, "Links"), endpoints, hosts);
	/* Those of a network (Engine API, EndpointSettings.Links), as Compose gives them; Docker's client gives its
	 * --link at both places. */
	if (json_array_size(json_object_get(host, "Links")) > 0)
		return;
	json_object_foreach ((json_t *)endpoints, name, endpoint)
		add_hosts(container, json_object_get(endpoint, "Links"), endpoints, hosts);
}

/* "80/tcp" by number, tcp first. */
static int compare_ports(const void *a, const void *b)
{
	const char *left = *(const char *const *)a, *right = *(const char *const *)b;
	int difference = atoi(left) - atoi(right);
	return difference != 0 ? difference : strcmp(strchr(left, '/'), strchr(right, '/'));
}

static void put(GPtrArray *env, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void put(GPtrArray *env, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_ptr_array_add(env, g_strdup_vprintf(format, arguments));
	va_end(arguments);
}

/* DB_PORT is the lowest port, DB_PORT_80_TCP and what follows is one port, and of ports in a row
 * DB_PORT_80_TCP_START and _END say the first and the last. */
static void put_ports(
	GPtrArray *env, const char *name, const char *address, const char **ports, guint count)
{
	for (guint i = 0, first = 0; i < count; i++) {
		g_auto(GStrv) part = g_strsplit(ports[i], "/", 2);
		g_autofree char *upper = g_ascii_strup(part[1], -1);
		g_autofree char *key = g_strdup_printf("%s_PORT_%s_%s", name, part[0], upper);
		g_autofree char *url = g_strdup_printf("%s://%s:%s", part[1], address, part[0]);
		if (i == 0)
			put(env, "%s_PORT=%s", name, url);
		put(env, "%s=%s", key, url);
		put(env, "%s_ADDR=%s", key, address);
		put(env, "%s_PORT=%s", key, part[0]);
		put(env, "%s_PROTO=%s", key, part[1]);
		bool follows = i > 0 && atoi(ports[i - 1]) + 1 == atoi(ports[i]) &&
			       strcmp(strchr(ports[i - 1], '/') + 1, part[1]) == 0;
		first = follows ? first : i;
		bool goes_on = i + 1 < count && atoi(ports[i]) + 1 == atoi(ports[i + 1]) &&
			       strcmp(strchr(ports[i + 1], '/') + 1, part[1]) == 0;
		if (!follows && goes_on) {
			put(env, "%s_START=%s", key, url);
			put(env, "%s_PORT_START=%s", key, part[0]);
		} else if (follows && !goes_on) {
			int start = atoi(ports[first]);
			put(env, "%s_PORT_%d_%s_END=%s", name, start, upper, url);
			put(env, "%s_PORT_%d_%s_PORT_END=%s", name, start, upper, part[0]);
		}
	}
}

static void put_env(GPtrArray *env, const char *name, const json_t *config)
{
	const json_t *list = json_object_get(config, "Env");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *setting = json_elem(list, i);
		if (!g_str_has_prefix(setting, "PATH=") && !g_str_has_prefix(setting, "HOME="))
			put(env, "%s_ENV_%s", name, setting);
	}
}

static bool put_link(GPtrArray *env, Container *container, const Link *link, GError **error)
{
	g_autoptr(json_t) spec = container_spec(link->other, error);
	g_autofree char *name = g_ascii_strup(link->alias, -1);
	g_autoptr(GPtrArray) ports = g_ptr_array_new();
	const char *port;
	json_t *unused;
	if (spec == NULL)
		return false;
	g_strdelimit(name, "-", '_');
	json_object_foreach (json_at(spec, "Config.ExposedPorts"), port, unused)
		if (strchr(port, '/') != NULL)
			g_ptr_array_add(ports, (char *)port);
	g_ptr_array_sort(ports, compare_ports);
	put_ports(env, name, link->address, (const char **)ports->pdata, ports->len);
	ContainerRow row = container_snapshot(container);
	put(env, "%s_NAME=/%s/%s", name, row.name, link->alias);
	container_row_clear(&row);
	put_env(env, name, json_object_get(spec, "Config"));
	return true;
}

char **links_env(Container *container, const json_t *host, GError **error)
{
	const json_t *links = json_object_get(host, "Links");
	if (json_array_size(links) == 0)
		return g_new0(char *, 1);
	g_autoptr(GPtrArray) env = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(json_t) endpoints = endpoints_copy(container);
	if (json_object_get(endpoints, "bridge") == NULL)
		links = NULL;
	for (size_t i = 0; i < json_array_size(links); i++) {
		g_auto(Link) link = {0};
		if (!link_read(container->engine, json_elem(links, i), endpoints, &link, error))
			return NULL;
		ContainerRow row = container_snapshot(container),
			     other = container_snapshot(link.other);
		if (link.address == NULL)
			fail(error, BERTH_ERROR_CONFLICT,
				"Cannot link to a non running container: /%s AS /%s/%s", other.name,
				row.name, link.alias);
		container_row_clear(&row);
		container_row_clear(&other);
		if (link.address == NULL || !put_link(env, container, &link, error))
			return NULL;
	}
	g_ptr_array_add(env, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&env), FALSE);
}
