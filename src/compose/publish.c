/* The published form of a project: its Compose files as written, except for names of files that are included in the
 * artifact. */
#include "compose/publish.h"
#include "compose/load.h"
#include "compose/remote.h"
#include "compose/yaml.h"

#include "base/error.h"
#include "base/fd.h"
#include "version.h"

#include <errno.h>
#include <string.h>

enum { MAX_FILE = 8 << 20, MAX_EXTENDED = 256 };

static void G_GNUC_PRINTF(2, 3) complain(GString *text, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_string_append_vprintf(text, format, values);
	va_end(values);
	g_string_append_c(text, '\n');
}

bool publish_check(const Project *project, GError **error)
{
	g_autoptr(GString) unbuilt = g_string_new("");
	const char *name;
	json_t *service;
	if (project->includes_local)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"cannot publish compose file with local includes");
	json_object_foreach (project_services(project), name, service)
		if (*json_str(service, "image") == '\0' &&
			json_object_get(service, "build") != NULL)
			complain(unbuilt, "- \"%s\"", name);
	return unbuilt->len == 0 ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "your Compose stack cannot be published as it only contains a build "
		       "section for service(s):\n%s",
		       unbuilt->str);
}

bool publish_check_variables(
	const Project *project, const Project *declared, bool with_env, GError **error)
{
	g_autoptr(GString) open = g_string_new("");
	const char *name;
	json_t *value;
	json_object_foreach (project_services(project), name, value) {
		const json_t *said = json_object_get(project_services(declared), name);
		if (json_filled(json_object_get(said, "env_file")))
			complain(open, "service \"%s\" has env_file declared.", name);
		if (json_filled(json_object_get(value, "environment")))
			complain(
				open, "service \"%s\" has environment variable(s) declared.", name);
	}
	json_object_foreach (json_object_get(project->model, "configs"), name, value)
		if (*json_str(value, "environment") != '\0')
			complain(open, "config \"%s\" is declare as an environment variable.",
				json_str(value, "name"));
	return with_env || open->len == 0 ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "%sTo avoid leaking sensitive data, you must either explicitly allow the "
		       "sending of environment variables by using the --with-env flag,\nor remove "
		       "sensitive data from your Compose configuration",
		       open->str);
}

json_t *publish_binds(const Project *project)
{
	json_t *list = json_array(), *service, *mount;
	const char *name;
	size_t i;
	json_object_foreach (project_services(project), name, service)
		json_array_foreach (json_object_get(service, "volumes"), i, mount) {
			if (strcmp(json_str(mount, "type"), "bind") != 0)
				continue;
			g_autofree char *text = g_strdup_printf("%s:%s:%s",
				json_str(mount, "source"), json_str(mount, "target"),
				json_bool(mount, "read_only") ? "ro" : "rw");
			json_array_append_new(list, json_pack("{s:s, s:o}", "service", name, "text",
							    json_lenient(text)));
		}
	return list;
}

json_t *publish_variables(const Project *project)
{
	json_t *all = json_object(), *value;
	const char *name;
	json_object_foreach (project_services(project), name, value)
		if (json_filled(json_object_get(value, "environment")))
			json_object_set(all, name, json_object_get(value, "environment"));
	json_object_foreach (json_object_get(project->model, "configs"), name, value)
		if (*json_str(value, "environment") != '\0')
			json_object_set_new(all, json_str(value, "name"),
				json_pack("{s:s}", json_str(value, "name"),
					json_str(value, "environment")));
	return all;
}

static bool look_into(json_t *found, const char *path, GError **error)
{
	g_autofree char *text = file_read(path, MAX_FILE);
	if (text == NULL)
		return fail(
			error, BERTH_ERROR_UNAVAILABLE, "open %s: %s", path, errno_words(errno));
	g_autoptr(json_t) some = secrets_found(text);
	json_array_extend(found, some);
	return true;
}

/* The strings of the model, each with its path as key. */
static void look_at_model(json_t *found, const json_t *value, const char *path)
{
	const char *name;
	json_t *member;
	size_t i;
	if (json_is_string(value)) {
		g_autoptr(json_t) some = secrets_found(json_string_value(value));
		json_array_foreach (some, i, member) {
			json_object_set_new(member, "key", json_lenient(path));
			json_array_append(found, member);
		}
	}
	json_array_foreach (value, i, member) {
		g_autofree char *below = g_strdup_printf("%s[%zu]", path, i);
		look_at_model(found, member, below);
	}
	json_object_foreach ((json_t *)value, name, member) {
		g_autofree char *below = g_strconcat(path, *path != '\0' ? "." : "", name, NULL);
		look_at_model(found, member, below);
	}
}

/* Replaces the text of a scalar in a file. */
typedef struct {
	const Place *place;
	char *text;
} Change;

static void change_free(gpointer data)
{
	g_free(((Change *)data)->text);
	g_free(data);
}

/* Files that are added to the artifact: path -> name in it. */
typedef struct {
	const Project *project;
	const char *folder; /* base folder of the current file's paths */
	json_t *extended, *env_files;
} Parts;

/* Named so that its path is not revealed. */
static char *part_name(json_t *parts, const char *path, const char *suffix)
{
	g_autoptr(GChecksum) hash = g_checksum_new(G_CHECKSUM_SHA256);
	g_checksum_update(hash, (const guchar *)path, -1);
	char *name = g_strconcat(g_checksum_get_string(hash), suffix, NULL);
	json_object_set_new(parts, path, json_string(name));
	return name;
}

static void change(GPtrArray *changes, const Document *document, const char *at, char *text)
{
	const Place *place = g_hash_table_lookup(document->places, at);
	if (place == NULL || place->value_line == 0) {
		g_free(text);
		return;
	}
	Change *one = g_new0(Change, 1);
	*one = (Change){place, text};
	g_ptr_array_add(changes, one);
}

/* Variables in a path are those that the project was loaded with. */
static char *part_path(const Parts *parts, const char *said)
{
	g_autoptr(Environment) environment = environment_new(false);
	const char *name;
	json_t *value;
	environment->quiet = true;
	json_object_foreach (parts->project->environment, name, value)
		environment_set(environment, name, json_string_value(value), true);
	g_autofree char *plain = interpolate(said, environment, NULL);
	return path_absolute(parts->folder, plain != NULL ? plain : said);
}

static void change_env_file(Parts *parts, GPtrArray *changes, const Document *document,
	const char *at, const char *said)
{
	g_autofree char *path = part_path(parts, said);
	change(changes, document, at, part_name(parts->env_files, path, ".env"));
}

static void change_env_files(
	Parts *parts, GPtrArray *changes, const Document *document, const char *name)
{
	g_autofree char *at = g_strconcat("services.", name, ".env_file", NULL);
	const json_t *files = json_object_get(
		json_object_get(json_object_get(document->tree, "services"), name), "env_file");
	size_t i;
	json_t *file;
	if (json_is_string(files))
		change_env_file(parts, changes, document, at, json_string_value(files));
	json_array_foreach (files, i, file) {
		bool plain = json_is_string(file);
		g_autofree char *each = g_strdup_printf("%s[%zu]%s", at, i, plain ? "" : ".path");
		change_env_file(parts, changes, document, each,
			plain ? json_string_value(file) : json_str(file, "path"));
	}
}

/* Remote files are referenced, not included. */
static void change_extends(
	Parts *parts, GPtrArray *changes, const Document *document, const char *name)
{
	const json_t *service = json_object_get(json_object_get(document->tree, "services"), name);
	const char *said = json_str(json_object_get(service, "extends"), "file");
	if (*said == '\0' || remote_is(said))
		return;
	g_autofree char *path = part_path(parts, said),
			*at = g_strconcat("services.", name, ".extends.file", NULL);
	if (g_file_test(path, G_FILE_TEST_EXISTS))
		change(changes, document, at, part_name(parts->extended, path, ".yaml"));
}

static int compare_changes(gconstpointer a, gconstpointer b)
{
	const Place *one = (*(Change *const *)a)->place, *other = (*(Change *const *)b)->place;
	return one->value_line != other->value_line ? one->value_line - other->value_line
						    : one->value_column - other->value_column;
}

/* Lines and columns count from 1; a column is a character. */
static const char *position(const char *text, int line, int column)
{
	for (; line > 1 && *text != '\0'; line--)
		text += strcspn(text, "\n") + 1;
	for (; column > 1 && *text != '\0'; column--)
		text = g_utf8_next_char(text);
	return text;
}

static char *changed(const char *text, GPtrArray *changes)
{
	g_autoptr(GString) out = g_string_new("");
	const char *at = text;
	g_ptr_array_sort(changes, compare_changes);
	for (guint i = 0; i < changes->len; i++) {
		const Change *one = changes->pdata[i];
		const Place *place = one->place;
		const char *begin = position(text, place->value_line, place->value_column);
		g_string_append_len(out, at, begin - at);
		g_string_append(out, one->text);
		at = position(text, place->end_line, place->end_column);
	}
	g_string_append(out, at);
	return g_strdup(out->str);
}

/* A Compose file in published form. NULL with error. */
static char *file_text(Parts *parts, const char *path, GError **error)
{
	g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func(change_free);
	g_autofree char *text = file_read(path, MAX_FILE);
	if (text == NULL) {
		fail(error, BERTH_ERROR_UNAVAILABLE, "open %s: %s", path, errno_words(errno));
		return NULL;
	}
	g_autoptr(GPtrArray) documents = yaml_parse(path, text, strlen(text), error);
	if (documents == NULL)
		return NULL;
	for (guint i = 0; i < documents->len; i++) {
		const Document *document = documents->pdata[i];
		const char *name;
		json_t *service;
		json_object_foreach (json_object_get(document->tree, "services"), name, service) {
			change_env_files(parts, changes, document, name);
			change_extends(parts, changes, document, name);
		}
	}
	return changed(text, changes);
}

static void add_layer(json_t *layers, bool env_file, const char *name, const char *text)
{
	g_autofree char *base = g_path_get_basename(name);
	json_array_append_new(
		layers, json_pack("{s:s, s:{s:s, s:o}, s:o}", "mediaType",
				env_file ? ARTIFACT_ENV_FILE : ARTIFACT_FILE, "annotations",
				"com.docker.compose.version", BERTH_COMPOSE_VERSION,
				env_file ? "com.docker.compose.envfile" : "com.docker.compose.file",
				json_lenient(base), "text", json_lenient(text)));
}

static json_t *last_annotations(const json_t *layers)
{
	return json_object_get(json_array_get(layers, json_array_size(layers) - 1), "annotations");
}

/* Files that the files extend, recursively. */
static bool add_extended(json_t *layers, Parts *parts, GError **error)
{
	g_autoptr(json_t) done = json_object();
	for (size_t count = 0; count < json_object_size(parts->extended);) {
		const char *path;
		json_t *name;
		void *next;
		count = json_object_size(parts->extended);
		if (count > MAX_EXTENDED)
			return fail(error, BERTH_ERROR_UNAVAILABLE, "too many files are extended");
		json_object_foreach_safe (parts->extended, next, path, name) {
			if (json_object_get(done, path) != NULL)
				continue;
			json_object_set(done, path, name);
			g_autofree char *called = g_strdup(json_string_value(name)),
					*folder = g_path_get_dirname(path);
			parts->folder = folder;
			g_autofree char *text = file_text(parts, path, error);
			if (text == NULL)
				return false;
			add_layer(layers, false, called, text);
			json_object_set_new(last_annotations(layers), "com.docker.compose.extends",
				json_string("true"));
		}
	}
	return true;
}

json_t *publish_layers(const Project *project, bool with_env, const char *digests, GError **error)
{
	g_autoptr(json_t) layers = json_array(), extended = json_object(),
			  env_files = json_object();
	Parts parts = {project, project->folder, extended, env_files};
	const char *path;
	json_t *name;
	for (char *const *file = project->files; *file != NULL; file++) {
		g_autofree char *text = file_text(&parts, *file, error);
		if (text == NULL)
			return NULL;
		add_layer(layers, false, *file, text);
	}
	if (!add_extended(layers, &parts, error))
		return NULL;
	json_object_foreach (with_env ? env_files : NULL, path, name) {
		/* A missing file is no error: it may be optional. */
		g_autofree char *text = file_read(path, MAX_FILE);
		if (text != NULL)
			add_layer(layers, true, json_string_value(name), text);
	}
	if (digests != NULL)
		add_layer(layers, false, "image-digests.yaml", digests);
	return g_steal_pointer(&layers);
}

static bool is_found(const json_t *found, const char *value)
{
	size_t i;
	json_t *one;
	json_array_foreach (found, i, one)
		if (strcmp(json_str(one, "value"), value) == 0)
			return true;
	return false;
}

/* What is sent is text: with what other files override, with files that are extended, and with comments. */
static bool look_at_layers(json_t *found, const Project *project, GError **error)
{
	g_autoptr(json_t) layers = publish_layers(project, false, NULL, error);
	json_t *layer, *one;
	size_t i, k;
	json_array_foreach (layers, i, layer) {
		g_autoptr(json_t) some = secrets_found(json_str(layer, "text"));
		json_array_foreach (some, k, one)
			if (!is_found(found, json_str(one, "value")))
				json_array_append(found, one);
	}
	return layers != NULL;
}

json_t *publish_secrets(const Project *project, GError **error)
{
	static const char *const kinds[] = {"configs", "secrets"};
	g_autoptr(json_t) found = json_array();
	const char *name;
	json_t *value, *file;
	size_t i;
	look_at_model(found, project->model, "");
	json_object_foreach (project_services(project), name, value)
		json_array_foreach (json_object_get(value, "env_file"), i, file)
			if (!look_into(found, json_str(file, "path"), error))
				return NULL;
	for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++)
		json_object_foreach (json_object_get(project->model, kinds[k]), name, value)
			if (*json_str(value, "file") != '\0' &&
				!look_into(found, json_str(value, "file"), error))
				return NULL;
	return look_at_layers(found, project, error) ? g_steal_pointer(&found) : NULL;
}
