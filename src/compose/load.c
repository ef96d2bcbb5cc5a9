/* A project from its files: which they are, what they are called, and all of them as one model. */
#include "compose/load.h"
#include "compose/keys.h"
#include "compose/yaml.h"

#include "base/error.h"
#include "base/shown.h"
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

bool loader_prepare(Loader *loader, Document *document, GError **error)
{
	return loader->options->no_interpolate ||
	       (document_interpolate(document, loader->environment, error) &&
		       document_cast(document, error));
}

static void warn_obsolete(json_t *tree, const char *file)
{
	if (json_object_get(tree, "version") == NULL)
		return;
	print_to(stderr,
		"WARN[0000] %s: the attribute `version` is obsolete, it will be ignored, please "
		"remove it to "
		"avoid potential confusion\n",
		file);
	json_object_del(tree, "version");
}

bool loader_merge(
	Loader *loader, Document *document, const char *file, json_t **tree, GError **error)
{
	g_autoptr(GError) problem = NULL;
	if (!json_is_object(document->tree))
		return document_fail(document, error, "", "top-level object must be a mapping");
	if (!loader_prepare(loader, document, error) ||
		!extends_apply(loader, document, file, error))
		return false;
	tree_reset(*tree, document);
	if (!include_apply(loader, document, file, error))
		return false;
	json_t *merged = compose_merge(*tree, document->tree, &problem);
	if (merged == NULL)
		return document_fail(document, error, "", "%s", problem->message);
	walk_set(tree, merged);
	if (!tree_unique(*tree, error) || !document_check(document, *tree, error))
		return false;
	warn_obsolete(*tree, file);
	return tree_canonical(document, *tree, loader->options->no_interpolate, error) &&
	       tree_unique(*tree, error);
}

static bool merge_file(Loader *loader, const char *file, json_t **tree, GError **error)
{
	g_autoptr(GPtrArray) documents = loader_read(file, error);
	if (documents == NULL)
		return false;
	for (guint i = 0; i < documents->len; i++)
		if (!loader_merge(loader, documents->pdata[i], file, tree, error))
			return false;
	/* They stay, for the messages of those who look at the whole. */
	while (documents->len > 0)
		g_ptr_array_add(loader->documents, g_ptr_array_steal_index(documents, 0));
	return true;
}

/* What stands in variables: of names in a list, of secrets and of configs. */
static void add_from_environment(Loader *loader, json_t *tree)
{
	/* A secret's content is nothing that a file may say. */
	static const char *const kinds[][2] = {{"secrets", SECRET_CONTENT}, {"configs", "content"}};
	const char *name, *known;
	json_t *value, *item;
	size_t n;
	json_object_foreach (json_object_get(tree, "services"), name, value) {
		json_t *list = json_object_get(value, "environment");
		json_array_foreach (list, n, item) {
			const char *variable = json_string_value(item);
			known = variable != NULL ? environment_get(loader->environment, variable)
						 : NULL;
			g_autofree char *pair =
				g_strconcat(variable != NULL ? variable : "", "=", known, NULL);
			if (known != NULL)
				json_array_set_new(list, n, json_lenient(pair));
		}
	}
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		json_object_foreach (json_object_get(tree, kinds[i][0]), name, value) {
			known = environment_get(
				loader->environment, json_str(value, "environment"));
			if (json_is_string(json_object_get(value, "environment")) && known != NULL)
				json_object_set_new(value, kinds[i][1], json_lenient(known));
		}
}

json_t *loader_model(Loader *loader, char *const *files, GError **error)
{
	g_autoptr(json_t) tree = json_object();
	g_autoptr(GError) problem = NULL;
	for (; *files != NULL; files++)
		if (!merge_file(loader, *files, &tree, error))
			return NULL;
	if (!tree_defaults(tree, error) || !tree_check(tree, error))
		return NULL;
	if (loader->resolve && !tree_resolve(tree, loader->relative, error))
		return NULL;
	/* Variables that are left in it are left alone all over. */
	if (!loader->options->no_interpolate)
		add_from_environment(loader, tree);
	return g_steal_pointer(&tree);
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

/* "name:" of the files, the last one's; interpolated. NULL: none says any; *failed with error. */
static char *name_of_files(Loader *loader, char *const *files, bool *failed, GError **error)
{
	g_autofree char *name = NULL;
	for (; *files != NULL; files++) {
		/* Standard input can be read once. */
		g_autoptr(GPtrArray) documents =
			strcmp(*files, "-") != 0 ? loader_read(*files, NULL) : NULL;
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
		/* As far as it can be one: a name of a file is no flag's. */
		project->name = normal_name(named != NULL ? named : base);
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
	loader->folder = loader->relative = project->folder;
	loader->resolve = !loader->options->no_resolve_paths;
	if (!choose_name(loader, project, error))
		return false;
	project->model = loader_model(loader, project->files, error);
	if (project->model == NULL)
		return false;
	if (json_object_size(project->model) == 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "empty compose file");
	return project_finish(project, loader, error);
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
	project->separator = options->compatibility || g_strcmp0(compatible, "1") == 0 ||
					     g_strcmp0(compatible, "true") == 0
				     ? "_"
				     : "-";
	Loader loader = {.options = options, .environment = environment, .documents = documents};
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
	g_free(project->credentials);
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
