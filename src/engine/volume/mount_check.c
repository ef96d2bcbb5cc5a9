/* Checks of a requested mount, in dockerd's words (moby, volume/mounts/linux_parser.go). */
#include "engine/volume/mount_check.h"

#include "base/error.h"
#include "base/fd.h"

#include <limits.h>
#include <string.h>

const char *const mount_propagations[] = {
	"private", "rprivate", "shared", "rshared", "slave", "rslave", NULL};

/* The mode words of -v, after the second colon: one of each kind. */
bool mount_mode_parse(const char *text, MountMode *mode)
{
	static const char *const kinds[][4] = {
		{"ro", "rw"}, {"z", "Z"}, {"nocopy"}, {"consistent", "cached", "delegated"}};
	enum { KINDS = G_N_ELEMENTS(kinds) };
	bool seen[KINDS + 1] = {false}, valid = true;
	*mode = (MountMode){.writable = true, .propagation = ""};
	g_auto(GStrv) words = g_strsplit(text, ",", -1);
	for (int i = 0; words[i] != NULL; i++) {
		size_t kind = 0;
		while (kind < KINDS && !g_strv_contains(kinds[kind], words[i]))
			kind++;
		for (int p = 0; mount_propagations[p] != NULL; p++)
			if (strcmp(words[i], mount_propagations[p]) == 0)
				mode->propagation = mount_propagations[p];
		valid = valid && !seen[kind] &&
			(kind < KINDS || g_strv_contains(mount_propagations, words[i]));
		seen[kind] = true;
		mode->writable = mode->writable && strcmp(words[i], "ro") != 0;
		mode->no_copy = mode->no_copy || strcmp(words[i], "nocopy") == 0;
	}
	return valid;
}

/* Docker prints the path with slashes. */
static bool check_path(const char *path, GError **error)
{
	g_autofree char *slashes = g_strdelimit(g_strdup(path), "\\", '/');
	return *path == '/' ||
	       fail(error, BERTH_ERROR_INVALID,
		       "invalid mount path: '%s' mount path must be absolute", slashes);
}

/* What no kernel could open is refused here: the start would fail. */
static bool check_lengths(const char *path, GError **error)
{
	bool fits = strlen(path) < PATH_MAX;
	g_auto(GStrv) names = g_strsplit(path, "/", -1);
	for (int i = 0; names[i] != NULL; i++)
		fits = fits && strlen(names[i]) <= NAME_MAX;
	return fits || fail(error, BERTH_ERROR_INVALID, "invalid mount path: file name too long");
}

bool mount_destination_check(const char *path, GError **error)
{
	g_autofree char *clean = path_normal(path, "/");
	return check_path(path, error) && check_lengths(path, error) &&
	       (strcmp(clean, "/") != 0 ||
		       fail(error, BERTH_ERROR_INVALID,
			       "invalid specification: destination can't be '/'"));
}

/* Go's filepath.IsLocal: the path stays below its start. */
static bool is_local(const char *path)
{
	int depth = 0;
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);
	for (int i = 0; parts[i] != NULL && depth >= 0; i++)
		depth += strcmp(parts[i], "..") == 0			   ? -1
			 : *parts[i] == '\0' || strcmp(parts[i], ".") == 0 ? 0
									   : 1;
	return *path != '/' && depth >= 0;
}

/* Whether neither of two kinds of options, which belong to other types of mounts, is given: empty ones count, too. */
static bool lacks_options(
	const json_t *mount, const char *first, const char *second, GError **error)
{
	bool has_first = json_is_object(json_object_get(mount, first));
	if (!has_first && !json_is_object(json_object_get(mount, second)))
		return true;
	return fail(error, BERTH_ERROR_INVALID, "field %s must not be specified",
		has_first ? first : second);
}

static bool check_bind(const json_t *mount, GError **error)
{
	const char *source = json_str(mount, "Source"),
		   *propagation = json_str(mount, "BindOptions.Propagation");
	if (*source == '\0')
		return fail(error, BERTH_ERROR_INVALID, "field Source must not be empty");
	if (*propagation != '\0' && !g_strv_contains(mount_propagations, propagation))
		return fail(
			error, BERTH_ERROR_INVALID, "invalid propagation mode: %s", propagation);
	if (!lacks_options(mount, "VolumeOptions", "ImageOptions", error))
		return false;
	if (!check_path(source, error))
		return false;
	/* An early check, as in dockerd; the start opens the path and decides. */
	return json_bool(mount, "BindOptions.CreateMountpoint") ||
	       g_file_test(source, G_FILE_TEST_EXISTS) ||
	       fail(error, BERTH_ERROR_INVALID, "bind source path does not exist: %s", source);
}

static bool check_volume(const json_t *mount, GError **error)
{
	bool anonymous = *json_str(mount, "Source") == '\0';
	const char *subpath = json_str(mount, "VolumeOptions.Subpath");
	if (!lacks_options(mount, "BindOptions", "ImageOptions", error))
		return false;
	if (anonymous && *subpath != '\0')
		return fail(error, BERTH_ERROR_INVALID,
			"must not set Subpath when using anonymous volumes");
	if (!is_local(subpath))
		return fail(error, BERTH_ERROR_INVALID,
			"subpath must be a relative path within the volume");
	return !anonymous || !json_bool(mount, "ReadOnly") ||
	       fail(error, BERTH_ERROR_INVALID,
		       "must not set ReadOnly mode when using anonymous volumes");
}

static bool check_tmpfs(const json_t *mount, GError **error)
{
	json_t *options = json_at(mount, "TmpfsOptions.Options"), *option;
	size_t i;
	if (!lacks_options(mount, "BindOptions", "ImageOptions", error))
		return false;
	if (*json_str(mount, "Source") != '\0')
		return fail(error, BERTH_ERROR_INVALID, "field Source must not be specified");
	json_array_foreach (options, i, option) {
		const char *name = json_elem(option, 0);
		if (json_array_size(option) < 1 || json_array_size(option) > 2)
			return fail(error, BERTH_ERROR_INVALID, "invalid option array length");
		if (json_array_size(option) != 1 ||
			(strcmp(name, "exec") != 0 && strcmp(name, "noexec") != 0))
			return fail(error, BERTH_ERROR_INVALID, "invalid option: %s", name);
	}
	return true;
}

static bool check_image(const json_t *mount, GError **error)
{
	if (!lacks_options(mount, "BindOptions", "VolumeOptions", error))
		return false;
	if (*json_str(mount, "Source") == '\0')
		return fail(error, BERTH_ERROR_INVALID, "field Source must not be empty");
	return is_local(json_str(mount, "ImageOptions.Subpath")) ||
	       fail(error, BERTH_ERROR_INVALID,
		       "subpath must be a relative path within the volume");
}

static const struct {
	const char *name;
	bool (*check)(const json_t *mount, GError **error);
} types[] = {{"bind", check_bind}, {"volume", check_volume}, {"tmpfs", check_tmpfs},
	{"image", check_image}};

bool mount_check(const json_t *mount, GError **error)
{
	const char *type = json_str(mount, "Type"), *target = json_str(mount, "Target");
	size_t i = 0;
	bool ok;
	while (i < G_N_ELEMENTS(types) && strcmp(types[i].name, type) != 0)
		i++;
	if (*target == '\0')
		ok = fail(error, BERTH_ERROR_INVALID, "field Target must not be empty");
	else if (!mount_destination_check(target, error))
		ok = false;
	else if (i == G_N_ELEMENTS(types))
		ok = fail(error, BERTH_ERROR_INVALID, "mount type unknown");
	else
		ok = types[i].check(mount, error);
	if (!ok)
		g_prefix_error(error, "invalid mount config for type \"%s\": ", type);
	return ok;
}
