/* config: what the project's files come to; and version. */
#include "cli/common/flags.h"
#include "cli/compose/compose.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/json_names.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"environment", 0, BOOL, "print the variables that interpolation sees"},
	{"format", 0, STRING, "yaml or json"},
	{"hash", 0, STRING, "print hashes of services (* for all)"},
	{"images", 0, BOOL, "print names of images"},
	{"lock-image-digests", 0, BOOL, "print only images, with digests"},
	{"models", 0, BOOL, "print names of models"},
	{"networks", 0, BOOL, "print names of networks"},
	{"no-consistency", 0, BOOL, "skip the consistency checks"},
	{"no-env-resolution", 0, BOOL, "leave env_file of services as it is"},
	{"no-interpolate", 0, BOOL, "leave variables as they are"},
	{"no-normalize", 0, BOOL, "leave short forms as they are"},
	{"no-path-resolution", 0, BOOL, "leave relative paths as they are"},
	{"output", 'o', STRING, "file to write to"},
	{"profiles", 0, BOOL, "print names of profiles"},
	{"quiet", 'q', BOOL, "only check"},
	{"resolve-image-digests", 0, BOOL, "pin images to digests"},
	{"services", 0, BOOL, "print names of services"},
	{"variables", 0, BOOL, "print variables and their defaults"},
	{"volumes", 0, BOOL, "print names of volumes"},
	{0},
};

static void print_names(const json_t *object)
{
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)object, name, value)
		print_to(stdout, "%s\n", name);
}

static int print_hashes(const Project *project, const char *which)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) wanted = g_strsplit(which, ",", -1);
	const char *name;
	json_t *service;
	for (int i = 0; strcmp(which, "*") != 0 && wanted[i] != NULL; i++)
		if (project_service(project, wanted[i], &error) == NULL)
			return compose_fail(error);
	json_object_foreach (project_services(project), name, service) {
		g_autofree char *hash = service_hash(service);
		if (strcmp(which, "*") == 0 || g_strv_contains((const char *const *)wanted, name))
			print_to(stdout, "%s %s\n", name, hash);
	}
	return EXIT_SUCCESS;
}

static void print_images(const Project *project)
{
	const char *name;
	json_t *service;
	json_object_foreach (project_services(project), name, service) {
		g_autofree char *image = service_image(project, name, service);
		print_to(stdout, "%s\n", image);
	}
}

static void print_variable_table(const json_t *variables)
{
	static const char *const heads[] = {
		"NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE", NULL};
	g_autoptr(json_t) rows = json_array();
	const char *name;
	json_t *entry;
	json_object_foreach ((json_t *)variables, name, entry)
		json_array_append_new(
			rows, json_pack("[s, s, s, s]", name,
				      json_bool(entry, "required") ? "true" : "false",
				      json_str(entry, "default"), json_str(entry, "alternate")));
	compose_table(heads, rows, 20, 3);
}

static bool print_variables(const Cli *cli, const Project *project, GError **error)
{
	g_autofree char *format = g_ascii_strdown(flag_text(cli, "format"), -1), *text = NULL;
	bool as_json = strcmp(format, "json") == 0;
	if (*format == '\0' || strcmp(format, "table") == 0 || strcmp(format, "pretty") == 0) {
		print_variable_table(project->variables);
		return true;
	}
	if (!as_json && strcmp(flag_text(cli, "format"), "yaml") != 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"format value \"%s\" could not be parsed: parsing failed",
			flag_text(cli, "format"));
	text = variables_text(project, as_json);
	print_to(stdout, "%s", text);
	return true;
}

static void print_environment(const Project *project)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	const char *name;
	json_t *value;
	json_object_foreach (project->environment, name, value)
		g_ptr_array_add(lines, g_strconcat(name, "=", json_string_value(value), NULL));
	g_ptr_array_sort(lines, texts_compare);
	for (guint i = 0; i < lines->len; i++)
		print_to(stdout, "%s\n", (char *)lines->pdata[i]);
}

/* "name@sha256:...": by what the engine knows of the image; it is pulled to learn that, if need be. */
bool compose_pin_images(Cli *cli, Project *project, GError **error)
{
	const char *name;
	json_t *service;
	json_object_foreach (project_services(project), name, service) {
		const char *image = json_str(service, "image");
		if (*image == '\0' || strchr(image, '@') != NULL)
			continue;
		g_autofree char *escaped = client_escape(image);
		g_autoptr(json_t) found = engine_call(
			cli->client, error, "GET", NULL, "/distribution/%s/json", escaped);
		if (found == NULL)
			return false;
		g_autofree char *pinned =
			g_strdup_printf("%s@%s", image, json_str(found, "Descriptor.digest"));
		json_object_set_new(service, "image", json_string(pinned));
	}
	return true;
}

/* Only which image each service has, as an override file. */
void compose_keep_images(Project *project)
{
	json_t *services = json_object(), *service;
	const char *name;
	json_object_foreach (project_services(project), name, service)
		json_object_set_new(services, name,
			json_pack("{s:O?}", "image", json_object_get(service, "image")));
	json_decref(project->model);
	project->model = json_pack("{s:o}", "services", services);
	g_clear_pointer(&project->inactive, json_decref);
}

/* "$" as "$$": so that what is printed means the same when it is read again. */
static char *escape_dollars(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, "$", -1);
	return g_strjoinv("$$", parts);
}

static bool put_text(const Cli *cli, const Project *project, GError **error)
{
	const char *path = flag_text(cli, "output"), *format = flag_text(cli, "format");
	bool as_json = strcmp(format, "json") == 0, raw = flag_bool(cli, "no-interpolate", false);
	if (*format != '\0' && !as_json && strcmp(format, "yaml") != 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "unsupported format \"%s\"", format);
	g_autofree char *plain = project_text(project, as_json, !raw),
			*text = raw ? g_steal_pointer(&plain) : escape_dollars(plain);
	if (flag_bool(cli, "quiet", false))
		return true;
	if (*path != '\0')
		return file_replace(path, text, strlen(text), 0644, false, error);
	print_shown(text);
	return true;
}

static void keep_only(Project *project, char *const *names)
{
	json_t *services = project_services(project), *service;
	const char *name;
	void *next;
	json_object_foreach_safe (services, next, name, service)
		if (*names != NULL && !g_strv_contains((const char *const *)names, name))
			json_object_del(services, name);
}

/* Which names are printed, one a line: the flag, and whether the files of env_file are read for it. */
static bool prints_names(const Cli *cli)
{
	static const char *const flags_of[] = {
		"services", "volumes", "networks", "models", "profiles", "images", "variables"};
	for (size_t i = 0; i < G_N_ELEMENTS(flags_of); i++)
		if (flag_bool(cli, flags_of[i], false))
			return true;
	return *flag_text(cli, "hash") != '\0';
}

static Project *load(Cli *cli, GError **error)
{
	g_auto(ProjectOptions) options = {0};
	compose_options(cli, &options);
	options.no_interpolate =
		flag_bool(cli, "no-interpolate", false) || flag_bool(cli, "variables", false);
	options.no_normalize = flag_bool(cli, "no-normalize", false) || options.compatibility;
	options.no_resolve_paths = flag_bool(cli, "no-path-resolution", false);
	options.no_resolve_env = flag_bool(cli, "no-env-resolution", false) || prints_names(cli);
	options.discard_label_files = true;
	options.no_consistency = flag_bool(cli, "no-consistency", false);
	return project_load(&options, error);
}

static int print_model(Cli *cli, Project *project)
{
	g_autoptr(GError) error = NULL;
	bool lock = flag_bool(cli, "lock-image-digests", false);
	if (!project_check_files(project, project_services(project), &error))
		return compose_fail(error);
	if ((lock || flag_bool(cli, "resolve-image-digests", false)) &&
		!compose_pin_images(cli, project, &error))
		return compose_fail(error);
	if (!flag_bool(cli, "no-interpolate", false) && !flag_bool(cli, "no-consistency", false) &&
		!project_check_names(project, NULL, &error))
		return compose_fail(error);
	if (lock)
		compose_keep_images(project);
	return put_text(cli, project, &error) ? EXIT_SUCCESS : compose_fail(error);
}

static void print_model_names(const Project *project)
{
	const char *name;
	json_t *value;
	json_object_foreach (json_object_get(project->model, "models"), name, value)
		if (*json_str(value, "model") != '\0')
			print_to(stdout, "%s\n", json_str(value, "model"));
}

static bool print_listed(Cli *cli, const Project *project)
{
	static const char *const kinds[] = {"services", "volumes", "networks"};
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (flag_bool(cli, kinds[i], false)) {
			print_names(json_object_get(project->model, kinds[i]));
			return true;
		}
	if (flag_bool(cli, "models", false))
		print_model_names(project);
	else if (flag_bool(cli, "profiles", false))
		for (size_t i = 0; i < json_array_size(project->profiles); i++)
			print_to(stdout, "%s\n", json_elem(project->profiles, i));
	else if (flag_bool(cli, "images", false))
		print_images(project);
	else if (flag_bool(cli, "environment", false) && !flag_bool(cli, "variables", false))
		print_environment(project);
	else
		return false;
	return true;
}

/* Lists that are those of the whole project, whichever services are named. */
static bool prints_all(const Cli *cli)
{
	static const char *const whole[] = {
		"services", "volumes", "networks", "models", "variables"};
	for (size_t i = 0; i < G_N_ELEMENTS(whole); i++)
		if (flag_bool(cli, whole[i], false))
			return true;
	return *flag_text(cli, "hash") != '\0';
}

/* Only the services that are named, and what they depend on. */
static bool choose(Cli *cli, Project *project, GError **error)
{
	g_autoptr(GPtrArray) kept = g_ptr_array_new();
	const char *name;
	json_t *value;
	if (cli->arg_count == 0 || flag_bool(cli, "no-interpolate", false) || prints_all(cli))
		return true;
	g_autoptr(json_t) names = project_activate(project, cli->args, error)
					  ? graph_names(project, cli->args, true, error)
					  : NULL;
	if (names == NULL)
		return false;
	json_object_foreach (names, name, value)
		g_ptr_array_add(kept, (gpointer)name);
	g_ptr_array_add(kept, NULL);
	keep_only(project, (char *const *)kept->pdata);
	return true;
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = load(cli, &error);
	if (project == NULL || !choose(cli, project, &error))
		return compose_fail(error);
	if (!flag_bool(cli, "no-interpolate", false) && !flag_bool(cli, "variables", false) &&
		!flag_bool(cli->outer, "all-resources", false))
		project_keep_used(project);
	/* In Docker's order: the first that is asked for. */
	if (*flag_text(cli, "hash") != '\0' && !flag_bool(cli, "services", false) &&
		!flag_bool(cli, "volumes", false) && !flag_bool(cli, "networks", false) &&
		!flag_bool(cli, "models", false))
		return print_hashes(project, flag_text(cli, "hash"));
	if (print_listed(cli, project))
		return EXIT_SUCCESS;
	if (!flag_bool(cli, "variables", false))
		return print_model(cli, project);
	return print_variables(cli, project, &error) ? EXIT_SUCCESS : compose_fail(error);
}

const Command compose_config_command = {.names = "config|convert",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "Check the project's files, and print the resulting model",
	.example = "config --services",
	.flags = flags,
	.max_args = -1,
	.run = run};

static const Flag version_flags[] = {
	{"format", 'f', STRING, "pretty or json"},
	{"short", 0, BOOL, "print the number only"},
	{0},
};

static int run_version(Cli *cli)
{
	if (flag_bool(cli, "short", false))
		print_to(stdout, "%s\n", BERTH_COMPOSE_VERSION);
	else if (strcmp(flag_text(cli, "format"), "json") == 0)
		print_to(stdout, "{\"version\":\"v%s\"}\n", BERTH_COMPOSE_VERSION);
	else
		print_to(stdout, "Docker Compose version v%s\n", BERTH_COMPOSE_VERSION);
	return EXIT_SUCCESS;
}

const Command compose_version_command = {.names = "version",
	.usage = "[OPTIONS]",
	.summary = "Print the version",
	.example = "version --short",
	.flags = version_flags,
	.max_args = 0,
	.run = run_version};
