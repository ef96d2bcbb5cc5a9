/* alpha viz: services and what they depend on, as a graph for graphviz. */
#include "cli/common/flags.h"
#include "cli/compose/compose.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_INDENTATION = 1000 };

static const Flag flags[] = {
	{"image", 0, BOOL, "show images"},
	{"indentation-size", 0, INT, "tabs or spaces in front of lines (1)"},
	{"networks", 0, BOOL, "show networks"},
	{"ports", 0, BOOL, "show published ports"},
	{"spaces", 0, BOOL, "indent by spaces, not by tabs"},
	{0},
};

static void open_part(GString *out, const char *title)
{
	g_string_append_printf(out, "<font point-size=\"10\"><br/><br/><b>%s:</b>", title);
}

static void add_networks(GString *out, const json_t *networks)
{
	const char *name;
	json_t *value;
	if (json_object_size(networks) == 0)
		return;
	open_part(out, "Networks");
	json_object_foreach ((json_t *)networks, name, value)
		g_string_append_printf(out, "<br/>%s", name);
	g_string_append(out, "</font>");
}

static void add_ports(GString *out, const json_t *ports)
{
	size_t i;
	json_t *port;
	if (json_array_size(ports) == 0)
		return;
	open_part(out, "Ports");
	json_array_foreach (ports, i, port) {
		const char *host = json_str(port, "host_ip");
		g_string_append_printf(out, "<br/>%s%s%s:%d (%s, %s)", host,
			*host != '\0' ? ":" : "", json_str(port, "published"),
			(int)json_int(port, "target"), json_str(port, "protocol"),
			json_str(port, "mode"));
	}
	g_string_append(out, "</font>");
}

static void add_node(const Cli *cli, const Project *project, GString *out, const char *name,
	const json_t *service)
{
	g_string_append_printf(out,
		"\"%s\" [style=\"filled\" label=<<font point-size=\"15\">%s</font>", name, name);
	if (flag_bool(cli, "networks", false))
		add_networks(out, json_object_get(service, "networks"));
	if (flag_bool(cli, "ports", false))
		add_ports(out, json_object_get(service, "ports"));
	if (flag_bool(cli, "image", false)) {
		g_autofree char *image = service_image(project, name, service);
		open_part(out, "Image");
		g_string_append_printf(out, "<br/>%s</font>", image);
	}
	g_string_append(out, ">];\n");
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) out = g_string_new("");
	gint64 size = flag_int(cli, "indentation-size", 1);
	const char *name, *other;
	json_t *service, *entry;
	if (size < 0 || size > MAX_INDENTATION) {
		fail(&error, BERTH_ERROR_UNAVAILABLE, "invalid indentation size: %" G_GINT64_FORMAT,
			size);
		return compose_fail(error);
	}
	g_autofree char *indent =
		g_strnfill((gsize)size, flag_bool(cli, "spaces", false) ? ' ' : '\t');
	print_to(stderr, "viz command is EXPERIMENTAL\n");
	g_autoptr(Project) project = compose_project(cli, &error);
	if (project == NULL)
		return compose_fail(error);
	g_string_append_printf(out, "digraph \"%s\" {\n%slayout=dot;\n", project->name, indent);
	json_object_foreach (project_services(project), name, service) {
		g_string_append(out, indent);
		add_node(cli, project, out, name, service);
	}
	g_string_append_c(out, '\n');
	json_object_foreach (project_services(project), name, service)
		json_object_foreach (json_object_get(service, "depends_on"), other, entry)
			g_string_append_printf(out, "%s\"%s\" -> \"%s\";\n", indent, name, other);
	print_to(stdout, "%s}\n\n", out->str);
	return EXIT_SUCCESS;
}

const Command compose_viz_command = {
	.names = "alpha viz",
	.usage = "[OPTIONS]",
	.summary = "Show the services as a graph for graphviz",
	.example = "alpha viz --ports",
	.flags = flags,
	.run = run,
	.local = true,
};
