/* "include": other projects' files, each with its own folder and variables, added to the model. */
#include "compose/load.h"

#include "base/error.h"

#include <string.h>

/* One entry of "include". */
typedef struct {
	char **files;	/* absolute */
	char *folder;	/* where its files are looked for; absolute */
	char *relative; /* what its paths begin with */
	json_t *env_files;
} Wish;

static void wish_clear(Wish *wish)
{
	g_strfreev(wish->files);
	g_free(wish->folder);
	g_free(wish->relative);
	json_decref(wish->env_files);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Wish, wish_clear)

char *path_relative(const char *from, const char *to)
{
	g_auto(GStrv) a = g_strsplit(strcmp(from, "/") == 0 ? "" : from, "/", -1),
		      b = g_strsplit(strcmp(to, "/") == 0 ? "" : to, "/", -1);
	g_autoptr(GString) way = g_string_new("");
	int same = 0;
	while (a[same] != NULL && b[same] != NULL && strcmp(a[same], b[same]) == 0)
		same++;
	for (int i = same; a[i] != NULL; i++)
		g_string_append(way, way->len > 0 ? "/.." : "..");
	for (int i = same; b[i] != NULL; i++)
		g_string_append_printf(way, "%s%s", way->len > 0 ? "/" : "", b[i]);
	return g_strdup(way->len > 0 ? way->str : ".");
}

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

/* Its own variables: those of its env_file or .env under those that we have. */
static bool own_variables(Environment *environment, const Wish *wish, const char *folder,
	const char *included, GError **error)
{
	g_autofree char *usual = g_build_filename(included, ".env", NULL);
	bool implied = json_array_size(wish->env_files) == 0;
	g_auto(GStrv) files = json_strv(wish->env_files);
	const char *lone[] = {usual, NULL};
	for (const char *const *file = implied ? lone : (const char *const *)files; *file != NULL;
		file++) {
		g_autofree char *path = path_absolute(folder, *file);
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

static bool read_wish(const Loader *loader, const json_t *from, Wish *wish)
{
	g_autoptr(json_t) paths =
		texts(json_is_string(from) ? from : json_object_get(from, "path"));
	g_autoptr(GStrvBuilder) files = g_strv_builder_new();
	const char *folder = json_str(from, "project_directory");
	for (size_t i = 0; i < json_array_size(paths); i++) {
		g_autofree char *path = path_absolute(loader->folder, json_elem(paths, i));
		g_strv_builder_add(files, path);
	}
	wish->files = g_strv_builder_end(files);
	wish->env_files = texts(json_object_get(from, "env_file"));
	if (wish->files[0] == NULL)
		return false;
	wish->folder = *folder != '\0' ? path_absolute(loader->folder, folder)
				       : g_path_get_dirname(wish->files[0]);
	/* What is no folder is a file in it. */
	g_autofree char *real = *folder == '\0' || g_file_test(wish->folder, G_FILE_TEST_IS_DIR)
					? g_strdup(wish->folder)
					: g_path_get_dirname(wish->folder);
	wish->relative = *folder == '/' ? g_strdup(folder) : path_relative(loader->folder, real);
	return true;
}

/* The files that led to one, with it. */
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
	g_auto(Wish) wish = {0};
	if (!read_wish(loader, from, &wish))
		return document_fail(document, error, at, "the path is missing");
	if (g_strv_contains(included, wish.files[0])) {
		g_autofree char *way = g_strjoinv("\n include ", (char **)included + 1);
		return document_fail(document, error, at,
			"include cycle detected:\n%s\n include %s%s%s", included[0], way,
			*way != '\0' ? "\n include " : "", wish.files[0]);
	}
	g_autoptr(Environment) environment = copy_environment(loader->environment);
	if (!own_variables(environment, &wish, loader->folder, wish.folder, error))
		return false;
	Loader other = *loader;
	other.folder = wish.folder;
	other.relative = wish.relative;
	other.resolve = true;
	other.environment = environment;
	other.included = included;
	g_autoptr(json_t) model = loader_model(&other, wish.files, error);
	return model != NULL && add_resources(document, model, error);
}

bool include_apply(Loader *loader, Document *document, const char *file, GError **error)
{
	json_t *list = json_object_get(document->tree, "include"), *wish;
	size_t i;
	g_autofree const char **included = longer(loader->included, file);
	if (list != NULL && !json_is_array(list) && !json_is_null(list))
		return document_fail(document, error, "include", "must be a list");
	json_array_foreach (list, i, wish) {
		g_autofree char *at = g_strdup_printf("include[%zu]", i);
		if (!include_one(loader, document, wish, included, at, error))
			return false;
	}
	json_object_del(document->tree, "include");
	return true;
}
