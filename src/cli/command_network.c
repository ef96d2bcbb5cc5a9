/* network ls, create, rm, connect and disconnect. */
#include "cli/cli.h"

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
	{"attachable", 0, BOOL, "accepted for docker's sake"},
	{"aux-address", 0, LIST, "address of the subnet that is not given out (name=address)"},
	{"driver", 'd', STRING, "bridge or macvlan"},
	{"gateway", 0, LIST, "address of the gateway"},
	{"internal", 0, BOOL, "no way out of it, and none into it"},
	{"ip-range", 0, LIST, "part of the subnet that addresses are given out of"},
	{"ipam-driver", 0, STRING, "default"},
	{"ipam-opt", 0, LIST, "option of that driver"},
	{"ipv6", 0, BOOL, "give IPv6 addresses, too"},
	{"label", 0, LIST, "set a label"},
	{"opt", 'o', LIST, "option of the driver (key=value)"},
	{"scope", 0, STRING, "local"},
	{"subnet", 0, LIST, "its addresses (10.0.0.0/24)"},
	{0},
};
static const Flag remove_flags[] = {{"force", 'f', BOOL, "no error for what is not there"}, {0}};
static const Flag connect_flags[] = {
	{"alias", 0, LIST, "name in this network"},
	{"driver-opt", 0, LIST, "option of the driver"},
	{"gw-priority", 0, INT, "preference of its gateway"},
	{"ip", 0, STRING, "IPv4 address"},
	{"ip6", 0, STRING, "IPv6 address"},
	{"link", 0, LIST, "link to another container"},
	{"link-local-ip", 0, LIST, "link-local address"},
	{0},
};
static const Flag disconnect_flags[] = {{"force", 'f', BOOL, "be it not connected"}, {0}};

static const Column columns[] = {{"ID", "NETWORK ID"}, {"Name", "NAME"}, {"Driver", "DRIVER"},
	{"Scope", "SCOPE"}, {"IPv4", "IPV4"}, {"IPv6", "IPV6"}, {"Internal", "INTERNAL"},
	{"CreatedAt", "CREATED AT"}, {"Labels", "LABELS"}, {"Label", "LABEL"}, {0}};

static const char *yes_no(const json_t *network, const char *field)
{
	return json_bool(network, field) ? "true" : "false";
}

static json_t *row_of(const json_t *network, bool whole)
{
	const char *id = json_str(network, "Id");
	g_autofree char *short_id = g_strndup(id, 12),
			*labels = labels_joined(json_object_get(network, "Labels"));
	json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "CreatedAt",
		json_str(network, "Created"), "Driver", json_str(network, "Driver"), "ID",
		whole ? id : short_id, "IPv4", yes_no(network, "EnableIPv4"), "IPv6",
		yes_no(network, "EnableIPv6"), "Internal", yes_no(network, "Internal"), "Labels",
		labels, "Name", json_str(network, "Name"), "Scope", json_str(network, "Scope"));
	json_object_set(row, "Label", json_object_get(network, "Labels"));
	return row;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(json_str(*(json_t *const *)a, "Name"), json_str(*(json_t *const *)b, "Name"));
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
	return format_list(flag_bool(cli, "quiet", false) ? "{{.ID}}" : flag_text(cli, "format"),
		       "{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}", columns, rows, &error)
		       ? EXIT_SUCCESS
		       : cli_fail(cli, error);
}

/* The nth gateway and range belong to the nth subnet of their family; so docker's users write them. */
static json_t *pools(Cli *cli)
{
	g_autoptr(json_t) subnets = flag_list(cli, "subnet"), gateways = flag_list(cli, "gateway"),
			  ranges = flag_list(cli, "ip-range"), aux = flag_pairs(cli, "aux-address");
	json_t *list = json_array();
	for (size_t i = 0; i < json_array_size(subnets); i++) {
		json_t *pool = json_pack("{s:s}", "Subnet", json_elem(subnets, i));
		if (*json_elem(gateways, i) != '\0')
			json_object_set_new(pool, "Gateway", json_lenient(json_elem(gateways, i)));
		if (*json_elem(ranges, i) != '\0')
			json_object_set_new(pool, "IPRange", json_lenient(json_elem(ranges, i)));
		if (i == 0 && json_object_size(aux) > 0)
			json_object_set(pool, "AuxiliaryAddresses", aux);
		json_array_append_new(list, pool);
	}
	return list;
}

static int run_create(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *driver = flag_given(cli, "driver") ? flag_text(cli, "driver") : "bridge";
	g_autoptr(json_t) body = json_pack("{s:s, s:s, s:b, s:b, s:b, s:{s:s, s:o, s:o}, s:o, s:o}",
		"Name", cli->args[0], "Driver", driver, "Internal",
		flag_bool(cli, "internal", false), "Attachable",
		flag_bool(cli, "attachable", false), "EnableIPv6", flag_bool(cli, "ipv6", false),
		"IPAM", "Driver", "default", "Options", flag_pairs(cli, "ipam-opt"), "Config",
		pools(cli), "Options", flag_pairs(cli, "opt"), "Labels", flag_pairs(cli, "label"));
	g_autoptr(json_t) answer =
		client_call(cli->client, "POST", "/networks/create", body, &error);
	if (answer == NULL)
		return cli_fail(cli, error);
	puts(json_str(answer, "Id"));
	return EXIT_SUCCESS;
}

static int run_remove(Cli *cli)
{
	return each_argument(cli, "DELETE", "/networks/%s");
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

static int run_connect(Cli *cli)
{
	json_t *endpoint = json_pack("{s:o, s:I}", "DriverOpts", flag_pairs(cli, "driver-opt"),
		"GwPriority", (json_int_t)g_ascii_strtoll(flag_text(cli, "gw-priority"), NULL, 10));
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
	.flags = list_flags,
	.run = run_list,
};

const Command command_network_create = {
	.names = "network create",
	.usage = "[OPTIONS] NETWORK",
	.summary = "Make a network",
	.flags = create_flags,
	.min_args = 1,
	.max_args = 1,
	.run = run_create,
};

const Command command_network_rm = {
	.names = "network rm|network remove",
	.usage = "NETWORK [NETWORK...]",
	.summary = "Remove networks",
	.flags = remove_flags,
	.min_args = 1,
	.max_args = -1,
	.run = run_remove,
};

const Command command_network_connect = {
	.names = "network connect",
	.usage = "[OPTIONS] NETWORK CONTAINER",
	.summary = "Connect a container to a network",
	.flags = connect_flags,
	.min_args = 2,
	.max_args = 2,
	.run = run_connect,
};

const Command command_network_disconnect = {
	.names = "network disconnect",
	.usage = "[OPTIONS] NETWORK CONTAINER",
	.summary = "Disconnect a container from a network",
	.flags = disconnect_flags,
	.min_args = 2,
	.max_args = 2,
	.run = run_disconnect,
};
