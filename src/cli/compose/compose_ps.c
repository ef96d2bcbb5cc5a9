/* ps: the containers of a project. */
#include "cli/common/compose_types.h"
#include "cli/common/flags.h"
#include "cli/common/format.h"
#include "cli/compose/compose.h"
#include "cli/container/container_row.h"

#include "base/error.h"
#include "base/json_names.h"

#include <stdio.h>
#include <string.h>

static const Flag ps_flags[] = {
	{"all", 'a', BOOL, "list stopped containers too"},
	{"filter", 0, STRING, "show only those in a state (status=running)"},
	{"format", 0, STRING, "table, json or a Go template"},
	{"no-trunc", 0, BOOL, "do not shorten"},
	{"orphans", 0, BOOL, "include containers of services that are not in the files (true)"},
	{"quiet", 'q', BOOL, "print ids only"},
	{"services", 0, BOOL, "print names of services only"},
	{"status", 0, LIST, "show only those in a state (running, exited, ...)"},
	{0},
};

/* Those without a heading have none in Docker Compose's tables either. */
static const char *const ps_columns[][2] = {{"Name", "NAME"}, {"Image", "IMAGE"},
	{"Command", "COMMAND"}, {"Service", "SERVICE"}, {"RunningFor", "CREATED"},
	{"Status", "STATUS"}, {"Ports", "PORTS"}, {"ID", "CONTAINER ID"}, {"State", "STATE"},
	{"Health", NULL}, {"Project", "PROJECT"}, {"Names", NULL}, {"Labels", "LABELS"},
	{"Label", NULL}, {"CreatedAt", "CREATED AT"}, {"Networks", NULL}, {"Mounts", NULL},
	{"LocalVolumes", NULL}, {"Size", "SIZE"}};

static int by_private_port(const void *a, const void *b)
{
	json_int_t x = json_int(*(json_t *const *)a, "PrivatePort"),
		   y = json_int(*(json_t *const *)b, "PrivatePort");
	return x < y ? -1 : x > y;
}

static json_t *publishers(const json_t *container)
{
	g_autoptr(json_t) ports =
		json_list_sorted(json_object_get(container, "Ports"), by_private_port);
	json_t *list = json_array(), *port;
	size_t i;
	json_array_foreach (ports, i, port)
		json_array_append_new(
			list, json_pack("{s:s, s:I, s:I, s:s}", "URL", json_str(port, "IP"),
				      "TargetPort", (json_int_t)json_int(port, "PrivatePort"),
				      "PublishedPort", (json_int_t)json_int(port, "PublicPort"),
				      "Protocol", json_str(port, "Type")));
	return list;
}

/* "Up 2 minutes (healthy)": the word in parentheses, if it is one of health. */
static const char *health_of(const char *status)
{
	static const char *const words[] = {"unhealthy", "healthy", "health: starting"};
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strstr(status, words[i]) != NULL)
			return i == 2 ? "starting" : words[i];
	return "";
}

static json_t *ps_row(const json_t *container, bool whole)
{
	json_t *row = container_row(container, whole, false);
	const char *status = json_str(container, "Status"), *code = strstr(status, "Exited (");
	json_object_set_new(row, "Name", json_string(container_name(container)));
	json_object_set_new(row, "Service", json_string(container_label(container, "service")));
	json_object_set_new(row, "Project", json_string(container_label(container, "project")));
	json_object_set_new(row, "Health", json_string(health_of(status)));
	json_object_set_new(
		row, "ExitCode", json_integer(code != NULL ? atoi(code + strlen("Exited (")) : 0));
	json_object_del(row, "Platform");
	json_object_set_new(row, "Publishers", publishers(container));
	return row;
}

static bool state_wanted(const Cli *cli, const json_t *container)
{
	g_autoptr(json_t) wanted = flag_list(cli, "status");
	const char *filter = flag_text(cli, "filter"), *state = json_str(container, "State");
	if (g_str_has_prefix(filter, "status="))
		json_array_append_new(wanted, json_string(filter + strlen("status=")));
	for (size_t i = 0; i < json_array_size(wanted); i++)
		if (strcmp(json_elem(wanted, i), state) == 0)
			return true;
	return json_array_size(wanted) == 0;
}

static bool check_filter(const Cli *cli, GError **error)
{
	const char *filter = flag_text(cli, "filter"), *equals = strchr(filter, '=');
	if (!flag_given(cli, "filter") || g_str_has_prefix(filter, "status="))
		return true;
	if (equals == NULL)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"arguments to --filter should be in form KEY=VAL");
	if (g_str_has_prefix(filter, "source="))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "not implemented");
	return fail(error, BERTH_ERROR_UNAVAILABLE, "unknown filter %.*s", (int)(equals - filter),
		filter);
}

static bool print_rows(const char *format, json_t *rows, GError **error)
{
	enum { TEXTS = G_N_ELEMENTS(ps_columns) };
	static const char table[] = "{{.Name}}\t{{.Image}}\t{{.Command}}\t{{.Service}}\t"
				    "{{.RunningFor}}\t{{.Status}}\t{{.Ports}}";
	Column columns[TEXTS + 3] = {
		{"ExitCode", NULL, compose_exit_code}, {"Publishers", NULL, compose_publishers}};
	for (size_t i = 0; i < TEXTS; i++)
		columns[i + 2] = (Column){ps_columns[i][0], ps_columns[i][1]};
	return format_list(strcmp(format, "table") == 0 ? "" : format, table,
		"*formatter.ContainerContext", columns, rows, error);
}

static int run_ps(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	if (!check_filter(cli, &error))
		return compose_fail(error);
	const char *format = flag_text(cli, "format");
	bool all = flag_bool(cli, "all", false) || flag_given(cli, "status") ||
		   flag_given(cli, "filter");
	g_autoptr(Project) project = NULL;
	g_autoptr(json_t) chosen = compose_chosen_runs(cli, all, &project, &error),
			  rows = json_array();
	g_autoptr(json_t) containers = chosen != NULL ? containers_by_name(chosen) : NULL;
	g_autoptr(GHashTable) services = g_hash_table_new(g_str_hash, g_str_equal);
	size_t i;
	json_t *container;
	if (containers == NULL)
		return compose_fail(error);
	json_array_foreach (containers, i, container) {
		const char *service = container_label(container, "service");
		bool known = json_object_get(project_services(project), service) != NULL;
		if (!state_wanted(cli, container) || (!known && !flag_bool(cli, "orphans", true)))
			continue;
		if (flag_bool(cli, "services", false) &&
			g_hash_table_add(services, (gpointer)service))
			print_to(stdout, "%s\n", service);
		if (flag_bool(cli, "quiet", false))
			print_to(stdout, "%s\n", json_str(container, "Id"));
		json_array_append_new(rows, ps_row(container, flag_bool(cli, "no-trunc", false)));
	}
	if (flag_bool(cli, "services", false) || flag_bool(cli, "quiet", false))
		return EXIT_SUCCESS;
	return print_rows(format, rows, &error) ? EXIT_SUCCESS : compose_fail(error);
}

const Command compose_ps_command = {.names = "ps",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "List containers",
	.example = "ps -a",
	.completes = "services*",
	.flags = ps_flags,
	.max_args = -1,
	.run = run_ps};
