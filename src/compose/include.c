/* "include": other projects' files, each with its own folder and variables, merged into the model. */
#include "compose/keys.h"
#include "compose/load.h"

#include "base/error.h"
#include "base/shown.h"

#include <stdio.h>
#include <string.h>

/* Files that include each other twice over would have no end: each level doubles the work. */
enum { MAX_INCLUDES = 1000 };

/* One entry of "include". */
typedef struct {
	char **files;	/* absolute */
	char *folder;	/* base folder of its files; absolute */
	char *relative; /* prefix of its paths */
	json_t *env_files;
} Include;

static void include_clear(Include *include)
{
	g_strfreev(include->files);
	g_free(include->folder);
	g_free(include->relative);
	json_decref(include->env_files);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Include, include_clear)

static bool add_resources(Document *document, const json_t *other, GError **error)
{
	static const char *const kinds[] = {
		"services", "volumes", "networks", "secrets", "configs", "models"};
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		json_t *theirs = json_object_get(other, kinds[i]), *value,
		       *mine = json_object_get(document->tree, kinds[i]);
		const char *name;
		if (!json_is_object(theirs))
			continue;
		if (!json_is_object(mine))
			json_object_set_new(document->tree, kinds[i], mine = json_object());
		json_object_foreach (theirs, name, value) {
			g_autofree char *path = g_strconcat(kinds[i], ".", name, NULL);
			json_t *known = json_object_get(mine, name);
			if (known != NULL && !json_equal(known, value))
				return document_fail(document, error, path,
					"%s conflicts with imported resource", path);
			json_object_set(mine, name, value);
		}
	}
	return true;
}

/* Its own variables: those of its env_file or .env, overridden by the current ones. */
static bool own_variables(
	const Loader *loader, Environment *environment, const Include *include, GError **error)
{
	g_autofree char *usual = g_build_filename(include->folder, ".env", NULL);
	bool implied = json_array_size(include->env_files) == 0;
	g_auto(GStrv) files = json_strv(include->env_files);
	const char *lone[] = {usual, NULL};
	for (const char *const *file = implied ? lone : (const char *const *)files; *file != NULL;
		file++) {
		g_autofree char *path = path_absolute(loader->folder, *file);
		if (!remote_holds(loader->project, path, error))
			return false;
		if (implied && g_file_test(path, G_FILE_TEST_IS_DIR))
			continue;
		g_autoptr(json_t) values = dotenv_read(path, false, !implied, environment, error);
		const char *name;
		json_t *value;
		if (values == NULL)
			return false;
		json_object_foreach (values, name, value)
			environment_set(environment, name, json_string_value(value), false);
	}
	return true;
}

static Environment *copy_environment(const Environment *from)
{
	Environment *copy = environment_new(false);
	GHashTableIter each;
	gpointer name, value;
	copy->quiet = from->quiet;
	g_hash_table_iter_init(&each, from->values);
	while (g_hash_table_iter_next(&each, &name, &value))
		environment_set(copy, name, value, true);
	return copy;
}

static json_t *texts(const json_t *value)
{
	return json_is_string(value)  ? json_pack("[O]", value)
	       : json_is_array(value) ? json_incref((json_t *)value)
				      : json_array();
}

static bool is_texts(const json_t *value)
{
	size_t i;
	json_t *item;
	json_array_foreach (value, i, item)
		if (!json_is_string(item))
			return false;
	return value == NULL || json_is_null(value) || json_is_string(value) ||
	       json_is_array(value);
}

static bool check_include(const json_t *from, GError **error)
{
	static const char *const lists[] = {"path", "env_file"};
	const json_t *folder = json_object_get(from, "project_directory");
	if (!json_is_string(from) && !json_is_object(from) && !json_is_null(from))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "must be a path or a mapping");
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		if (!is_texts(json_object_get(from, lists[i])))
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"%s must be a string or a list of strings", lists[i]);
	return folder == NULL || json_is_null(folder) || json_is_string(folder) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "project_directory must be a string");
}

/* Paths of a remote copy are absolute: they have no relation to the current folder. */
static bool read_include(const Loader *loader, const json_t *from, Include *include, GError **error)
{
	bool remote = false;
	if (!check_include(from, error))
		return false;
	g_autoptr(json_t) paths =
		texts(json_is_string(from) ? from : json_object_get(from, "path"));
	g_autoptr(GStrvBuilder) files = g_strv_builder_new();
	const char *folder = json_str(from, "project_directory");
	for (size_t i = 0; i < json_array_size(paths); i++) {
		const char *said = json_elem(paths, i);
		bool elsewhere = remote_is(said);
		const RemoteCopy *copy =
			elsewhere ? loader_remote(loader, said, "include", error) : NULL;
		if (elsewhere && copy == NULL)
			return false;
		g_autofree char *path =
			elsewhere ? g_strdup(copy->file) : path_absolute(loader->folder, said);
		remote = remote || (elsewhere && i == 0);
		loader->project->includes_local |= !elsewhere;
		g_strv_builder_add(files, path);
	}
	include->files = g_strv_builder_end(files);
	include->env_files = texts(json_object_get(from, "env_file"));
	if (include->files[0] == NULL)
		return true;
	include->folder = *folder != '\0' ? path_absolute(loader->folder, folder)
					  : g_path_get_dirname(include->files[0]);
	/* If it is no folder, its parent is. */
	g_autofree char *real = *folder == '\0' || g_file_test(include->folder, G_FILE_TEST_IS_DIR)
					? g_strdup(include->folder)
					: g_path_get_dirname(include->folder);
	include->relative = *folder == '/' ? g_strdup(folder)
			    : remote	   ? g_strdup(include->folder)
					   : path_relative(loader->folder, real);
	return true;
}

/* The chain of including files, with this one. */
static const char **longer(const char *const *included, const char *file)
{
	size_t count = included != NULL ? g_strv_length((char **)included) : 0;
	const char **all = g_new0(const char *, count + 2);
	for (size_t i = 0; i < count; i++)
		all[i] = included[i];
	all[count] = file;
	return all;
}

static bool include_one(Loader *loader, Document *document, const json_t *from,
	const char *const *included, const char *at, GError **error)
{
	g_auto(Include) include = {0};
	g_autoptr(GError) problem = NULL;
	if (++loader->project->includes > MAX_INCLUDES)
		return document_fail(document, error, at,
			"too many files are included: more than %d", MAX_INCLUDES);
	if (!read_include(loader, from, &include, &problem))
		return document_fail(document, error, at, "%s", problem->message);
	if (include.files[0] == NULL)
		return true;
	if (g_strv_contains(included, include.files[0])) {
		g_autofree char *way = g_strjoinv("\n include ", (char **)included + 1);
		return document_fail(document, error, at,
			"include cycle detected:\n%s\n include %s%s%s", included[0], way,
			*way != '\0' ? "\n include " : "", include.files[0]);
	}
	g_autoptr(Environment) environment = copy_environment(loader->environment);
	if (!own_variables(loader, environment, &include, error))
		return false;
	Loader other = *loader;
	other.folder = include.folder;
	other.relative = include.relative;
	other.resolve = true;
	other.environment = environment;
	other.included = included;
	g_autoptr(json_t) model = loader_model(&other, include.files, error);
	return model != NULL && add_resources(document, model, error);
}

bool include_apply(Loader *loader, Document *document, const char *file, GError **error)
{
	json_t *list = json_object_get(document->tree, "include"), *entry;
	size_t i;
	g_autofree const char **included = longer(loader->included, file);
	if (list != NULL && !json_is_array(list) && !json_is_null(list))
		return document_fail(document, error, "include", "must be a list");
	json_array_foreach (list, i, entry) {
		g_autofree char *at = g_strdup_printf("include[%zu]", i);
		if (!include_one(loader, document, entry, included, at, error))
			return false;
	}
	json_object_del(document->tree, "include");
	return true;
}

static void warn_obsolete(json_t *tree, const char *file)
{
	if (json_object_get(tree, "version") == NULL)
		return;
	compose_warn("%s: the attribute `version` is obsolete, it will be ignored, please "
		     "remove it to "
		     "avoid potential confusion",
		file);
	json_object_del(tree, "version");
}

bool loader_merge(
	Loader *loader, Document *document, const char *file, json_t **tree, GError **error)
{
	g_autoptr(GError) problem = NULL;
	if (!json_is_object(document->tree))
		return document_fail(document, error, "", "top-level object must be a mapping");
	if (!remote_bounds(loader, document, file, loader->folder, error) ||
		!loader_prepare(loader, document, error) ||
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
	g_autoptr(GPtrArray) documents = loader_read(loader, file, error);
	if (documents == NULL)
		return false;
	for (guint i = 0; i < documents->len; i++)
		if (!loader_merge(loader, documents->pdata[i], file, tree, error))
			return false;
	/* Kept for error messages of later stages. */
	while (documents->len > 0)
		g_ptr_array_add(loader->documents, g_ptr_array_steal_index(documents, 0));
	return true;
}

/* Values of variables: names in a list, secrets and configs. */
static void add_from_environment(Loader *loader, json_t *tree)
{
	/* A file cannot contain the content of a secret. */
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
	/* Variables left in it are not replaced by later stages. */
	if (!loader->options->no_interpolate)
		add_from_environment(loader, tree);
	return g_steal_pointer(&tree);
}
