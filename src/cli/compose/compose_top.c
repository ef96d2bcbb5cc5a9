/* `top`: the processes of a project's containers. */
#include "cli/compose/compose.h"

#include <stdlib.h>
#include <string.h>

/* Adds the processes of one container; titles: the columns of all containers so far. */
static void add_processes(
	const json_t *container, const json_t *answer, json_t *titles, json_t *entries)
{
	json_t *names = json_object_get(answer, "Titles"), *process;
	size_t i;
	for (size_t n = 0; n < json_array_size(names); n++)
		json_object_set_new(titles, json_elem(names, n), json_true());
	json_array_foreach (json_object_get(answer, "Processes"), i, process) {
		json_t *entry =
			json_pack("{s:s, s:s}", "SERVICE", container_label(container, "service"),
				"#", container_label(container, "container-number"));
		for (size_t n = 0; n < json_array_size(process); n++)
			json_object_set_new(
				entry, json_elem(names, n), json_string(json_elem(process, n)));
		json_array_append_new(entries, entry);
	}
}

/* The column of the command comes last. */
static void print_processes(json_t *titles, const json_t *entries)
{
	g_autofree const char **heads = g_new0(const char *, json_object_size(titles) + 3);
	g_autoptr(json_t) rows = json_array();
	size_t count = 0, i;
	const char *title;
	json_t *value, *entry;
	heads[count++] = "SERVICE";
	heads[count++] = "#";
	json_object_foreach (titles, title, value)
		if (strcmp(title, "CMD") != 0)
			heads[count++] = title;
	if (json_object_get(titles, "CMD") != NULL)
		heads[count++] = "CMD";
	json_array_foreach (entries, i, entry) {
		json_t *row = json_array();
		for (size_t n = 0; n < count; n++) {
			value = json_object_get(entry, heads[n]);
			json_array_append_new(
				row, value != NULL ? json_incref(value) : json_string("-"));
		}
		json_array_append_new(rows, row);
	}
	if (json_array_size(rows) > 0)
		compose_table(heads, rows, 4, 2);
}

static int run_top(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = NULL;
	g_autoptr(json_t) chosen = compose_chosen_known(cli, false, &project, &error),
			  titles = json_object(), entries = json_array();
	g_autoptr(json_t) containers = chosen != NULL ? containers_by_name(chosen) : NULL;
	size_t i;
	json_t *container;
	if (containers == NULL)
		return compose_fail(error);
	json_array_foreach (containers, i, container) {
		g_autoptr(json_t) answer = engine_call(cli->client, &error, "GET", NULL,
			"/containers/%s/top", json_str(container, "Id"));
		if (answer == NULL)
			return compose_fail(error);
		add_processes(container, answer, titles, entries);
	}
	print_processes(titles, entries);
	return EXIT_SUCCESS;
}

const Command compose_top_command = {.names = "top",
	.usage = "[SERVICE...]",
	.summary = "List the processes of services",
	.example = "top web",
	.completes = "services*",
	.max_args = -1,
	.run = run_top};
