/* network ls, create, rm, connect and disconnect. */
#include "cli/common/flags.h"
#include "cli/common/format.h"
#include "cli/common/natural.h"
#include "cli/container/request.h"

#include "base/address.h"
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag list_flags[] = {
	{"filter", 'f', LIST, "show only those that match (driver=bridge, name=...)"},
	{"format", 0, STRING, "table, json or a Go template"},
	{"no-trunc", 0, BOOL, "do not shorten"},
	{"quiet", 'q', BOOL, "print ids only"},
	{0},
};
static const Flag create_flags[] = {
	{"attachable", 0, BOOL, "ignored (for Docker compatibility)"},
	{"aux-address", 0, LIST, "reserve an address of the subnet (name=address)"},
	{"config-from", 0, STRING, "copy the settings of this network"},
	{"config-only", 0, BOOL, "only keep settings for other networks"},
	{"driver", 'd', STRING, "bridge, macvlan or ipvlan"},
	{"gateway", 0, SLICE, "address of the gateway"},
	{"ingress", 0, BOOL, "refused: a swarm's ingress network"},
	{"internal", 0, BOOL, "no access to and from other networks"},
	{"ip-range", 0, SLICE, "part of the subnet from which addresses are assigned"},
	{"ipam-driver", 0, STRING, "default"},
	{"ipam-opt", 0, LIST, "option of that driver"},
	{"ipv4", 0, BOOL, "give IPv4 addresses (true)"},
	{"ipv6", 0, BOOL, "give IPv6 addresses, too"},
	{"label", 0, LIST, "set a label"},
	{"opt", 'o', LIST, "option of the driver (key=value)"},
	{"scope", 0, STRING, "local"},
	{"subnet", 0, SLICE, "its addresses (10.0.0.0/24)"},
	{0},
};
static const Flag remove_flags[] = {{"force", 'f', BOOL, "no error if it does not exist"}, {0}};
static const Flag connect_flags[] = {
	{"alias", 0, SLICE, "name in this network"},
	{"driver-opt", 0, SLICE, "option of the driver"},
	{"gw-priority", 0, INT, "preference of its gateway"},
	{"ip", 0, STRING, "IPv4 address"},
	{"ip6", 0, STRING, "IPv6 address"},
	{"link", 0, LIST, "link to another container"},
	{"link-local-ip", 0, SLICE, "link-local address"},
	{0},
};
static const Flag disconnect_flags[] = {{"force", 'f', BOOL, "be it not connected"}, {0}};

static const Column columns[] = {{"ID", "NETWORK ID", NULL, "network_id"},
	{"Name", "NAME", NULL, "name"}, {"Driver", "DRIVER", NULL, "driver"},
	{"Scope", "SCOPE", NULL, "scope"}, {"IPv4", "IPV4"}, {"IPv6", "IPV6"},
	{"Internal", "INTERNAL"}, {"CreatedAt", "CREATED AT"}, {"Labels", "LABELS"},
	{"Label", "LABEL"}, {0}};

static const char *yes_no(const json_t *network, const char *field)
{
	return json_bool(network, field) ? "true" : "false";
}

/* "2026-01-02 03:04:05.678 +0000 UTC": as Go prints a time. */
static char *created_text(const char *created)
{
	g_autofree char *text = g_strdelimit(g_strdup(created), "T", ' ');
	size_t length = strlen(text);
	if (length > 0 && text[length - 1] == 'Z')
		text[length - 1] = '\0';
	return g_strconcat(text, " +0000 UTC", NULL);
}

static json_t *row_of(const json_t *network, bool whole)
{
	const char *id = json_str(network, "Id");
	g_autofree char *short_id = g_strndup(id, 12),
			*created = created_text(json_str(network, "Created")),
			*labels = labels_joined(json_object_get(network, "Labels"));
	json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "CreatedAt",
		created, "Driver", json_str(network, "Driver"), "ID", whole ? id : short_id, "IPv4",
		yes_no(network, "EnableIPv4"), "IPv6", yes_no(network, "EnableIPv6"), "Internal",
		yes_no(network, "Internal"), "Labels", labels, "Name", json_str(network, "Name"),
		"Scope", json_str(network, "Scope"));
	json_object_set(row, "Label", json_object_get(network, "Labels"));
	return row;
}

static int compare_names(const void *a, const void *b)
{
	return natural_compare(
		json_str(*(json_t *const *)a, "Name"), json_str(*(json_t *const *)b, "Name"));
}

static int run_list(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *filters = query_filters(cli, &error),
			*path = g_strconcat("/networks?filters=", filters, NULL);
	g_autoptr(json_t) list =
		filters != NULL ? client_call(cli->client, "GET", path, NULL, &error) : NULL,
			  rows = json_array();
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	if (list == NULL)
		return cli_fail(cli, error);
	for (size_t i = 0; i < json_array_size(list); i++)
		g_ptr_array_add(sorted, json_array_get(list, i));
	g_ptr_array_sort(sorted, compare_names);
	for (guint i = 0; i < sorted->len; i++)
		json_array_append_new(
			rows, row_of(sorted->pdata[i], flag_bool(cli, "no-trunc", false)));
	const char *asked = flag_text(cli, "format");
	g_autofree char *format = flag_bool(cli, "quiet", false)
					  ? format_quiet(asked, "ID", "network_id")
					  : g_strdup(asked);
	return format_list(format, "{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}",
		       "*network.networkContext", columns, rows, &error)
		       ? EXIT_SUCCESS
		       : cli_fail(cli, error);
}

static bool block_parse(const char *text, Address *block)
{
	return strchr(text, '/') != NULL && address_parse(text, block);
}

/* The pool that an address or range is of: that whose subnet has it; NULL if none. */
static json_t *pool_with(json_t *pools, const char *text)
{
	Address subnet, inner;
	json_t *pool;
	size_t i;
	json_array_foreach (pools, i, pool)
		if (address_parse(text, &inner) && block_parse(json_str(pool, "Subnet"), &subnet) &&
			address_contains(&subnet, &inner))
			return pool;
	return NULL;
}

/* One pool for each subnet; of the same family, they must not overlap. */
static json_t *subnets(Cli *cli, GError **error)
{
	g_autoptr(json_t) list = flag_list(cli, "subnet"), pools = json_array();
	Address one, other;
	for (size_t i = 0; i < json_array_size(list); i++) {
		for (size_t k = 0; k < i; k++)
			if (block_parse(json_elem(list, i), &one) &&
				block_parse(json_elem(list, k), &other) &&
				address_overlaps(&one, &other)) {
				fail(error, BERTH_ERROR_INVALID,
					"multiple overlapping subnet configuration is not "
					"supported");
				return NULL;
			}
		json_array_append_new(pools, json_pack("{s:s}", "Subnet", json_elem(list, i)));
	}
	return g_steal_pointer(&pools);
}

/* --gateway and --ip-range: each to the subnet that has it, and one for a subnet. */
static bool add_to_pools(
	json_t *pools, const json_t *list, const char *key, const char *what, GError **error)
{
	if (json_array_size(list) > json_array_size(pools))
		return fail(error, BERTH_ERROR_INVALID,
			"every ip-range or gateway must have a corresponding subnet");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *text = json_elem(list, i);
		json_t *pool = pool_with(pools, text);
		if (pool == NULL)
			return fail(error, BERTH_ERROR_INVALID, "no matching subnet for %s %s",
				what, text);
		if (json_object_get(pool, key) != NULL)
			return fail(error, BERTH_ERROR_INVALID,
				"cannot configure multiple %ss (%s, %s) on the same subnet (%s)",
				what, text, json_str(pool, key), json_str(pool, "Subnet"));
		json_object_set_new(pool, key, json_string(text));
	}
	return true;
}

static bool add_auxiliary(json_t *pools, const json_t *pairs, GError **error)
{
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)pairs, name, value) {
		json_t *pool = pool_with(pools, json_string_value(value));
		if (pool == NULL)
			return fail(error, BERTH_ERROR_INVALID,
				"no matching subnet for aux-address %s", json_string_value(value));
		if (json_object_get(pool, "AuxiliaryAddresses") == NULL)
			json_object_set_new(pool, "AuxiliaryAddresses", json_object());
		json_object_set(json_object_get(pool, "AuxiliaryAddresses"), name, value);
	}
	return true;
}

static json_t *pools_of(Cli *cli, GError **error)
{
	g_autoptr(json_t) gateways = flag_list(cli, "gateway"), ranges = flag_list(cli, "ip-range"),
			  auxiliary = flag_pairs(cli, "aux-address");
	g_autoptr(json_t) pools = subnets(cli, error);
	return pools != NULL && add_to_pools(pools, ranges, "IPRange", "range", error) &&
			       add_to_pools(pools, gateways, "Gateway", "gateway", error) &&
			       add_auxiliary(pools, auxiliary, error)
		       ? g_steal_pointer(&pools)
		       : NULL;
}

static void put_text(Cli *cli, json_t *body, const char *flag, const char *key)
{
	if (flag_given(cli, flag))
		json_object_set_new(body, key, json_lenient(flag_text(cli, flag)));
}

static void put_bool(Cli *cli, json_t *body, const char *flag, const char *key)
{
	if (flag_given(cli, flag))
		json_object_set_new(body, key, json_boolean(flag_bool(cli, flag, false)));
}

static int run_create(Cli *cli)
{
	static const char *const switches[][2] = {{"internal", "Internal"},
		{"attachable", "Attachable"}, {"ingress", "Ingress"}, {"config-only", "ConfigOnly"},
		{"ipv4", "EnableIPv4"}, {"ipv6", "EnableIPv6"}};
	g_autoptr(GError) error = NULL;
	json_t *pools = flag_check(cli, "label", &error) ? pools_of(cli, &error) : NULL;
	if (pools == NULL)
		return cli_fail(cli, error);
	g_autoptr(json_t) ipam = json_pack("{s:s, s:o, s:o}", "Driver", "default", "Options",
		flag_pairs(cli, "ipam-opt"), "Config", pools);
	g_autoptr(json_t) body = json_pack("{s:s, s:s, s:O, s:o, s:o}", "Name", cli->args[0],
		"Driver", "bridge", "IPAM", ipam, "Options", flag_pairs(cli, "opt"), "Labels",
		flag_pairs(cli, "label"));
	put_text(cli, ipam, "ipam-driver", "Driver");
	put_text(cli, body, "driver", "Driver");
	put_text(cli, body, "scope", "Scope");
	for (size_t i = 0; i < G_N_ELEMENTS(switches); i++)
		put_bool(cli, body, switches[i][0], switches[i][1]);
	if (flag_given(cli, "config-from"))
		json_object_set_new(body, "ConfigFrom",
			json_pack("{s:s}", "Network", flag_text(cli, "config-from")));
	g_autoptr(json_t) answer =
		client_call(cli->client, "POST", "/networks/create", body, &error);
	if (answer == NULL)
		return cli_fail(cli, error);
	print_to(stdout, "%s\n", json_str(answer, "Id"));
	return EXIT_SUCCESS;
}

static int run_remove(Cli *cli)
{
	int code = EXIT_SUCCESS;
	for (int i = 0; i < cli->arg_count; i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *name = client_escape(cli->args[i]),
				*path = g_strconcat("/networks/", name, NULL);
		g_autoptr(json_t) answer G_GNUC_UNUSED =
			client_call(cli->client, "DELETE", path, NULL, &error);
		if (error == NULL) {
			print_to(stdout, "%s\n", cli->args[i]);
		} else if (!flag_bool(cli, "force", false) ||
			   !is_answer_of(error, BERTH_ERROR_NOT_FOUND)) {
			cli_print_error(error);
			code = EXIT_FAILURE;
		}
	}
	if (code != EXIT_SUCCESS)
		print_to(stderr, "exit status %d\n", code); /* so does Docker's client */
	return code;
}

static int call(Cli *cli, const char *verb, json_t *body)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *name = client_escape(cli->args[0]),
			*path = g_strdup_printf("/networks/%s/%s", name, verb);
	g_autoptr(json_t) owned = body,
			  answer = client_call(cli->client, "POST", path, owned, &error);
	return answer != NULL ? EXIT_SUCCESS : cli_fail(cli, error);
}

static bool check_options(const Cli *cli, GError **error)
{
	g_autoptr(json_t) given = flag_list(cli, "driver-opt");
	for (size_t i = 0; i < json_array_size(given); i++)
		if (strcspn(json_elem(given, i), "=") == 0 ||
			strchr(json_elem(given, i), '=') == NULL)
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"invalid key/value pair format in driver options");
	return true;
}

static int run_connect(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	if (!flag_check(cli, "link", &error) || !check_options(cli, &error))
		return cli_fail(cli, error);
	json_t *endpoint = json_pack("{s:o, s:I}", "DriverOpts", flag_pairs(cli, "driver-opt"),
		"GwPriority", (json_int_t)flag_int(cli, "gw-priority", 0));
	endpoint_flags(cli, "alias", endpoint);
	return call(cli, "connect",
		json_pack("{s:s, s:o}", "Container", cli->args[1], "EndpointConfig", endpoint));
}

static int run_disconnect(Cli *cli)
{
	return call(cli, "disconnect",
		json_pack("{s:s, s:b}", "Container", cli->args[1], "Force",
			flag_bool(cli, "force", false)));
}

const Command command_network_ls = {
	.names = "network ls|network list",
	.usage = "[OPTIONS]",
	.summary = "List networks",
	.example = "network ls -f driver=bridge",
	.flags = list_flags,
	.run = run_list,
};

const Command command_network_create = {
	.names = "network create",
	.usage = "[OPTIONS] NETWORK",
	.summary = "Create a network",
	.example = "network create --subnet 10.5.0.0/24 back",
	.flags = create_flags,
	.min_args = 1,
	.max_args = 1,
	.run = run_create,
};

const Command command_network_rm = {
	.names = "network rm|network remove",
	.usage = "NETWORK [NETWORK...]",
	.summary = "Remove networks",
	.example = "network rm back",
	.completes = "networks*",
	.flags = remove_flags,
	.min_args = 1,
	.max_args = -1,
	.run = run_remove,
};

const Command command_network_connect = {
	.names = "network connect",
	.usage = "[OPTIONS] NETWORK CONTAINER",
	.summary = "Connect a container to a network",
	.example = "network connect --alias db back web",
	.completes = "networks containers",
	.flags = connect_flags,
	.min_args = 2,
	.max_args = 2,
	.run = run_connect,
};

const Command command_network_disconnect = {
	.names = "network disconnect",
	.usage = "[OPTIONS] NETWORK CONTAINER",
	.summary = "Disconnect a container from a network",
	.example = "network disconnect back web",
	.completes = "networks running",
	.flags = disconnect_flags,
	.min_args = 2,
	.max_args = 2,
	.run = run_disconnect,
};
