/* --link: the entries of a linked container in /etc/hosts and, on the default bridge, in the environment. */
#include "engine/network/names.h"

#include "base/error.h"
#include "base/json_names.h"

#include <stdlib.h>
#include <string.h>

/* A parsed entry of HostConfig.Links, "id:alias" (of older engines: "name:alias"). */
typedef struct {
	Container *other;
	char *alias, *address; /* address: NULL where it is not in the default bridge */
} Link;

static void link_clear(Link *link)
{
	g_clear_pointer(&link->other, container_unref);
	g_free(link->alias);
	g_free(link->address);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Link, link_clear)

static bool on_default_bridge(const Spec *spec)
{
	const NamespaceMode *network = &spec->modes.network;
	return network->share == SHARE_NETWORK && strcmp(network->target, "bridge") == 0;
}

/* In user-defined networks links are settings of the endpoint. */
static bool reads_links(const Spec *spec)
{
	return on_default_bridge(spec) || spec->modes.network.share != SHARE_NETWORK;
}

static char *address_of(Container *other)
{
	g_mutex_lock(&other->engine->network_lock);
	const Endpoint *endpoint = endpoint_in(other->endpoints, "bridge");
	char *address = endpoint != NULL && endpoint->address.family != 0
				? address_text(&endpoint->address)
				: NULL;
	g_mutex_unlock(&other->engine->network_lock);
	return address;
}

static bool link_read(Engine *engine, const char *text, Link *link, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(text, ":", 2);
	link->other = container_find(engine, parts[0] != NULL ? parts[0] : "", error);
	if (link->other == NULL)
		return false;
	ContainerRow row = container_snapshot(link->other);
	link->alias = g_strdup(parts[1] != NULL ? parts[1] : row.name);
	container_row_clear(&row);
	link->address = address_of(link->other);
	return true;
}

/* The container whose network this one shares: links to this one are links to that. New reference. */
static Container *network_owner(Engine *engine, const char *name, GError **error)
{
	enum { LONGEST_CHAIN = 64 };
	Container *container = container_find(engine, name, error);
	for (int i = 0; i < LONGEST_CHAIN && container != NULL; i++) {
		g_autoptr(Spec) spec = container_spec(container, error);
		if (spec != NULL && spec->modes.network.share != SHARE_CONTAINER)
			return container;
		container_unref(container);
		container = spec != NULL ? container_find(engine, spec->modes.network.target, error)
					 : NULL;
	}
	return container;
}

/* Parses "name" or "name:alias" into the form that is kept, or NULL. */
static json_t *link_new(Engine *engine, const char *text, json_t *links, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(text, ":", -1);
	if (parts[0] == NULL || g_strv_length(parts) > 2) {
		fail(error, BERTH_ERROR_SYSTEM,
			*text == '\0' ? "empty string specified for links"
				      : "bad format for links: %s",
			text);
		return NULL;
	}
	g_autoptr(Container) other = network_owner(engine, parts[0], error);
	g_autoptr(Spec) spec = other != NULL ? container_spec(other, error) : NULL;
	if (spec == NULL) {
		g_prefix_error(error, "could not get container for %s: ", parts[0]);
		if (error != NULL && *error != NULL)
			(*error)->code = BERTH_ERROR_INVALID;
		return NULL;
	}
	if (spec->modes.network.share == SHARE_HOST) {
		fail(error, BERTH_ERROR_INVALID,
			"conflicting options: host type networking can't be used with links. This "
			"would result in undefined behavior");
		return NULL;
	}
	/* The alias defaults to the name given. "/c1/bar" is how another container's link is written. */
	const char *called = parts[1] != NULL && *parts[1] != '\0' ? parts[1] : parts[0];
	const char *slash = strrchr(called, '/'), *bare = slash != NULL ? slash + 1 : called;
	g_autofree char *kept = g_strdup_printf("%s:%s", other->row.id, bare);
	const char *alias = strchr(kept, ':');
	for (size_t i = 0; i < json_array_size(links); i++)
		if (g_str_has_suffix(json_elem(links, i), alias))
			return links;
	json_array_append_new(links, json_string(kept));
	return links;
}

bool links_resolve(Engine *engine, const Spec *spec, json_t *host, GError **error)
{
	g_autoptr(json_t) asked = json_incref(json_object_get(host, "Links")), links = json_array();
	for (size_t i = 0; reads_links(spec) && i < json_array_size(asked); i++)
		if (link_new(engine, json_elem(asked, i), links, error) == NULL)
			return false;
	json_object_set(host, "Links", json_array_size(links) > 0 ? links : json_null());
	return true;
}

void links_remember(Container *container, const Spec *spec)
{
	Engine *engine = container->engine;
	if (!json_filled(json_object_get(spec->host, "Links")))
		return;
	g_mutex_lock(&engine->lock);
	if (!g_ptr_array_find(engine->linking, container, NULL))
		g_ptr_array_add(engine->linking, container_ref(container));
	g_mutex_unlock(&engine->lock);
}

void links_forget(Container *container)
{
	g_mutex_lock(&container->engine->lock);
	g_ptr_array_remove(container->engine->linking, container);
	g_mutex_unlock(&container->engine->lock);
}

/* The containers that have links; owned references. */
static GPtrArray *linking(Engine *engine)
{
	GPtrArray *copy = g_ptr_array_new_with_free_func((GDestroyNotify)container_unref);
	g_mutex_lock(&engine->lock);
	for (guint i = 0; i < engine->linking->len; i++)
		g_ptr_array_add(copy, container_ref(engine->linking->pdata[i]));
	g_mutex_unlock(&engine->lock);
	return copy;
}

typedef void (*LinkVisit)(Container *parent, const Link *link, gpointer data);

/* Calls a function for each link of a container. */
static void each_link(Container *parent, LinkVisit visit, gpointer data)
{
	g_autoptr(Spec) spec = container_spec_or_none(parent);
	const json_t *links = json_object_get(spec->host, "Links");
	for (size_t i = 0; i < json_array_size(links); i++) {
		g_auto(Link) link = {0};
		if (link_read(parent->engine, json_elem(links, i), &link, NULL))
			visit(parent, &link, data);
	}
}

static void add_shown(Container *parent, const Link *link, gpointer list)
{
	ContainerRow row = container_snapshot(parent), other = container_snapshot(link->other);
	g_autofree char *text = g_strdup_printf("/%s:/%s/%s", other.name, row.name, link->alias);
	json_array_append_new(list, json_string(text));
	container_row_clear(&row);
	container_row_clear(&other);
}

json_t *links_json(Container *container)
{
	json_t *list = json_array();
	each_link(container, add_shown, list);
	if (json_array_size(list) > 0)
		return list;
	json_decref(list);
	return json_null();
}

typedef struct {
	Container *of;
	GPtrArray *names;
} Names;

static void add_name(Container *parent, const Link *link, gpointer data)
{
	Names *names = data;
	ContainerRow row = container_snapshot(parent);
	if (link->other == names->of)
		g_ptr_array_add(names->names, g_strdup_printf("/%s/%s", row.name, link->alias));
	container_row_clear(&row);
}

void links_names(Container *container, json_t *list)
{
	g_autoptr(GPtrArray) all = linking(container->engine),
			     names = g_ptr_array_new_with_free_func(g_free);
	Names found = {container, names};
	for (guint i = 0; i < all->len; i++)
		each_link(all->pdata[i], add_name, &found);
	g_ptr_array_sort(names, texts_compare);
	for (guint i = 0; i < names->len; i++)
		json_array_append_new(list, json_string(names->pdata[i]));
}

static char *names_of(const Link *link)
{
	g_autoptr(Spec) spec = container_spec_or_none(link->other);
	ContainerRow row = container_snapshot(link->other);
	const char *hostname = spec->program.hostname;
	char *names = strcmp(link->alias, row.name) == 0
			      ? g_strdup_printf("%s %s", link->alias, hostname)
			      : g_strdup_printf("%s %s %s", link->alias, hostname, row.name);
	container_row_clear(&row);
	return names;
}

bool link_remove(Engine *engine, const char *reference, GError **error)
{
	const char *alias = "";
	g_autoptr(Container) parent = container_link_parent(engine, reference, &alias);
	if (parent == NULL) {
		g_autoptr(Container) container = container_find(engine, reference, error);
		return container != NULL &&
		       fail(error, BERTH_ERROR_SYSTEM,
			       "Conflict, cannot remove the default link name of the container");
	}
	g_autoptr(GMutexLocker) operation G_GNUC_UNUSED = g_mutex_locker_new(&parent->operation);
	g_autoptr(Spec) old = container_spec(parent, error);
	if (old == NULL)
		return false;
	g_autoptr(json_t) changed = json_deep_copy(old->json);
	json_t *links = json_at(changed, "HostConfig.Links");
	gssize at = links_alias(links, alias);
	g_auto(Link) link = {0};
	if (at < 0)
		return fail(error, BERTH_ERROR_NOT_FOUND, "No such container: %s", reference);
	if (link_read(engine, json_elem(links, (size_t)at), &link, NULL)) {
		g_autofree char *names = names_of(&link), *less = g_strconcat("\t", names, NULL);
		hosts_change(parent, less, "");
	}
	json_array_remove(links, (size_t)at);
	if (json_array_size(links) == 0)
		links_forget(parent);
	return container_change_spec(parent, g_steal_pointer(&changed), error);
}

static void add_hosts(Container *parent, const Link *link, gpointer hosts)
{
	g_autofree char *names = names_of(link);
	(void)parent;
	if (link->address != NULL)
		g_string_append_printf(hosts, "%s\t%s\n", link->address, names);
}

void links_hosts(Container *container, GString *hosts)
{
	each_link(container, add_hosts, hosts);
}

static void update_hosts(Container *parent, const Link *link, gpointer child)
{
	if (link->other != child || link->address == NULL || !container_running(parent))
		return;
	g_autoptr(Spec) spec = container_spec_or_none(link->other);
	g_autofree char *names = names_of(link);
	/* It may have been renamed since the line was written. */
	g_autofree char *less = g_strdup_printf("\t%s %s", link->alias, spec->program.hostname);
	g_autofree char *more = g_strdup_printf("%s\t%s\n", link->address, names);
	hosts_change(parent, less, more);
}

void links_started(Container *container)
{
	g_autoptr(GPtrArray) all = linking(container->engine);
	for (guint i = 0; i < all->len; i++)
		each_link(all->pdata[i], update_hosts, container);
}

/* Orders "80/tcp" by number, tcp first. */
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

/* DB_PORT is the lowest port, DB_PORT_80_TCP and its suffixes describe one port, and DB_PORT_80_TCP_START and _END
 * the first and last of consecutive ports. */
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

static void put_env(GPtrArray *env, const char *name, char *const *settings)
{
	for (int i = 0; settings[i] != NULL; i++) {
		const char *setting = settings[i];
		if (!g_str_has_prefix(setting, "PATH=") && !g_str_has_prefix(setting, "HOME="))
			put(env, "%s_ENV_%s", name, setting);
	}
}

static bool put_link(GPtrArray *env, Container *container, const Link *link, GError **error)
{
	g_autoptr(Spec) spec = container_spec(link->other, error);
	g_autofree char *name = g_ascii_strup(link->alias, -1);
	g_autoptr(GPtrArray) ports = g_ptr_array_new();
	const char *port;
	json_t *unused;
	if (spec == NULL)
		return false;
	g_strdelimit(name, "-", '_');
	json_object_foreach (json_object_get(spec->config, "ExposedPorts"), port, unused)
		if (strchr(port, '/') != NULL)
			g_ptr_array_add(ports, (char *)port);
	g_ptr_array_sort(ports, compare_ports);
	put_ports(env, name, link->address, (const char **)ports->pdata, ports->len);
	ContainerRow row = container_snapshot(container);
	put(env, "%s_NAME=/%s/%s", name, row.name, link->alias);
	container_row_clear(&row);
	put_env(env, name, spec->program.env);
	return true;
}

/* As in dockerd: the linked container must be running, in the default bridge. */
static bool check_link(Container *container, const Link *link, GError **error)
{
	ContainerRow row = container_snapshot(container), other = container_snapshot(link->other);
	bool ok = link->address != NULL;
	if (!container_running(link->other))
		ok = fail(error, BERTH_ERROR_CONFLICT,
			"Cannot link to a non running container: /%s AS /%s/%s", other.name,
			row.name, link->alias);
	else if (!ok)
		fail(error, BERTH_ERROR_SYSTEM,
			"container %s not attached to default bridge network", other.id);
	container_row_clear(&row);
	container_row_clear(&other);
	return ok;
}

static bool is_on_bridge(Container *container)
{
	g_mutex_lock(&container->engine->network_lock);
	bool there = endpoint_in(container->endpoints, "bridge") != NULL;
	g_mutex_unlock(&container->engine->network_lock);
	return there;
}

char **links_env(Container *container, const json_t *host, GError **error)
{
	const json_t *links = json_object_get(host, "Links");
	if (json_array_size(links) == 0)
		return g_new0(char *, 1);
	g_autoptr(GPtrArray) env = g_ptr_array_new_with_free_func(g_free);
	if (!is_on_bridge(container))
		links = NULL;
	for (size_t i = 0; i < json_array_size(links); i++) {
		g_auto(Link) link = {0};
		if (!link_read(container->engine, json_elem(links, i), &link, error) ||
			!check_link(container, &link, error) ||
			!put_link(env, container, &link, error))
			return NULL;
	}
	g_ptr_array_add(env, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&env), FALSE);
}
