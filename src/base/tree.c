/* Operations on whole folders: removal, size, copy. No symbolic link is followed. */
#include "base/error.h"
#include "base/fd.h"
#include "base/json_names.h"
#include "base/work.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

/* Bytes copied between checks for cancellation. */
enum { COPY_PART = 64 << 20 };

/* Limits of depth, as each level needs a descriptor: from NEAR on a removal moves deeper folders to the top; FAR is
 * the limit of all other operations. Paths of layers and archives have at most FAR components. */
enum { NEAR = 64, FAR = 2100 };

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static DIR *dir_open(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir == NULL)
		fd_clear(&fd);
	return dir;
}

/* A removal in progress. Each level needs a descriptor and stack, and a tree may be as deep as the disk allows:
 * folders deeper than NEAR are moved to the top, and removed from there. */
typedef struct {
	int top_fd; /* -1: not yet open */
	guint tried, moved;
	int depth;
} Removal;

static bool folder_remove(Removal *removal, int dir_fd, const char *name);

/* Moves a deep folder to the top. False if that is impossible: overlayfs cannot move folders of a layer, whose depth
 * is limited anyway. */
static bool lift(Removal *removal, int dir_fd, const char *name)
{
	char place[32];
	long moved;
	do {
		snprintf(place, sizeof place, ".berth-deep-%u", removal->tried++);
		moved = syscall(
			SYS_renameat2, dir_fd, name, removal->top_fd, place, RENAME_NOREPLACE);
	} while (moved < 0 && errno == EEXIST);
	removal->moved += moved == 0;
	return moved == 0;
}

static bool inner_remove(Removal *removal, int dir_fd, const char *name)
{
	if (removal->depth >= NEAR && lift(removal, dir_fd, name))
		return true;
	if (removal->depth >= FAR) {
		errno = ELOOP;
		return false;
	}
	return folder_remove(removal, dir_fd, name);
}

static bool entry_remove(Removal *removal, int dir_fd, const struct dirent *entry)
{
	if (entry->d_type != DT_DIR && (unlinkat(dir_fd, entry->d_name, 0) == 0 || errno == ENOENT))
		return true;
	return (entry->d_type == DT_DIR ||
		       (entry->d_type == DT_UNKNOWN && (errno == EISDIR || errno == EPERM))) &&
	       inner_remove(removal, dir_fd, entry->d_name);
}

/* A mount below a folder belongs to others and stays: it is not even opened. */
static DIR *dir_open_own(int dir_fd, const char *name)
{
	struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_NO_XDEV};
	int fd = (int)syscall(SYS_openat2, dir_fd, name, &how, sizeof how);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir == NULL)
		fd_clear(&fd);
	return dir;
}

/* Removes everything in an open folder. At the top it repeats if folders were moved there meanwhile. */
static bool content_remove(Removal *removal, DIR *dir)
{
	bool ok;
	guint before;
	do {
		ok = true;
		before = removal->moved;
		rewinddir(dir);
		for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
			ok = (is_dots(entry->d_name) || entry_remove(removal, dirfd(dir), entry)) &&
			     ok;
	} while (removal->depth == 1 && removal->moved != before);
	return ok;
}

static bool folder_remove(Removal *removal, int dir_fd, const char *name)
{
	DIR *dir = dir_open_own(dir_fd, name);
	if (dir == NULL)
		return errno == ENOENT;
	if (removal->depth++ == 0)
		removal->top_fd = dirfd(dir);
	bool ok = content_remove(removal, dir);
	removal->depth--;
	closedir(dir);
	return unlinkat(dir_fd, name, AT_REMOVEDIR) == 0 && ok;
}

bool tree_remove(int dir_fd, const char *name)
{
	Removal removal = {.top_fd = -1};
	if (unlinkat(dir_fd, name, 0) == 0 || errno == ENOENT)
		return true;
	return (errno == EISDIR || errno == EPERM) && folder_remove(&removal, dir_fd, name);
}

GPtrArray *folder_names(int dir_fd)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	DIR *dir = dir_open(dir_fd, ".");
	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
		if (!is_dots(entry->d_name))
			g_ptr_array_add(names, g_strdup(entry->d_name));
	if (dir != NULL)
		closedir(dir);
	g_ptr_array_sort(names, texts_compare);
	return names;
}

static gint64 tree_size_unseen(int dir_fd, const char *name, GHashTable *seen, int depth)
{
	struct stat st;
	if (depth > FAR || fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (!S_ISDIR(st.st_mode))
		return g_hash_table_add(seen, GSIZE_TO_POINTER(st.st_ino)) ? st.st_size : 0;
	DIR *dir = dir_open(dir_fd, name);
	if (dir == NULL)
		return 0;
	gint64 sum = 0;
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
		sum += is_dots(entry->d_name)
			       ? 0
			       : tree_size_unseen(dirfd(dir), entry->d_name, seen, depth + 1);
	closedir(dir);
	return sum;
}

gint64 tree_size(int dir_fd, const char *name)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	return tree_size_unseen(dir_fd, name, seen, 0);
}

bool tree_is_empty(int dir_fd)
{
	DIR *dir = dir_open(dir_fd, ".");
	bool empty = dir != NULL;
	for (struct dirent *entry; empty && (entry = readdir(dir)) != NULL;)
		empty = is_dots(entry->d_name);
	if (dir != NULL)
		closedir(dir);
	return empty;
}

bool fd_copy(int source, int target)
{
	for (;;) {
		if (!work_going())
			return false;
		ssize_t n = copy_file_range(source, NULL, target, NULL, COPY_PART, 0);
		if (n == 0)
			return true;
		if (n < 0 && errno != EINTR)
			break;
	}
	/* Not supported between every pair of file systems (EXDEV, EINVAL): falls back to read and write. */
	char buffer[65536];
	for (ssize_t n; (n = read(source, buffer, sizeof buffer)) != 0;)
		if (n < 0 || !work_going() || !fd_write_all(target, buffer, (size_t)n))
			return false;
	return true;
}

/* State of copies that preserve more than usual: NULL if other processes may see or write to the target meanwhile. */
typedef struct {
	GHashTable *links; /* "device:inode" -> path of its first copy, below top */
	GString *path;	   /* path of the current folder, below top: "a/b/" */
	int top;
} Exact;

static void copy_xattrs(int source, int target, const Exact *exact)
{
	char from[64], to[64], names[4096], value[4096];
	snprintf(from, sizeof from, "/proc/self/fd/%d", source);
	snprintf(to, sizeof to, "/proc/self/fd/%d", target);
	ssize_t length = listxattr(from, names, sizeof names);
	for (const char *key = names; length > 0 && key < names + length; key += strlen(key) + 1) {
		ssize_t n = getxattr(from, key, value, sizeof value);
		if (n >= 0 && (exact != NULL || !g_str_has_prefix(key, "trusted.overlay.")) &&
			setxattr(to, key, value, (size_t)n, 0) < 0)
			continue; /* attributes that the target's file system does not support are skipped */
	}
}

/* Creates the copy of a file or an empty folder and returns it open: other processes may write to the target, so
 * everything else is done by this descriptor. -1 with errno. */
static int copy_node(int source, const char *name, const struct stat *st, int target)
{
	char link[4096];
	int made = -1;
	if (S_ISREG(st->st_mode)) {
		autofd from = file_open_regular(source, name);
		autofd to = openat(
			target, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		return from >= 0 && to >= 0 && fd_copy(from, to) ? fd_steal(&to) : -1;
	}
	if (S_ISDIR(st->st_mode)) {
		made = mkdirat(target, name, 0700);
	} else if (S_ISLNK(st->st_mode)) {
		ssize_t n = readlinkat(source, name, link, sizeof link - 1);
		link[MAX(n, 0)] = '\0';
		made = n < 0 ? -1 : symlinkat(link, target, name);
	} else {
		made = mknodat(target, name, st->st_mode & S_IFMT, st->st_rdev);
	}
	return made < 0 ? -1 : node_open(target, name, st);
}

/* Links a further name of a copied file; false: it must be copied. */
static bool copy_link(Exact *exact, const char *name, const struct stat *st, int target)
{
	if (exact == NULL || S_ISDIR(st->st_mode) || st->st_nlink < 2)
		return false;
	g_autofree char *key = g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
		(guint64)st->st_dev, (guint64)st->st_ino);
	const char *first = g_hash_table_lookup(exact->links, key);
	if (first == NULL) {
		g_hash_table_insert(exact->links, g_steal_pointer(&key),
			g_strconcat(exact->path->str, name, NULL));
		return false;
	}
	char link[64];
	autofd made = path_open_in_root(exact->top, first, O_PATH | O_NOFOLLOW, 0);
	snprintf(link, sizeof link, "/proc/self/fd/%d", made);
	return made >= 0 && linkat(AT_FDCWD, link, target, name, AT_SYMLINK_FOLLOW) == 0;
}

static bool copy_all(int source_fd, int target_fd, Exact *exact, GError **error);

static bool copy_below(int source, int target, const char *name, Exact *exact, GError **error)
{
	autofd to = openat(target, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autofd from = openat(source, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t length = exact != NULL ? exact->path->len : 0;
	if (exact != NULL)
		g_string_append_printf(exact->path, "%s/", name);
	bool ok = from >= 0 && to >= 0 && copy_all(from, to, exact, error);
	if (exact != NULL)
		g_string_truncate(exact->path, length);
	return ok;
}

static bool copy_entry(int source, const char *name, int target, Exact *exact, GError **error)
{
	struct stat st;
	autofd from = openat(source, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (from < 0 || fstat(from, &st) < 0)
		return false;
	if (copy_link(exact, name, &st, target))
		return true;
	autofd made = copy_node(source, name, &st, target);
	if (made < 0 || (S_ISDIR(st.st_mode) && !copy_below(from, made, name, exact, error)))
		return false;
	const struct timespec times[2] = {st.st_atim, st.st_mtim};
	copy_xattrs(from, made, exact);
	return fd_set_facts(made, &st, times);
}

static bool copy_all(int source_fd, int target_fd, Exact *exact, GError **error)
{
	struct stat st;
	DIR *dir = dir_open(source_fd, ".");
	bool ok = dir != NULL;
	for (struct dirent *entry; ok && (entry = readdir(dir)) != NULL;) {
		ok = is_dots(entry->d_name) ||
		     copy_entry(source_fd, entry->d_name, target_fd, exact, error);
		if (!ok)
			fail_errno(error, "cannot copy \"%s\"", entry->d_name);
	}
	if (dir != NULL)
		closedir(dir);
	/* The attributes of the folder itself: a volume should look like the folder that it replaces. */
	ok = ok && fstat(source_fd, &st) == 0 && fd_set_facts(target_fd, &st, NULL);
	return ok || fail_errno(error, "cannot copy a folder");
}

bool tree_copy(int source_fd, int target_fd, GError **error)
{
	return copy_all(source_fd, target_fd, NULL, error);
}

bool tree_copy_exact(int source_fd, int target_fd, GError **error)
{
	g_autoptr(GHashTable) links =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_autoptr(GString) path = g_string_new("");
	return copy_all(source_fd, target_fd, &(Exact){links, path, target_fd}, error);
}
