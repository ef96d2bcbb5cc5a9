#include "cli/common/flags.h"
#include "cli/common/format.h"
#include "cli/common/stream.h"

#include "base/error.h"
#include "base/json_names.h"
#include "cli/common/docker_types.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const Flag flags[] = {
	{"filter", 'f', LIST, "show only those that match (type=container, event=start, ...)"},
	{"format", 0, STRING, "json or a Go template"},
	{"since", 0, STRING, "from this time on"},
	{"until", 0, STRING, "up to this time"},
	{0},
};

/* 2026-11-24T17:00:00.000000000+01:00 type action id (key=value, ...) */
static void print_event(const json_t *event)
{
	gint64 nano = json_int(event, "timeNano");
	time_t seconds = nano / 1000000000;
	struct tm tm;
	char date[32], zone[16];
	localtime_r(&seconds, &tm);
	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof zone, "%z", &tm);
	bool utc = strcmp(zone, "+0000") == 0;
	g_autoptr(GString) line = g_string_new("");
	g_string_printf(line, "%s.%09d%s%.3s%s%s %s %s %s", date, (int)(nano % 1000000000),
		utc ? "Z" : "", utc ? "" : zone, utc ? "" : ":", utc ? "" : zone + 3,
		json_str(event, "Type"), json_str(event, "Action"), json_str(event, "Actor.ID"));
	g_autoptr(GPtrArray) pairs = g_ptr_array_new_with_free_func(g_free);
	const char *key;
	json_t *value;
	json_object_foreach (json_at(event, "Actor.Attributes"), key, value)
		g_ptr_array_add(pairs, g_strconcat(key, "=", json_string_value(value), NULL));
	g_ptr_array_sort(pairs, texts_compare);
	for (guint i = 0; i < pairs->len; i++)
		g_string_append_printf(line, "%s%s", i == 0 ? " (" : ", ", (char *)pairs->pdata[i]);
	g_string_append(line, pairs->len > 0 ? ")\n" : "\n");
	print_shown(line->str);
}

typedef struct {
	const Template *template; /* NULL: docker's line */
	GError **error;
} Show;

static bool show(gpointer data, const char *line, size_t length)
{
	Show *how = data;
	g_autoptr(json_t) event = json_parse(line, length, how->error);
	if (event == NULL)
		return false;
	if (how->template == NULL)
		print_event(event);
	else if (!format_value(how->template, docker_event, event, how->error))
		return false;
	cli_flush();
	return true;
}

/* Tried on an empty event first, as docker does. NULL with error. */
static Template *parse_format(const char *format, GError **error)
{
	GoType pointer = {.kind = GO_POINTER, .name = "*events.Message", .items = docker_event};
	g_autoptr(GString) out = g_string_new("");
	g_autoptr(json_t) empty = json_object();
	g_autoptr(Template) template = format_parse("", format, error);
	if (template == NULL ||
		!template_run(template, TEMPLATE_PLAIN, (GoValue){&pointer, empty}, out, error))
		return NULL;
	return g_steal_pointer(&template);
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *format = flag_text(cli, "format");
	g_autoptr(Template) template = *format != '\0' ? parse_format(format, &error) : NULL;
	if (error != NULL) {
		print_to(stderr, "Error parsing format: %s\n", error->message);
		return FORMAT_ERROR;
	}
	g_auto(Response) response = {.fd = -1};
	g_autofree char *since = flag_moment(cli, "since", &error),
			*until = since != NULL ? flag_moment(cli, "until", &error) : NULL,
			*filters = until != NULL ? query_filters(cli, &error) : NULL;
	g_autofree char *path = g_strdup_printf("/events?since=%s&until=%s&filters=%s", since,
		until, filters != NULL ? filters : "");
	if (filters == NULL || !client_send(cli->client, "GET", path, NULL, &response, &error))
		return cli_fail(cli, error);
	Show how = {template, &error};
	return stream_lines(&response.body, show, &how, &error) && error == NULL
		       ? EXIT_SUCCESS
		       : cli_fail(cli, error);
}

const Command command_events = {
	.names = "events|system events",
	.usage = "[OPTIONS]",
	.summary = "Show the engine's events, as they happen",
	.example = "events --since 10m -f type=container",
	.flags = flags,
	.min_args = 0,
	.max_args = 0,
	.run = run,
};
