/* events: what happens to the containers of a project's services, as it happens. */
#include "cli/common/flags.h"
#include "cli/common/stream.h"
#include "cli/compose/compose.h"

#include "base/error.h"
#include "base/json_names.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const Flag flags[] = {
	{"json", 0, BOOL, "one object of JSON a line"},
	{"since", 0, STRING, "from this time on"},
	{"until", 0, STRING, "up to this time"},
	{0},
};

/* Those of a container that are not Compose's own. New reference. */
static json_t *attributes_of(const json_t *event)
{
	json_t *shown = json_object(), *value;
	const char *key;
	json_object_foreach (json_at(event, "Actor.Attributes"), key, value)
		if (!g_str_has_prefix(key, "com.docker.compose."))
			json_object_set(shown, key, value);
	return shown;
}

/* 2026-11-24 17:00:00.000000 container start ID (key=value, ...), and an empty line. */
static void print_line(const json_t *event, const json_t *attributes)
{
	gint64 nano = json_int(event, "timeNano");
	time_t seconds = nano / 1000000000;
	struct tm tm;
	char date[32];
	localtime_r(&seconds, &tm);
	strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &tm);
	g_autoptr(GPtrArray) pairs = g_ptr_array_new_with_free_func(g_free);
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)attributes, key, value)
		g_ptr_array_add(pairs, g_strconcat(key, "=", json_string_value(value), NULL));
	g_ptr_array_sort(pairs, texts_compare);
	g_ptr_array_add(pairs, NULL);
	g_autofree char *joined = g_strjoinv(", ", (char **)pairs->pdata);
	print_to(stdout, "%s.%06d container %s %s (%s)\n\n", date, (int)(nano % 1000000000 / 1000),
		json_str(event, "Action"), json_str(event, "Actor.ID"), joined);
}

static void print_json(const json_t *event, json_t *attributes, const char *service)
{
	g_autofree char *when = time_format(json_int(event, "timeNano"));
	g_autoptr(json_t) object = json_pack("{s:s, s:O, s:s, s:s, s:s, s:s}", "action",
		json_str(event, "Action"), "attributes", attributes, "id",
		json_str(event, "Actor.ID"), "service", service, "time", when, "type", "container");
	g_autofree char *text = json_text(object);
	print_to(stdout, "%s\n", text);
}

typedef struct {
	const Cli *cli;
	GError **error;
} Listener;

static bool show(gpointer data, const char *line, size_t length)
{
	const Listener *listener = data;
	const Cli *cli = listener->cli;
	g_autoptr(json_t) event = json_parse(line, length, listener->error);
	if (event == NULL)
		return false;
	const json_t *all = json_at(event, "Actor.Attributes");
	const char *service = json_named(all, "com.docker.compose.service");
	bool one_off = strcmp(json_named(all, "com.docker.compose.oneoff"), "True") == 0,
	     wanted = cli->arg_count == 0 ||
		      g_strv_contains((const char *const *)cli->args, service);
	if (strcmp(json_str(event, "Type"), "container") != 0 || one_off || !wanted)
		return true;
	g_autoptr(json_t) attributes = attributes_of(event);
	if (flag_bool(cli, "json", false))
		print_json(event, attributes, service);
	else
		print_line(event, attributes);
	cli_flush();
	return true;
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = compose_project_anyhow(cli, &error);
	g_autofree char *since = project != NULL ? flag_moment(cli, "since", &error) : NULL,
			*until = since != NULL ? flag_moment(cli, "until", &error) : NULL;
	g_auto(Response) response = {.fd = -1};
	if (until == NULL)
		return compose_fail(error);
	g_autofree char *filters = project_filter(project->name),
			*path = g_strdup_printf(
				"/events?since=%s&until=%s&filters=%s", since, until, filters);
	if (!client_send(cli->client, "GET", path, NULL, &response, &error))
		return compose_fail(error);
	Listener listener = {cli, &error};
	return stream_lines(&response.body, show, &listener, &error) && error == NULL
		       ? EXIT_SUCCESS
		       : compose_fail(error);
}

const Command compose_events_command = {.names = "events",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "Show what happens to the containers",
	.example = "events --json",
	.completes = "services*",
	.flags = flags,
	.max_args = -1,
	.run = run};
