/* Checks of EndpointSettings (Engine API) before anything is reserved. */
#include "engine/network/endpoint.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static const char option_prefix[] = "com.docker.network.";

static void note(GPtrArray *problems, char *problem)
{
	g_ptr_array_add(problems, problem);
}

static bool parse_plain(const char *text, int family, Address *address)
{
	return strchr(text, '/') == NULL && address_parse(text, address) &&
	       (family == 0 || address->family == family);
}

/* In the pattern, an X stands for a hexadecimal digit. */
static bool mac_read(const char *text, const char *form, guint8 mac[6])
{
	size_t digits = 0;
	for (; *form != '\0'; form++, text++) {
		if (*form != 'X' ? *text != *form : !g_ascii_isxdigit(*text))
			return false;
		if (*form != 'X')
			continue;
		guint8 *byte = &mac[digits++ / 2];
		*byte = (guint8)(*byte << 4 | g_ascii_xdigit_value(*text));
	}
	return *text == '\0';
}

bool mac_parse(const char *text, guint8 mac[6])
{
	static const char *const forms[] = {
		"XX:XX:XX:XX:XX:XX", "XX-XX-XX-XX-XX-XX", "XXXX.XXXX.XXXX", "XXXXXXXXXXXX"};
	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++)
		if (mac_read(text, forms[i], mac))
			return true;
	return false;
}

char *mac_text(const guint8 mac[6])
{
	return g_strdup_printf(
		"%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

/* The subnet that must contain an address. As in dockerd a disabled family counts: its addresses are kept without
 * effect. */
static bool subnet_asked(const Network *network, int family, Address *subnet)
{
	bool v6 = family == AF_INET6;
	json_t *config, *list = json_at(network->spec, "IPAM.Config");
	size_t i;
	*subnet = v6 ? network->subnet6 : network->subnet;
	if (subnet->family != 0)
		return !(v6 ? network->chosen6 : network->chosen);
	json_array_foreach (list, i, config)
		if (address_parse(json_str(config, "Subnet"), subnet) && subnet->family == family) {
			*subnet = address_network(subnet);
			return true;
		}
	return false;
}

/* dockerd's two kinds of messages: about the address itself, and about its subnet. */
static void check_ip(GPtrArray *problems, const Network *network, const char *text, int family)
{
	Address address;
	if (*text == '\0')
		return;
	bool parsed = parse_plain(text, family, &address);
	if (!parsed)
		note(problems, g_strdup_printf("invalid %s address: %s",
				       family == AF_INET6 ? "IPv6" : "IPv4", text));
	if (network == NULL)
		return;
	Address subnet;
	if (!subnet_asked(network, family, &subnet))
		note(problems,
			g_strdup("user specified IP address is supported only when connecting to "
				 "networks with user configured subnets"));
	else if (!parsed || !address_contains(&subnet, &address))
		note(problems, g_strdup_printf(
				       "no configured subnet or ip-range contain the IP address %s",
				       text));
}

/* network: NULL if unknown. */
static void check_ipam(
	GPtrArray *problems, const Network *network, bool predefined, const json_t *asked)
{
	const char *v4 = json_str(asked, "IPAMConfig.IPv4Address"),
		   *v6 = json_str(asked, "IPAMConfig.IPv6Address");
	json_t *entry, *list = json_at(asked, "IPAMConfig.LinkLocalIPs");
	Address address;
	size_t i;
	if (predefined && (*v4 != '\0' || *v6 != '\0'))
		note(problems, g_strdup("user specified IP address is supported on user defined "
					"networks only"));
	check_ip(problems, network, v4, AF_INET);
	check_ip(problems, network, v6, AF_INET6);
	json_array_foreach (list, i, entry)
		if (!parse_plain(json_elem(list, i), 0, &address))
			note(problems, g_strdup_printf("invalid link-local IP address: %s",
					       json_elem(list, i)));
}

/* "net.ipv4.conf.IFNAME.log_martians=1": a sysctl of this link only. */
static bool is_link_sysctl(const char *text)
{
	/* Docker's client writes everything in lower case. */
	return g_regex_match_simple(
		"^net\\.(ipv4|ipv6|mpls)\\.[a-z0-9_]+\\.(IFNAME|ifname)\\.[A-Za-z0-9_]+=[^\\n]*$",
		text, G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT);
}

static void check_sysctls(GPtrArray *problems, const char *text)
{
	g_auto(GStrv) list = g_strsplit(text, ",", -1);
	for (int i = 0; i == 0 || list[i] != NULL; i++) {
		const char *one = list[i] != NULL ? list[i] : "";
		if (!is_link_sysctl(one))
			note(problems,
				g_strdup_printf(
					"unrecognised network interface sysctl '%s'; represent "
					"'net.X.Y.ethN.Z=V' as 'net.X.Y.IFNAME.Z=V', 'X' must be "
					"'ipv4', "
					"'ipv6' or 'mpls'",
					one));
		if (list[i] == NULL)
			break;
	}
}

/* Docker's own options are supported or refused; unknown ones are kept, like labels. */
static void check_options(GPtrArray *problems, const json_t *options)
{
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)options, key, value) {
		const char *text = json_is_string(value) ? json_string_value(value) : "";
		if (strcmp(key, ENDPOINT_SYSCTLS) == 0)
			check_sysctls(problems, text);
		else if (strcmp(key, ENDPOINT_IFNAME) == 0 && *text != '\0' &&
			 (!link_name_valid(text) || strcmp(text, "lo") == 0))
			note(problems, g_strdup_printf("invalid interface name: %s", text));
		else if (strcmp(key, ENDPOINT_IFNAME) != 0 && g_str_has_prefix(key, option_prefix))
			note(problems, g_strdup_printf("option %s is not supported", key));
	}
}

/* Aliases that an older engine accepted do not fail a start. */
static bool check(
	const Network *network, bool predefined, bool starts, const json_t *asked, GError **error)
{
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	const json_t *locals = json_at(asked, "IPAMConfig.LinkLocalIPs");
	const char *mac = json_str(asked, "MacAddress");
	guint8 bytes[6];
	if (*mac != '\0' && !mac_parse(mac, bytes))
		return fail(error, BERTH_ERROR_INVALID, "invalid MAC address %s", mac);
	check_ipam(problems, network, predefined, asked);
	if (!starts && predefined && json_array_size(json_object_get(asked, "Aliases")) > 0)
		note(problems, g_strdup("network-scoped alias is supported only for containers in "
					"user defined networks"));
	check_options(problems, json_object_get(asked, "DriverOpts"));
	if (!fail_all(error, "invalid endpoint settings", problems))
		return false;
	for (size_t i = 0; i < json_array_size(locals); i++) {
		Address address, local4, local6;
		address_parse("169.254.0.0/16", &local4);
		address_parse("fe80::/10", &local6);
		address_parse(json_elem(locals, i), &address);
		if (!address_contains(&local4, &address) && !address_contains(&local6, &address))
			return fail(error, BERTH_ERROR_INVALID, "invalid link local IP address: %s",
				json_elem(locals, i));
	}
	return true;
}

bool endpoint_check(const Network *network, const json_t *asked, GError **error)
{
	return check(network, network->predefined, true, asked, error);
}

bool endpoint_check_new(const Network *network, const json_t *asked, GError **error)
{
	return check(network, network->predefined, false, asked, error);
}

/* Top-level members of the body with which older clients configure the container's network. */
static bool check_container_mac(const json_t *request, GError **error)
{
	const char *mac = json_str(request, "MacAddress"),
		   *mode = json_str(request, "HostConfig.NetworkMode");
	guint8 bytes[6];
	return *mac == '\0' || mac_parse(mac, bytes) ||
	       fail(error, BERTH_ERROR_INVALID,
		       "invalid config for network %s: invalid MAC address %s",
		       *mode == '\0' || strcmp(mode, "default") == 0 ? "bridge" : mode, mac);
}

bool endpoints_check_new(Engine *engine, const json_t *request, GError **error)
{
	const char *name;
	json_t *asked;
	bool ok = true;
	if (!check_container_mac(request, error))
		return false;
	g_mutex_lock(&engine->network_lock);
	json_object_foreach (json_at(request, "NetworkingConfig.EndpointsConfig"), name, asked) {
		const char *called = strcmp(name, "default") == 0 ? "bridge" : name;
		if (ok && json_is_null(asked))
			ok = fail(error, BERTH_ERROR_INVALID,
				"invalid config for network %s: EndpointsConfig is nil", called);
		const Network *network = network_lookup(engine, called);
		bool predefined = network != NULL ? network->predefined
						  : g_str_has_prefix(name, "container:");
		if (ok && !check(network, predefined, false, asked, error)) {
			ok = false;
			g_prefix_error(error, "invalid config for network %s: ",
				network != NULL ? network->name : called);
		}
	}
	g_mutex_unlock(&engine->network_lock);
	return ok;
}
