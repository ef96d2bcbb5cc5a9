/* A table of network driver options: their meaning, and the drivers that accept them. Unknown options of Docker's own
 * are refused, as they would have no effect; others are kept, like labels. */
#include "engine/network/network_spec.h"

#include "base/error.h"
#include "base/number.h"
#include "base/size.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { MTU_LOWEST = 68, MTU_HIGHEST = 65535, PREFIX_LONGEST = 12 /* plus a number of 3 digits */ };

#define DOCKER "com.docker.network."

typedef enum { BRIDGE = 1, PARENT = 2 /* macvlan, ipvlan */ } Drivers;
typedef bool Reader(Network *network, size_t field, const char *text, const char **why);

const char *network_option(const json_t *spec, const char *name)
{
	json_t *value =
		json_object_get(json_object_get(spec, "Options"), name); /* its dots are no path */
	return json_is_string(value) ? json_string_value(value) : "";
}

static void *field_of(Network *network, size_t offset)
{
	return (char *)network + offset;
}

static bool read_bool(Network *network, size_t field, const char *text, const char **why)
{
	*why = "strconv.ParseBool";
	return bool_parse(text, field_of(network, field));
}

/* Valid for the default bridge; for others it has no effect. */
static bool read_default(Network *network, size_t field, const char *text, const char **why)
{
	bool value;
	(void)network;
	(void)field;
	*why = "strconv.ParseBool";
	return bool_parse(text, &value);
}

static bool read_mtu(Network *network, size_t field, const char *text, const char **why)
{
	int *mtu = field_of(network, field);
	char end;
	*why = "strconv.Atoi";
	return strchr(" \t\n", *text) == NULL && sscanf(text, "%d%c", mtu, &end) == 1;
}

static bool read_address(Network *network, size_t field, const char *text, const char **why)
{
	*why = "nil ip";
	return strchr(text, '/') == NULL && address_parse(text, field_of(network, field));
}

static bool read_mode(Network *network, size_t field, const char *text, const char **why)
{
	static const char *const names[] = {"nat", "nat-unprotected", "routed", "isolated"};
	GatewayMode *mode = field_of(network, field);
	*why = "unknown gateway mode ";
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (strcmp(text, names[i]) == 0) {
			*mode = (GatewayMode)i;
			return true;
		}
	return false;
}

/* They become part of rules: only names of links are accepted. */
static bool read_trusted(Network *network, size_t field, const char *text, const char **why)
{
	char **trusted = field_of(network, field);
	g_auto(GStrv) names = g_strsplit(text, ":", -1);
	*why = "invalid link name";
	for (int i = 0; names[i] != NULL; i++)
		if (!link_name_valid(names[i]))
			return false;
	g_free(*trusted);
	*trusted = *text != '\0' ? g_strdup(text) : NULL;
	return true;
}

static bool read_prefix(Network *network, size_t field, const char *text, const char **why)
{
	char **prefix = field_of(network, field);
	*why = "invalid link name";
	if (*text != '\0' && (!link_name_valid(text) || strlen(text) > PREFIX_LONGEST))
		return false;
	g_free(*prefix);
	*prefix = *text != '\0' ? g_strdup(text) : NULL;
	return true;
}

static const struct {
	const char *key; /* name without the prefix */
	Drivers drivers;
	Reader *read; /* NULL: read elsewhere, or without effect */
	size_t field;
} options[] = {
	{"bridge.name", BRIDGE, NULL, 0},
	{"bridge.default_bridge", BRIDGE, read_default, 0},
	{"bridge.enable_icc", BRIDGE, read_bool, offsetof(Network, icc)},
	{"bridge.enable_ip_masquerade", BRIDGE, read_bool, offsetof(Network, masquerade)},
	{"bridge.inhibit_ipv4", BRIDGE, read_bool, offsetof(Network, inhibit_ipv4)},
	{"bridge.host_binding_ipv4", BRIDGE, read_address, offsetof(Network, host_binding)},
	{"bridge.gateway_mode_ipv4", BRIDGE, read_mode, offsetof(Network, mode)},
	{"bridge.gateway_mode_ipv6", BRIDGE, read_mode, offsetof(Network, mode6)},
	{"bridge.trusted_host_interfaces", BRIDGE, read_trusted, offsetof(Network, trusted)},
	{"host_ipv4", BRIDGE, read_address, offsetof(Network, source)},
	{"host_ipv6", BRIDGE, read_address, offsetof(Network, source6)},
	{"container_iface_prefix", BRIDGE | PARENT, read_prefix, offsetof(Network, prefix)},
	{"advertise_addr_nmsgs", BRIDGE | PARENT, NULL, 0},
	{"advertise_addr_ms", BRIDGE | PARENT, NULL, 0},
	{"driver.mtu", BRIDGE | PARENT, read_mtu, offsetof(Network, mtu)},
	{"enable_ipv4", BRIDGE | PARENT, NULL, 0},
	{"enable_ipv6", BRIDGE | PARENT, NULL, 0},
};

/* dockerd's words. */
static bool refuse(const char *key, const char *text, const char *why, GError **error)
{
	bool mode = g_str_has_suffix(why, " "), number = g_str_has_prefix(why, "strconv");
	g_autofree char *reason =
		mode	 ? g_strconcat(why, text, NULL)
		: number ? number_problem(why + strlen("strconv."), text, "invalid syntax")
			 : g_strdup(why);
	return fail(
		error, BERTH_ERROR_INVALID, "failed to parse %s value: %s (%s)", key, text, reason);
}

static bool read_one(Network *network, const char *key, const char *text, GError **error)
{
	Drivers driver = strcmp(network->driver, "bridge") == 0 ? BRIDGE : PARENT;
	const char *why = NULL, *name = key + strlen(DOCKER);
	bool known = false;
	for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
		if (strcmp(options[i].key, name) != 0 || (options[i].drivers & driver) == 0)
			continue;
		known = true;
		if (options[i].read != NULL &&
			!options[i].read(network, options[i].field, text, &why))
			return refuse(key, text, why, error);
	}
	return known ||
	       fail(error, BERTH_ERROR_INVALID, "option %s is not supported by the %s driver", key,
		       network->driver);
}

/* Options that are valid alone, but not together. */
static bool check(const Network *network, GError **error)
{
	bool isolated = network->mode == GATEWAY_ISOLATED || network->mode6 == GATEWAY_ISOLATED;
	if (network->mtu < 0)
		return fail(error, BERTH_ERROR_INVALID, "invalid MTU number: %d", network->mtu);
	if (network->mtu != 0 && (network->mtu < MTU_LOWEST || network->mtu > MTU_HIGHEST))
		return fail(error, BERTH_ERROR_SYSTEM, "invalid MTU number: %d: invalid argument",
			network->mtu);
	if (isolated && !network->internal)
		return fail(error, BERTH_ERROR_SYSTEM,
			"gateway mode 'isolated' can only be used for an internal network");
	if (network->source.family == AF_INET6 || network->source6.family == AF_INET)
		return fail(error, BERTH_ERROR_INVALID,
			"host_ipv4 and host_ipv6 need addresses of their own families");
	return true;
}

/* How the addresses of a new endpoint are announced. These options belong to no driver, and are checked before it, together. */
static const struct {
	const char *key, *kind;
	size_t field;
	int usual, lowest, highest;
} announcing[] = {
	{DOCKER "advertise_addr_nmsgs", "an integer", offsetof(Network, announcements), 3, 0, 3},
	{DOCKER "advertise_addr_ms", "integer milliseconds", offsetof(Network, announce_ms), 1000,
		100, 2000},
};

bool network_announcing_read(Network *network, const json_t *spec, GError **error)
{
	g_autoptr(GString) problems = g_string_new(NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(announcing); i++) {
		int *field = field_of(network, announcing[i].field);
		const char *key = announcing[i].key,
			   *text = json_string_value(
				   json_object_get(json_object_get(spec, "Options"), key)),
			   *end = problems->len > 0 ? "\n" : "";
		gint64 value = announcing[i].usual;
		*field = announcing[i].usual;
		if (text != NULL && number_parse(text, 10, &value) != NULL)
			g_string_append_printf(problems, "%svalue for option %s \"%s\" must be %s",
				end, key, text, announcing[i].kind);
		else if (value < announcing[i].lowest || value > announcing[i].highest)
			g_string_append_printf(problems, "%s%s must be in the range %d to %d", end,
				key, announcing[i].lowest, announcing[i].highest);
		else
			*field = (int)value;
	}
	return problems->len == 0 || fail(error, BERTH_ERROR_SYSTEM, "%s", problems->str);
}

bool network_options_read(Network *network, const json_t *spec, GError **error)
{
	const char *key;
	json_t *value;
	bool ok = true;
	network->icc = network->masquerade = true;
	if (!network_announcing_read(network, spec, error))
		return false;
	json_object_foreach (json_object_get(spec, "Options"), key, value) {
		const char *text = json_string_value(value);
		if (g_str_has_prefix(key, DOCKER))
			ok = read_one(network, key, text != NULL ? text : "", error) && ok;
	}
	/* Any address of the host, as if it were absent. */
	if (address_is_any(&network->host_binding) && network->host_binding.family == AF_INET)
		network->host_binding = (Address){0};
	return ok && check(network, error);
}
