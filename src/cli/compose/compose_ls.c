/* `ls`: the projects that have containers. */
#include "cli/common/flags.h"
#include "cli/compose/compose.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static const Flag list_flags[] = {
	{"all", 'a', BOOL, "list stopped projects too"},
	{"filter", 0, LIST, "show only those that match (name=web)"},
	{"format", 0, STRING, "table or json"},
	{"quiet", 'q', BOOL, "print names only"},
	{0},
};

/* "running(2), exited(1)" */
static char *status_of(const json_t *states)
{
	g_autoptr(GString) text = g_string_new("");
	const char *state;
	json_t *count;
	json_object_foreach ((json_t *)states, state, count)
		g_string_append_printf(text, "%s%s(%d)", text->len > 0 ? ", " : "", state,
			(int)json_integer_value(count));
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static bool name_wanted(const Cli *cli, const char *name)
{
	g_autoptr(json_t) filters = flag_list(cli, "filter");
	for (size_t i = 0; i < json_array_size(filters); i++) {
		const char *text = json_elem(filters, i);
		/* As the engine's filters by name are matched. */
		if (g_str_has_prefix(text, "name=") &&
			!g_regex_match_simple(text + strlen("name="), name, 0, 0))
			return false;
	}
	return true;
}

static void print_projects(const json_t *rows)
{
	static const char *const heads[] = {"NAME", "STATUS", "CONFIG FILES", NULL};
	g_autoptr(json_t) cells = json_array();
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row)
		json_array_append_new(
			cells, json_pack("[s, s, s]", json_str(row, "Name"),
				       json_str(row, "Status"), json_str(row, "ConfigFiles")));
	compose_table(heads, cells, 20, 3);
}

static bool check_list(const Cli *cli, GError **error)
{
	static const char *const formats[] = {"", "json", "table", "pretty", NULL};
	g_autoptr(json_t) filters = flag_list(cli, "filter");
	for (size_t i = 0; i < json_array_size(filters); i++) {
		const char *text = json_elem(filters, i), *equals = strchr(text, '=');
		if (equals == NULL)
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"invalid argument \"%s\" for \"--filter\" flag: bad format of "
				"filter "
				"(expected name=value)",
				text);
		if (!g_str_has_prefix(text, "name="))
			return fail(error, BERTH_ERROR_UNAVAILABLE, "invalid filter '%.*s'",
				(int)(equals - text), text);
	}
	return g_strv_contains(formats, flag_text(cli, "format")) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "format value \"%s\" could not be parsed: parsing failed",
		       flag_text(cli, "format"));
}

static int run_ls(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	if (!check_list(cli, &error))
		return compose_fail(error);
	g_autoptr(json_t) filters = json_pack("{s:[s]}", "label", "com.docker.compose.project"),
			  projects = json_object(), rows = json_array();
	g_autofree char *text = json_text(filters), *escaped = client_escape(text);
	g_autoptr(json_t) list = engine_call(cli->client, &error, "GET", NULL,
		"/containers/json?all=%d&filters=%s", flag_bool(cli, "all", false), escaped);
	size_t i;
	json_t *container, *entry;
	const char *name;
	if (list == NULL)
		return compose_fail(error);
	json_array_foreach (list, i, container) {
		name = container_label(container, "project");
		const char *state = json_str(container, "State");
		if ((entry = json_object_get(projects, name)) == NULL)
			json_object_set_new(projects, name,
				entry = json_pack("{s:{}, s:s}", "states", "files",
					container_label(container, "project.config_files")));
		json_t *states = json_object_get(entry, "states");
		json_object_set_new(states, state, json_integer(json_int(states, state) + 1));
	}
	json_object_foreach (projects, name, entry) {
		g_autofree char *status = status_of(json_object_get(entry, "states"));
		if (!name_wanted(cli, name))
			continue;
		if (flag_bool(cli, "quiet", false))
			print_to(stdout, "%s\n", name);
		json_array_append_new(
			rows, json_pack("{s:s, s:s, s:s}", "Name", name, "Status", status,
				      "ConfigFiles", json_str(entry, "files")));
	}
	if (flag_bool(cli, "quiet", false))
		return EXIT_SUCCESS;
	if (strcmp(flag_text(cli, "format"), "json") == 0) {
		g_autofree char *whole = json_text(rows);
		print_to(stdout, "%s\n", whole);
		return EXIT_SUCCESS;
	}
	print_projects(rows);
	return EXIT_SUCCESS;
}

const Command compose_ls_command = {.names = "ls",
	.usage = "[OPTIONS]",
	.summary = "List projects",
	.example = "ls --all",
	.flags = list_flags,
	.max_args = 0,
	.run = run_ls};
