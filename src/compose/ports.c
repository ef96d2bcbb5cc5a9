/* Ports of services: "127.0.0.1:8080-8081:80-81/udp", 3000, or a mapping (github.com/docker/go-connections/nat). */
#include "compose/walk.h"

#include "base/address.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_PORTS = 1 << 17 }; /* all ports, of two protocols */

typedef struct {
	int first, last;
} Range;

/* "80" or "80-90". */
static bool read_range(const char *text, Range *range)
{
	guint64 first, last;
	g_auto(GStrv) parts = g_strsplit(text, "-", 2);
	if (parts[0] == NULL || !g_ascii_string_to_unsigned(parts[0], 10, 0, 65535, &first, NULL))
		return false;
	last = first;
	if (parts[1] != NULL &&
		!g_ascii_string_to_unsigned(parts[1], 10, first, 65535, &last, NULL))
		return false;
	*range = (Range){(int)first, (int)last};
	return true;
}

typedef struct {
	char *ip, *host, *container, *protocol;
} Parts;

static void parts_clear(Parts *parts)
{
	g_free(parts->ip);
	g_free(parts->host);
	g_free(parts->container);
	g_free(parts->protocol);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Parts, parts_clear)

/* IP, host and container parts of "a:b:c/p", from the right; brackets hold an IPv6 address. */
static Parts split(const char *text)
{
	Parts parts = {0};
	const char *last = strrchr(text, ':');
	g_autofree char *left = last != NULL ? g_strndup(text, (gsize)(last - text)) : g_strdup("");
	char *second = strrchr(left, ':');
	g_auto(GStrv) port = g_strsplit(last != NULL ? last + 1 : text, "/", -1);
	bool named = port[0] != NULL && *port[0] != '\0';
	parts.container = g_strdup(named ? port[0] : "");
	parts.protocol = g_ascii_strdown(named && port[1] != NULL && *port[1] != '\0' ? port[1]
					 : named				      ? "tcp"
										      : "",
		-1);
	parts.host = g_strdup(second != NULL ? second + 1 : left);
	parts.ip = second != NULL ? g_strndup(left, (gsize)(second - left)) : g_strdup("");
	size_t length = strlen(parts.ip);
	if (*parts.ip == '[' && length > 2 && parts.ip[length - 1] == ']') {
		parts.ip[length - 1] = '\0';
		memmove(parts.ip, parts.ip + 1, length - 1);
	}
	return parts;
}

static json_t *port_new(const Parts *parts, int target, const char *published)
{
	json_t *port = json_pack("{s:s, s:i}", "mode", "ingress", "target", target);
	if (*parts->ip != '\0')
		json_object_set_new(port, "host_ip", json_lenient(parts->ip));
	if (*published != '\0')
		json_object_set_new(port, "published", json_string(published));
	json_object_set_new(port, "protocol", json_string(parts->protocol));
	return port;
}

static bool check_parts(Walk *walk, const Parts *parts, const char *said)
{
	static const char *const protocols[] = {"tcp", "udp", "sctp", NULL};
	Address address;
	/* IPv6 brackets have been removed already. */
	if (strchr(parts->ip, ':') != NULL && strchr(said, '[') == NULL)
		return walk_fail(
			walk, "invalid IP address: %s: too many colons in address", parts->ip);
	if (*parts->ip != '\0' && !address_parse(parts->ip, &address))
		return walk_fail(walk, "invalid IP address: %s", parts->ip);
	if (*parts->container == '\0' || strcmp(parts->container, "0") == 0)
		return walk_fail(walk, "no port specified: %s<empty>", said);
	return g_strv_contains(protocols, parts->protocol) ||
	       walk_fail(walk, "invalid protocol \"%s\": invalid proto", parts->protocol);
}

static int by_text(const void *a, const void *b)
{
	g_autofree char *x = g_strdup_printf("%d/", *(const int *)a),
			*y = g_strdup_printf("%d/", *(const int *)b);
	return strcmp(x, y);
}

/* Ports of a range are sorted as text, as Docker Compose does. */
static void add_range(json_t *list, const Parts *parts, Range to, Range from)
{
	int count = to.last - to.first + 1;
	bool spread = count == 1 && from.last > from.first;
	g_autofree int *targets = g_new(int, (gsize)count);
	for (int i = 0; i < count; i++)
		targets[i] = to.first + i;
	qsort(targets, (size_t)count, sizeof *targets, by_text);
	for (int i = 0; i < count; i++) {
		g_autofree char *published =
			spread ? g_strdup_printf("%d-%d", from.first, from.last)
			: *parts->host != '\0'
				? g_strdup_printf("%d", from.first + targets[i] - to.first)
				: g_strdup("");
		json_array_append_new(list, port_new(parts, targets[i], published));
	}
}

static bool add_text(Walk *walk, json_t *list, const char *said)
{
	g_auto(Parts) parts = split(said);
	Range to, from = {0, 0};
	if (!check_parts(walk, &parts, said))
		return false;
	if (!read_range(parts.container, &to))
		return walk_fail(
			walk, "invalid containerPort: %s (an invalid port)", parts.container);
	if (*parts.host != '\0' && !read_range(parts.host, &from))
		return walk_fail(walk, "invalid host port in \"%s\": invalid hostPort: %s", said,
			parts.host);
	if (*parts.host != '\0' && from.last - from.first != to.last - to.first &&
		to.first != to.last)
		return walk_fail(walk,
			"invalid ranges specified for container and host Ports: %s and %s differ "
			"in length",
			parts.container, parts.host);
	add_range(list, &parts, to, from);
	return true;
}

bool canonical_ports(Walk *walk, json_t **value)
{
	g_autoptr(json_t) list = json_array();
	g_autoptr(GError) problem = NULL;
	GError **error = walk->error;
	size_t i;
	json_t *item;
	gsize length = walk->path->len;
	if (!json_is_array(*value))
		return walk_fail(walk, "invalid type for ports");
	json_array_foreach (*value, i, item) {
		g_autofree char *text = plain_text(item);
		if (json_is_object(item)) {
			json_array_append(list, item);
			continue;
		}
		walk->error = &problem;
		g_string_append_printf(walk->path, "[%zu]", i);
		bool ok = add_text(walk, list, text);
		walk->error = error;
		g_string_truncate(walk->path, length);
		if (!ok && walk->lenient && json_is_string(item))
			return true;
		if (!ok) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return false;
		}
		if (json_array_size(list) > MAX_PORTS)
			return walk_fail(walk, "more ports than there are");
	}
	walk_set(value, json_incref(list));
	return true;
}
