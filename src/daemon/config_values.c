/* Checks of configuration values, in dockerd's words; and values with a syntax of their own. */
#include "daemon/config_keys.h"

#include "base/address.h"
#include "base/error.h"
#include "runtime/runtime.h"

#include <string.h>
#include <sys/socket.h>

/* "nofile=1024:2048" of a flag. */
static json_t *parse_ulimit(const char *text, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(text, "=", 2);
	g_auto(GStrv) numbers = parts[0] != NULL ? g_strsplit(parts[1], ":", 2) : NULL;
	gint64 soft, hard;
	if (numbers == NULL || numbers[0] == NULL ||
		!g_ascii_string_to_signed(numbers[0], 10, -1, G_MAXINT64, &soft, NULL) ||
		!g_ascii_string_to_signed(numbers[1] != NULL ? numbers[1] : numbers[0], 10, -1,
			G_MAXINT64, &hard, NULL)) {
		fail(error, BERTH_ERROR_INVALID, "invalid ulimit argument: %s", text);
		return NULL;
	}
	return json_pack("{s:s, s:I, s:I}", "Name", parts[0], "Hard", (json_int_t)hard, "Soft",
		(json_int_t)soft);
}

json_t *config_ulimits(const json_t *given, GError **error)
{
	g_autoptr(json_t) limits = json_array();
	const char *key;
	json_t *value;
	size_t i;
	json_array_foreach (given, i, value) {
		json_t *limit = parse_ulimit(json_elem(given, i), error);
		if (limit == NULL)
			return NULL;
		json_array_append_new(limits, limit);
	}
	json_object_foreach ((json_t *)given, key, value) {
		json_t *limit = json_pack("{s:s, s:I, s:I}", "Name", key, "Hard",
			(json_int_t)json_int(value, "Hard"), "Soft",
			(json_int_t)json_int(value, "Soft"));
		json_array_append_new(limits, limit);
	}
	return rlimits_check(limits, error) ? g_steal_pointer(&limits) : NULL;
}

/* "base=10.0.0.0/8,size=24" of a flag; an unknown field makes a pool that is refused. */
static json_t *parse_pool(const char *text)
{
	json_t *pool = json_object();
	gint64 size;
	g_auto(GStrv) parts = g_strsplit(text, ",", -1);
	for (int p = 0; parts[p] != NULL; p++) {
		if (g_str_has_prefix(parts[p], "base="))
			json_object_set_new(pool, "base", json_lenient(parts[p] + 5));
		else if (g_str_has_prefix(parts[p], "size=") &&
			 g_ascii_string_to_signed(parts[p] + 5, 10, 0, 128, &size, NULL))
			json_object_set_new(pool, "size", json_integer(size));
		else
			json_object_clear(pool);
	}
	return pool;
}

json_t *config_pools(const json_t *list, GError **error)
{
	g_autoptr(json_t) pools = json_array();
	json_t *value;
	size_t i;
	json_array_foreach (list, i, value) {
		json_t *pool =
			json_is_object(value) ? json_incref(value) : parse_pool(json_elem(list, i));
		Address subnet;
		json_array_append_new(pools, pool);
		gint64 size = json_int(pool, "size");
		if (!address_parse(json_str(pool, "base"), &subnet) || size < subnet.prefix ||
			size > (subnet.family == AF_INET ? 32 : 128)) {
			g_autofree char *text = json_text(value);
			fail(error, BERTH_ERROR_INVALID, "invalid default address pool: %s", text);
			return NULL;
		}
	}
	return g_steal_pointer(&pools);
}

/* At most one address of each family. host-gateway-ip is the older form, of one. */
static bool check_host_gateways(const json_t *given, GError **error)
{
	const char *one = json_str(given, "host-gateway-ip");
	if (*one != '\0' && !g_hostname_is_ip_address(one))
		return fail(error, BERTH_ERROR_INVALID, "invalid IP address: %s", one);
	json_t *list = json_object_get(given, "host-gateway-ips"), *value;
	size_t i;
	int seen[2] = {0};
	json_array_foreach (list, i, value) {
		Address address;
		if (!g_hostname_is_ip_address(json_elem(list, i)) ||
			!address_parse(json_elem(list, i), &address))
			return fail(error, BERTH_ERROR_INVALID, "invalid IP address: %s",
				json_elem(list, i));
		bool v6 = address.family == AF_INET6;
		if (++seen[v6] > 1)
			return fail(error, BERTH_ERROR_INVALID,
				"only one IPv%d host gateway IP address can be specified",
				v6 ? 6 : 4);
	}
	return true;
}

/* As listen.c reads them; --validate shall not pass what the start refuses. */
static bool check_hosts(const json_t *hosts, GError **error)
{
	static const char tcp[] = "tcp://", local[] = "unix://";
	for (size_t i = 0; i < json_array_size(hosts); i++) {
		const char *host = json_elem(hosts, i);
		const char *address = g_str_has_prefix(host, tcp) ? host + strlen(tcp) : host;
		g_auto(GStrv) parts = *host != '\0' ? api_address_split(address, false) : NULL;
		if ((!g_str_has_prefix(host, local) || host[strlen(local)] == '\0') &&
			!g_str_has_prefix(host, "fd://") &&
			(strstr(address, "://") != NULL || strpbrk(address, " \t") != NULL ||
				parts == NULL))
			return fail(error, BERTH_ERROR_INVALID,
				"invalid bind address (%s): unix://PATH, tcp://ADDRESS:PORT or "
				"fd:// is wanted",
				host);
	}
	return true;
}

/* "gpu=2", "gpu=UUID": those of one name are all numbers or all names. */
static bool check_resources(const json_t *list, GError **error)
{
	static const char words[] = "could not parse GenericResource";
	g_autoptr(GHashTable) kinds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *term = json_elem(list, i), *sign = strchr(term, '=');
		if (sign == NULL || sign == term || sign[1] == '\0' ||
			strchr(sign + 1, '=') != NULL)
			return fail(error, BERTH_ERROR_INVALID,
				"%s: incorrect term %s, missing '=' or malformed expression", words,
				term);
		char *name = g_strndup(term, (gsize)(sign - term));
		bool number = strspn(sign + 1, "0123456789") == strlen(sign + 1);
		gpointer before = g_hash_table_lookup(kinds, name);
		if (before != NULL && (GPOINTER_TO_INT(before) == 1 || number)) {
			fail(error, BERTH_ERROR_INVALID,
				"%s: mixed discrete and named resources in expression '%s'", words,
				name);
			g_free(name);
			return false;
		}
		g_hash_table_insert(kinds, name, GINT_TO_POINTER(number ? 1 : 2));
	}
	return true;
}

/* Keys of Docker 29. */
static bool check_newer(const json_t *given, GError **error)
{
	const char *firewall = json_str(given, "firewall-backend"),
		   *version = json_str(given, "min-api-version"), *rest = version;
	if (*firewall != '\0' && strcmp(firewall, "iptables") != 0 &&
		strcmp(firewall, "nftables") != 0)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid firewall-backend \"%s\": iptables or nftables is wanted",
			firewall);
	if (g_str_has_prefix(version, "1."))
		rest += strlen("1.") + strspn(version + strlen("1."), "0123456789");
	return *version == '\0' || (*rest == '\0' && rest > version + strlen("1.")) ||
	       fail(error, BERTH_ERROR_INVALID, "invalid min-api-version: %s: 1.NUMBER is wanted",
		       version);
}

/* Settings that do nothing here are told of; a value that dockerd refuses is refused all the same, as it is a mistake. */
static bool check_unused(const json_t *given, GError **error)
{
	const char *format = json_str(given, "log-format"),
		   *proxy = json_str(given, "userland-proxy-path");
	gint64 attempts = json_int(given, "max-download-attempts"),
	       port = json_int(given, "network-diagnostic-port");
	if (*format != '\0' && strcmp(format, "text") != 0 && strcmp(format, "json") != 0)
		return fail(error, BERTH_ERROR_INVALID, "invalid log format: %s", format);
	if (*proxy != '\0' && *proxy != '/')
		return fail(error, BERTH_ERROR_INVALID,
			"invalid userland-proxy-path: must be an absolute path: %s", proxy);
	if (attempts < 0)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid max download attempts: %" G_GINT64_FORMAT, attempts);
	return (port >= 0 && port <= G_MAXUINT16) ||
	       fail(error, BERTH_ERROR_INVALID,
		       "invalid network-diagnostic-port (%" G_GINT64_FORMAT
		       "): value must be between 0 and 65535",
		       port);
}

bool config_check_values(const json_t *given, GError **error)
{
	if (!check_hosts(json_object_get(given, "hosts"), error) || !check_unused(given, error) ||
		!check_newer(given, error) ||
		!check_resources(json_object_get(given, "node-generic-resources"), error))
		return false;
	const char *cgroupns = json_str(given, "default-cgroupns-mode"),
		   *ipc = json_str(given, "default-ipc-mode");
	json_t *value;
	size_t i;
	if (*cgroupns != '\0' && strcmp(cgroupns, "host") != 0 && strcmp(cgroupns, "private") != 0)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid default cgroup namespace (%s): use \"host\" or \"private\"",
			cgroupns);
	if (*ipc != '\0' && strcmp(ipc, "shareable") != 0 && strcmp(ipc, "private") != 0)
		return fail(error, BERTH_ERROR_INVALID,
			"default IPC mode setting (%s) is invalid; use \"shareable\" or "
			"\"private\"",
			ipc);
	Address bridge;
	if (*json_str(given, "bip") != '\0' && !address_parse(json_str(given, "bip"), &bridge))
		return fail(error, BERTH_ERROR_INVALID, "invalid CIDR address: %s",
			json_str(given, "bip"));
	json_array_foreach (json_object_get(given, "dns"), i, value)
		if (!g_hostname_is_ip_address(json_string_value(value)))
			return fail(error, BERTH_ERROR_INVALID, "invalid IP address: %s",
				json_string_value(value));
	return check_host_gateways(given, error) && config_check_names(given, error) &&
	       config_check_access(given, error) && config_check_lacking(given, error);
}
