/* Loads a project: finds its files, chooses its name, and merges them into one model. */
#include "compose/load.h"
#include "compose/keys.h"
#include "compose/yaml.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/shown.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A valid project name made from a folder's name. */
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

/* compose.yaml and its variants in a folder, or in one above it; with its override. */
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

/* Paths given by -f, and copies of remote files. */
static char **given_files(const Loader *loader, const char *here, GError **error)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	for (char *const *path = loader->options->files; *path != NULL; path++) {
		bool elsewhere = remote_is(*path);
		const RemoteCopy *copy =
			elsewhere ? loader_remote(loader, *path, "file", error) : NULL;
		if (elsewhere && copy == NULL)
			return NULL;
		g_autofree char *file = elsewhere		  ? g_strdup(copy->file)
					: strcmp(*path, "-") == 0 ? g_strdup("-")
								  : path_absolute(here, *path);
		g_strv_builder_add(list, file);
	}
	return g_strv_builder_end(list);
}

static bool add_env_file(Environment *environment, Environment *shell, const char *path,
	bool required, GError **error)
{
	shell->behind = environment->values;
	g_autoptr(json_t) values = dotenv_read(path, false, required, shell, error);
	shell->behind = NULL;
	const char *name;
	json_t *value;
	json_object_foreach (values, name, value)
		if (json_is_string(value))
			environment_set(environment, name, json_string_value(value), true);
	return values != NULL;
}

/* Merges the files, then applies the shell's variables. */
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

/* Files of -f, of COMPOSE_FILE, or in the current folder. */
static bool choose_files(Loader *loader, Project *project, const char *here, GError **error)
{
	const char *listed = environment_get(loader->environment, "COMPOSE_FILE"),
		   *separator = environment_get(loader->environment, "COMPOSE_PATH_SEPARATOR");
	char *const *given = loader->options->files;
	if (given != NULL && *given != NULL) {
		project->files = given_files(loader, here, error);
		return project->files != NULL;
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

/* The base folder of paths, as far as it is known before the files are loaded. */
static char *first_folder(const ProjectOptions *options, const char *here)
{
	if (*options->folder != '\0')
		return path_absolute(here, options->folder);
	for (char *const *file = options->files; file != NULL && *file != NULL; file++) {
		if (remote_is(*file))
			break;
		if (strcmp(*file, "-") == 0)
			continue;
		g_autofree char *path = path_absolute(here, *file);
		return g_path_get_dirname(path);
	}
	return g_strdup(here);
}

/* The folder of the first remote copy, which takes precedence; NULL: there is none. */
static char *copy_folder(const Loader *loader)
{
	for (char *const *file = loader->options->files; file != NULL && *file != NULL; file++) {
		const RemoteCopy *copy = g_hash_table_lookup(loader->project->copies, *file);
		if (copy != NULL)
			return g_path_get_dirname(copy->file);
	}
	return NULL;
}

static void follow_files(Project *project, const ProjectOptions *options)
{
	if (*options->folder != '\0' || strcmp(project->files[0], "-") == 0)
		return;
	g_free(project->folder);
	project->folder = g_path_get_dirname(project->files[0]);
}

/* "name:" of the last file that has it; interpolated. NULL: none has; *failed with error. */
static char *name_of_files(Loader *loader, char *const *files, bool *failed, GError **error)
{
	g_autofree char *name = NULL;
	for (; *files != NULL; files++) {
		g_autoptr(GPtrArray) documents = loader_read(loader, *files, NULL);
		for (guint i = 0; documents != NULL && i < documents->len; i++) {
			const Document *document = documents->pdata[i];
			const char *said = json_str(document->tree, "name");
			if (*said != '\0') {
				g_free(name);
				name = g_strdup(said);
			}
		}
	}
	if (name == NULL || loader->options->no_interpolate)
		return g_steal_pointer(&name);
	char *done = interpolate(name, loader->environment, error);
	*failed = done == NULL;
	return done;
}

static bool choose_name(Loader *loader, Project *project, GError **error)
{
	const char *given = loader->options->name,
		   *set = environment_get(loader->environment, "COMPOSE_PROJECT_NAME");
	bool failed = false;
	if (*given == '\0' && set != NULL)
		given = set;
	if (*given != '\0') {
		project->name = g_strdup(given);
	} else {
		g_autofree char *named = name_of_files(loader, project->files, &failed, error),
				*base = g_path_get_basename(project->folder);
		if (failed)
			return false;
		/* Made valid: unlike a name given by a flag, it is not refused. */
		if (loader->options->no_normalize && named != NULL && *named != '\0') {
			project->name = g_strdup(named);
			environment_set(loader->environment, "COMPOSE_PROJECT_NAME", named, true);
			return true;
		}
		project->name = normal_name(named != NULL ? named : base);
		if (*project->name == '\0') {
			/* A name for "/": but errors of reading files come first. */
			g_autoptr(json_t) model = loader_model(loader, project->files, error);
			return model != NULL && fail(error, BERTH_ERROR_UNAVAILABLE,
							"project name must not be empty");
		}
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
	g_autofree char *before = g_strdup(project->folder), *elsewhere = copy_folder(loader);
	if (elsewhere == NULL)
		follow_files(project, loader->options);
	/* The files lie elsewhere, and so does their .env. */
	if (strcmp(before, project->folder) != 0 &&
		!load_environment(loader, project, project->folder, error))
		return false;
	/* A project is named after the folder that it is called in, also where its files are elsewhere. */
	loader->folder = loader->relative = elsewhere != NULL ? elsewhere : project->folder;
	loader->resolve = !loader->options->no_resolve_paths;
	if (!choose_name(loader, project, error))
		return false;
	if (elsewhere != NULL) {
		g_free(project->folder);
		project->folder = g_strdup(elsewhere);
	}
	project->model = loader_model(loader, project->files, error);
	if (project->model == NULL)
		return false;
	if (json_object_size(project->model) == 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "empty compose file");
	return project_finish(project, loader, error);
}

json_t *project_own_variables(const ProjectOptions *options)
{
	g_autoptr(Environment) environment = environment_new(true);
	g_autofree char *here = g_get_current_dir();
	g_autoptr(Project) project = g_new0(Project, 1);
	Loader loader = {.options = options, .environment = environment, .project = project};
	GHashTableIter each;
	gpointer name, value;
	json_t *found = json_object();
	project->folder = first_folder(options, here);
	if (!load_environment(&loader, project, project->folder, NULL))
		return found;
	g_hash_table_iter_init(&each, environment->values);
	while (g_hash_table_iter_next(&each, &name, &value))
		if (g_str_has_prefix(name, "COMPOSE_") && getenv(name) == NULL)
			json_object_set_new(found, name, json_lenient(value));
	return found;
}

Project *project_load(const ProjectOptions *options, GError **error)
{
	g_autoptr(Environment) environment = environment_new(true);
	g_autofree char *here = g_get_current_dir();
	g_autoptr(GPtrArray) documents =
		g_ptr_array_new_with_free_func((GDestroyNotify)document_free);
	g_autoptr(Project) project = g_new0(Project, 1);
	const char *compatible = environment_get(environment, "COMPOSE_COMPATIBILITY");
	environment_set(environment, "PWD", here, false);
	project->separator = options->compatibility || variable_is_true(compatible) ? "_" : "-";
	g_autoptr(GHashTable) streams =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	project->copies = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, (GDestroyNotify)remote_copy_free);
	project->remotes = json_object();
	Loader loader = {.options = options,
		.environment = environment,
		.documents = documents,
		.streams = streams,
		.project = project};
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
