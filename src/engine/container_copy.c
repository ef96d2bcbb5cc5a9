/* Files into a container and out of it (`cp`). Paths are looked up inside the container's root, and what they lead to
 * stays in it, whatever its processes do meanwhile (CVE-2018-15664). */
#include "engine/engine.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/timefmt.h"
#include "image/image.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/securebits.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where a path of a container begins: its root, or (if it does not run) the volume that would lie there. */
typedef struct {
	int root_fd;
	char *path; /* below it, as it was asked for */
	bool read_only, locked;
	char *volume; /* that is held for it, or NULL */
	Userns ids; /* whose are its files, seen from here: those of its user namespace, while it runs */
	Container *container;
} Place;

static void place_clear(Place *place)
{
	fd_clear(&place->root_fd);
	g_free(place->path);
	if (place->volume != NULL)
		volume_release(place->container->engine, place->volume);
	g_free(place->volume);
	if (place->locked)
		g_mutex_unlock(&place->container->operation);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

/* What lies behind a mount's target in path; NULL: it is not below it. */
static const char *below(const char *path, const char *target)
{
	size_t length = strlen(target);
	if (length <= 1 || strncmp(path, target, length) != 0 ||
		(path[length] != '/' && path[length] != '\0'))
		return NULL;
	return path + length;
}

/* The mount that a path of a stopped container lies in, the deepest; its folder is opened. */
static bool open_mount(Place *place, const char *path, GError **error)
{
	g_autoptr(json_t) mounts = container_mounts(place->container, error);
	const json_t *best = NULL, *mount;
	const char *rest = NULL;
	for (size_t i = 0; i < json_array_size(mounts); i++) {
		mount = json_array_get(mounts, i);
		const char *target = json_str(mount, "Destination"), *behind = below(path, target);
		if (behind != NULL && *json_str(mount, "Source") != '\0' &&
			(best == NULL || strlen(target) > strlen(json_str(best, "Destination")))) {
			best = mount;
			rest = behind;
		}
	}
	if (best == NULL)
		return mounts != NULL;
	if (strcmp(json_str(best, "Type"), "volume") == 0) {
		if (!volume_hold(place->container->engine, json_str(best, "Name"), error))
			return false;
		place->volume = g_strdup(json_str(best, "Name"));
	}
	autofd source = mount_source_open(best, error);
	if (source < 0)
		return false;
	place->root_fd = openat(source, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (place->root_fd < 0 && errno != ENOTDIR)
		return fail_errno(error, "cannot open %s", json_str(best, "Source"));
	if (place->root_fd < 0)
		return true;
	place->path = g_strdup(rest);
	place->read_only = !json_bool(best, "RW");
	return true;
}

/* The files of a container that does not run, mounted nowhere. It cannot start as long as they are open. */
static bool open_stopped(Place *place, const char *path, GError **error)
{
	Container *container = place->container;
	g_autofree char *folder = container_folder(container),
			*upper = g_build_filename(folder, "upper", NULL),
			*work = g_build_filename(folder, "work", NULL);
	if (!open_mount(place, path, error))
		return false;
	if (place->root_fd >= 0)
		return true;
	g_autoptr(GPtrArray) layers =
		image_store_layers(container->engine->store, container->row.image_id);
	place->root_fd = layers_open(container->engine, layers, upper, work, error);
	place->path = g_strdup(path);
	return place->root_fd >= 0;
}

static bool open_place(Container *container, const char *path, Place *place, GError **error)
{
	g_autoptr(json_t) spec = container_spec(container, error);
	*place = (Place){.root_fd = -1, .container = container};
	if (spec == NULL)
		return false;
	if (*path == '\0')
		return fail(error, BERTH_ERROR_INVALID, "missing parameter: path");
	g_autofree char *absolute = g_strconcat(*path == '/' ? "" : "/", path, NULL);
	g_mutex_lock(&container->operation);
	place->locked = true;
	ContainerRow row = container_snapshot(container);
	int pid = row.pid;
	container_row_clear(&row);
	place->read_only = json_bool(spec, "HostConfig.ReadonlyRootfs");
	if (pid <= 0)
		return open_stopped(place, absolute, error);
	g_autofree char *root = g_strdup_printf("/proc/%d/root", pid);
	place->root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	place->path = g_steal_pointer(&absolute);
	place->ids = userns_of(container->engine, json_object_get(spec, "HostConfig"));
	/* It may run on, and end: the descriptor stays what it is. */
	g_mutex_unlock(&container->operation);
	place->locked = false;
	return place->root_fd >= 0 ||
	       fail_errno(error, "cannot open the files of %s", container->row.name);
}

/* The folder that holds what a path names, and its name there: "." for a folder by "/", "a/." or "a/". */
static int open_parent(const Place *place, char **name, GError **error)
{
	g_autofree char *path = g_strdup(*place->path != '\0' ? place->path : "/");
	bool inside = g_str_has_suffix(path, "/.") || g_str_has_suffix(path, "/");
	g_autofree char *clean = g_canonicalize_filename(path, "/");
	g_autofree char *folder =
		inside || strcmp(clean, "/") == 0 ? g_strdup(path) : g_path_get_dirname(clean);
	int fd = path_open_in_root(place->root_fd, folder, O_RDONLY | O_DIRECTORY, 0);
	*name = inside || strcmp(clean, "/") == 0 ? g_strdup(".") : g_path_get_basename(clean);
	if (fd < 0)
		fail(error,
			errno == ENOENT || errno == ENOTDIR ? BERTH_ERROR_NOT_FOUND
							    : BERTH_ERROR_SYSTEM,
			"Could not find the file %s in container %s", place->path,
			place->container->row.name);
	return fd;
}

/* A mode as Go's os.FileMode has it, which clients decode. */
static gint64 go_mode(mode_t mode)
{
	static const struct {
		mode_t type;
		gint64 bit;
	} types[] = {{S_IFDIR, 1LL << 31}, {S_IFLNK, 1 << 27}, {S_IFIFO, 1 << 25},
		{S_IFSOCK, 1 << 24}, {S_IFCHR, 1 << 26 | 1 << 21}, {S_IFBLK, 1 << 26}};
	gint64 result = mode & 0777;
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if ((mode & S_IFMT) == types[i].type)
			result |= types[i].bit;
	return result | (mode & S_ISUID ? 1 << 23 : 0) | (mode & S_ISGID ? 1 << 22 : 0) |
	       (mode & S_ISVTX ? 1 << 20 : 0);
}

static json_t *stat_json(const Place *place, int parent, const char *name, GError **error)
{
	struct stat st;
	char target[PATH_MAX] = "";
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		fail(error, BERTH_ERROR_NOT_FOUND, "Could not find the file %s in container %s",
			place->path, place->container->row.name);
		return NULL;
	}
	if (S_ISLNK(st.st_mode))
		(void)!readlinkat(parent, name, target, sizeof target - 1);
	g_autofree char *clean = g_canonicalize_filename(place->path, "/"),
			*base = g_path_get_basename(clean), *folder = g_path_get_dirname(clean);
	g_autofree char *led = *target != '\0' ? g_canonicalize_filename(target, folder)
					       : g_strdup(""),
			*time = time_format(
				(gint64)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec);
	return json_pack("{s:o, s:I, s:I, s:s, s:o}", "name", json_lenient(base), "size",
		(json_int_t)st.st_size, "mode", (json_int_t)go_mode(st.st_mode), "mtime", time,
		"linkTarget", json_lenient(led));
}

json_t *container_path_stat(Container *container, const char *path, GError **error)
{
	g_auto(Place) place = {.root_fd = -1};
	g_autofree char *name = NULL;
	if (!open_place(container, path, &place, error))
		return NULL;
	autofd parent = open_parent(&place, &name, error);
	return parent >= 0 ? stat_json(&place, parent, name, error) : NULL;
}

bool container_copy_out(
	Container *container, const char *path, ByteSink sink, gpointer data, GError **error)
{
	g_auto(Place) place = {.root_fd = -1};
	g_autofree char *name = NULL;
	if (!open_place(container, path, &place, error))
		return false;
	autofd parent = open_parent(&place, &name, error);
	if (parent < 0 ||
		!tree_archive_name(parent, name, place.ids.uid, place.ids.gid, sink, data, error))
		return false;
	container_event(container, "archive-path", NULL, NULL);
	return true;
}

/* On files of a user namespace only its own ids may be anybody: new ones are made as its root, with all that this
 * thread may do. */
static void act_as(uid_t uid, gid_t gid)
{
	prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0);
	syscall(SYS_setfsuid, uid);
	syscall(SYS_setfsgid, gid);
	prctl(PR_SET_SECUREBITS, 0, 0, 0, 0);
}

bool container_copy_in(Container *container, const char *path, bool keep_kind, ByteSource source,
	gpointer data, GError **error)
{
	g_auto(Place) place = {.root_fd = -1};
	if (!open_place(container, path, &place, error))
		return false;
	if (place.read_only)
		return fail(error, BERTH_ERROR_FORBIDDEN, "container rootfs is marked read-only");
	autofd folder = path_open_in_root(
		place.root_fd, *place.path != '\0' ? place.path : "/", O_RDONLY | O_DIRECTORY, 0);
	if (folder < 0 && errno == ENOTDIR)
		return fail(error, BERTH_ERROR_INVALID, "extraction point is not a directory");
	if (folder < 0)
		return fail(error, BERTH_ERROR_NOT_FOUND,
			"Could not find the file %s in container %s", path, container->row.name);
	act_as(place.ids.uid, place.ids.gid);
	g_autofree char *clean = g_canonicalize_filename(path, "/");
	bool ok = archive_unpack_into(folder, source, data, keep_kind ? clean : NULL,
		(UnpackOwner){place.ids.uid, place.ids.gid}, error);
	act_as(0, 0);
	if (!ok)
		return false;
	container_event(container, "extract-to-dir", NULL, NULL);
	return true;
}
