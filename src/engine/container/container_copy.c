/* `cp`: files into and out of a container. Paths are resolved inside the container's root and cannot leave it,
 * whatever its processes do meanwhile (CVE-2018-15664). */
#include "engine/container/files.h"
#include "engine/image/images.h"
#include "engine/network/names.h"
#include "engine/object/userns.h"
#include "engine/shim/shim.h"
#include "engine/volume/volume.h"

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

enum { MAX_LINKS = 255 };

/* Where the path starts: the container's root or, if it does not run, the volume that would be mounted there. */
typedef struct {
	int root_fd, mount_fd; /* mount_fd: the volume's, or -1 */
	char *asked;	       /* as requested, absolute */
	const char *words;     /* as requested: for errors */
	char *path;	       /* relative to what start_of returns; no part of it is a link */
	char *led;	       /* the requested path, with all links resolved */
	int file_fd; /* the file that is mounted at path, in a container that does not run; or -1 */
	bool read_only_root, read_only_mount, locked;
	GPtrArray *volumes; /* of char *: volumes that are held for the copy */
	GPtrArray *mounts;  /* of MountPoint */
	const char *called; /* how the client named the container: for errors */
	Userns ids; /* the owner ids of its files as the host sees them: mapped by its user namespace, while it runs */
	Container *container;
} Place;

static void place_clear(Place *place)
{
	fd_clear(&place->root_fd);
	fd_clear(&place->mount_fd);
	fd_clear(&place->file_fd);
	g_free(place->asked);
	g_free(place->led);
	g_free(place->path);
	g_clear_pointer(&place->mounts, g_ptr_array_unref);
	for (guint i = 0; place->volumes != NULL && i < place->volumes->len; i++)
		volume_release(place->container->engine, place->volumes->pdata[i]);
	g_clear_pointer(&place->volumes, g_ptr_array_unref);
	if (place->locked)
		g_mutex_unlock(&place->container->operation);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static int start_of(const Place *place)
{
	return place->mount_fd >= 0 ? place->mount_fd : place->root_fd;
}

/* The part of path below a mount's target; NULL: path is not below it. */
static const char *below(const char *path, const char *target)
{
	size_t length = strlen(target);
	if (length <= 1 || strncmp(path, target, length) != 0 ||
		(path[length] != '/' && path[length] != '\0'))
		return NULL;
	return path + length;
}

/* The deepest mount that contains a path without links; rest: the part below its target. NULL: none does. */
static const MountPoint *mount_of(const Place *place, const char *path, const char **rest)
{
	const MountPoint *best = NULL;
	for (guint i = 0; i < place->mounts->len; i++) {
		const MountPoint *mount = place->mounts->pdata[i];
		const char *behind = below(path, mount->target);
		if (behind != NULL && *mount->source != '\0' &&
			(best == NULL || strlen(mount->target) > strlen(best->target))) {
			best = mount;
			*rest = behind;
		}
	}
	return best;
}

/* The files that the engine writes and bind-mounts into the container: present once it was started. */
static void add_network_files(Place *place, const Spec *spec)
{
	static const char *const names[] = {"hosts", "hostname", "resolv.conf"};
	g_autofree char *folder = network_files_folder(place->container, spec);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		const char *rest;
		g_autofree char *path = g_build_filename(folder, names[i], NULL),
				*target = g_strconcat("/etc/", names[i], NULL);
		const MountPoint *mount = mount_of(place, target, &rest);
		bool taken = mount != NULL && *rest == '\0';
		if (taken || !g_file_test(path, G_FILE_TEST_IS_REGULAR))
			continue;
		MountPoint *made = mount_point_new(MOUNT_BIND, path, target);
		made->writable = true;
		g_ptr_array_add(place->mounts, made);
	}
}

/* What would be mounted in a container that does not run: O_PATH, of a folder or of anything else. */
static int mount_open(Place *place, const MountPoint *mount, GError **error)
{
	char *name = g_strdup(mount->name);
	if (mount->type != MOUNT_VOLUME ||
		g_ptr_array_find_with_equal_func(place->volumes, name, g_str_equal, NULL)) {
		g_free(name);
	} else if (volume_hold(place->container->engine, name, error)) {
		g_ptr_array_add(place->volumes, name);
	} else {
		g_free(name);
		return -1;
	}
	return mount_source_open(mount, error);
}

/* The files of a container that does not run, unmounted. It cannot start while they are open. */
static int stopped_root_open(Container *container, GError **error)
{
	g_autofree char *folder = container_folder(container),
			*upper = g_build_filename(folder, "upper", NULL),
			*work = g_build_filename(folder, "work", NULL);
	g_autoptr(GPtrArray) layers =
		image_store_layers(container->engine->store, container->row.image_id);
	container_root_await(container);
	return layers_open(container->engine, layers, upper, work, error);
}

/* The state of resolve(): its current folder, beside a descriptor. */
enum { FROM_ROOT = -1, NOTHING_THERE = -2 };

/* Opens a path (O_PATH) from the root. In a container that does not run, a volume is opened where it would be
 * mounted. */
static int open_from_root(
	const Place *place, const char *path, const MountPoint *mount, const char *rest)
{
	autofd volume = mount != NULL ? mount_source_open(mount, NULL) : -1;
	return path_open_in_root(volume >= 0 ? volume : place->root_fd,
		volume < 0	? path
		: *rest != '\0' ? rest
				: "/",
		O_PATH | O_NOFOLLOW, 0);
}

/* The target of a link; NULL where path is none. at is advanced to the folder of the link, so that each part of the
 * path costs one step instead of a walk from the root. */
static char *link_at(const Place *place, const char *path, int *at)
{
	char target[PATH_MAX];
	const char *rest = path;
	const MountPoint *mount = place->locked ? mount_of(place, path, &rest) : NULL;
	bool entered = mount != NULL && *rest == '\0';
	if (*at == NOTHING_THERE && !entered)
		return NULL;
	autofd folder = *at;
	autofd fd = folder >= 0 && !entered ? path_open_in_root(folder, strrchr(path, '/') + 1,
						      O_PATH | O_NOFOLLOW, 0)
					    : open_from_root(place, path, mount, rest);
	ssize_t n = fd >= 0 ? readlinkat(fd, "", target, sizeof target) : -1;
	if (n > 0 && n < (ssize_t)sizeof target) {
		*at = FROM_ROOT;
		return g_strndup(target, (gsize)n);
	}
	*at = fd >= 0 ? fd_steal(&fd) : NOTHING_THERE;
	return NULL;
}

static void push_parts(GPtrArray *left, const char *path)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);
	for (guint i = g_strv_length(parts); i-- > 0;)
		if (*parts[i] != '\0' && strcmp(parts[i], ".") != 0)
			g_ptr_array_add(left, g_strdup(parts[i]));
}

/* Resolves all links of a path in the container's root, through volumes too (last: also a link that the path ends
 * in). NULL: a loop of links. */
static char *resolve(const Place *place, const char *path, bool last, GError **error)
{
	g_autoptr(GPtrArray) left = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) done = g_string_new("");
	autofd at = FROM_ROOT;
	int links = 0;
	push_parts(left, path);
	while (left->len > 0) {
		g_autofree char *name = g_ptr_array_steal_index(left, left->len - 1);
		if (strcmp(name, "..") == 0) {
			char *slash = strrchr(done->str, '/');
			g_string_truncate(done, slash != NULL ? (gsize)(slash - done->str) : 0);
			fd_clear(&at);
			at = FROM_ROOT;
			continue;
		}
		gsize before = done->len;
		g_string_append_printf(done, "/%s", name);
		g_autofree char *target =
			left->len > 0 || last ? link_at(place, done->str, &at) : NULL;
		if (target == NULL)
			continue;
		if (++links > MAX_LINKS || done->len > PATH_MAX) {
			fail(error, BERTH_ERROR_SYSTEM, "evalSymlinksInScope: too many links in %s",
				path);
			return NULL;
		}
		g_string_truncate(done, *target == '/' ? 0 : before);
		push_parts(left, target);
	}
	return g_strdup(done->len > 0 ? done->str : "/");
}

/* "folder/.", "folder/./": the content of a folder. */
static bool is_content(const char *path)
{
	g_autofree char *last = g_path_get_basename(path);
	return strcmp(last, ".") == 0;
}

static bool ends_in_folder(const char *path)
{
	return g_str_has_suffix(path, "/") || is_content(path);
}

/* Finds the mount that a path without links lies in; in a container that does not run, opens its source. */
static bool enter_mount(Place *place, const char *path, GError **error)
{
	const char *rest = path;
	const MountPoint *mount = mount_of(place, path, &rest);
	place->path = g_strdup(path);
	if (mount == NULL)
		return true;
	place->read_only_root = false;
	place->read_only_mount = !mount->writable;
	if (!place->locked)
		return true;
	autofd source = mount_open(place, mount, error);
	if (source < 0)
		return false;
	int folder = openat(source, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0 && errno != ENOTDIR)
		return fail_errno(error, "cannot open %s", mount->source);
	if (folder < 0 && (*rest != '\0' || ends_in_folder(place->asked)))
		return fail(error, BERTH_ERROR_INVALID, "lstat %s: not a directory", place->asked);
	if (folder < 0) {
		place->file_fd = fd_steal(&source);
		return true;
	}
	place->mount_fd = folder;
	g_free(place->path);
	place->path = g_strdup(*rest != '\0' ? rest : "/");
	return true;
}

static Place place_of(Container *container, const char *called)
{
	return (Place){.root_fd = -1,
		.mount_fd = -1,
		.file_fd = -1,
		.volumes = g_ptr_array_new_with_free_func(g_free),
		.called = called,
		.container = container};
}

/* The user whose container it is, by its own passwd and group. */
static bool find_owner(int root_fd, const Spec *spec, UnpackOwner *owner, GError **error)
{
	g_autofree char *passwd = NULL, *group = NULL;
	g_auto(User) user = {0};
	if (!user_files_read(root_fd, &passwd, &group, error) ||
		!user_resolve(&user, spec->program.user, passwd, group, NULL, error))
		return false;
	*owner = (UnpackOwner){user.uid, user.gid};
	return true;
}

/* follow: a link that the path ends in is followed. owner: NULL, or where to store the container's user. */
static bool open_place(
	Place *place, const char *path, bool follow, UnpackOwner *owner, GError **error)
{
	Container *container = place->container;
	g_autoptr(Spec) spec = container_spec(container, error);
	if (spec == NULL)
		return false;
	if (*path == '\0')
		return fail(error, BERTH_ERROR_INVALID, "bad parameter: pathcannot be empty");
	place->words = path;
	place->asked = g_strconcat(*path == '/' ? "" : "/", path, NULL);
	g_mutex_lock(&container->operation);
	place->locked = true;
	ContainerRow row = container_snapshot(container);
	int pid = row.pid;
	container_row_clear(&row);
	place->read_only_root = spec->confinement.read_only_root;
	place->mounts = container_mounts(container, error);
	if (place->mounts == NULL)
		return false;
	if (pid <= 0) {
		add_network_files(place, spec);
		place->root_fd = stopped_root_open(container, error);
	} else {
		place->root_fd =
			container_part_open(container, "root", O_RDONLY | O_DIRECTORY, error);
		place->ids = userns_of(container->engine, &spec->modes);
		/* The container may run on, and end: the descriptor stays valid. */
		g_mutex_unlock(&container->operation);
		place->locked = false;
	}
	if (place->root_fd >= 0 && owner != NULL && !find_owner(place->root_fd, spec, owner, error))
		return false;
	if (place->root_fd >= 0)
		place->led =
			resolve(place, place->asked, follow || ends_in_folder(place->asked), error);
	return place->led != NULL && enter_mount(place, place->led, error);
}

/* The folder that contains a path, and the path's name in it: "." for a folder given as "/", "a/." or "a/". A mounted
 * file has no such folder: the result is the file itself, and "". */
static int open_parent(const Place *place, char **name, GError **error)
{
	if (place->file_fd >= 0) {
		*name = g_strdup("");
		return fcntl(place->file_fd, F_DUPFD_CLOEXEC, 0);
	}
	bool inside = ends_in_folder(place->asked) || strcmp(place->path, "/") == 0;
	g_autofree char *folder = inside ? g_strdup(place->path) : g_path_get_dirname(place->path);
	int fd = path_open_in_root(start_of(place), folder, O_RDONLY | O_DIRECTORY, 0);
	*name = inside ? g_strdup(".") : g_path_get_basename(place->path);
	if (fd < 0 && errno == ENOTDIR)
		fail(error, BERTH_ERROR_SYSTEM, "lstat %s: not a directory", place->asked);
	else if (fd < 0)
		fail(error, errno == ENOENT ? BERTH_ERROR_NOT_FOUND : BERTH_ERROR_SYSTEM,
			"Could not find the file %s in container %s", place->words, place->called);
	return fd;
}

/* A mode in the form of Go's os.FileMode, which clients decode. */
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

/* linkTarget: the final target of the link, from the container's root. */
static json_t *stat_json(const Place *place, int parent, const char *name, GError **error)
{
	struct stat st;
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0) {
		fail(error, BERTH_ERROR_NOT_FOUND, "Could not find the file %s in container %s",
			place->words, place->called);
		return NULL;
	}
	g_autofree char *base = g_path_get_basename(place->asked),
			*led = S_ISLNK(st.st_mode) ? resolve(place, place->asked, true, error)
						   : g_strdup(""),
			*time = time_format(
				(gint64)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec);
	if (led == NULL)
		return NULL;
	return json_pack("{s:o, s:I, s:I, s:s, s:o}", "name", json_lenient(base), "size",
		(json_int_t)st.st_size, "mode", (json_int_t)go_mode(st.st_mode), "mtime", time,
		"linkTarget", json_lenient(led));
}

json_t *container_path_stat(
	Container *container, const char *called, const char *path, GError **error)
{
	g_auto(Place) place = place_of(container, called);
	g_autofree char *name = NULL;
	if (!open_place(&place, path, false, NULL, error))
		return NULL;
	autofd parent = open_parent(&place, &name, error);
	return parent >= 0 ? stat_json(&place, parent, name, error) : NULL;
}

/* The folder mounted at a path of the container that is to be archived with it; -1: none. */
static int graft_open(gpointer data, const char *path, GError **error)
{
	Place *place = data;
	const char *rest = "";
	const MountPoint *mount = mount_of(place, path, &rest);
	if (mount == NULL || *rest != '\0')
		return -1;
	if (!place->locked)
		return path_open_in_root(place->root_fd, path, O_RDONLY | O_DIRECTORY, 0);
	autofd source = mount_open(place, mount, error);
	return source < 0 ? -1 : openat(source, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bool container_copy_out(Container *container, const char *called, const char *path,
	const ArchiveSink *sink, GError **error)
{
	g_auto(Place) place = place_of(container, called);
	g_autofree char *name = NULL;
	if (!open_place(&place, path, false, NULL, error))
		return false;
	autofd parent = open_parent(&place, &name, error);
	/* The archive names a folder as the path does, whatever links led to it: "." for its content; the root has no
	 * name, so its entries begin with a slash, as dockerd's do. */
	g_autofree char *clean = path_normal(place.asked, "/"),
			*as = is_content(place.asked)	? g_strdup(".")
			      : strcmp(clean, "/") == 0 ? g_strdup("")
							: g_path_get_basename(clean);
	const TreeGrafts grafts = {.at = place.led, .open = graft_open, .data = &place};
	if (parent < 0 || !tree_archive_name(parent, name, as, place.ids.uid, place.ids.gid,
				  &grafts, sink, error))
		return false;
	container_event(container, "archive-path", NULL, NULL);
	return true;
}

/* In a user namespace only mapped ids are valid: new files are made as its root, with all capabilities of this
 * thread. */
static void act_as(uid_t uid, gid_t gid)
{
	prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0);
	syscall(SYS_setfsuid, uid);
	syscall(SYS_setfsgid, gid);
	prctl(PR_SET_SECUREBITS, 0, 0, 0, 0);
}

/* A running container: its root leads into its mounts. */
static bool is_mount_root(
	gpointer data, int folder_fd, const char *folder, const char *name, bool as_folder)
{
	struct statx st;
	(void)data, (void)folder;
	return statx(folder_fd, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE, &st) ==
		       0 &&
	       (st.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0 &&
	       !(as_folder && S_ISDIR(st.stx_mode));
}

/* A container that does not run: the path of an archive's entry as the container would see it. */
static char *seen_path(Place *place, const char *folder)
{
	g_autofree char *path = g_build_filename(place->led, folder, NULL);
	return resolve(place, path, true, NULL);
}

/* Its layers may still lack the names that mounts go to. */
static bool holds_target(const Place *place, const char *path)
{
	bool found = false;
	for (guint i = 0; !found && i < place->mounts->len; i++)
		found = below(((MountPoint *)place->mounts->pdata[i])->target, path) != NULL;
	return found;
}

static bool is_mount_target(
	gpointer data, int folder_fd, const char *folder, const char *name, bool as_folder)
{
	Place *place = data;
	const char *rest = "";
	struct stat st;
	(void)folder_fd;
	g_autofree char *in = seen_path(place, folder),
			*path = in != NULL ? g_build_filename(in, name, NULL) : g_strdup("/");
	const MountPoint *mount = mount_of(place, path, &rest);
	if (mount == NULL || *rest != '\0')
		return !as_folder && holds_target(place, path);
	autofd source = as_folder ? mount_source_open(mount, NULL) : -1;
	return source < 0 || fstat(source, &st) < 0 || !S_ISDIR(st.st_mode);
}

static int open_seen_folder(gpointer data, const char *folder)
{
	Place *place = data;
	g_autofree char *path = seen_path(place, folder);
	const char *rest = path;
	const MountPoint *mount = path != NULL ? mount_of(place, path, &rest) : NULL;
	autofd stopped = mount == NULL ? -1 : mount_open(place, mount, NULL);
	errno = EACCES;
	if (path == NULL || (mount != NULL && stopped < 0))
		return -1;
	if (mount == NULL)
		return path_make_in_root(place->root_fd, path, 0755);
	if (!mount->writable) {
		errno = EROFS;
		return -1;
	}
	return path_make_in_root(stopped, *rest != '\0' ? rest : "/", 0755);
}

bool container_copy_in(Container *container, const char *called, const char *path, CopyIn how,
	ByteSource source, gpointer data, GError **error)
{
	g_auto(Place) place = place_of(container, called);
	g_autoptr(Spec) spec = container_spec(container, error);
	UnpackOwner user = {0};
	bool owned = spec != NULL && how.user_owns && *spec->program.user != '\0';
	if (!open_place(&place, path, true, owned ? &user : NULL, error))
		return false;
	if (place.read_only_root || place.read_only_mount)
		return fail(error, BERTH_ERROR_INVALID, "%s is marked read-only",
			place.read_only_mount ? "mounted volume" : "container rootfs");
	if (place.file_fd >= 0)
		return fail(error, BERTH_ERROR_INVALID, "extraction point is not a directory");
	autofd folder = path_open_in_root(start_of(&place), place.path, O_RDONLY | O_DIRECTORY, 0);
	if (folder < 0 && errno == ENOTDIR)
		return fail(error, BERTH_ERROR_INVALID, "extraction point is not a directory");
	if (folder < 0)
		return fail(error, BERTH_ERROR_NOT_FOUND,
			"Could not find the file %s in container %s", path, called);
	UnpackMounts mounts = {
		.folder = place.locked && place.mounts->len > 0 ? open_seen_folder : NULL,
		.is_busy = place.locked ? is_mount_target : is_mount_root,
		.data = &place,
	};
	act_as(place.ids.uid, place.ids.gid);
	g_autofree char *clean = path_normal(path, "/");
	bool ok = archive_unpack_into(folder, source, data, how.keep_kind ? clean : NULL,
		owned ? &user : NULL, (UnpackOwner){place.ids.uid, place.ids.gid}, &mounts, error);
	act_as(0, 0);
	if (!ok)
		return false;
	container_event(container, "extract-to-dir", NULL, NULL);
	return true;
}
