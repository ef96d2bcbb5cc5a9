/* -v, --mount, --tmpfs, VOLUME and --volumes-from become one list of mounts, each fully resolved. */
#include "engine/container/mount_points.h"
#include "engine/image/images.h"
#include "engine/object/name.h"
#include "engine/object/userns.h"
#include "engine/volume/mount_check.h"
#include "engine/volume/volume.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/work.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
	Engine *engine;
	const NamespaceModes *modes;
	GPtrArray *list;       /* of MountPoint: the result */
	const char *image_id;  /* the image whose content fills new volumes */
	GPtrArray *copy_up;    /* of MountPoint (borrowed): volumes that may be empty */
	GHashTable *by_target; /* target -> MountPoint of list (borrowed) */
	GHashTable *
		asked; /* of char *: targets of Binds and Mounts, each of which may be given once */
	GPtrArray *fresh; /* of char *: anonymous volumes that were made */
	size_t count;	  /* of mounts that are asked for, also where one replaces another */
} Points;

/* Makes the missing source folder of a bind, where that is requested: owned by the container's root. */
static bool make_source(const MountPoint *mount, Userns ids, GError **error)
{
	const char *source = mount->source;
	if (!mount->create || access(source, F_OK) == 0)
		return true;
	autofd root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofd made = root < 0 ? -1 : path_make_in_root_for(root, source, 0755, ids.uid, ids.gid);
	return made >= 0 ||
	       fail_errno(error, "error while creating mount source path '%s': mkdir %s", source,
		       source);
}

bool mount_points_prepare(const GPtrArray *mounts, Userns ids, GError **error)
{
	for (guint i = 0; i < mounts->len; i++)
		if (!make_source(mounts->pdata[i], ids, error))
			return false;
	return true;
}

/* A later mount replaces an earlier one at the same target. Takes mount over; the result is owned by the list. */
static MountPoint *put(Points *points, MountPoint *mount)
{
	MountPoint *there = g_hash_table_lookup(points->by_target, mount->target);
	if (there == NULL) {
		g_hash_table_insert(points->by_target, g_strdup(mount->target), mount);
		g_ptr_array_add(points->list, mount);
		return mount;
	}
	MountPoint before = *there;
	*there = *mount;
	*mount = before;
	mount_point_unref(mount);
	return there;
}

static MountPoint *add(
	Points *points, MountType type, const char *source, const char *target, bool writable)
{
	g_autofree char *clean = path_normal(target, "/");
	MountPoint *mount = mount_point_new(type, source, clean);
	mount->writable = writable;
	return put(points, mount);
}

/* A request for a volume. */
typedef struct {
	const char *name, *driver; /* name: "" or NULL for an anonymous volume */
	const json_t *labels, *options;
	const char *target, *mode;
	bool writable, copy;
} VolumeRequest;

static MountPoint *add_volume(Points *points, const VolumeRequest *request, GError **error)
{
	bool named = request->name != NULL && *request->name != '\0';
	g_autofree char *name = named ? g_strdup(request->name) : id_generate();
	g_autoptr(json_t) marked =
		named ? NULL : json_pack("{s:s}", "com.docker.volume.anonymous", "");
	if (!work_going()) {
		fail(error, BERTH_ERROR_SYSTEM, "the client is gone");
		return NULL;
	}
	g_autoptr(VolumeRow) volume = volume_make(points->engine, name, request->driver,
		request->labels != NULL ? request->labels : marked, request->options, error);
	if (volume == NULL)
		return NULL;
	if (!named)
		g_ptr_array_add(points->fresh, g_strdup(name));
	g_autofree char *source = volume_store_path(points->engine->store, name);
	MountPoint *mount = add(points, MOUNT_VOLUME, source, request->target, request->writable);
	mount_point_set(&mount->name, name);
	mount_point_set(&mount->mode, request->mode);
	if (request->copy)
		g_ptr_array_add(points->copy_up, mount);
	return mount;
}

static bool check_free(const Points *points, const char *target, GError **error)
{
	return !g_hash_table_contains(points->asked, target) ||
	       fail(error, BERTH_ERROR_INVALID, "Duplicate mount point: %s", target);
}

static bool note_target(Points *points, const char *target, GError **error)
{
	char *clean = path_normal(target, "/");
	bool unused = check_free(points, clean, error);
	g_hash_table_add(points->asked, clean);
	return unused;
}

/* "source:target:mode", "source:target", or "target" of an anonymous volume. */
static bool read_bind(const char *bind, json_t **mount, char **text, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(bind, ":", 4);
	guint count = g_strv_length(parts);
	MountMode mode;
	if (count == 0 || count > 3 || *parts[0] == '\0' ||
		(count == 2 && mount_mode_parse(parts[1], &mode)))
		return fail(error, BERTH_ERROR_SYSTEM, "invalid volume specification: '%s'", bind);
	*text = g_strdup(count == 3 ? parts[2] : "");
	if (!mount_mode_parse(*text, &mode))
		return fail(error, BERTH_ERROR_SYSTEM, "invalid mode: %s", *text);
	bool absolute = count > 1 && *parts[0] == '/';
	*mount = json_pack("{s:s, s:o, s:o, s:b}", "Type", absolute ? "bind" : "volume", "Source",
		json_lenient(count > 1 ? parts[0] : ""), "Target",
		json_lenient(parts[count > 1 ? 1 : 0]), "ReadOnly", !mode.writable);
	if (mode.no_copy)
		json_object_set_new(
			*mount, "VolumeOptions", json_pack("{s:b}", "NoCopy", mode.no_copy));
	/* A missing folder is made, as with every bind of this form. */
	json_t *options = json_object();
	if (absolute)
		json_object_set_new(options, "CreateMountpoint", json_true());
	if (*mode.propagation != '\0')
		json_object_set_new(options, "Propagation", json_string(mode.propagation));
	if (json_object_size(options) > 0)
		json_object_set(*mount, "BindOptions", options);
	json_decref(options);
	return true;
}

/* Modes of another mount type are refused in the same words as in Mounts. */
static bool check_bind(const char *bind, const json_t *mount, GError **error)
{
	g_autoptr(GError) problem = NULL;
	return mount_check(mount, &problem) ||
	       fail(error, BERTH_ERROR_SYSTEM, "invalid volume specification: '%s': %s", bind,
		       problem->message);
}

static bool is_in(const char *path, const char *folder)
{
	size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
	return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* A bind, with the requested propagation or "": private. A bind that contains the engine's folder, or lies in it, is
 * a slave where the host's mount is shared, so that no container holds mounts that the engine has unmounted
 * (dockerd's rule). NULL with INVALID. */
static MountPoint *add_host_bind(Points *points, const char *path, const char *target,
	bool writable, const char *asked, GError **error)
{
	g_autofree char *source = path_normal(path, "/");
	const char *root = points->engine->store->root;
	bool ours = is_in(source, root) || is_in(root, source), implied = ours && *asked == '\0';
	if (ours && !implied && strcmp(asked, "rslave") != 0 && strcmp(asked, "rshared") != 0) {
		fail(error, BERTH_ERROR_INVALID,
			"invalid mount config: must use either propagation mode \"rslave\" or "
			"\"rshared\" when mount source is within the daemon root, daemon root: "
			"\"%s\", bind mount source: \"%s\", propagation: \"%s\"",
			root, source, asked);
		return NULL;
	}
	MountPoint *made = add(points, MOUNT_BIND, source, target, writable);
	made->may_be_private = implied;
	mount_point_set(&made->propagation, implied	     ? "rslave"
					    : *asked != '\0' ? asked
							     : "rprivate");
	return made;
}

static bool add_bind(Points *points, const char *bind, const char *driver, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(json_t) mount = NULL;
	if (!read_bind(bind, &mount, &text, error) || !check_bind(bind, mount, error) ||
		!note_target(points, json_str(mount, "Target"), error))
		return false;
	bool writable = !json_bool(mount, "ReadOnly");
	const char *source = json_str(mount, "Source"), *target = json_str(mount, "Target");
	/* Docker shows "z" for a named volume without a mode. */
	VolumeRequest request = {.name = source,
		.driver = driver,
		.target = target,
		.mode = *text != '\0' ? text : "z",
		.writable = writable,
		.copy = !json_bool(mount, "VolumeOptions.NoCopy")};
	if (strcmp(json_str(mount, "Type"), "volume") == 0)
		return add_volume(points, &request, error) != NULL;
	/* -v makes a missing folder on the host; --mount does not, unless asked to. */
	MountPoint *made = add_host_bind(points, source, target, writable,
		json_str(mount, "BindOptions.Propagation"), error);
	if (made == NULL)
		return false;
	mount_point_set(&made->mode, text);
	made->create = true;
	return make_source(made, userns_of(points->engine, points->modes), error);
}

static bool add_mount_bind(Points *points, const json_t *mount, GError **error)
{
	const json_t *options = json_object_get(mount, "BindOptions");
	g_autofree char *source = path_normal(json_str(mount, "Source"), "/");
	bool create = json_bool(options, "CreateMountpoint");
	if (!create && access(source, F_OK) < 0)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid mount config for type \"bind\": bind source path does not exist: "
			"%s",
			source);
	MountPoint *made = add_host_bind(points, source, json_str(mount, "Target"),
		!json_bool(mount, "ReadOnly"), json_str(options, "Propagation"), error);
	if (made == NULL)
		return false;
	made->non_recursive = json_bool(options, "NonRecursive");
	made->read_only_non_recursive = json_bool(options, "ReadOnlyNonRecursive");
	made->read_only_force_recursive = json_bool(options, "ReadOnlyForceRecursive");
	made->create = create;
	return make_source(made, userns_of(points->engine, points->modes), error);
}

static bool add_mount_volume(Points *points, const json_t *mount, GError **error)
{
	const json_t *options = json_object_get(mount, "VolumeOptions");
	const char *subpath = json_str(options, "Subpath");
	VolumeRequest request = {.name = json_str(mount, "Source"),
		.driver = json_str(options, "DriverConfig.Name"),
		.labels = json_object_get(options, "Labels"),
		.options = json_at(options, "DriverConfig.Options"),
		.target = json_str(mount, "Target"),
		.mode = "z",
		.writable = !json_bool(mount, "ReadOnly"),
		.copy = !json_bool(options, "NoCopy")};
	MountPoint *made = add_volume(points, &request, error);
	/* Resolved at each use: containers of the volume may change what is there. */
	if (made != NULL)
		mount_point_set(&made->subpath, subpath);
	return made != NULL;
}

static bool add_mount_tmpfs(Points *points, const json_t *mount, GError **error)
{
	(void)error;
	gint64 size = json_int(mount, "TmpfsOptions.SizeBytes"),
	       mode = json_int(mount, "TmpfsOptions.Mode");
	bool writable = !json_bool(mount, "ReadOnly");
	g_autoptr(GString) options = g_string_new(writable ? "rw" : "ro");
	json_t *words = json_at(mount, "TmpfsOptions.Options"), *word;
	size_t i;
	if (size != 0)
		g_string_append_printf(options, ",size=%" G_GINT64_FORMAT, size);
	if (mode > 0)
		g_string_append_printf(options, ",mode=%o", (guint)mode);
	json_array_foreach (words, i, word)
		g_string_append_printf(options, ",%s", json_elem(word, 0));
	MountPoint *made = add(points, MOUNT_TMPFS, "", json_str(mount, "Target"), writable);
	mount_point_set(&made->options, options->str);
	return true;
}

/* An image's tree, read-only. Its layers are looked up at each start. */
static bool add_mount_image(Points *points, const json_t *mount, GError **error)
{
	const char *name = json_str(mount, "Source");
	g_autofree char *id = image_find(points->engine, name, error);
	if (id == NULL)
		return false;
	MountPoint *made = add(points, MOUNT_IMAGE, id, json_str(mount, "Target"), false);
	mount_point_set(&made->propagation, "rprivate");
	mount_point_set(&made->name, name);
	mount_point_set(&made->subpath, json_str(mount, "ImageOptions.Subpath"));
	return true;
}

/* In the place of an image. */
static MountPoint *tree_of(Engine *engine, const MountPoint *mount, GError **error)
{
	g_autoptr(ImageRow) row = image_store_get(engine->store, mount->source);
	if (row == NULL) {
		fail(error, BERTH_ERROR_NOT_FOUND, "No such image: %s", mount->name);
		return NULL;
	}
	g_autoptr(GPtrArray) layers = image_store_layers(engine->store, mount->source);
	MountPoint *tree = mount_point_new(MOUNT_TREE, "", mount->target);
	mount_point_set(&tree->subpath, *mount->subpath != '\0' ? mount->subpath : ".");
	tree->folders = layers_folders(engine, layers);
	return tree;
}

GPtrArray *mount_points_trees(
	Engine *engine, const char *id, const GPtrArray *mounts, GError **error)
{
	g_autoptr(GPtrArray) list = mount_points_new();
	for (guint i = 0; i < mounts->len; i++) {
		MountPoint *mount = mounts->pdata[i];
		if (mount->type != MOUNT_IMAGE) {
			g_ptr_array_add(list, mount_point_ref(mount));
			continue;
		}
		g_autofree char *scratch = g_build_filename(id, "scratch", NULL);
		MountPoint *tree = tree_of(engine, mount, error);
		if (tree == NULL)
			return NULL;
		g_ptr_array_add(list, tree);
		/* Where the shim may have to attach it temporarily. */
		if (mkdirat(engine->store->containers_fd, scratch, 0700) < 0 && errno != EEXIST) {
			fail_errno(error, "cannot make the folder of container %s", id);
			return NULL;
		}
	}
	return g_steal_pointer(&list);
}

static bool add_mount(Points *points, const json_t *mount, GError **error)
{
	static const struct {
		const char *type;
		bool (*add)(Points *points, const json_t *mount, GError **error);
	} types[] = {{"bind", add_mount_bind}, {"volume", add_mount_volume},
		{"tmpfs", add_mount_tmpfs}, {"image", add_mount_image}};
	if (!mount_check(mount, error) || !note_target(points, json_str(mount, "Target"), error))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (strcmp(json_str(mount, "Type"), types[i].type) == 0)
			return types[i].add(points, mount, error);
	return true;
}

/* "container" or "container:mode". */
static bool add_volumes_from(Points *points, const char *from, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(from, ":", 2);
	MountMode mode;
	if (*from == '\0')
		return fail(error, BERTH_ERROR_INVALID,
			"volumes-from specification cannot be an empty string");
	if (!mount_mode_parse(parts[1] != NULL ? parts[1] : "", &mode) || mode.no_copy ||
		*mode.propagation != '\0')
		return fail(error, BERTH_ERROR_INVALID, "invalid mode: %s", parts[1]);
	g_autoptr(GError) problem = NULL;
	g_autoptr(Container) other = container_find(points->engine, parts[0], &problem);
	if (other == NULL)
		return fail(error, BERTH_ERROR_INVALID, "%s", problem->message);
	g_autoptr(GPtrArray) mounts = container_mounts(other, error);
	points->count += mounts != NULL ? mounts->len : 0;
	if (mounts == NULL || !mount_count_check(points->count, error))
		return false;
	for (guint i = 0; i < mounts->len; i++) {
		const MountPoint *mount = mounts->pdata[i];
		if (mount->type == MOUNT_TMPFS)
			continue;
		MountPoint *copy = mount_point_copy(mount);
		copy->writable = copy->writable && mode.writable;
		put(points, copy);
	}
	return true;
}

/* Every mount that the request and the image name, but for those of VolumesFrom, which itself counts: a container is
 * looked up for each. Paths that are masked or read-only are mounts, too. */
static bool count_all(Points *points, const Spec *spec, GError **error)
{
	static const char *const lists[] = {
		"VolumesFrom", "Binds", "Mounts", "MaskedPaths", "ReadonlyPaths"};
	points->count = json_object_size(json_object_get(spec->host, "Tmpfs")) +
			json_object_size(json_object_get(spec->config, "Volumes"));
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		points->count += json_array_size(json_object_get(spec->host, lists[i]));
	return mount_count_check(points->count, error);
}

static bool add_all(Points *points, const Spec *spec, GError **error)
{
	const json_t *host = spec->host;
	json_t *value;
	size_t i;
	const char *key;
	if (!count_all(points, spec, error))
		return false;
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
	json_object_foreach (json_object_get(host, "Tmpfs"), key, value) {
		g_autofree char *target = path_normal(key, "/");
		if (!mount_destination_check(key, error) || !check_free(points, target, error))
			return false;
		MountPoint *mount = add(points, MOUNT_TMPFS, "", key, true);
		if (json_is_string(value))
			mount_point_set(&mount->options, json_string_value(value));
		mount->hidden = true;
	}
	json_array_foreach (json_object_get(host, "Mounts"), i, value)
		if (!add_mount(points, value, error))
			return false;
	json_object_foreach (json_object_get(spec->config, "Volumes"), key, value) {
		g_autofree char *clean = path_normal(key, "/");
		if (!mount_destination_check(clean, error))
			return false;
		VolumeRequest request = {.driver = json_str(host, "VolumeDriver"),
			.target = key,
			.mode = "",
			.writable = true,
			.copy = true};
		if (g_hash_table_lookup(points->by_target, clean) == NULL &&
			add_volume(points, &request, error) == NULL)
			return false;
	}
	return true;
}

/* Opens the part of a volume that a mount shows; -1 where it is no folder, which the start reports. */
static int volume_part(Engine *engine, const MountPoint *mount)
{
	const char *subpath = mount->subpath;
	autofd whole = volume_open(engine, mount->name);
	return whole < 0 || *subpath == '\0'
		       ? fd_steal(&whole)
		       : path_open_beneath(whole, subpath, O_RDONLY | O_DIRECTORY);
}

/* What dockerd puts into each container's /etc before it fills volumes, in place of the image's: a volume there has a
 * place for each of the files that are mounted later, also where it is read-only. */
static bool put_network_files(int etc, GError **error)
{
	static const char *const files[] = {"hostname", "hosts", "resolv.conf", NULL};
	enum { MODE = 0755 };
	for (int i = 0; files[i] != NULL; i++) {
		unlinkat(etc, files[i], 0);
		autofd file = openat(
			etc, files[i], O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, MODE);
		if (file < 0 && errno != EEXIST)
			return fail_errno(error, "cannot make %s in a volume", files[i]);
	}
	unlinkat(etc, "mtab", 0);
	return symlinkat("/proc/mounts", etc, "mtab") == 0 || errno == EEXIST ||
	       fail_errno(error, "cannot make mtab in a volume");
}

/* source: the image's folder; -1 if it has none. */
static bool fill_folder(int target, int source, const MountPoint *mount, GError **error)
{
	bool is_etc = strcmp(mount->target, "/etc") == 0;
	return (source < 0 || tree_copy(source, target, error)) &&
	       (!is_etc || put_network_files(target, error));
}

/* root: the image's, once it was needed; -1 before. */
static bool fill_volume(const Points *points, const MountPoint *mount, int *root, GError **error)
{
	const char *name = mount->name;
	if (mount->type != MOUNT_VOLUME) /* a later mount has taken its place */
		return true;
	autofd folder = volume_part(points->engine, mount);
	/* Most volumes are filled already: then the image is not looked at. */
	if (folder >= 0 && !tree_is_empty(folder) && !volume_needs_mount(points->engine, name))
		return true;
	if (*root < 0 && (*root = image_root_open(points->engine, points->image_id, error)) < 0)
		return false;
	autofd source = path_open_in_root(*root, mount->target, O_RDONLY | O_DIRECTORY, 0);
	if (source < 0 && strcmp(mount->target, "/etc") != 0)
		return true;
	if (!volume_hold(points->engine, name, error))
		return false;
	autofd target = volume_part(points->engine, mount);
	bool ok = target < 0 || !tree_is_empty(target) || fill_folder(target, source, mount, error);
	fd_clear(&target);
	volume_release(points->engine, name);
	return ok;
}

/* A new volume is filled with the image's content at its target. */
static bool fill_volumes(Points *points, GError **error)
{
	autofd root = -1;
	bool ok = true;
	for (guint i = 0; ok && i < points->copy_up->len; i++)
		ok = fill_volume(points, points->copy_up->pdata[i], &root, error);
	return ok;
}

void mount_points_take_back(Engine *engine, const GPtrArray *fresh)
{
	for (guint i = 0; i < fresh->len; i++)
		volume_remove(engine, fresh->pdata[i], true, NULL);
}

GPtrArray *mount_points_make(
	Engine *engine, const Spec *spec, const char *image_id, GPtrArray **fresh, GError **error)
{
	Points points = {engine, &spec->modes, mount_points_new(), image_id, g_ptr_array_new(),
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		g_ptr_array_new_with_free_func(g_free)};
	bool ok = add_all(&points, spec, error);
	/* A partial copy of the image's content would count as complete, so it is synced before the answer. */
	work_follow_peer(-1);
	if (!ok || !fill_volumes(&points, error)) {
		mount_points_take_back(engine, points.fresh);
		g_clear_pointer(&points.fresh, g_ptr_array_unref);
		g_clear_pointer(&points.list, g_ptr_array_unref);
	}
	*fresh = points.fresh;
	g_ptr_array_unref(points.copy_up);
	g_hash_table_unref(points.by_target);
	g_hash_table_unref(points.asked);
	return points.list;
}
