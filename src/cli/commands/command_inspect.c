/* inspect, container inspect, image inspect and volume inspect: one list of objects, or a template on each. */
#include "cli/common/flags.h"
#include "cli/common/format.h"

#include "base/error.h"
#include "cli/common/docker_types.h"

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
	const GoType *const *go;
} kinds[] = {{"container", "/containers/%s/json", &docker_container},
	{"image", "/images/%s/json", &docker_image}, {"volume", "/volumes/%s", &docker_volume},
	{"network", "/networks/%s", &docker_network}};

/* The first kind of object that has this name; NULL with error if none has. */
static json_t *find(Cli *cli, const char *type, const char *name, const GoType **go, GError **error)
{
	g_autofree char *escaped = client_escape(name), *platform = NULL;
	if (!platform_query(flag_text(cli, "platform"), &platform, error))
		return NULL;
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
		*go = *kinds[i].go;
		if (found != NULL)
			return found;
		/* An invalid image name may be another object's name. */
		if (*type != '\0' ||
			(!is_answer_of(problem, BERTH_ERROR_NOT_FOUND) &&
				!g_str_has_prefix(problem->message, "invalid reference format"))) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return NULL;
		}
	}
	fail(error, BERTH_ERROR_UNAVAILABLE, "Error: No such object: %s", name);
	return NULL;
}

/* The results of all names, or printed text. */
typedef struct {
	const Template *template;
	TemplateMode mode;
	bool raw; /* keys of the API can be used, too */
	GString *out;
} Printing;

/* By Go's names, or else by the API's, as docker tries them. Then a missing key is an error. */
static bool print_object(Printing *printing, const GoType *type, json_t *object, GError **error)
{
	g_autoptr(GString) typed = g_string_new(""), raw = g_string_new("");
	GString *good = typed;
	g_autoptr(GError) problem = NULL;
	bool ok = template_run(
		printing->template, printing->mode, (GoValue){type, object}, typed, &problem);
	if (!ok && printing->raw) {
		g_clear_error(&problem);
		printing->mode = TEMPLATE_STRICT;
		good = raw;
		ok = template_run(printing->template, printing->mode, (GoValue){&go_any, object},
			raw, &problem);
	}
	if (!ok)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "template parsing error: %s",
			problem->message);
	g_string_append_printf(printing->out, "%s\n", good->str);
	return true;
}

static int inspect(Cli *cli, const char *only, bool raw)
{
	int code = EXIT_SUCCESS;
	const char *format = flag_text(cli, "format");
	bool whole = *format == '\0' || strcmp(format, "json") == 0;
	g_autoptr(GError) problem = NULL;
	g_autoptr(Template) template = format_parse("", format, &problem);
	if (template == NULL) {
		print_to(stderr, "template parsing error: %s\n", problem->message);
		return FORMAT_ERROR;
	}
	g_autofree char *platform = NULL;
	if (!platform_query(flag_text(cli, "platform"), &platform, &problem))
		return cli_fail(cli, problem);
	g_autoptr(json_t) list = json_array();
	g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
	g_autoptr(GString) out = g_string_new("");
	Printing printing = {template, TEMPLATE_PLAIN, raw, out};
	for (int i = 0; i < cli->arg_count; i++) {
		g_autoptr(GError) error = NULL;
		const GoType *type;
		g_autoptr(json_t) found = find(cli, only, cli->args[i], &type, &error);
		if (found != NULL)
			json_array_append(list, found);
		if (found != NULL && (whole || print_object(&printing, type, found, &error)))
			continue;
		g_ptr_array_add(errors, g_steal_pointer(&error));
		code = EXIT_FAILURE;
	}
	g_autofree char *text =
		whole ? json_dumps(list, *format == '\0' ? JSON_INDENT(4) : JSON_COMPACT) : NULL;
	print_to(stdout, "%s", text != NULL ? text : out->str);
	if (out->len == 0)
		putchar('\n');
	fflush(stdout);
	for (guint i = 0; i < errors->len; i++)
		cli_print_error(errors->pdata[i]);
	return code;
}

static int run(Cli *cli)
{
	static const char *const types[] = {"", "config", "container", "image", "network", "node",
		"plugin", "secret", "service", "task", "volume", NULL};
	const char *type = flag_text(cli, "type");
	bool empty = flag_given(cli, "type") && *type == '\0';
	if (empty || !g_strv_contains(types, type)) {
		print_to(stderr,
			empty ? "type is empty: must be one of"
			      : "unknown type: \"%s\": must be one of",
			type);
		for (int i = 1; types[i] != NULL; i++)
			print_to(stderr, "%s \"%s\"", i > 1 ? "," : "", types[i]);
		fputc('\n', stderr);
		return EXIT_FAILURE;
	}
	return inspect(cli, type, true);
}

static int run_container(Cli *cli)
{
	return inspect(cli, "container", true);
}

static int run_image(Cli *cli)
{
	return inspect(cli, "image", true);
}

static int run_network(Cli *cli)
{
	return inspect(cli, "network", true);
}

static int run_volume(Cli *cli)
{
	return inspect(cli, "volume", false);
}

const Command command_inspect = {
	.names = "inspect",
	.usage = "[OPTIONS] NAME|ID [NAME|ID...]",
	.summary = "Show all details of containers, images, networks and volumes",
	.example = "inspect -f '{{.State.Status}}' web",
	.completes = "everything*",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};

const Command command_container_inspect = {
	.names = "container inspect",
	.usage = "[OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Show all details of containers",
	.example = "container inspect --size web",
	.completes = "containers*",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run_container,
};

const Command command_image_inspect = {
	.names = "image inspect",
	.usage = "[OPTIONS] IMAGE [IMAGE...]",
	.summary = "Show all details of images",
	.example = "image inspect -f '{{.Config.Env}}' debian",
	.completes = "images*",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run_image,
};

const Command command_volume_inspect = {
	.names = "volume inspect",
	.usage = "[OPTIONS] VOLUME [VOLUME...]",
	.summary = "Show all details of volumes",
	.example = "volume inspect data",
	.completes = "volumes*",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run_volume,
};

const Command command_network_inspect = {
	.names = "network inspect",
	.usage = "[OPTIONS] NETWORK [NETWORK...]",
	.summary = "Show all details of networks",
	.example = "network inspect bridge",
	.completes = "networks*",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run_network,
};
