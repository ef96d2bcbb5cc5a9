/* Makes relative paths of a tree absolute. */
#include "compose/load.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

char *path_clean(const char *path)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);
	g_autoptr(GPtrArray) kept = g_ptr_array_new();
	bool rooted = *path == '/';
	for (int i = 0; parts[i] != NULL; i++) {
		bool up = strcmp(parts[i], "..") == 0;
		if (*parts[i] == '\0' || strcmp(parts[i], ".") == 0)
			continue;
		if (up && kept->len > 0 && strcmp(kept->pdata[kept->len - 1], "..") != 0)
			g_ptr_array_remove_index(kept, kept->len - 1);
		else if (!up || !rooted)
			g_ptr_array_add(kept, parts[i]);
	}
	g_ptr_array_add(kept, NULL);
	g_autofree char *text = g_strjoinv("/", (char **)kept->pdata);
	return rooted ? g_strconcat("/", text, NULL) : g_strdup(*text != '\0' ? text : ".");
}

/* As Go's filepath.Join. */
static char *join(const char *folder, const char *path)
{
	g_autofree char *whole =
		g_strconcat(folder, *folder != '\0' && *path != '\0' ? "/" : "", path, NULL);
	return path_clean(whole);
}

static char *expand_home(const char *path)
{
	return *path == '~' ? join(g_get_home_dir(), path + 1) : g_strdup(path);
}

/* An absolute path stays unchanged. */
static char *resolved(const char *folder, const char *path)
{
	g_autofree char *expanded = expand_home(path);
	return *expanded == '/' ? g_steal_pointer(&expanded) : join(folder, expanded);
}

char *path_absolute(const char *folder, const char *path)
{
	g_autofree char *whole = resolved(folder, path);
	return path_clean(whole);
}

static bool resolve(Walk *walk, json_t **value)
{
	if (!json_is_string(*value) || *json_string_value(*value) == '\0')
		return true;
	g_autofree char *path = resolved(walk->folder, json_string_value(*value));
	walk_set(value, json_lenient(path));
	return true;
}

/* Resolves the first component of a watched path that is a symbolic link. */
static bool resolve_link(Walk *walk, json_t **value)
{
	if (!json_is_string(*value))
		return true;
	resolve(walk, value);
	const char *path = json_string_value(*value);
	for (const char *slash = strchr(path + (*path == '/'), '/');;
		slash = strchr(slash + 1, '/')) {
		size_t length = slash != NULL ? (size_t)(slash - path) : strlen(path);
		g_autofree char *part = g_strndup(path, length);
		if (g_file_test(part, G_FILE_TEST_IS_SYMLINK)) {
			char *meant = realpath(part, NULL);
			if (meant == NULL)
				return walk_fail(walk, "lstat %s: no such file or directory", part);
			g_autofree char *whole = g_strconcat(meant, path + length, NULL);
			free(meant);
			walk_set(value, json_lenient(whole));
			return true;
		}
		if (slash == NULL)
			return true;
	}
}

bool context_is_remote(const char *place)
{
	static const char *const prefixes[] = {
		"https://", "http://", "git://", "ssh://", "github.com/", "git@", "service:"};
	for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (g_str_has_prefix(place, prefixes[i]))
			return true;
	return strstr(place, "://") != NULL;
}

static bool resolve_context(Walk *walk, json_t **value)
{
	return !json_is_string(*value) || context_is_remote(json_string_value(*value)) ||
	       resolve(walk, value);
}

/* A drive letter marks an absolute path of Windows. */
static bool is_drive(const char *path)
{
	return g_ascii_isalpha(*path) && path[1] == ':' && path[2] != '\0' &&
	       strchr("/\\", path[2]) != NULL;
}

static bool resolve_file(Walk *walk, json_t **value)
{
	if (!json_is_string(*value) || is_drive(json_string_value(*value)))
		return true;
	g_autofree char *path = resolved(walk->folder, json_string_value(*value));
	walk_set(value, json_lenient(path));
	return true;
}

static bool resolve_mount(Walk *walk, json_t **value)
{
	json_t *source = json_object_get(*value, "source");
	if (strcmp(json_str(*value, "type"), "bind") != 0)
		return true;
	if (source == NULL)
		return walk_fail(walk,
			"invalid mount config for type \"bind\": field Source must not "
			"be empty");
	json_incref(source);
	resolve_file(walk, &source);
	json_object_set_new(*value, "source", source);
	return true;
}

/* The "device" of a volume that is a bind. */
static bool resolve_volume(Walk *walk, json_t **value)
{
	json_t *options = json_object_get(*value, "driver_opts"),
	       *device = json_object_get(options, "device");
	if (strcmp(json_str(*value, "driver"), "local") != 0 ||
		strcmp(json_str(options, "o"), "bind") != 0 || device == NULL)
		return true;
	json_incref(device);
	resolve_file(walk, &device);
	json_object_set_new(options, "device", device);
	return true;
}

bool tree_resolve(json_t *tree, const char *folder, GError **error)
{
	static const struct {
		const char *pattern;
		Visit visit;
	} places[] = {{"services.*.build.context", resolve_context},
		{"services.*.build.additional_contexts.*", resolve_context},
		{"services.*.build.additional_contexts[]", resolve_context},
		{"services.*.build.ssh.*", resolve_file}, {"services.*.env_file[].path", resolve},
		{"services.*.label_file[]", resolve}, {"services.*.extends.file", resolve},
		{"services.*.develop.watch[].path", resolve_link},
		{"services.*.volumes[]", resolve_mount}, {"volumes.*", resolve_volume},
		{"secrets.*.file", resolve_file}, {"configs.*.file", resolve_file}};
	g_autoptr(GString) path = g_string_new("");
	Walk walk = {.folder = folder, .path = path, .error = error};
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		if (!walk_at(&walk, &tree, places[i].pattern, places[i].visit))
			return false;
	return true;
}

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
