/* What there is of a project: images, port, top, volumes, stats; and of projects: ls. */
#include "cli/commands/commands.h"
#include "cli/common/flags.h"
#include "cli/common/format.h"
#include "cli/common/reference.h"
#include "cli/common/volume_list.h"
#include "cli/compose/compose.h"
#include "cli/container/container_row.h"
#include "cli/container/ports.h"

#include "base/error.h"
#include "base/number.h"
#include "base/size.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag images_flags[] = {
	{"format", 0, STRING, "table, json or a Go template"},
	{"quiet", 'q', BOOL, "print ids only"},
	{0},
};

/* The parts of an image's name, for the table and for JSON. */
static json_t *image_row(const json_t *container, const json_t *image)
{
	const char *reference = json_str(container, "Image"), *tag = reference_tag(reference),
		   *tagged = json_str(image, "Metadata.LastTagTime");
	g_autofree char *name = g_strndup(reference,
				tag != NULL ? (gsize)(tag - reference) : strlen(reference)),
			*platform = g_strdup_printf(
				"%s/%s", json_str(image, "Os"), json_str(image, "Architecture"));
	bool never = *tagged == '\0' || g_str_has_prefix(tagged, "0001-");
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s}", "ID", json_str(image, "Id"),
		"ContainerName", container_name(container), "Repository", name, "Tag",
		tag != NULL ? tag + 1 : "latest", "Platform", platform, "Size",
		json_int(image, "Size"), "LastTagTime",
		never ? json_str(image, "Created") : tagged);
}

static json_t *image_cells(const json_t *row)
{
	const char *id = json_str(row, "ID");
	gint64 tagged = 0;
	time_parse(json_str(row, "LastTagTime"), &tagged);
	g_autofree char *age = duration_human(time_now() - tagged),
			*ago = g_strconcat(age, " ago", NULL),
			*short_id = g_strndup(g_str_has_prefix(id, "sha256:") ? id + 7 : id, 12),
			*size = size_human((double)json_int(row, "Size"));
	return json_pack("[s, s, s, s, s, s, s]", json_str(row, "ContainerName"),
		json_str(row, "Repository"), json_str(row, "Tag"), json_str(row, "Platform"),
		short_id, size, ago);
}

static void print_images(const Cli *cli, const json_t *rows)
{
	static const char *const heads[] = {
		"CONTAINER", "REPOSITORY", "TAG", "PLATFORM", "IMAGE ID", "SIZE", "CREATED", NULL};
	g_autoptr(json_t) cells = json_array();
	size_t i;
	json_t *row;
	if (strcmp(flag_text(cli, "format"), "json") == 0) {
		g_autofree char *text = json_text(rows);
		print_to(stdout, "%s\n\n", text);
		return;
	}
	json_array_foreach (rows, i, row)
		json_array_append_new(cells, image_cells(row));
	compose_table(heads, cells, 20, 3);
}

static int run_images(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = NULL;
	g_autoptr(json_t) chosen = compose_chosen(cli, true, &project, &error), rows = json_array();
	g_autoptr(json_t) containers = chosen != NULL ? containers_by_name(chosen) : NULL;
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const char *format = flag_text(cli, "format");
	size_t i;
	json_t *container;
	if (containers == NULL)
		return compose_fail(error);
	if (*format != '\0' && strcmp(format, "json") != 0 && strcmp(format, "table") != 0 &&
		strcmp(format, "pretty") != 0) {
		print_to(stderr, "format value \"%s\" could not be parsed: parsing failed\n",
			format);
		return EXIT_FAILURE;
	}
	json_array_foreach (containers, i, container) {
		const char *id = json_str(container, "ImageID");
		g_autoptr(json_t) image =
			engine_call(cli->client, &error, "GET", NULL, "/images/%s/json", id);
		if (image == NULL)
			return compose_fail(error);
		if (flag_bool(cli, "quiet", false) && g_hash_table_add(seen, g_strdup(id)))
			print_to(stdout, "%s\n", g_str_has_prefix(id, "sha256:") ? id + 7 : id);
		json_array_append_new(rows, image_row(container, image));
	}
	if (!flag_bool(cli, "quiet", false))
		print_images(cli, rows);
	return EXIT_SUCCESS;
}

const Command compose_images_command = {.names = "images",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "List the images of containers",
	.example = "images",
	.completes = "services*",
	.flags = images_flags,
	.max_args = -1,
	.run = run_images};

static const Flag port_flags[] = {
	{"index", 0, INT, "number of the service's container"},
	{"protocol", 0, STRING, "tcp or udp"},
	{0},
};

static bool port_number(const char *text, guint64 *number, GError **error)
{
	enum { BITS = 16 };
	const char *why = number_parse_unsigned(text, 10, BITS, number);
	return why == NULL || fail(error, BERTH_ERROR_UNAVAILABLE,
				      "strconv.ParseUint: parsing \"%s\": %s", text, why);
}

static int run_port(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	guint64 wanted = 0;
	if (!port_number(cli->args[1], &wanted, &error))
		return compose_fail(error);
	g_autoptr(Project) project = compose_project_anyhow(cli, &error);
	const char *protocol =
		*flag_text(cli, "protocol") != '\0' ? flag_text(cli, "protocol") : "tcp";
	g_autoptr(json_t) containers =
		project != NULL
			? project_containers(cli->client, project->name, false, false, &error)
			: NULL;
	const json_t *container = containers != NULL
					  ? container_at(containers, cli->args[0],
						    (int)flag_int(cli, "index", 0), &error)
					  : NULL;
	size_t i;
	json_t *port;
	if (container == NULL)
		return compose_fail(error);
	json_array_foreach (json_object_get(container, "Ports"), i, port)
		if (json_int(port, "PrivatePort") == (json_int_t)wanted &&
			json_int(port, "PublicPort") != 0 &&
			strcmp(json_str(port, "Type"), protocol) == 0) {
			const char *ip = json_str(port, "IP");
			print_to(stdout, "%s%s%s:%d\n", ip_bracket(ip, true), ip,
				ip_bracket(ip, false), (int)json_int(port, "PublicPort"));
			return EXIT_SUCCESS;
		}
	g_autoptr(GString) others = g_string_new("");
	json_array_foreach (json_object_get(container, "Ports"), i, port)
		g_string_append_printf(others, "%s%d/%s", i > 0 ? ", " : "",
			(int)json_int(port, "PublicPort"), json_str(port, "Type"));
	print_to(stderr, "no port %s/%s for container %s: %s\n", cli->args[1], protocol,
		container_name(container), others->str);
	return EXIT_FAILURE;
}

const Command compose_port_command = {.names = "port",
	.usage = "[OPTIONS] SERVICE PRIVATE_PORT",
	.summary = "Print the public address of a port",
	.example = "port web 80",
	.completes = "services",
	.flags = port_flags,
	.min_args = 2,
	.max_args = 2,
	.run = run_port};

/* Adds the processes of one container; titles: what they are told by, of all containers so far. */
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

/* The command stands at the end. */
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
	g_autoptr(json_t) chosen = compose_chosen(cli, false, &project, &error),
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

/* Of all volumes those that containers of these services have mounted. New reference. */
static json_t *mounted_by(const json_t *containers, json_t *volumes)
{
	g_autoptr(json_t) names = json_object();
	json_t *mounted = json_array(), *container, *mount, *volume;
	size_t i, n;
	json_array_foreach (containers, i, container)
		json_array_foreach (json_object_get(container, "Mounts"), n, mount)
			json_object_set_new(names, json_str(mount, "Name"), json_true());
	json_array_foreach (volumes, i, volume)
		if (json_object_get(names, json_str(volume, "Name")) != NULL)
			json_array_append(mounted, volume);
	return mounted;
}

static int run_volumes(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = NULL;
	g_autoptr(json_t) containers = compose_chosen(cli, true, &project, &error);
	g_autofree char *escaped = project != NULL ? project_filter(project->name) : NULL;
	g_autoptr(json_t) answer = containers != NULL
					   ? engine_call(cli->client, &error, "GET", NULL,
						     "/volumes?filters=%s", escaped)
					   : NULL;
	if (answer == NULL)
		return compose_fail(error);
	json_t *all = json_object_get(answer, "Volumes");
	g_autoptr(json_t) shown =
		cli->arg_count > 0 ? mounted_by(containers, all) : json_incref(all);
	return volume_list_print(
		       flag_bool(cli, "quiet", false) ? "{{.Name}}" : flag_text(cli, "format"),
		       shown, &error)
		       ? EXIT_SUCCESS
		       : compose_fail(error);
}

const Command compose_volumes_command = {.names = "volumes",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "List volumes",
	.example = "volumes",
	.flags = images_flags,
	.max_args = -1,
	.run = run_volumes};

static const Flag stats_flags[] = {
	{"all", 'a', BOOL, "show stopped containers too"},
	{"format", 0, STRING, "table, json or a Go template"},
	{"no-stream", 0, BOOL, "once, and end"},
	{"no-trunc", 0, BOOL, "do not shorten"},
	{0},
};

static int run_stats(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = NULL;
	g_autoptr(json_t) containers =
		compose_chosen(cli, flag_bool(cli, "all", false), &project, &error);
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	g_autofree char *format = g_strconcat("--format=", flag_text(cli, "format"), NULL);
	size_t i;
	json_t *container;
	if (containers == NULL)
		return compose_fail(error);
	if (json_array_size(containers) == 0)
		return EXIT_SUCCESS;
	g_ptr_array_add(words, format);
	g_ptr_array_add(
		words, (gpointer)(flag_bool(cli, "no-stream", false) ? "--no-stream"
								     : "--no-stream=false"));
	g_ptr_array_add(words,
		(gpointer)(flag_bool(cli, "no-trunc", false) ? "--no-trunc" : "--no-trunc=false"));
	json_array_foreach (containers, i, container)
		g_ptr_array_add(words, (gpointer)json_str(container, "Id"));
	g_ptr_array_add(words, NULL);
	return cli_run(cli, &command_stats, (char *const *)words->pdata);
}

const Command compose_stats_command = {.names = "stats",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "Show what services use",
	.example = "stats --no-stream",
	.completes = "services*",
	.flags = stats_flags,
	.max_args = -1,
	.run = run_stats};
