/* `top`: runs the host's ps for the container's processes, as Docker does. */
#include "engine/container/usage.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static char *run_ps(const char *ps_args, GError **error)
{
	g_auto(GStrv) args = NULL;
	g_autofree char *line = g_strdup_printf("ps %s", *ps_args != '\0' ? ps_args : "-ef"),
			*out = NULL, *err = NULL;
	int status;
	g_autoptr(GError) problem = NULL;
	if (!g_shell_parse_argv(line, NULL, &args, &problem) ||
		!g_spawn_sync(NULL, args, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err,
			&status, &problem)) {
		fail(error, BERTH_ERROR_SYSTEM, "cannot run ps: %s", problem->message);
		return NULL;
	}
	if (status != 0) {
		/* ps's usage text below its error would confuse a client. */
		err[strcspn(err, "\n")] = '\0';
		fail(error, BERTH_ERROR_SYSTEM, "ps: %s", g_strstrip(err));
		return NULL;
	}
	return g_steal_pointer(&out);
}

/* Splits a line into as many columns as there are titles; the last keeps the rest, blanks included. */
static json_t *split_columns(const char *line, size_t columns)
{
	json_t *row = json_array();
	for (size_t i = 0; i + 1 < columns; i++) {
		line += strspn(line, " \t");
		size_t length = strcspn(line, " \t");
		g_autofree char *word = g_strndup(line, length);
		json_array_append_new(row, json_lenient(word));
		line += length;
	}
	g_autofree char *rest = g_strchomp(g_strdup(line + strspn(line, " \t")));
	json_array_append_new(row, json_lenient(rest));
	return row;
}

static bool contains(const pid_t *pids, pid_t pid)
{
	for (; *pids != 0; pids++)
		if (*pids == pid)
			return true;
	return false;
}

json_t *container_top(Container *container, const char *ps_args, GError **error)
{
	g_autoptr(Spec) spec = container_spec(container, error);
	if (spec == NULL)
		return NULL;
	if (!container_running(container)) {
		fail(error, BERTH_ERROR_CONFLICT, "container %s is not running", container->row.id);
		return NULL;
	}
	g_autofree char *cgroup = container_cgroup(container, spec);
	g_autofree pid_t *pids = cgroup_processes(container->engine->cgroups, cgroup);
	g_autofree char *text = run_ps(ps_args, error);
	if (text == NULL || pids == NULL)
		return NULL;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GRegex) blanks = g_regex_new("\\s+", 0, 0, NULL);
	g_autofree char *head = g_strstrip(g_strdup(lines[0] != NULL ? lines[0] : ""));
	g_auto(GStrv) titles = g_regex_split(blanks, head, 0);
	size_t columns = g_strv_length(titles), pid_column = 0;
	while (pid_column < columns && strcmp(titles[pid_column], "PID") != 0)
		pid_column++;
	if (pid_column == columns) {
		fail(error, BERTH_ERROR_SYSTEM, "Couldn't find PID field in ps output");
		return NULL;
	}
	json_t *processes = json_array();
	for (int i = 1; lines[i] != NULL; i++) {
		if (*lines[i] == '\0')
			continue;
		json_t *row = split_columns(lines[i], columns);
		if (contains(pids, atoi(json_elem(row, pid_column))))
			json_array_append(processes, row);
		json_decref(row);
	}
	container_event(container, "top", NULL, NULL);
	return json_pack("{s:o, s:o}", "Processes", processes, "Titles", json_strings(titles));
}
