/* Volumes of services: "./data:/data:ro", "name:/data", "/data". */
#include "compose/walk.h"

#include <string.h>

static bool is_path(const char *text)
{
	return *text == '.' || *text == '/' || *text == '~' || strchr(text, '/') != NULL;
}

/* "ro,z,nocopy": each word says what it is for. */
static bool add_options(Walk *walk, json_t *mount, const char *text, bool bind)
{
	static const char *const shared[] = {
		"rprivate", "private", "rshared", "shared", "rslave", "slave", NULL};
	json_t *more = json_object_get(mount, bind ? "bind" : "volume");
	g_auto(GStrv) words = g_strsplit(text, ",", -1);
	for (int i = 0; words[i] != NULL; i++) {
		const char *word = words[i];
		if (strcmp(word, "ro") == 0)
			json_object_set_new(mount, "read_only", json_true());
		else if (strcmp(word, "rw") == 0 || *word == '\0')
			continue;
		else if (strcmp(word, "nocopy") == 0 && !bind)
			json_object_set_new(more, "nocopy", json_true());
		else if (g_strv_contains(shared, word) && bind)
			json_object_set_new(more, "propagation", json_string(word));
		else if ((strcmp(word, "z") == 0 || strcmp(word, "Z") == 0) && bind)
			json_object_set_new(more, "selinux", json_string(word));
		else if (strcmp(word, "cached") == 0 || strcmp(word, "delegated") == 0 ||
			 strcmp(word, "consistent") == 0)
			json_object_set_new(mount, "consistency", json_string(word));
		else if (strcmp(word, "z") != 0 && strcmp(word, "Z") != 0)
			return walk_fail(walk, "unknown volume option \"%s\"", word);
	}
	return true;
}

static bool from_text(Walk *walk, json_t **value)
{
	g_autofree char *text = g_strdup(json_string_value(*value));
	char *colon = strchr(text, ':'), *source = NULL, *target = text, *options = NULL;
	if (colon != NULL) {
		*colon = '\0';
		source = text;
		target = colon + 1;
		if ((colon = strchr(target, ':')) != NULL) {
			*colon = '\0';
			options = colon + 1;
		}
	}
	if (*target == '\0' || (source != NULL && *source == '\0'))
		return walk_fail(
			walk, "invalid volume \"%s\": a path is empty", json_string_value(*value));
	/* "name:ro": what looks like an option is no path. */
	if (source != NULL && options == NULL && *target != '/' && *source == '/') {
		options = target;
		target = source;
		source = NULL;
	}
	bool bind = source != NULL && is_path(source);
	g_autofree char *clean =
		*target == '/' ? g_canonicalize_filename(target, "/") : g_strdup(target);
	json_t *mount = json_pack("{s:s}", "type", bind ? "bind" : "volume");
	if (source != NULL)
		json_object_set_new(mount, "source", json_lenient(source));
	json_object_set_new(mount, "target", json_lenient(clean));
	json_object_set_new(mount, bind ? "bind" : "volume",
		bind ? json_pack("{s:b}", "create_host_path", 1) : json_object());
	bool ok = options == NULL || add_options(walk, mount, options, bind);
	walk_set(value, mount);
	return ok;
}

bool normalize_mount(Walk *walk, json_t **value)
{
	if (json_is_string(*value))
		return from_text(walk, value);
	if (*json_str(*value, "target") == '\0')
		return walk_fail(walk, "a target path is missing");
	if (*json_str(*value, "type") == '\0')
		return walk_fail(walk, "the type is missing (bind, volume, tmpfs or image)");
	/* A folder that is not there is made, unless somebody says no. */
	if (strcmp(json_str(*value, "type"), "bind") == 0) {
		json_t *bind = json_object_get(*value, "bind");
		if (bind == NULL)
			json_object_set_new(*value, "bind", bind = json_object());
		if (json_object_get(bind, "create_host_path") == NULL)
			json_object_set_new(bind, "create_host_path", json_true());
	}
	return true;
}
