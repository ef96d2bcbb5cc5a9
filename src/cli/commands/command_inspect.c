/* inspect, container inspect, image inspect and volume inspect: one list of objects, or a template on each. */
#include "cli/common/cli.h"

#include "base/error.h"
#include "template/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"format", 'f', STRING, "a Go template, or json"},
	{"platform", 0, STRING, "platform of the image (os[/arch[/variant]])"},
	{"size", 's', BOOL, "show a container's sizes"},
	{"type", 0, STRING, "container, image or volume"},
	{0},
};

static const struct {
	const char *type, *path;
} kinds[] = {{"container", "/containers/%s/json"}, {"image", "/images/%s/json"},
	{"volume", "/volumes/%s"}, {"network", "/networks/%s"}};

/* The first kind of thing that has this name; NULL with error if none has. */
static json_t *find(Cli *cli, const char *type, const char *name, GError **error)
{
	g_autofree char *escaped = client_escape(name), *platform = query_platform(cli);
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autoptr(GError) problem = NULL;
		if (*type != '\0' && strcmp(type, kinds[i].type) != 0)
			continue;
		g_auto(GStrv) around = g_strsplit(kinds[i].path, "%s", 2);
		g_autofree char *path = g_strconcat(around[0], escaped, around[1],
			i == 0 && flag_bool(cli, "size", false) ? "?size=1"
			: i == 1				? "?platform="
								: "",
			i == 1 ? platform : "", NULL);
		json_t *found = client_call(cli->client, "GET", path, NULL, &problem);
		if (found != NULL)
			return found;
		if (*type != '\0' || problem->code != BERTH_ERROR_NOT_FOUND) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return NULL;
		}
	}
	fail(error, BERTH_ERROR_UNAVAILABLE, "Error: No such object: %s", name);
	return NULL;
}

/* Maps that are there but empty are null in the API, and print as "map[]". */
static void complete(json_t *object)
{
	static const char *const maps[] = {"Labels", "Options"};
	for (size_t i = 0; i < G_N_ELEMENTS(maps); i++)
		if (json_is_null(json_object_get(object, maps[i])))
			json_object_set_new(object, maps[i], json_object());
}

typedef struct {
	json_t *object;
	char *missing;
} Check;

/* A field that the object lacks is a slip, unless it is one of those that are not always there. */
static void check_field(const char *name, gpointer data)
{
	static const char *const optional[] = {"SizeRw", "SizeRootFs", "Descriptor", "Manifests",
		"ImageManifestDescriptor", "Parent", "Comment", "Author", "Container",
		"DockerVersion", "Variant", "OsVersion", "VirtualSize", "UsageData",
		"ClusterVolume", "Status", NULL};
	Check *check = data;
	if (json_object_get(check->object, name) == NULL && !g_strv_contains(optional, name) &&
		check->missing == NULL)
		check->missing = g_strdup(name);
}

static bool fields_there(const Template *template, json_t *object, GError **error)
{
	Check check = {object, NULL};
	template_fields(template, check_field, &check);
	g_autofree char *missing = check.missing;
	return missing == NULL || fail(error, BERTH_ERROR_UNAVAILABLE,
					  "template parsing error: template: :1:2: executing \"\" "
					  "at <.%s>: map has no entry"
					  " for key \"%s\"",
					  missing, missing);
}

static int inspect(Cli *cli, const char *type)
{
	enum { TEMPLATE_ERROR = 64 };
	int code = EXIT_SUCCESS;
	const char *format = flag_text(cli, "format");
	g_autoptr(GError) problem = NULL;
	g_autoptr(Template) template = template_parse(format, &problem);
	if (template == NULL) {
		print_to(stderr, "%s\n", problem->message);
		return TEMPLATE_ERROR;
	}
	g_autoptr(json_t) list = json_array();
	g_autoptr(GString) errors = g_string_new("");
	for (int i = 0; i < cli->arg_count; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(json_t) found = find(cli, type, cli->args[i], &error);
		if (found != NULL && *format != '\0')
			complete(found);
		if (found != NULL && *format != '\0' &&
			!(fields_there(template, found, &error) &&
				format_value(format, found, &error))) {
			putchar('\n');
			fflush(stdout);
			print_to(stderr, "%s\n", error->message);
			return EXIT_FAILURE;
		}
		if (found != NULL) {
			json_array_append(list, found);
			continue;
		}
		fflush(stdout);
		g_string_append_printf(errors, "%s%s\n",
			error->code >= 300 && error->code != BERTH_ERROR_UNAVAILABLE
				? "Error response from daemon: "
				: "",
			error->message);
		code = EXIT_FAILURE;
	}
	if (*format == '\0') {
		g_autofree char *text = json_dumps(list, JSON_INDENT(4));
		print_shown(text);
		putchar('\n');
	} else if (json_array_size(list) == 0) {
		putchar('\n');
	}
	fflush(stdout);
	print_to(stderr, "%s", errors->str);
	return code;
}

static int run(Cli *cli)
{
	static const char *const types[] = {"", "config", "container", "image", "network", "node",
		"plugin", "secret", "service", "task", "volume", NULL};
	const char *type = flag_text(cli, "type");
	if (!g_strv_contains(types, type)) {
		print_to(stderr, "unknown type: \"%s\": must be one of", type);
		for (int i = 1; types[i] != NULL; i++)
			print_to(stderr, "%s \"%s\"", i > 1 ? "," : "", types[i]);
		fputc('\n', stderr);
		return EXIT_FAILURE;
	}
	return inspect(cli, type);
}

static int run_container(Cli *cli)
{
	return inspect(cli, "container");
}

static int run_image(Cli *cli)
{
	return inspect(cli, "image");
}

static int run_network(Cli *cli)
{
	return inspect(cli, "network");
}

static int run_volume(Cli *cli)
{
	return inspect(cli, "volume");
}

const Command command_inspect = {
	.names = "inspect",
	.usage = "[OPTIONS] NAME|ID [NAME|ID...]",
	.summary = "Show all there is to know of containers, images and volumes",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};

const Command command_container_inspect = {
	.names = "container inspect",
	.usage = "[OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Show all there is to know of containers",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run_container,
};

const Command command_image_inspect = {
	.names = "image inspect",
	.usage = "[OPTIONS] IMAGE [IMAGE...]",
	.summary = "Show all there is to know of images",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run_image,
};

const Command command_volume_inspect = {
	.names = "volume inspect",
	.usage = "[OPTIONS] VOLUME [VOLUME...]",
	.summary = "Show all there is to know of volumes",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run_volume,
};

const Command command_network_inspect = {
	.names = "network inspect",
	.usage = "[OPTIONS] NETWORK [NETWORK...]",
	.summary = "Show all there is to know of networks",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run_network,
};
