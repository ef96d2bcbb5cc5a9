/* Short forms of volumes: "./data:/data:ro", "name:/data", "/data" (compose-go's format.ParseVolume). */
#include "compose/walk.h"

#include <string.h>

/* A section of one letter is a drive ("c:/x:/y"), except for the volume of "v:/data" and "v:/data:ro": Compose has a
 * drive there, too, and so a target that no engine takes. */
static bool is_drive(const char *text, const char *section, size_t length)
{
	if (length == 0 || length != (size_t)(g_utf8_next_char(section) - section) ||
		!g_unichar_isalpha(g_utf8_get_char(section)))
		return false;
	const char *colon = strchr(section + length + 1, ':');
	return section != text || section[length + 1] != '/' || (colon != NULL && colon[1] == '/');
}

static bool is_path(const char *text)
{
	return (*text != '\0' && strchr("./~", *text) != NULL) || g_str_has_prefix(text, "\\\\") ||
	       (g_ascii_isalpha(*text) && text[1] == ':');
}

/* Splits at colons, except those of drive letters and of "${...}". */
static GPtrArray *split(const char *text)
{
	GPtrArray *parts = g_ptr_array_new_with_free_func(g_free);
	const char *begin = text;
	int depth = 0;
	for (const char *at = text;; at++) {
		if (*at == '$' && at[1] == '{')
			depth++;
		else if (*at == '}' && depth > 0)
			depth--;
		else if (*at == '\0' || (*at == ':' && depth == 0 &&
						!is_drive(text, begin, (size_t)(at - begin)))) {
			g_ptr_array_add(parts, g_strndup(begin, (gsize)(at - begin)));
			begin = at + 1;
		}
		if (*at == '\0')
			return parts;
	}
}

static json_t *part_of(json_t *mount, const char *name)
{
	json_t *part = json_object_get(mount, name);
	if (part == NULL)
		json_object_set_new(mount, name, part = json_object());
	return part;
}

/* Parses "ro,z,nocopy"; unknown options are ignored. */
static void add_options(json_t *mount, const char *text)
{
	static const char *const shared[] = {
		"rprivate", "private", "rshared", "shared", "rslave", "slave", NULL};
	g_auto(GStrv) words = g_strsplit(text, ",", -1);
	for (int i = 0; words[i] != NULL; i++) {
		const char *word = words[i];
		if (strcmp(word, "ro") == 0)
			json_object_set_new(mount, "read_only", json_true());
		else if (strcmp(word, "rw") == 0)
			json_object_del(mount, "read_only");
		else if (strcmp(word, "nocopy") == 0)
			json_object_set_new(part_of(mount, "volume"), "nocopy", json_true());
		else if (g_strv_contains(shared, word))
			json_object_set_new(
				part_of(mount, "bind"), "propagation", json_string(word));
		else if (strcmp(word, "z") == 0 || strcmp(word, "Z") == 0)
			json_object_set_new(part_of(mount, "bind"), "selinux", json_string(word));
	}
}

static const char *problem_of(const GPtrArray *parts)
{
	for (guint i = 0; i < parts->len; i++)
		if (*(const char *)parts->pdata[i] == '\0')
			return "empty section between colons";
	return parts->len > 3 ? "too many colons" : NULL;
}

static void set_kind(json_t *mount)
{
	bool bind = is_path(json_str(mount, "source"));
	json_object_set_new(mount, "type", json_string(bind ? "bind" : "volume"));
	json_t *part = part_of(mount, bind ? "bind" : "volume");
	/* Short forms always create a missing folder. */
	if (bind)
		json_object_set_new(part, "create_host_path", json_true());
}

static bool from_text(Walk *walk, json_t **value)
{
	const char *text = json_string_value(*value);
	g_autoptr(GPtrArray) parts = split(text);
	json_t *mount = json_object();
	if (strlen(text) <= 2 && *text != '\0') {
		walk_set(value, mount);
		json_object_set_new(mount, "type", json_string("volume"));
		g_autofree char *clean = path_clean(text);
		json_object_set_new(mount, "target", json_lenient(clean));
		return true;
	}
	const char *problem = *text == '\0' ? "invalid empty volume spec" : problem_of(parts);
	if (problem != NULL) {
		json_decref(mount);
		return *text == '\0' ? walk_fail(walk, "%s", problem)
				     : walk_fail(walk, "invalid spec: %s: %s", text, problem);
	}
	json_object_set_new(mount, "type", json_null());
	if (parts->len > 1)
		json_object_set_new(mount, "source", json_lenient(parts->pdata[0]));
	g_autofree char *clean = path_clean(parts->pdata[parts->len > 1 ? 1 : 0]);
	json_object_set_new(mount, "target", json_lenient(clean));
	if (parts->len > 2)
		add_options(mount, parts->pdata[2]);
	set_kind(mount);
	walk_set(value, mount);
	return true;
}

bool canonical_mount(Walk *walk, json_t **value)
{
	if (json_is_string(*value))
		return from_text(walk, value);
	return json_is_object(*value) || walk_fail(walk, "invalid type for a volume");
}

char *mount_target(const char *text)
{
	g_autoptr(GPtrArray) parts = split(text);
	return g_strdup(parts->pdata[parts->len > 1 && strlen(text) > 2 ? 1 : 0]);
}
