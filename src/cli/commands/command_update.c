#include "cli/common/flags.h"
#include "cli/container/ports.h"
#include "cli/container/request.h"

#include <stdio.h>
#include <stdlib.h>

static const Flag flags[] = {
	{"blkio-weight", 0, UINT16, "relative weight of block I/O"},
	{"cpu-period", 0, INT, "period of the CPU quota, microseconds"},
	{"cpu-quota", 0, INT, "CPU time within a period, microseconds"},
	{"cpu-rt-period", 0, INT, "period of the real-time quota"},
	{"cpu-rt-runtime", 0, INT, "real-time CPU time"},
	{"cpu-shares", 'c', INT, "relative share of the CPUs"},
	{"cpus", 0, DECIMAL, "number of CPUs"},
	{"cpuset-cpus", 0, STRING, "CPUs that may be used"},
	{"cpuset-mems", 0, STRING, "memory nodes that may be used"},
	{"kernel-memory", 0, BYTES,
		"ignored (for Docker compatibility): no kernel has it any more"},
	{"memory", 'm', BYTES, "limit of memory"},
	{"memory-reservation", 0, BYTES, "soft limit of memory"},
	{"memory-swap", 0, BYTES, "limit of memory and swap; -1: no limit"},
	{"pids-limit", 0, INT, "limit of processes; -1: no limit"},
	{"publish-add", 0, LIST, "publish another port, without a restart"},
	{"publish-rm", 0, LIST, "unpublish a port ([[address:]host port:]port)"},
	{"restart", 0, STRING, "restart policy"},
	{0},
};

static const struct {
	const char *flag, *field;
} fields[] = {{"blkio-weight", "BlkioWeight"}, {"cpu-period", "CpuPeriod"},
	{"cpu-quota", "CpuQuota"}, {"cpu-rt-period", "CpuRealtimePeriod"},
	{"cpu-rt-runtime", "CpuRealtimeRuntime"}, {"cpu-shares", "CpuShares"}, {"memory", "Memory"},
	{"cpus", "NanoCpus"}, {"memory-reservation", "MemoryReservation"},
	{"memory-swap", "MemorySwap"}, {"pids-limit", "PidsLimit"}};

static json_t *changes(Cli *cli, GError **error)
{
	g_autoptr(json_t) body = json_object();
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		if (flag_given(cli, fields[i].flag))
			json_object_set_new(body, fields[i].field,
				json_integer(flag_int(cli, fields[i].flag, 0)));
	if (flag_given(cli, "cpuset-cpus"))
		json_object_set_new(
			body, "CpusetCpus", json_lenient(flag_text(cli, "cpuset-cpus")));
	if (flag_given(cli, "cpuset-mems"))
		json_object_set_new(
			body, "CpusetMems", json_lenient(flag_text(cli, "cpuset-mems")));
	if (flag_given(cli, "restart")) {
		json_t *policy = flag_restart(cli, error);
		if (policy == NULL)
			return NULL;
		json_object_set_new(body, "RestartPolicy", policy);
	}
	return g_steal_pointer(&body);
}

static bool add_ports(Cli *cli, const char *flag, const char *field, json_t *body, GError **error)
{
	g_autoptr(json_t) list = flag_list(cli, flag), exposed = json_object(),
			  bindings = json_object();
	if (!ports_parse(list, exposed, bindings, error))
		return false;
	if (json_object_size(bindings) > 0)
		json_object_set(body, field, bindings);
	return true;
}

static int run(Cli *cli)
{
	int code = EXIT_SUCCESS;
	g_autoptr(GError) bad = NULL;
	g_autoptr(json_t) body = changes(cli, &bad);
	if (body == NULL || !add_ports(cli, "publish-add", "PublishAdd", body, &bad) ||
		!add_ports(cli, "publish-rm", "PublishRm", body, &bad))
		return cli_fail(cli, bad);
	if (json_object_size(body) == 0 && !flag_given(cli, "kernel-memory")) {
		print_to(stderr, "you must provide one or more flags when using this command\n");
		return EXIT_FAILURE;
	}
	g_autoptr(GString) warnings = g_string_new("");
	for (int i = 0; i < cli->arg_count; i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *name = client_escape(cli->args[i]),
				*path = g_strdup_printf("/containers/%s/update", name);
		g_autoptr(json_t) answer = client_call(cli->client, "POST", path, body, &error);
		const json_t *list = json_object_get(answer, "Warnings");
		for (size_t w = 0; w < json_array_size(list); w++)
			g_string_append_printf(warnings, "%s\n", json_elem(list, w));
		if (answer != NULL)
			print_to(stdout, "%s\n", cli->args[i]);
		else
			code = cli_fail(cli, error);
	}
	print_to(stdout, "%s", warnings->str);
	return code;
}

const Command command_update = {
	.names = "update|container update",
	.usage = "[OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Change the limits of containers",
	.example = "update --memory 512m --restart always web",
	.completes = "containers*",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
