/* A container's files: its changes (`diff`), and all of them (`export`). */
#include "engine/container/files.h"
#include "engine/image/images.h"
#include "engine/shim/shim.h"

#include "base/error.h"
#include "base/fd.h"
#include "image/image.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { CHANGED, ADDED, DELETED, MAX_DEPTH = 2000, HELD_ROUNDS = 2000, HELD_ROUND_US = 5000 };

const char *const container_mount_points[] = {
	".dockerenv", "dev", "proc", "sys", "etc/hostname", "etc/hosts", "etc/resolv.conf", NULL};

void container_root_await(Container *container)
{
	g_autofree char *folder = container_folder(container),
			*root = g_build_filename(folder, "rootfs", NULL);
	autofd fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < HELD_ROUNDS && fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0; i++)
		g_usleep(HELD_ROUND_US);
}

int container_upper_open(Container *container, GError **error)
{
	g_autofree char *folder = container_folder(container),
			*path = g_build_filename(folder, "upper", NULL);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		/* A rename may change the name meanwhile. */
		ContainerRow row = container_snapshot(container);
		fail(error, BERTH_ERROR_CONFLICT, "container %s has no files of its own yet",
			row.name);
		container_row_clear(&row);
	} else if (fd < 0) {
		fail_errno(error, "cannot open %s", path);
	}
	return fd;
}

static void note(json_t *changes, const char *path, int kind)
{
	json_array_append_new(
		changes, json_pack("{s:o, s:i}", "Path", json_lenient(path), "Kind", kind));
}

static int by_path(const void *a, const void *b)
{
	return strcmp(json_str(*(json_t *const *)a, "Path"), json_str(*(json_t *const *)b, "Path"));
}

/* A folder that overlayfs copied up only because something was mounted below it. */
static bool untouched(int upper, const struct stat *st, const struct stat *before, size_t found)
{
	return found == 0 && !tree_is_empty(upper) && st->st_mode == before->st_mode &&
	       st->st_uid == before->st_uid && st->st_gid == before->st_gid;
}

/* image: the same folder in the image, or -1 where the image has none. */
static bool compare(
	int upper, int image, const char *prefix, json_t *changes, int depth, GError **error)
{
	int own = openat(upper, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = own < 0 ? NULL : fdopendir(own);
	bool ok = dir != NULL && depth < MAX_DEPTH;
	for (struct dirent *entry; ok && (entry = readdir(dir)) != NULL;) {
		const char *name = entry->d_name;
		struct stat st, before;
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
			fstatat(upper, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		g_autofree char *path = g_strconcat(prefix, "/", name, NULL);
		if (g_strv_contains(container_mount_points, path + 1))
			continue;
		bool there = image >= 0 && fstatat(image, name, &before, AT_SYMLINK_NOFOLLOW) == 0;
		if (S_ISCHR(st.st_mode) && st.st_rdev == 0) {
			note(changes, path, DELETED);
			continue;
		}
		note(changes, path, there ? CHANGED : ADDED);
		if (!S_ISDIR(st.st_mode))
			continue;
		const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
		autofd below = openat(upper, name, flags);
		autofd below_image =
			there && S_ISDIR(before.st_mode) ? openat(image, name, flags) : -1;
		size_t own_line = json_array_size(changes) - 1;
		ok = below < 0 || compare(below, below_image, path, changes, depth + 1, error);
		if (ok && below_image >= 0 &&
			untouched(below, &st, &before, json_array_size(changes) - 1 - own_line))
			json_array_remove(changes, own_line);
	}
	if (dir != NULL)
		closedir(dir);
	return ok || fail_errno(error, "cannot read \"%s\"", prefix);
}

json_t *container_changes(Container *container, GError **error)
{
	g_autoptr(json_t) changes = json_array();
	autofd upper = container_upper_open(container, error);
	autofd image = upper >= 0
			       ? image_root_open(container->engine, container->row.image_id, error)
			       : -1;
	if (image < 0 || !compare(upper, image, "", changes, 0, error))
		return NULL;
	g_autofree json_t **list = g_new(json_t *, json_array_size(changes) + 1);
	size_t count = json_array_size(changes);
	for (size_t i = 0; i < count; i++)
		list[i] = json_incref(json_array_get(changes, i));
	qsort(list, count, sizeof *list, by_path);
	json_t *sorted = count > 0 ? json_array() : json_null();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(sorted, list[i]);
	return sorted;
}

/* A running container: the tree as it sees it; else its writable layer over the image. */
static int tree_open(Container *container, GError **error)
{
	ContainerRow row = container_snapshot(container);
	bool runs = row.pid > 0;
	container_row_clear(&row);
	if (runs)
		return container_part_open(container, "root", O_RDONLY | O_DIRECTORY, error);
	container_root_await(container);
	g_autofree char *folder = container_folder(container),
			*upper = g_build_filename(folder, "upper", NULL);
	return image_tree_open(container->engine, container->row.image_id,
		g_file_test(upper, G_FILE_TEST_IS_DIR) ? upper : NULL, error);
}

bool container_export(Container *container, const ArchiveSink *sink, GError **error)
{
	autofd root = tree_open(container, error);
	if (root < 0 || !tree_archive(root, TREE_WHOLE, NULL, sink, error))
		return false;
	container_event(container, "export", NULL, NULL);
	return true;
}

bool container_layer_out(Container *container, ByteSink sink, gpointer data, GError **error)
{
	const ArchiveSink to = {.bytes = sink, .data = data};
	autofd upper = container_upper_open(container, error);
	return upper >= 0 && tree_archive(upper, TREE_UPPER, container_mount_points, &to, error);
}

bool container_layer_in(Container *container, ByteSource source, gpointer data, GError **error)
{
	gint64 size;
	g_mutex_lock(&container->operation);
	ContainerRow row = container_snapshot(container);
	autofd upper = container_upper_open(container, error);
	bool fresh = row.status == STATUS_CREATED && row.started == 0;
	bool ok = upper >= 0 &&
		  (fresh || fail(error, BERTH_ERROR_CONFLICT,
				    "container %s has been started: its files are its own",
				    row.name)) &&
		  layer_apply(upper, source, data, &size, error);
	g_mutex_unlock(&container->operation);
	container_row_clear(&row);
	return ok;
}
