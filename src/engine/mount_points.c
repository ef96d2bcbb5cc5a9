/* -v, --mount, --tmpfs, VOLUME and --volumes-from: one list of mounts, each fully resolved. */
#include "engine/engine.h"

#include "base/error.h"
#include "base/fd.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
	Engine *engine;
	json_t *list;	      /* what is made */
	const char *image_id; /* whose content fills new volumes */
	GPtrArray *copy_up;   /* of json_t: volumes that may be empty */
} Points;

static bool destination_valid(const char *type, const char *path, GError **error)
{
	g_autofree char *clean = g_canonicalize_filename(path, "/");
	if (*path != '/')
		return fail(error, BERTH_ERROR_INVALID,
			"invalid mount config for type \"%s\": invalid mount path: '%s' mount path "
			"must be"
			" absolute",
			type, path);
	if (strcmp(clean, "/") == 0)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid mount config: destination can't be '/'");
	return true;
}

static json_t *find(const Points *points, const char *destination)
{
	size_t i;
	json_t *mount;
	json_array_foreach (points->list, i, mount)
		if (strcmp(json_str(mount, "Destination"), destination) == 0)
			return mount;
	return NULL;
}

/* Adds a mount in the order of keys that inspect shows. Later ones replace earlier of less weight. */
static json_t *add(Points *points, const char *type, const char *name, const char *source,
	const char *destination, const char *mode, bool writable, const char *propagation)
{
	g_autofree char *clean = g_canonicalize_filename(destination, "/");
	json_t *mount = json_object(), *there = find(points, clean);
	json_object_set_new(mount, "Type", json_string(type));
	if (name != NULL)
		json_object_set_new(mount, "Name", json_string(name));
	json_object_set_new(mount, "Source", json_lenient(source));
	json_object_set_new(mount, "Destination", json_lenient(clean));
	if (name != NULL)
		json_object_set_new(mount, "Driver", json_string("local"));
	json_object_set_new(mount, "Mode", json_string(mode));
	json_object_set_new(mount, "RW", json_boolean(writable));
	json_object_set_new(mount, "Propagation", json_string(propagation));
	if (there != NULL) {
		json_object_clear(there);
		json_object_update(there, mount);
		json_decref(mount);
		return there;
	}
	json_array_append_new(points->list, mount);
	return mount;
}

static json_t *add_volume(Points *points, const char *name, const char *driver,
	const json_t *labels, const json_t *options, const char *destination, const char *mode,
	bool writable, bool copy, GError **error)
{
	g_autofree char *generated = name == NULL || *name == '\0' ? id_generate() : NULL;
	g_autoptr(json_t) marked =
		generated != NULL ? json_pack("{s:s}", "com.docker.volume.anonymous", "") : NULL;
	name = generated != NULL ? generated : name;
	g_autoptr(VolumeRow) volume = volume_make(
		points->engine, name, driver, labels != NULL ? labels : marked, options, error);
	if (volume == NULL)
		return NULL;
	g_autofree char *source = volume_store_path(points->engine->store, name);
	json_t *mount = add(points, "volume", name, source, destination, mode, writable, "");
	if (copy)
		g_ptr_array_add(points->copy_up, mount);
	return mount;
}

/* The words behind the second colon of -v. */
typedef struct {
	bool writable, copy;
	const char *propagation;
	bool valid;
} BindMode;

static BindMode parse_mode(const char *text)
{
	static const char *const propagations[] = {
		"private", "rprivate", "shared", "rshared", "slave", "rslave", NULL};
	static const char *const ignored[] = {
		"z", "Z", "cached", "delegated", "consistent", "", NULL};
	BindMode mode = {true, true, "", true};
	g_auto(GStrv) words = g_strsplit(text, ",", -1);
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], "ro") == 0)
			mode.writable = false;
		else if (strcmp(words[i], "nocopy") == 0)
			mode.copy = false;
		else if (strcmp(words[i], "rw") != 0 && !g_strv_contains(ignored, words[i])) {
			for (int p = 0; propagations[p] != NULL; p++)
				if (strcmp(words[i], propagations[p]) == 0)
					mode.propagation = propagations[p];
			mode.valid = mode.valid && g_strv_contains(propagations, words[i]);
		}
	}
	return mode;
}

static bool add_bind(Points *points, const char *bind, const char *driver, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(bind, ":", 3);
	guint count = g_strv_length(parts);
	const char *text = count == 3 ? parts[2] : "";
	BindMode mode = parse_mode(text);
	if (count < 2 || *parts[0] == '\0' || *parts[1] == '\0')
		return fail(error, BERTH_ERROR_INVALID, "invalid volume specification: '%s'", bind);
	if (!mode.valid)
		return fail(error, BERTH_ERROR_INVALID, "invalid mode: %s", text);
	if (!destination_valid(*parts[0] == '/' ? "bind" : "volume", parts[1], error))
		return false;
	if (*parts[0] != '/') {
		if (*mode.propagation != '\0')
			return fail(error, BERTH_ERROR_INVALID,
				"invalid volume specification: '%s'", bind);
		/* Docker shows "z" for a named volume without a mode. */
		return add_volume(points, parts[0], driver, NULL, NULL, parts[1],
			       *text != '\0' ? text : "z", mode.writable, mode.copy, error) != NULL;
	}
	g_autofree char *source = g_canonicalize_filename(parts[0], "/");
	/* -v makes what is missing on the host; --mount does not. */
	if (access(source, F_OK) < 0 && g_mkdir_with_parents(source, 0755) < 0)
		return fail_errno(error, "error while creating mount source path '%s': mkdir %s",
			source, source);
	add(points, "bind", NULL, source, parts[1], text, mode.writable,
		*mode.propagation != '\0' ? mode.propagation : "rprivate");
	return true;
}

static bool add_mount_bind(Points *points, const json_t *mount, GError **error)
{
	const char *source = json_str(mount, "Source"),
		   *propagation = json_str(mount, "BindOptions.Propagation");
	const char *recursive =
		json_bool(mount, "BindOptions.NonRecursive") ? "disabled" : "enabled";
	bool writable = !json_bool(mount, "ReadOnly");
	if (*source != '/')
		return fail(error, BERTH_ERROR_INVALID,
			"invalid mount config for type \"bind\": invalid mount path: '%s' mount "
			"path must be absolute",
			source);
	if (access(source, F_OK) < 0 && !(json_bool(mount, "BindOptions.CreateMountpoint") &&
						g_mkdir_with_parents(source, 0755) == 0))
		return fail(error, BERTH_ERROR_INVALID,
			"invalid mount config for type \"bind\": bind source path does not exist: "
			"%s",
			source);
	json_t *made = add(points, "bind", NULL, source, json_str(mount, "Target"), "", writable,
		*propagation != '\0' ? propagation : "rprivate");
	if (strcmp(recursive, "disabled") == 0)
		json_object_set_new(made, "NonRecursive", json_true());
	if (!writable && json_bool(mount, "BindOptions.ReadOnlyForceRecursive"))
		json_object_set_new(made, "ReadOnlyRecursive", json_true());
	return true;
}

static bool add_mount_volume(Points *points, const json_t *mount, GError **error)
{
	const char *driver = json_str(mount, "VolumeOptions.DriverConfig.Name");
	const char *subpath = json_str(mount, "VolumeOptions.Subpath");
	json_t *made = add_volume(points, json_str(mount, "Source"), driver,
		json_at(mount, "VolumeOptions.Labels"),
		json_at(mount, "VolumeOptions.DriverConfig.Options"), json_str(mount, "Target"),
		"z", !json_bool(mount, "ReadOnly"),
		!json_bool(mount, "VolumeOptions.NoCopy") && *subpath == '\0', error);
	if (made == NULL || *subpath == '\0')
		return made != NULL;
	/* Resolved inside the volume: a symlink in it leads nowhere else. */
	autofd root = open(json_str(made, "Source"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofd at = root < 0 ? -1 : path_open_in_root(root, subpath, O_PATH, 0);
	g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", at);
	g_autofree char *real = at < 0 ? NULL : g_file_read_link(link, NULL);
	if (real == NULL)
		return fail(error, BERTH_ERROR_INVALID, "cannot access path %s in volume %s",
			subpath, json_str(made, "Name"));
	json_object_set_new(made, "Source", json_lenient(real));
	return true;
}

static bool add_mount(Points *points, const json_t *mount, GError **error)
{
	const char *type = json_str(mount, "Type"), *target = json_str(mount, "Target");
	if (*target == '\0')
		return fail(error, BERTH_ERROR_INVALID,
			"invalid mount config for type \"%s\": field Target must not be empty",
			type);
	if (!destination_valid(json_str(mount, "Type"), target, error))
		return false;
	if (find(points, target) != NULL)
		return fail(error, BERTH_ERROR_INVALID, "Duplicate mount point: %s", target);
	if (strcmp(type, "bind") == 0)
		return add_mount_bind(points, mount, error);
	if (strcmp(type, "volume") == 0)
		return add_mount_volume(points, mount, error);
	if (strcmp(type, "tmpfs") == 0) {
		gint64 size = json_int(mount, "TmpfsOptions.SizeBytes"),
		       mode = json_int(mount, "TmpfsOptions.Mode");
		g_autofree char *size_text =
			size > 0 ? g_strdup_printf(",size=%" G_GINT64_FORMAT, size) : g_strdup("");
		g_autofree char *mode_text =
			mode > 0 ? g_strdup_printf(",mode=%o", (guint)mode) : g_strdup("");
		g_autofree char *options = g_strconcat(
			json_bool(mount, "ReadOnly") ? "ro" : "rw", size_text, mode_text, NULL);
		json_object_set_new(add(points, "tmpfs", NULL, "", target, "",
					    !json_bool(mount, "ReadOnly"), ""),
			"Options", json_string(options));
		return true;
	}
	return fail(error, BERTH_ERROR_INVALID, "invalid mount config: mount type unknown: \"%s\"",
		type);
}

static bool add_volumes_from(Points *points, const char *from, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(from, ":", 2);
	bool read_only = parts[0] != NULL && g_strcmp0(parts[1], "ro") == 0;
	g_autoptr(Container) other =
		container_find(points->engine, parts[0] != NULL ? parts[0] : "", error);
	g_autoptr(json_t) mounts = other != NULL ? container_mounts(other, error) : NULL;
	size_t i;
	json_t *mount;
	if (parts[0] != NULL && parts[1] != NULL && !read_only && strcmp(parts[1], "rw") != 0)
		return fail(error, BERTH_ERROR_INVALID, "invalid mode: %s", parts[1]);
	json_array_foreach (mounts, i, mount) {
		if (strcmp(json_str(mount, "Type"), "tmpfs") == 0)
			continue;
		json_t *copy = json_copy(mount);
		if (read_only)
			json_object_set_new(copy, "RW", json_false());
		json_array_append_new(points->list, copy);
	}
	return mounts != NULL;
}

static bool add_all(Points *points, const json_t *spec, GError **error)
{
	const json_t *host = json_object_get(spec, "HostConfig");
	json_t *value;
	size_t i;
	const char *key;
	json_array_foreach (json_object_get(host, "VolumesFrom"), i, value)
		if (!add_volumes_from(points,
			    json_string_value(value) != NULL ? json_string_value(value) : "",
			    error))
			return false;
	json_array_foreach (json_object_get(host, "Binds"), i, value)
		if (!add_bind(points,
			    json_string_value(value) != NULL ? json_string_value(value) : "",
			    json_str(host, "VolumeDriver"), error))
			return false;
	json_array_foreach (json_object_get(host, "Mounts"), i, value)
		if (!add_mount(points, value, error))
			return false;
	json_object_foreach (json_object_get(host, "Tmpfs"), key, value) {
		if (!destination_valid("tmpfs", key, error))
			return false;
		json_t *mount = add(points, "tmpfs", NULL, "", key, "", true, "");
		json_object_set_new(mount, "Options",
			json_string(
				json_string_value(value) != NULL ? json_string_value(value) : ""));
		json_object_set_new(
			mount, "Hidden", json_true()); /* inspect shows these in HostConfig only */
	}
	json_object_foreach (json_at(spec, "Config.Volumes"), key, value) {
		if (!destination_valid("volume", key, error))
			return false;
		if (find(points, key) == NULL &&
			add_volume(points, NULL, json_str(host, "VolumeDriver"), NULL, NULL, key,
				"", true, true, error) == NULL)
			return false;
	}
	return true;
}

/* A new volume gets what the image has in its place. */
static bool fill_volumes(Points *points, GError **error)
{
	for (guint i = 0; i < points->copy_up->len; i++) {
		json_t *mount = points->copy_up->pdata[i];
		autofd target = open(json_str(mount, "Source"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (target < 0 || !tree_is_empty(target))
			continue;
		autofd root = image_root_open(points->engine, points->image_id, error);
		autofd source = root < 0 ? -1
					 : path_open_in_root(root, json_str(mount, "Destination"),
						   O_RDONLY | O_DIRECTORY, 0);
		if (root < 0 || (source >= 0 && !tree_copy(source, target, error)))
			return false;
	}
	return true;
}

json_t *mount_points_make(Engine *engine, const json_t *spec, const char *image_id, GError **error)
{
	Points points = {engine, json_array(), image_id, g_ptr_array_new()};
	if (!add_all(&points, spec, error) || !fill_volumes(&points, error))
		g_clear_pointer(&points.list, json_decref);
	g_ptr_array_unref(points.copy_up);
	return points.list;
}
