/* -p and --expose as the fields of a request, and ports as ps shows them. */
#include "cli/common/flags.h"
#include "cli/container/ports.h"
#include "cli/container/request.h"

#include "base/error.h"
#include "base/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set(json_t *json, const char *key, json_t *value)
{
	json_object_set_new(json, key, value);
}

static char *bad_port(const char *text, const char *why)
{
	return number_problem("ParseUint", text, why);
}

/* "80" or "80-90"; NULL, or what is wrong with it, for the caller to free (docker/go-connections, nat). */
static char *parse_range(const char *text, guint *first, guint *last)
{
	enum { BITS = 16 };
	guint64 ends[2] = {0, 0};
	g_auto(GStrv) parts = g_strsplit(text, "-", -1);
	if (parts[0] == NULL)
		return g_strdup("Empty string specified for ports.");
	for (int i = 0; i < 2; i++) {
		const char *part = parts[1] != NULL ? parts[i] : parts[0];
		const char *why = number_parse_unsigned(part, 10, BITS, &ends[i]);
		if (why != NULL)
			return bad_port(part, why);
	}
	if (ends[1] < ends[0])
		return g_strdup_printf("Invalid range specified for the Port: %s", text);
	*first = (guint)ends[0];
	*last = (guint)ends[1];
	return NULL;
}

/* The parts of "[address:][host port:]port[/protocol]"; an IPv6 address stands in brackets. */
typedef struct {
	char *ip, *host, *port, *protocol;
} Publish;

static void publish_clear(Publish *publish)
{
	g_free(publish->ip);
	g_free(publish->host);
	g_free(publish->port);
	g_free(publish->protocol);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Publish, publish_clear)

/* "port/protocol"; what follows a second slash means nothing. */
static void split_protocol(const char *text, Publish *publish)
{
	g_auto(GStrv) parts = g_strsplit(text, "/", -1);
	bool named = parts[0] != NULL && parts[1] != NULL && *parts[1] != '\0';
	publish->protocol = named ? g_ascii_strdown(parts[1], -1) : g_strdup("tcp");
	publish->port = g_strdup(parts[0] != NULL ? parts[0] : "");
}

/* An address as net.SplitHostPort takes it; NULL, or what is wrong with it. */
static const char *strip_brackets(char *ip)
{
	size_t end = strcspn(ip, "]");
	if (*ip != '[')
		return strchr(ip, ':') != NULL ? "too many colons in address" : NULL;
	if (ip[end] == '\0')
		return "missing ']' in address";
	if (ip[end + 1] != '\0')
		return ip[end + 1] == ':' ? "too many colons in address"
					  : "missing port in address";
	ip[end] = '\0';
	memmove(ip, ip + 1, end);
	return NULL;
}

static bool split(const char *text, Publish *publish, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(text, ":", -1);
	guint count = g_strv_length(parts), before = count > 2 ? count - 2 : 0;
	split_protocol(count > 0 ? parts[count - 1] : "", publish);
	publish->host = g_strdup(count > 1 ? parts[count - 2] : "");
	for (guint i = before; i < count; i++)
		g_clear_pointer(&parts[i], g_free);
	publish->ip = g_strjoinv(":", parts);
	g_autofree char *asked = g_strdup(publish->ip);
	const char *why = strip_brackets(publish->ip);
	return why == NULL || fail(error, BERTH_ERROR_UNAVAILABLE,
				      "Invalid ip address %s: address %s:: %s", asked, asked, why);
}

/* "target=80,published=8080,protocol=udp" as the short form; other names mean nothing, as at Docker. */
static char *short_form(const char *text, GError **error)
{
	g_autoptr(json_t) values = json_pack("{s:s}", "protocol", "tcp");
	g_auto(GStrv) parts = g_strsplit(text, ",", -1);
	if (strchr(text, '=') == NULL)
		return g_strdup(text);
	for (int i = 0; parts[i] != NULL; i++) {
		char *equals = strchr(parts[i], '=');
		if (equals == NULL || equals == parts[i]) {
			fail(error, BERTH_ERROR_UNAVAILABLE,
				"invalid publish opts format (should be name=value but got '%s')",
				parts[i]);
			return NULL;
		}
		*equals = '\0';
		json_object_set_new(values, parts[i], json_lenient(equals + 1));
	}
	return g_strdup_printf("%s:%s/%s", json_str(values, "published"),
		json_str(values, "target"), json_str(values, "protocol"));
}

static void add_binding(
	json_t *ports, json_t *bindings, guint port, const Publish *publish, const char *host)
{
	g_autofree char *name = g_strdup_printf("%u/%s", port, publish->protocol);
	set(ports, name, json_object());
	if (json_object_get(bindings, name) == NULL)
		set(bindings, name, json_array());
	json_array_append_new(json_object_get(bindings, name),
		json_pack("{s:s, s:s}", "HostIp", publish->ip, "HostPort", host));
}

static bool add_publish(json_t *ports, json_t *bindings, const char *given, GError **error)
{
	static const char *const protocols[] = {"tcp", "udp", "sctp", NULL};
	g_auto(Publish) publish = {0};
	guint first = 0, last = 0, host_first = 0, host_last = 0;
	g_autofree char *text = short_form(given, error);
	if (text == NULL || !split(text, &publish, error))
		return false;
	if (*publish.ip != '\0' &&
		(!g_hostname_is_ip_address(publish.ip) || strchr(publish.ip, '%') != NULL))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "Invalid ip address: %s", publish.ip);
	if (*publish.port == '\0')
		return fail(error, BERTH_ERROR_UNAVAILABLE, "No port specified: %s<empty>", text);
	g_autofree char *bad = parse_range(publish.port, &first, &last);
	if (bad != NULL)
		return fail(
			error, BERTH_ERROR_UNAVAILABLE, "Invalid containerPort: %s", publish.port);
	bad = *publish.host != '\0' ? parse_range(publish.host, &host_first, &host_last) : NULL;
	if (bad != NULL)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "Invalid hostPort: %s", publish.host);
	/* One port may be given any of a range; otherwise both ranges are of one length. */
	if (*publish.host != '\0' && last - first != host_last - host_first && first != last)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"Invalid ranges specified for container and host Ports: %s and %s",
			publish.port, publish.host);
	if (!g_strv_contains(protocols, publish.protocol))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "Invalid proto: %s", publish.protocol);
	for (guint port = first; port <= last; port++) {
		g_autofree char *one = first == last
					       ? g_strdup(publish.host)
					       : g_strdup_printf("%u", host_first + port - first);
		add_binding(ports, bindings, port, &publish, *publish.host != '\0' ? one : "");
	}
	return true;
}

bool ports_parse(const json_t *list, json_t *ports, json_t *bindings, GError **error)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!add_publish(ports, bindings, json_elem(list, i), error))
			return false;
	return true;
}

static bool add_exposed(json_t *ports, const char *text, GError **error)
{
	const char *slash = strchr(text, '/');
	g_autofree char *range =
		g_strndup(text, slash != NULL ? (gsize)(slash - text) : strlen(text));
	guint first = 0, last = 0;
	if (strchr(text, ':') != NULL)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "invalid port format for --expose: %s",
			text);
	g_autofree char *bad = parse_range(range, &first, &last);
	if (bad != NULL)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"invalid range format for --expose: %s, error: %s", text, bad);
	/* What is behind a second slash means nothing, as with Docker. */
	gsize length = slash != NULL ? strcspn(slash + 1, "/") : 0;
	g_autofree char *protocol =
		length > 0 ? g_ascii_strdown(slash + 1, (gssize)length) : g_strdup("tcp");
	for (guint port = first; port <= last; port++) {
		g_autofree char *name = g_strdup_printf("%u/%s", port, protocol);
		set(ports, name, json_object());
	}
	return true;
}

bool container_port_flags(Cli *cli, json_t *config, json_t *host, GError **error)
{
	g_autoptr(json_t) exposed = flag_list(cli, "expose"), published = flag_list(cli, "publish"),
			  ports = json_object();
	json_t *bindings = json_object();
	set(host, "PortBindings", bindings);
	for (size_t i = 0; i < json_array_size(exposed); i++)
		if (!add_exposed(ports, json_elem(exposed, i), error))
			return false;
	if (!ports_parse(published, ports, bindings, error))
		return false;
	if (json_object_size(ports) > 0)
		set(config, "ExposedPorts", json_incref(ports));
	return true;
}

static int compare_ports(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	gint64 by_private = json_int(x, "PrivatePort") - json_int(y, "PrivatePort");
	int by_ip = strcmp(json_str(x, "IP"), json_str(y, "IP"));
	if (by_private != 0)
		return by_private < 0 ? -1 : 1;
	return by_ip != 0 ? by_ip : strcmp(json_str(x, "Type"), json_str(y, "Type"));
}

/* A row of ports whose numbers follow one another: "0.0.0.0:80-82->80-82/tcp", "80/tcp". */
typedef struct {
	const char *ip, *type;
	gint64 first, last;
} Group;

const char *ip_bracket(const char *ip, bool left)
{
	return strchr(ip, ':') == NULL ? "" : left ? "[" : "]";
}

static void print_group(GString *out, const Group *group)
{
	g_autofree char *range =
		group->first == group->last
			? g_strdup_printf("%d", (int)group->first)
			: g_strdup_printf("%d-%d", (int)group->first, (int)group->last);
	g_string_append(out, out->len > 0 ? ", " : "");
	if (*group->ip != '\0')
		g_string_append_printf(out, "%s%s%s:%s->", ip_bracket(group->ip, true), group->ip,
			ip_bracket(group->ip, false), range);
	g_string_append_printf(out, "%s/%s", range, group->type);
}

char *ports_shown(const json_t *ports)
{
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	g_autoptr(GArray) groups = g_array_new(FALSE, FALSE, sizeof(Group));
	g_autoptr(GString) mapped = g_string_new("");
	GString *out = g_string_new("");
	size_t i;
	json_t *port;
	json_array_foreach (ports, i, port)
		g_ptr_array_add(sorted, port);
	g_ptr_array_sort(sorted, compare_ports);
	for (i = 0; i < sorted->len; i++) {
		const json_t *p = sorted->pdata[i];
		Group one = {json_str(p, "IP"), json_str(p, "Type"), json_int(p, "PrivatePort"),
			      json_int(p, "PrivatePort")},
		      *same = NULL;
		if (*one.ip != '\0' && json_int(p, "PublicPort") != one.first) {
			g_string_append_printf(mapped, "%s%s%s%s:%d->%d/%s",
				mapped->len > 0 ? ", " : "", ip_bracket(one.ip, true), one.ip,
				ip_bracket(one.ip, false), (int)json_int(p, "PublicPort"),
				(int)one.first, one.type);
			continue;
		}
		for (guint g = 0; g < groups->len; g++) {
			Group *group = &g_array_index(groups, Group, g);
			if (strcmp(group->ip, one.ip) == 0 && strcmp(group->type, one.type) == 0 &&
				group->last + 1 == one.first)
				same = group;
		}
		if (same != NULL)
			same->last = one.first;
		else
			g_array_append_val(groups, one);
	}
	for (guint g = 0; g < groups->len; g++)
		print_group(out, &g_array_index(groups, Group, g));
	if (mapped->len > 0)
		g_string_append_printf(out, "%s%s", out->len > 0 ? ", " : "", mapped->str);
	return g_string_free(out, FALSE);
}
