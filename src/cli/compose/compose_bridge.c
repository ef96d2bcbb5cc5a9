/* bridge: a project becomes files of something else by an image that turns it into them. */
#include "cli/commands/commands.h"
#include "cli/common/flags.h"
#include "cli/compose/compose.h"
#include "cli/registry/image_transfer.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/size.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FILE = 8 << 20 };
static const char usual_image[] = "docker/compose-bridge-kubernetes",
		  label[] = "com.docker.compose.bridge";

/* What an image says of itself, pulled where it is not here. NULL with error. */
static json_t *inspect(Cli *cli, const char *image, GError **error)
{
	g_autofree char *escaped = client_escape(image),
			*path = g_strdup_printf("/images/%s/json", escaped);
	g_autoptr(GError) problem = NULL;
	json_t *found = client_call(cli->client, "GET", path, NULL, &problem);
	if (found != NULL)
		return found;
	if (!is_answer_of(problem, BERTH_ERROR_NOT_FOUND)) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return NULL;
	}
	return image_fetch(cli, image, "", false, stdout, error)
		       ? client_call(cli->client, "GET", path, NULL, error)
		       : NULL;
}

static void add_port(json_t *expose, const char *port)
{
	g_autofree char *number = g_strndup(port, strcspn(port, "/"));
	for (size_t i = 0; i < json_array_size(expose); i++)
		if (strcmp(json_elem(expose, i), number) == 0)
			return;
	json_array_append_new(expose, json_string(number));
}

/* All ports that a service has anywhere: in the file, and in its image. */
static bool complete_service(
	Cli *cli, const Project *project, const char *name, json_t *service, GError **error)
{
	g_autofree char *image = service_image(project, name, service);
	g_autoptr(json_t) found = inspect(cli, image, error);
	json_t *expose = json_array(), *value;
	const char *port;
	size_t i;
	if (found == NULL) {
		json_decref(expose);
		return false;
	}
	json_array_foreach (json_object_get(service, "expose"), i, value)
		add_port(expose, json_string_value(value));
	json_object_foreach (json_at(found, "Config.ExposedPorts"), port, value)
		add_port(expose, port);
	json_array_foreach (json_object_get(service, "ports"), i, value) {
		g_autofree char *target = g_strdup_printf("%d", (int)json_int(value, "target"));
		add_port(expose, target);
	}
	json_object_set_new(service, "expose", expose);
	json_object_set_new(service, "image", json_lenient(image));
	return true;
}

/* Secrets and configs with what they hold: files are none of the image's. */
static bool complete_contents(const Project *project, const char *kind, GError **error)
{
	const char *name;
	json_t *value;
	json_object_foreach (json_object_get(project->model, kind), name, value) {
		const char *path = json_str(value, "file"),
			   *variable = json_str(value, "environment");
		if (*variable != '\0')
			json_object_set_new(value, "content",
				json_lenient(getenv(variable) != NULL ? getenv(variable) : ""));
		if (*path == '\0')
			continue;
		g_autofree char *text = file_read(path, MAX_FILE);
		if (text == NULL)
			return fail(error, BERTH_ERROR_UNAVAILABLE, "open %s: %s", path,
				errno_words(errno));
		json_object_set_new(value, "content", json_lenient(text));
	}
	return true;
}

static bool complete(Cli *cli, const Project *project, GError **error)
{
	const char *name;
	json_t *service;
	json_object_foreach (project_services(project), name, service)
		if (!complete_service(cli, project, name, service, error))
			return false;
	return complete_contents(project, "secrets", error) &&
	       complete_contents(project, "configs", error);
}

/* Runs the image on the folder with the model, once, as the user. */
static bool transform(Cli *cli, const char *image, const char *in, const char *out, GError **error)
{
	g_autoptr(json_t) found = inspect(cli, image, error);
	if (found == NULL)
		return false;
	const char *templates = flag_text(cli, "templates");
	g_autofree char *user = g_strdup_printf("%u", getuid()),
			*from = g_strconcat(in, ":/in", NULL),
			*to = g_strconcat(out, ":/out", NULL),
			*folder = *templates != '\0' ? g_canonicalize_filename(templates, NULL)
						     : NULL,
			*use = folder != NULL ? g_strconcat(folder, ":/templates", NULL) : NULL;
	const char *const words[] = {"--rm", "--user", user, "--env", "LICENSE_AGREEMENT=true",
		"--volume", from, "--volume", to, use != NULL ? "--volume" : image,
		use != NULL ? use : NULL, use != NULL ? image : NULL, NULL};
	return cli_run(cli, &command_run, (char *const *)words) == 0 ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "%s has failed", image);
}

/* The model in a folder of its own: nothing else of this host is shown to the image. */
static bool convert(Cli *cli, const Project *project, GError **error)
{
	g_autoptr(json_t) images = flag_list(cli, "transformation");
	const char *said = flag_text(cli, "output");
	g_autofree char *out = g_canonicalize_filename(*said != '\0' ? said : "out", NULL),
			*in = g_dir_make_tmp("berth-bridge-XXXXXX", NULL),
			*file = in != NULL ? g_build_filename(in, "compose.yaml", NULL) : NULL,
			*text = project_text(project, false, true);
	if (json_array_size(images) == 0)
		json_array_append_new(images, json_string(usual_image));
	if (in == NULL || g_mkdir_with_parents(out, 0755) < 0)
		return fail_errno(error, "cannot create output folder");
	bool ok = file_replace(file, text, strlen(text), 0600, false, error);
	for (size_t i = 0; ok && i < json_array_size(images); i++)
		ok = transform(cli, json_elem(images, i), in, out, error);
	tree_remove(AT_FDCWD, in);
	return ok;
}

static int run_convert(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = compose_project(cli, &error);
	return project != NULL && complete(cli, project, &error) && convert(cli, project, &error)
		       ? EXIT_SUCCESS
		       : compose_fail(error);
}

static const Flag convert_flags[] = {
	{"output", 'o', STRING, "output folder (out)"},
	{"templates", 0, STRING, "folder with templates of your own"},
	{"transformation", 't', LIST, "image that makes it (docker/compose-bridge-kubernetes)"},
	{0},
};

const Command compose_convert_command = {
	.names = "bridge convert",
	.usage = "[OPTIONS]",
	.summary = "Convert a project to Kubernetes manifests or other formats",
	.example = "bridge convert -o manifests",
	.flags = convert_flags,
	.run = run_convert,
};

static json_t *transformations(Cli *cli, GError **error)
{
	g_autofree char *filter = g_strconcat(label, "=transformation", NULL);
	g_autoptr(json_t) filters = json_pack("{s:[s]}", "label", filter);
	g_autofree char *text = json_text(filters), *escaped = client_escape(text);
	return engine_call(cli->client, error, "GET", NULL, "/images/json?filters=%s", escaped);
}

static void print_table(const json_t *images)
{
	static const char *const heads[] = {"IMAGE ID", "REPO", "TAGS", "SIZE", NULL};
	g_autoptr(json_t) rows = json_array();
	size_t i;
	json_t *image;
	json_array_foreach (images, i, image) {
		const char *id = json_str(image, "Id"), *colon = strchr(id, ':'),
			   *name = json_elem(json_object_get(image, "RepoTags"), 0),
			   *tag = strrchr(name, ':');
		g_autofree char *size = size_human((double)json_int(image, "Size")),
				*short_id = g_strndup(colon != NULL ? colon + 1 : id, 12),
				*repository =
					g_strndup(name, tag != NULL ? (gsize)(tag - name) : 0);
		json_array_append_new(rows,
			json_pack("[s, s, s, s]", short_id, tag != NULL ? repository : "<none>",
				tag != NULL ? tag + 1 : "<none>", size));
	}
	compose_table(heads, rows, 20, 3);
}

static int run_list(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) images = transformations(cli, &error);
	const char *format = flag_text(cli, "format");
	size_t i;
	json_t *image;
	if (images == NULL)
		return compose_fail(error);
	if (flag_bool(cli, "quiet", false)) {
		json_array_foreach (images, i, image) {
			const char *name = json_elem(json_object_get(image, "RepoTags"), 0);
			print_to(stdout, "%s\n", *name != '\0' ? name : json_str(image, "Id"));
		}
		return EXIT_SUCCESS;
	}
	if (strcmp(format, "json") == 0) {
		g_autofree char *text = json_text(images);
		print_to(stdout, "%s\n", text);
		return EXIT_SUCCESS;
	}
	if (*format != '\0' && strcmp(format, "table") != 0) {
		fail(&error, BERTH_ERROR_UNAVAILABLE,
			"format value \"%s\" could not be parsed: parsing failed", format);
		return compose_fail(error);
	}
	print_table(images);
	return EXIT_SUCCESS;
}

static const Flag list_flags[] = {
	{"format", 0, STRING, "table or json"},
	{"quiet", 'q', BOOL, "print names only"},
	{0},
};

const Command compose_transformations_command = {
	.names = "bridge transformations list|bridge transformations ls",
	.usage = "[OPTIONS]",
	.summary = "List images that convert projects",
	.example = "bridge transformations ls",
	.flags = list_flags,
	.run = run_list,
};

/* The templates of an image, and a Dockerfile for one with others. */
static bool create(Cli *cli, const char *from, const char *out, GError **error)
{
	static const char dockerfile[] = "FROM docker/compose-bridge-transformer\n"
					 "LABEL com.docker.compose.bridge=transformation\n"
					 "COPY templates /templates\n";
	g_autoptr(json_t) body = json_pack("{s:s}", "Image", from);
	g_autoptr(json_t) made =
		engine_call(cli->client, error, "POST", body, "/containers/create");
	const char *id = json_str(made, "Id");
	g_autofree char *file = g_build_filename(out, "Dockerfile", NULL),
			*source = g_strconcat(id, ":/templates", NULL);
	char *words[] = {(char *)"--quiet", source, (char *)out, NULL};
	if (made == NULL)
		return false;
	bool ok = (g_mkdir_with_parents(out, 0755) == 0 ||
			  fail_errno(error, "cannot create output folder")) &&
		  (cli_run(cli, &command_cp, words) == 0 ||
			  fail(error, BERTH_ERROR_UNAVAILABLE, "%s has no /templates", from)) &&
		  file_replace(file, dockerfile, strlen(dockerfile), 0644, false, error);
	json_decref(engine_call(cli->client, NULL, "DELETE", NULL, "/containers/%s?force=1", id));
	return ok;
}

static int run_create(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *from = flag_text(cli, "from");
	g_autofree char *out = g_canonicalize_filename(cli->args[0], NULL);
	if (g_file_test(out, G_FILE_TEST_EXISTS)) {
		fail(&error, BERTH_ERROR_UNAVAILABLE, "output folder %s already exists", out);
		return compose_fail(error);
	}
	if (!create(cli, *from != '\0' ? from : usual_image, out, &error))
		return compose_fail(error);
	print_to(stdout, "Transformer created in \"%s\"\n", out);
	return EXIT_SUCCESS;
}

static const Flag create_flags[] = {
	{"from", 'f', STRING,
		"image whose templates are copied (docker/compose-bridge-kubernetes)"},
	{0},
};

const Command compose_transformation_create_command = {
	.names = "bridge transformations create",
	.usage = "[OPTIONS] PATH",
	.summary = "Create a folder for an image that converts projects",
	.example = "bridge transformations create mine",
	.flags = create_flags,
	.min_args = 1,
	.max_args = 1,
	.run = run_create,
};
