/* Ports of services: "127.0.0.1:8080-8081:80-81/udp", 3000, or a mapping. */
#include "compose/walk.h"

#include <string.h>

enum { MAX_PORTS = 1 << 17 }; /* all there are, of two protocols */

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

static json_t *port_new(const char *ip, int target, const char *published, const char *protocol)
{
	json_t *port = json_pack("{s:s, s:i}", "mode", "ingress", "target", target);
	if (*ip != '\0')
		json_object_set_new(port, "host_ip", json_string(ip));
	if (*published != '\0')
		json_object_set_new(port, "published", json_string(published));
	json_object_set_new(port, "protocol", json_string(protocol));
	return port;
}

/* IP, host and container parts of "a:b:c", from the right; brackets hold an IPv6 address. */
static bool split(char *text, char **ip, char **host, char **container)
{
	char *last = strrchr(text, ':');
	*ip = *host = (char *)"";
	*container = text;
	if (last == NULL || strchr(last, ']') != NULL)
		return last == NULL;
	*last = '\0';
	*container = last + 1;
	*host = text;
	char *second = strrchr(text, ':');
	if (second == NULL)
		return true;
	*second = '\0';
	*host = second + 1;
	*ip = text;
	size_t length = strlen(text);
	if (*text == '[' && length > 2 && text[length - 1] == ']') {
		text[length - 1] = '\0';
		*ip = text + 1;
	}
	return true;
}

static bool add_text(Walk *walk, json_t *list, const char *said)
{
	g_autofree char *text = g_strdup(said);
	char *slash = strchr(text, '/'), *ip, *host, *container;
	const char *protocol = slash != NULL ? slash + 1 : "tcp";
	static const char *const protocols[] = {"tcp", "udp", "sctp", NULL};
	Range to, from = {0, 0};
	if (slash != NULL)
		*slash = '\0';
	if (!g_strv_contains(protocols, protocol))
		return walk_fail(walk, "invalid protocol \"%s\" in port \"%s\"", protocol, said);
	if (!split(text, &ip, &host, &container) || !read_range(container, &to))
		return walk_fail(walk,
			"invalid port \"%s\": [IP:][HOST:]CONTAINER[/PROTOCOL] is meant", said);
	if (*host != '\0' && !read_range(host, &from))
		return walk_fail(walk, "invalid host port in \"%s\"", said);
	bool spread = *host != '\0' && from.last > from.first && to.first == to.last;
	if (*host != '\0' && !spread && from.last - from.first != to.last - to.first)
		return walk_fail(walk, "port ranges of \"%s\" differ in length", said);
	for (int i = 0; i <= to.last - to.first; i++) {
		g_autofree char *published = spread	     ? g_strdup(host)
					     : *host != '\0' ? g_strdup_printf("%d", from.first + i)
							     : g_strdup("");
		json_array_append_new(list, port_new(ip, to.first + i, published, protocol));
	}
	return true;
}

static bool add_map(Walk *walk, json_t *list, json_t *port)
{
	static const char *const defaults[][2] = {{"mode", "ingress"}, {"protocol", "tcp"}};
	json_t *target = json_object_get(port, "target"),
	       *published = json_object_get(port, "published");
	if (json_is_string(target)) {
		g_autofree char *text = plain_text(target);
		return walk_fail(walk, "invalid target port \"%s\"", text);
	}
	if (target == NULL)
		return walk_fail(walk, "a target port is missing");
	if (json_is_number(published)) {
		g_autofree char *text = plain_text(published);
		json_object_set_new(port, "published", json_string(text));
	}
	for (size_t i = 0; i < G_N_ELEMENTS(defaults); i++)
		if (json_object_get(port, defaults[i][0]) == NULL)
			json_object_set_new(port, defaults[i][0], json_string(defaults[i][1]));
	json_array_append(list, port);
	return true;
}

bool normalize_ports(Walk *walk, json_t **value)
{
	g_autoptr(json_t) list = json_array();
	size_t i;
	json_t *item;
	gsize length = walk->path->len;
	json_array_foreach (*value, i, item) {
		g_autofree char *text = plain_text(item);
		g_string_append_printf(walk->path, "[%zu]", i);
		if (!(json_is_object(item) ? add_map(walk, list, item)
					   : add_text(walk, list, text)))
			return false;
		g_string_truncate(walk->path, length);
		if (json_array_size(list) > MAX_PORTS)
			return walk_fail(walk, "more ports than there are");
	}
	walk_set(value, json_incref(list));
	return true;
}
