/* Relative paths of a document, and the folder that they begin at. */
#include "compose/walk.h"

#include <string.h>

char *path_absolute(const char *folder, const char *path)
{
	if (*path == '~' && (path[1] == '/' || path[1] == '\0'))
		return g_build_filename(g_get_home_dir(), path + 1, NULL);
	return g_canonicalize_filename(path, folder);
}

static bool resolve(Walk *walk, json_t **value)
{
	if (!json_is_string(*value) || *json_string_value(*value) == '\0')
		return true;
	g_autofree char *path = path_absolute(walk->folder, json_string_value(*value));
	walk_set(value, json_lenient(path));
	return true;
}

static bool is_remote(const char *place)
{
	return strstr(place, "://") != NULL || g_str_has_prefix(place, "git@") ||
	       g_str_has_prefix(place, "github.com/") || strcmp(place, "-") == 0;
}

static bool resolve_context(Walk *walk, json_t **value)
{
	return is_remote(json_string_value(*value)) || resolve(walk, value);
}

/* A name, an image, another service or a folder. */
static bool resolve_named_context(Walk *walk, json_t **value)
{
	const char *place = json_string_value(*value);
	return place == NULL || is_remote(place) || g_str_has_prefix(place, "service:") ||
	       resolve(walk, value);
}

static bool resolve_mount(Walk *walk, json_t **value)
{
	json_t *source = json_object_get(*value, "source");
	if (strcmp(json_str(*value, "type"), "bind") != 0 || source == NULL)
		return true;
	g_autofree char *path = path_absolute(walk->folder, json_string_value(source));
	json_object_set_new(*value, "source", json_lenient(path));
	return true;
}

/* The "device" of a volume that is a bind. */
static bool resolve_volume(Walk *walk, json_t **value)
{
	const char *options = json_str(*value, "driver_opts.o"),
		   *device = json_str(*value, "driver_opts.device");
	if (strstr(options, "bind") == NULL || *device == '\0')
		return true;
	g_autofree char *path = path_absolute(walk->folder, device);
	json_object_set_new(json_object_get(*value, "driver_opts"), "device", json_lenient(path));
	return true;
}

bool document_resolve(Document *document, const char *folder, GError **error)
{
	static const struct {
		const char *pattern;
		Visit visit;
	} places[] = {{"services.*.build.context", resolve_context},
		{"services.*.build.additional_contexts.*", resolve_named_context},
		{"services.*.env_file[].path", resolve}, {"services.*.label_file[]", resolve},
		{"services.*.extends.file", resolve}, {"services.*.volumes[]", resolve_mount},
		{"services.*.develop.watch[].path", resolve},
		{"services.*.credential_spec.file", resolve}, {"volumes.*", resolve_volume},
		{"secrets.*.file", resolve}, {"configs.*.file", resolve},
		{"include[].path[]", resolve_context}, {"include[].project_directory", resolve},
		{"include[].env_file[]", resolve}};
	g_autoptr(GString) path = g_string_new("");
	Walk walk = {document, folder, path, error};
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		if (!walk_at(&walk, &document->tree, places[i].pattern, places[i].visit))
			return false;
	return true;
}
