/* A project from its files: which they are, what they are called, and all of them as one model. */
#include "compose/load.h"
#include "compose/keys.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE = 8 << 20 };

bool project_name_valid(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	return g_ascii_isalnum(*name) && strspn(name, allowed) == strlen(name);
}

/* What is left of a folder's name when what no project may be called by is taken off. */
static char *normal_name(const char *text)
{
	g_autofree char *lower = g_ascii_strdown(text, -1);
	char *out = lower;
	for (const char *p = lower; *p != '\0'; p++)
		if (g_ascii_isalnum(*p) || *p == '_' || *p == '-')
			*out++ = *p;
	*out = '\0';
	const char *begin = lower + strspn(lower, "_-");
	return g_strdup(begin);
}

GPtrArray *loader_read(const char *path, GError **error)
{
	size_t length = 0;
	bool standard = strcmp(path, "-") == 0;
	g_autofree char *text =
		standard ? fd_read_all(STDIN_FILENO, MAX_FILE, &length) : file_read(path, MAX_FILE);
	if (text == NULL) {
		fail(error, BERTH_ERROR_UNAVAILABLE, "open %s: %s", path, errno_words(errno));
		return NULL;
	}
	g_autofree char *here = g_get_current_dir();
	size_t skip = strlen(here);
	/* Shown as people type it. */
	const char *shown =
		strncmp(path, here, skip) == 0 && path[skip] == '/' ? path + skip + 1 : path;
	return yaml_parse(standard ? "(stdin)" : shown, text, strlen(text), error);
}

bool loader_prepare(
	Loader *loader, Document *document, const char *file, const json_t *merged, GError **error)
{
	const ProjectOptions *options = loader->options;
	if (loader->variables != NULL)
		document_variables(document, loader->variables);
	return (options->no_interpolate ||
		       document_interpolate(document, loader->environment, error)) &&
	       document_check(document, error) &&
	       (options->no_normalize || document_normalize(document, error)) &&
	       (options->no_resolve_paths || options->no_normalize ||
		       document_resolve(document, loader->folder, error)) &&
	       (options->no_normalize || extends_apply(loader, document, file, merged, error));
}

static bool merge_file(Loader *loader, const char *file, json_t **tree, GError **error)
{
	g_autoptr(GPtrArray) documents = loader_read(file, error);
	if (documents == NULL)
		return false;
	for (guint i = 0; i < documents->len; i++) {
		Document *document = documents->pdata[i];
		if (!loader_prepare(loader, document, file, *tree, error))
			return false;
		walk_set(tree, compose_merge(*tree, document->tree, document, ""));
	}
	/* They stay, for the messages of those who look at the whole. */
	while (documents->len > 0)
		g_ptr_array_add(loader->documents, g_ptr_array_steal_index(documents, 0));
	return true;
}

json_t *loader_merge(Loader *loader, char *const *files, GError **error)
{
	json_t *tree = json_object();
	for (; *files != NULL; files++)
		if (!merge_file(loader, *files, &tree, error)) {
			json_decref(tree);
			return NULL;
		}
	return tree;
}

bool loader_fail(const Loader *loader, GError **error, const char *path, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	for (guint i = loader->documents->len; i-- > 0;) {
		const Document *document = loader->documents->pdata[i];
		if (g_hash_table_lookup(document->places, path) != NULL)
			return document_fail(document, error, path, "%s", text);
	}
	return fail(error, BERTH_ERROR_UNAVAILABLE, "%s", text);
}

/* compose.yaml and its kin in a folder, or in one above it; with its override. */
static char **find_files(const char *from, GError **error)
{
	static const char *const names[] = {
		"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"};
	static const char *const overrides[] = {"compose.override.yml", "compose.override.yaml",
		"docker-compose.override.yml", "docker-compose.override.yaml"};
	g_autofree char *folder = g_strdup(from);
	for (;;) {
		g_autoptr(GStrvBuilder) found = g_strv_builder_new();
		bool any = false;
		for (size_t i = 0; !any && i < G_N_ELEMENTS(names); i++) {
			g_autofree char *path = g_build_filename(folder, names[i], NULL);
			if ((any = g_file_test(path, G_FILE_TEST_EXISTS)))
				g_strv_builder_add(found, path);
		}
		for (size_t i = 0; any && i < G_N_ELEMENTS(overrides); i++) {
			g_autofree char *path = g_build_filename(folder, overrides[i], NULL);
			if (g_file_test(path, G_FILE_TEST_EXISTS)) {
				g_strv_builder_add(found, path);
				break;
			}
		}
		if (any)
			return g_strv_builder_end(found);
		if (strcmp(folder, "/") == 0)
			break;
		char *parent = g_path_get_dirname(folder);
		g_free(folder);
		folder = parent;
	}
	fail(error, BERTH_ERROR_UNAVAILABLE, "no configuration file provided: not found");
	return NULL;
}

static char **absolute_paths(char *const *paths, const char *folder)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	for (; paths != NULL && *paths != NULL; paths++) {
		g_autofree char *path =
			strcmp(*paths, "-") == 0 ? g_strdup("-") : path_absolute(folder, *paths);
		g_strv_builder_add(list, path);
	}
	return g_strv_builder_end(list);
}

static bool add_env_file(Environment *environment, Environment *shell, const char *path,
	bool required, GError **error)
{
	g_autoptr(json_t) values = dotenv_read(path, false, required, shell, error);
	const char *name;
	json_t *value;
	json_object_foreach (values, name, value)
		if (json_is_string(value))
			environment_set(environment, name, json_string_value(value), true);
	return values != NULL;
}

/* Files over each other, then the shell's variables over them. */
static bool load_environment(Loader *loader, Project *project, const char *folder, GError **error)
{
	const char *listed = environment_get(loader->environment, "COMPOSE_ENV_FILES"),
		   *disabled = environment_get(loader->environment, "COMPOSE_DISABLE_ENV_FILE");
	g_autoptr(Environment) from_files = environment_new(false);
	g_auto(GStrv) split = g_strsplit(listed != NULL ? listed : "", ",", -1);
	char *const *given = loader->options->env_files;
	g_autofree char *here = g_get_current_dir();
	bool any = given != NULL && *given != NULL;
	g_auto(GStrv) paths = absolute_paths(any ? given : split, here);
	g_autofree char *usual = g_build_filename(folder, ".env", NULL);
	const char *lone[] = {usual, NULL};
	bool implied = *paths == NULL;
	if (implied && disabled != NULL &&
		(strcmp(disabled, "1") == 0 || strcmp(disabled, "true") == 0))
		return true;
	char **files = implied ? (char **)lone : paths;
	g_autoptr(GStrvBuilder) used = g_strv_builder_new();
	for (int i = 0; files[i] != NULL; i++) {
		if (!add_env_file(from_files, loader->environment, files[i], !implied, error))
			return false;
		if (g_file_test(files[i], G_FILE_TEST_EXISTS))
			g_strv_builder_add(used, files[i]);
	}
	GHashTableIter each;
	gpointer name, value;
	g_hash_table_iter_init(&each, from_files->values);
	while (g_hash_table_iter_next(&each, &name, &value))
		environment_set(loader->environment, name, value, false);
	g_strfreev(project->env_files);
	project->env_files = g_strv_builder_end(used);
	return true;
}

/* -f, COMPOSE_FILE, or what lies here. */
static bool choose_files(Loader *loader, Project *project, const char *here, GError **error)
{
	const char *listed = environment_get(loader->environment, "COMPOSE_FILE"),
		   *separator = environment_get(loader->environment, "COMPOSE_PATH_SEPARATOR");
	char *const *given = loader->options->files;
	if (given != NULL && *given != NULL) {
		project->files = absolute_paths(given, here);
		return true;
	}
	if (listed != NULL && *listed != '\0') {
		g_auto(GStrv) parts = g_strsplit(
			listed, separator != NULL && *separator != '\0' ? separator : ":", -1);
		project->files = absolute_paths(parts, here);
		return true;
	}
	project->files =
		find_files(*loader->options->folder != '\0' ? project->folder : here, error);
	return project->files != NULL;
}

/* Where paths begin, as far as it is known before the files are. */
static char *first_folder(const ProjectOptions *options, const char *here)
{
	if (*options->folder != '\0')
		return path_absolute(here, options->folder);
	if (options->files != NULL && *options->files != NULL &&
		strcmp(*options->files, "-") != 0) {
		g_autofree char *path = path_absolute(here, *options->files);
		return g_path_get_dirname(path);
	}
	return g_strdup(here);
}

static void follow_files(Project *project, const ProjectOptions *options)
{
	if (*options->folder != '\0' || strcmp(project->files[0], "-") == 0)
		return;
	g_free(project->folder);
	project->folder = g_path_get_dirname(project->files[0]);
}

/* "name:" of the files, the last one's; interpolated. */
static char *name_of_files(Loader *loader, char *const *files)
{
	g_autofree char *name = NULL;
	for (; *files != NULL; files++) {
		/* Standard input can be read once. */
		g_autoptr(GPtrArray) documents =
			strcmp(*files, "-") != 0 ? loader_read(*files, NULL) : NULL;
		for (guint i = 0; documents != NULL && i < documents->len; i++) {
			const Document *document = documents->pdata[i];
			const char *said = json_str(document->tree, "name");
			if (*said == '\0')
				continue;
			g_free(name);
			name = interpolate(said, loader->environment, NULL);
		}
	}
	return g_steal_pointer(&name);
}

static bool choose_name(Loader *loader, Project *project, GError **error)
{
	const char *given = loader->options->name,
		   *set = environment_get(loader->environment, "COMPOSE_PROJECT_NAME");
	if (*given == '\0' && set != NULL)
		given = set;
	if (*given != '\0') {
		project->name = g_strdup(given);
	} else if ((project->name = name_of_files(loader, project->files)) == NULL) {
		g_autofree char *base = g_path_get_basename(project->folder);
		project->name = normal_name(base);
		if (*project->name == '\0')
			return fail(
				error, BERTH_ERROR_UNAVAILABLE, "project name must not be empty");
	}
	if (!project_name_valid(project->name))
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"invalid project name \"%s\": must consist only of lowercase alphanumeric "
			"characters, "
			"hyphens, and underscores as well as start with a letter or number",
			project->name);
	environment_set(loader->environment, "COMPOSE_PROJECT_NAME", project->name, true);
	return true;
}

static bool load(Loader *loader, Project *project, GError **error)
{
	g_autofree char *here = g_get_current_dir();
	project->folder = first_folder(loader->options, here);
	if (!load_environment(loader, project, project->folder, error) ||
		!choose_files(loader, project, here, error))
		return false;
	g_autofree char *before = g_strdup(project->folder);
	follow_files(project, loader->options);
	/* The files lie elsewhere, and so does their .env. */
	if (strcmp(before, project->folder) != 0 &&
		!load_environment(loader, project, project->folder, error))
		return false;
	loader->folder = project->folder;
	if (!choose_name(loader, project, error))
		return false;
	project->model = loader_merge(loader, project->files, error);
	return project->model != NULL &&
	       (loader->options->no_normalize || include_apply(loader, project->model, error)) &&
	       project_finish(project, loader, error);
}

Project *project_load(const ProjectOptions *options, GError **error)
{
	g_autoptr(Environment) environment = environment_new(true);
	g_autoptr(GPtrArray) documents =
		g_ptr_array_new_with_free_func((GDestroyNotify)document_free);
	g_autoptr(Project) project = g_new0(Project, 1);
	const char *compatible = environment_get(environment, "COMPOSE_COMPATIBILITY");
	project->variables = json_object();
	project->separator = options->compatibility || g_strcmp0(compatible, "1") == 0 ||
					     g_strcmp0(compatible, "true") == 0
				     ? "_"
				     : "-";
	Loader loader = {.options = options,
		.environment = environment,
		.variables = project->variables,
		.documents = documents};
	if (!load(&loader, project, error))
		return NULL;
	GHashTableIter each;
	gpointer name, value;
	project->environment = json_object();
	g_hash_table_iter_init(&each, environment->values);
	while (g_hash_table_iter_next(&each, &name, &value))
		json_object_set_new(project->environment, name, json_lenient(value));
	return g_steal_pointer(&project);
}

void project_free(Project *project)
{
	g_free(project->name);
	g_free(project->folder);
	g_strfreev(project->files);
	g_strfreev(project->env_files);
	json_decref(project->model);
	json_decref(project->inactive);
	json_decref(project->variables);
	json_decref(project->profiles);
	json_decref(project->environment);
	g_free(project);
}

json_t *project_services(const Project *project)
{
	return json_object_get(project->model, "services");
}

json_t *project_service(const Project *project, const char *name, GError **error)
{
	json_t *service = json_object_get(project_services(project), name);
	if (service == NULL)
		fail(error, BERTH_ERROR_UNAVAILABLE, "no such service: %s", name);
	return service;
}
