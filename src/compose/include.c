/* "include": other projects' files, each with its own folder and variables, added to the model. */
#include "compose/load.h"

#include "base/error.h"

#include <string.h>

enum { MAX_DEPTH = 16 };

static bool add_resources(Loader *loader, json_t *tree, const json_t *other, GError **error)
{
	static const char *const kinds[] = {
		"services", "networks", "volumes", "secrets", "configs", "models"};
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		json_t *mine = json_object_get(tree, kinds[i]),
		       *theirs = json_object_get(other, kinds[i]), *value;
		const char *name;
		if (!json_is_object(theirs))
			continue;
		if (!json_is_object(mine)) {
			json_object_set(tree, kinds[i], theirs);
			continue;
		}
		json_object_foreach (theirs, name, value) {
			g_autofree char *path = g_strconcat(kinds[i], ".", name, NULL);
			json_t *known = json_object_get(mine, name);
			if (known != NULL && !json_equal(known, value))
				return loader_fail(loader, error, path,
					"%s conflicts with imported resource", path);
			json_object_set(mine, name, value);
		}
	}
	return true;
}

/* Its own variables: those of its env_file or .env under those that we have. */
static bool own_variables(Loader *other, const json_t *wish, GError **error)
{
	json_t *files = json_object_get(wish, "env_file");
	g_autofree char *usual = g_build_filename(other->folder, ".env", NULL);
	g_autoptr(json_t) lone = json_pack("[s]", usual);
	json_t *list = json_array_size(files) > 0 ? files : lone;
	for (size_t i = 0; i < json_array_size(list); i++) {
		g_autoptr(json_t) values = dotenv_read(
			json_elem(list, i), false, list != lone, other->environment, error);
		const char *name;
		json_t *value;
		if (values == NULL)
			return false;
		json_object_foreach (values, name, value)
			if (json_is_string(value))
				environment_set(
					other->environment, name, json_string_value(value), false);
	}
	return true;
}

static Environment *copy_environment(const Environment *from)
{
	Environment *copy = environment_new(false);
	GHashTableIter each;
	gpointer name, value;
	g_hash_table_iter_init(&each, from->values);
	while (g_hash_table_iter_next(&each, &name, &value))
		environment_set(copy, name, value, true);
	return copy;
}

static bool include_one(Loader *loader, json_t *tree, const json_t *wish, GError **error)
{
	g_autoptr(Environment) environment = copy_environment(loader->environment);
	g_auto(GStrv) files = json_strv(json_object_get(wish, "path"));
	Loader other = *loader;
	if (*files == NULL)
		return true;
	g_autofree char *folder = *json_str(wish, "project_directory") != '\0'
					  ? g_strdup(json_str(wish, "project_directory"))
					  : g_path_get_dirname(*files);
	other.folder = folder;
	other.environment = environment;
	other.depth++;
	if (other.depth > MAX_DEPTH)
		return loader_fail(loader, error, "include", "include cycle detected: %s", *files);
	if (!own_variables(&other, wish, error))
		return false;
	g_autoptr(json_t) model = loader_merge(&other, files, error);
	return model != NULL && include_apply(&other, model, error) &&
	       add_resources(loader, tree, model, error);
}

bool include_apply(Loader *loader, json_t *tree, GError **error)
{
	json_t *list = json_object_get(tree, "include"), *wish;
	size_t i;
	json_array_foreach (list, i, wish)
		if (!include_one(loader, tree, wish, error))
			return false;
	json_object_del(tree, "include");
	return true;
}
