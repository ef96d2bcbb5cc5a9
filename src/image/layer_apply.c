#include "image/archive_load.h"
#include "image/image.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

enum {
	BUFFER = 256 * 1024,
	MAX_ENTRIES = 4000000,
	MAX_DEPTH = 2000,
	USTAR_MARK = 257,
	BLOCK = 512,
	PADDING = 4 * BLOCK,
	PLAIN_MODE = 0755, /* mode bits that the engine's umask (0022) allows */
};
static const char whiteout_prefix[] = ".wh.";
static const char opaque_marker[] = ".wh..wh..opq";

typedef struct {
	int root_fd;
	bool keep_root;		    /* what an archive says of its root folder means nothing */
	bool plain;		    /* no layer: names with ".wh." are ordinary */
	Inflate *inflate;	    /* or NULL: what read gives is not compressed */
	bool live;		    /* existing files are below: whiteouts delete them */
	const UnpackOwner *owner;   /* or NULL */
	UnpackOwner shift;	    /* added to the owners */
	const UnpackMounts *mounts; /* or NULL */
	const char *
		keep_kind; /* no folder is replaced by a file or a file by a folder; where, for messages */
	ByteSource read;
	gpointer data;
	char *buffer;
	GError *read_error;
	gint64 given;		  /* bytes of the tar */
	gint64 begins;		  /* where in it the content of the file begins */
	bool ended, bare, padded; /* read; it is ustar; a missing end was added */
	gint64 size;
	char *parent; /* path of the folder that parent_fd is open on */
	int parent_fd;
	bool inherits;	   /* the folder is setgid: new files get its group */
	GArray *dir_times; /* of DirTime: times of folders are set last */
} Apply;

typedef struct {
	char *path;
	struct timespec mtime;
} DirTime;

static ssize_t compressed_input(gpointer data, void *buffer, size_t size, GError **error)
{
	Apply *apply = data;
	ssize_t n = apply->read(apply->data, buffer, size, error);
	apply->ended = apply->ended || n == 0;
	return n;
}

static la_ssize_t archive_input(struct archive *archive, void *data, const void **buffer)
{
	Apply *apply = data;
	*buffer = apply->buffer;
	ssize_t n =
		apply->inflate != NULL
			? inflate_read(apply->inflate, apply->buffer, BUFFER, &apply->read_error)
			: compressed_input(apply, apply->buffer, BUFFER, &apply->read_error);
	if (n < 0)
		la.set_error(archive, EIO, "%s", apply->read_error->message);
	if (apply->plain && apply->given == 0 && n > USTAR_MARK + 5)
		apply->bare = memcmp(apply->buffer + USTAR_MARK, "ustar", 5) == 0;
	apply->given += MAX(n, 0);
	/* Docker's client truncates the last block of some archives: the missing bytes are zeros. */
	if (n == 0 && apply->bare && !apply->padded) {
		apply->padded = true;
		memset(apply->buffer, 0, n = PADDING);
	}
	return n;
}

/* The path leads through a mount in the target, which is not visible here. */
static bool has_view(const Apply *apply)
{
	return apply->mounts != NULL && apply->mounts->folder != NULL;
}

static int folder_make(const Apply *apply, const char *path)
{
	if (has_view(apply))
		return apply->mounts->folder(apply->mounts->data, path);
	return apply->plain ? path_make_beneath(apply->root_fd, path, 0755)
			    : path_make_in_root(apply->root_fd, path, 0755);
}

/* An existing folder, not a link in its place. */
static int folder_open(const Apply *apply, const char *path)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	if (!has_view(apply))
		return path_open_in_root(apply->root_fd, path, flags, 0);
	g_autofree char *parent = g_path_get_dirname(path), *name = g_path_get_basename(path);
	autofd at = folder_make(apply, parent);
	return at < 0 ? -1 : openat(at, name, flags);
}

/* The folder of an entry, opened in the root; kept open, as consecutive entries share it. */
static int parent_of(Apply *apply, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	g_autofree char *parent =
		slash != NULL ? g_strndup(path, (gsize)(slash - path)) : g_strdup(".");
	*name = slash != NULL ? slash + 1 : path;
	if (g_strcmp0(parent, apply->parent) != 0) {
		fd_clear(&apply->parent_fd);
		g_free(apply->parent);
		apply->parent = g_steal_pointer(&parent);
		apply->parent_fd = folder_make(apply, apply->parent);
		struct stat st;
		apply->inherits = apply->parent_fd < 0 || fstat(apply->parent_fd, &st) < 0 ||
				  (st.st_mode & S_ISGID) != 0;
	}
	return apply->parent_fd;
}

/* "./a//c/../b/" becomes "a/b"; NULL for names that lead out of the root, or that no file can have. */
static char *clean_path(const char *path)
{
	g_autoptr(GString) clean = g_string_new("");
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);
	for (int i = 0; parts[i] != NULL; i++) {
		if (*parts[i] == '\0' || strcmp(parts[i], ".") == 0)
			continue;
		if (strcmp(parts[i], "..") == 0 && clean->len > 0) {
			const char *last = strrchr(clean->str, '/');
			g_string_truncate(clean, last != NULL ? (gsize)(last - clean->str) : 0);
			continue;
		}
		if (strcmp(parts[i], "..") == 0 || strlen(parts[i]) > NAME_MAX)
			return NULL;
		g_string_append_printf(clean, "%s%s", clean->len > 0 ? "/" : "", parts[i]);
	}
	return g_string_free(g_steal_pointer(&clean), FALSE);
}

static void empty_folder(int fd)
{
	g_autoptr(GPtrArray) names = folder_names(fd);
	for (guint i = 0; i < names->len; i++)
		tree_remove(fd, names->pdata[i]);
}

/* overlayfs represents a deleted name by a character device 0/0, an opaque folder by an attribute. */
static bool apply_whiteout(int parent_fd, const char *name, bool live, GError **error)
{
	if (live && strcmp(name, opaque_marker) == 0)
		return empty_folder(parent_fd), true;
	if (strcmp(name, opaque_marker) == 0)
		return fsetxattr(parent_fd, "trusted.overlay.opaque", "y", 1, 0) == 0 ||
		       fail_errno(error, "cannot mark a folder as opaque");
	const char *hidden = name + strlen(whiteout_prefix);
	if (*hidden == '\0' || strcmp(hidden, ".") == 0 || strcmp(hidden, "..") == 0 ||
		g_str_has_prefix(hidden, whiteout_prefix))
		return true; /* other ".wh..wh." names are internal to aufs */
	tree_remove(parent_fd, hidden);
	return live || mknodat(parent_fd, hidden, S_IFCHR, makedev(0, 0)) == 0 ||
	       fail_errno(error, "cannot hide \"%s\"", hidden);
}

/* What is wrong with the archive, for an archive in the words of Go's readers. */
static bool damaged(const Apply *apply, struct archive *archive, int code, GError **error)
{
	const char *problem = la.error_string(archive);
	if (!apply->plain)
		return fail(error, BERTH_ERROR_INVALID, "damaged layer: %s", problem);
	return fail(error, BERTH_ERROR_INVALID, "%s",
		apply->ended && code != ARCHIVE_RETRY ? "unexpected EOF"
						      : "archive/tar: invalid tar header");
}

/* The last block of an archive may be short, and what is missing of it is zeros, but not a part of a file. */
static bool is_whole(const Apply *apply, struct archive_entry *entry, GError **error)
{
	return !apply->padded || la.entry_sparse_count(entry) > 0 ||
	       apply->begins + la.entry_size(entry) <= apply->given ||
	       fail(error, BERTH_ERROR_INVALID, "unexpected EOF");
}

static bool write_content(Apply *apply, struct archive *archive, int fd, GError **error)
{
	const void *block;
	size_t length;
	la_int64_t offset, end = 0, written = 0;
	int code;
	while ((code = la.read_data_block(archive, &block, &length, &offset)) == ARCHIVE_OK) {
		for (size_t done = 0; done < length;) {
			ssize_t n = !work_going()
					    ? -1
					    : pwrite(fd, (const char *)block + done, length - done,
						      offset + (la_int64_t)done);
			if (n < 0 && errno != EINTR)
				return fail_errno(error, "cannot write a file of the layer");
			done += n > 0 ? (size_t)n : 0;
		}
		end = offset + (la_int64_t)length;
		written = length > 0 ? end : written;
		apply->size += (gint64)length;
	}
	if (code != ARCHIVE_EOF)
		return damaged(apply, archive, code, error);
	/* A hole at the end is never written. */
	return end == written || ftruncate(fd, end) == 0 ||
	       fail_errno(error, "cannot write a file of the layer");
}

/* A hard link's target is a name in the layer, resolved inside it only. */
static bool make_hardlink(
	Apply *apply, int parent_fd, const char *name, const char *target, GError **error)
{
	g_autofree char *clean = clean_path(target);
	g_autofree char *folder = clean != NULL ? g_path_get_dirname(clean) : NULL;
	g_autofree char *base = clean != NULL ? g_path_get_basename(clean) : NULL;
	autofd folder_fd = clean == NULL     ? -1
			   : has_view(apply) ? folder_make(apply, folder)
					     : path_open_in_root(apply->root_fd, folder,
						       O_PATH | O_DIRECTORY, 0);
	if (clean == NULL)
		return fail(error, BERTH_ERROR_INVALID, "invalid hardlink target \"%s\"", target);
	return (folder_fd >= 0 && linkat(folder_fd, base, parent_fd, name, 0) == 0) ||
	       fail(error, BERTH_ERROR_INVALID, "linkat %s %s: %s", clean, name,
		       errno_words(errno));
}

static bool make_node(
	Apply *apply, struct archive_entry *entry, int parent_fd, const char *name, GError **error)
{
	mode_t type = la.entry_filetype(entry);
	const char *link = la.entry_hardlink(entry);
	int failed = 0;
	if (link != NULL)
		return make_hardlink(apply, parent_fd, name, link, error);
	if (type == AE_IFDIR) {
		failed = mkdirat(parent_fd, name, 0700);
	} else if (type == AE_IFLNK) {
		const char *target = la.entry_symlink(entry);
		failed = symlinkat(target != NULL ? target : "", parent_fd, name);
	} else if (type == AE_IFCHR || type == AE_IFBLK || type == AE_IFIFO) {
		failed = mknodat(parent_fd, name, type | 0600, la.entry_rdev(entry));
	} else {
		return fail(error, BERTH_ERROR_INVALID, "\"%s\": an unknown kind of file", name);
	}
	return failed == 0 || fail_errno(error, "cannot make \"%s\"", name);
}

/* Attributes by /proc/self/fd, for O_PATH descriptors, too: setxattrat exists since Linux 6.13 only. */
static void set_xattrs(struct archive_entry *entry, int fd)
{
	const char *key;
	const void *value;
	size_t length;
	char path[64];
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	while (la.entry_xattr_next(entry, &key, &value, &length) == ARCHIVE_OK)
		/* overlayfs is controlled by trusted.overlay.*: an archive must not set these. */
		if (!g_str_has_prefix(key, "trusted.") && setxattr(path, key, value, length, 0) < 0)
			continue; /* attributes that this file system does not support are skipped, as in Docker */
}

/* By descriptor: a file that a process of a running container puts in its place keeps its attributes
 * (CVE-2021-41089). */
static bool set_metadata(
	struct archive_entry *entry, int parent_fd, const char *name, GError **error)
{
	struct timespec mtime = {
		.tv_sec = la.entry_mtime(entry), .tv_nsec = la.entry_mtime_nsec(entry)};
	struct timespec times[2] = {mtime, mtime};
	struct stat as = {.st_mode = la.entry_filetype(entry) | la.entry_perm(entry),
		.st_uid = (uid_t)la.entry_uid(entry),
		.st_gid = (gid_t)la.entry_gid(entry)};
	autofd fd = node_open(parent_fd, name, &as);
	if (fd >= 0 && la.entry_xattr_reset(entry) > 0)
		set_xattrs(entry, fd);
	return (fd >= 0 && fd_set_facts(fd, &as, times)) ||
	       fail_errno(error, "cannot set owner, mode and time of \"%s\"", name);
}

/* The common case, a regular file, in as few system calls as possible: open, write, times, close; owner and mode only
 * if they differ from those of a new file of root. */
static bool make_file(Apply *apply, struct archive *archive, struct archive_entry *entry,
	int parent_fd, const char *name, GError **error)
{
	struct timespec mtime = {
		.tv_sec = la.entry_mtime(entry), .tv_nsec = la.entry_mtime_nsec(entry)};
	struct timespec times[2] = {mtime, mtime};
	mode_t mode = la.entry_perm(entry);
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	bool owned = la.entry_uid(entry) != 0 || la.entry_gid(entry) != 0 || apply->inherits;
	autofd fd = openat(parent_fd, name, flags, mode & 0777);
	if (fd < 0 && errno == EEXIST && tree_remove(parent_fd, name))
		fd = openat(parent_fd, name, flags, mode & 0777);
	if (fd < 0)
		return fail_errno(error, "cannot make \"%s\"", name);
	apply->begins = la.filter_bytes(archive, 0);
	if (!write_content(apply, archive, fd, error) || !is_whole(apply, entry, error))
		return false;
	if (owned && fchown(fd, (uid_t)la.entry_uid(entry), (gid_t)la.entry_gid(entry)) < 0)
		return fail_errno(error, "cannot give \"%s\" to its owner", name);
	if (la.entry_xattr_reset(entry) > 0)
		set_xattrs(entry, fd);
	/* After chown, which clears setuid bits. */
	if ((mode & ~PLAIN_MODE) != 0 && fchmod(fd, mode) < 0)
		return fail_errno(error, "cannot set the mode of \"%s\"", name);
	futimens(fd, times);
	return true;
}

static void note_dir_time(Apply *apply, const char *path, struct archive_entry *entry)
{
	DirTime time = {g_strdup(path),
		{.tv_sec = la.entry_mtime(entry), .tv_nsec = la.entry_mtime_nsec(entry)}};
	g_array_append_val(apply->dir_times, time);
}

/* Removes an existing file of that name, except a folder that stays one. */
static bool make_way(int parent_fd, const char *name, bool for_folder, bool *there)
{
	struct stat st;
	*there = fstatat(parent_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (*there && S_ISDIR(st.st_mode) && for_folder)
		return true;
	bool removed = !*there || tree_remove(parent_fd, name);
	*there = false;
	return removed;
}

static bool same_kind(const Apply *apply, int parent_fd, const char *name, const char *path,
	bool folder, GError **error)
{
	struct stat st;
	if (fstatat(parent_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISDIR(st.st_mode) == folder)
		return true;
	return fail(error, BERTH_ERROR_SYSTEM,
		folder ? "cannot overwrite non-directory \"%s\" with directory \"%s\""
		       : "cannot overwrite directory \"%s\" with non-directory \"%s\"",
		path, apply->keep_kind);
}

/* Whether there is a mount below a folder. The container's mounts are not this process's, so the kernel would remove
 * the names together with the mounts. */
static bool holds_mounts(
	const UnpackMounts *mounts, int parent_fd, const char *parent, const char *name, int depth)
{
	autofd fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	g_autoptr(GPtrArray) names = fd >= 0 ? folder_names(fd) : g_ptr_array_new();
	g_autofree char *path = g_build_filename(parent, name, NULL);
	bool found = depth > MAX_DEPTH;
	for (guint i = 0; i < names->len && !found; i++)
		found = mounts->is_busy(mounts->data, fd, path, names->pdata[i], false) ||
			holds_mounts(mounts, fd, path, names->pdata[i], depth + 1);
	return found;
}

/* In dockerd's words, where the kernel refuses it. */
static bool check_busy(
	const Apply *apply, int parent_fd, const char *name, bool folder, GError **error)
{
	const UnpackMounts *mounts = apply->mounts;
	if (mounts == NULL ||
		(!mounts->is_busy(mounts->data, parent_fd, apply->parent, name, folder) &&
			(folder || !holds_mounts(mounts, parent_fd, apply->parent, name, 0))))
		return true;
	return fail(error, BERTH_ERROR_SYSTEM, "RemoveAll %s: device or resource busy", name);
}

/* Cut to 32 bits, an id would be another's: root's, or that of whoever unpacks (chown(2): -1 leaves what is). */
static bool set_owner(const Apply *apply, struct archive_entry *entry, GError **error)
{
	gint64 uid = apply->owner != NULL ? apply->owner->uid : la.entry_uid(entry),
	       gid = apply->owner != NULL ? apply->owner->gid : la.entry_gid(entry);
	if (uid < 0 || gid < 0 || uid >= (gint64)G_MAXUINT32 - apply->shift.uid ||
		gid >= (gint64)G_MAXUINT32 - apply->shift.gid)
		return fail(error, BERTH_ERROR_INVALID,
			"the owner %" G_GINT64_FORMAT ":%" G_GINT64_FORMAT
			" of \"%s\" in the archive is none that a file can have",
			uid, gid, la.entry_pathname(entry));
	la.entry_set_uid(entry, uid + apply->shift.uid);
	la.entry_set_gid(entry, gid + apply->shift.gid);
	return true;
}

/* In Go's words: what is in the way of the folder that an entry lies in. */
static bool no_parent(const char *path, GError **error)
{
	int problem = errno;
	g_autofree char *parent = g_path_get_dirname(path);
	if (problem == EXDEV)
		return fail(
			error, BERTH_ERROR_INVALID, "statat %s: path escapes from parent", parent);
	errno = problem;
	return fail(error, BERTH_ERROR_INVALID, "%sat %s: %s", problem == ENOTDIR ? "open" : "stat",
		problem == ENOTDIR ? path : parent, errno_words(errno));
}

/* In a layer's error only: those of other archives are Go's. */
static bool say_where(const Apply *apply, const char *path, GError **error)
{
	if (!apply->plain)
		g_prefix_error(error, "%s: ", path);
	return false;
}

static bool apply_entry(
	Apply *apply, struct archive *archive, struct archive_entry *entry, GError **error)
{
	const char *raw = la.entry_pathname(entry), *name;
	g_autofree char *path = raw != NULL ? clean_path(raw) : NULL;
	bool is_dir = la.entry_filetype(entry) == AE_IFDIR && la.entry_hardlink(entry) == NULL,
	     there;
	if (path == NULL)
		return fail(error, BERTH_ERROR_INVALID, "invalid entry name \"%s\"",
			raw != NULL ? raw : "");
	if (!set_owner(apply, entry, error))
		return false;
	if (*path == '\0' && apply->keep_root)
		return true;
	if (*path == '\0') { /* the root folder itself */
		note_dir_time(apply, ".", entry);
		return !is_dir || fchmod(apply->root_fd, la.entry_perm(entry)) == 0 ||
		       fail_errno(error, "cannot set the mode of the root folder");
	}
	int parent_fd = parent_of(apply, path, &name);
	if (parent_fd < 0)
		return no_parent(path, error);
	if (apply->keep_kind != NULL && !same_kind(apply, parent_fd, name, path, is_dir, error))
		return false;
	if (!check_busy(apply, parent_fd, name, is_dir, error))
		return false;
	if (!apply->plain && g_str_has_prefix(name, whiteout_prefix)) {
		autofd folder = openat(parent_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		return apply_whiteout(folder, name, apply->live, error);
	}
	if (la.entry_filetype(entry) == AE_IFREG && la.entry_hardlink(entry) == NULL)
		return make_file(apply, archive, entry, parent_fd, name, error) ||
		       say_where(apply, path, error);
	if (!make_way(parent_fd, name, is_dir, &there))
		return fail_errno(error, "cannot replace \"%s\"", path);
	if (!there && !make_node(apply, entry, parent_fd, name, error))
		return say_where(apply, path, error);
	if (is_dir)
		note_dir_time(apply, path, entry);
	return la.entry_hardlink(entry) != NULL || set_metadata(entry, parent_fd, name, error);
}

static void set_dir_times(Apply *apply)
{
	for (guint i = apply->dir_times->len; i-- > 0;) {
		DirTime *time = &g_array_index(apply->dir_times, DirTime, i);
		struct timespec times[2] = {time->mtime, time->mtime};
		autofd fd = folder_open(apply, time->path);
		if (fd >= 0)
			futimens(fd, times);
		g_free(time->path);
	}
}

void archive_filters(struct archive *archive)
{
	la.read_support_filter_gzip(archive);
	la.read_support_filter_bzip2(archive);
	la.read_support_filter_xz(archive);
	la.read_support_filter_zstd(archive);
}

/* Those that Inflate does not undo. libarchive would undo one within another, and wants whole blocks. */
static void other_filters(struct archive *archive)
{
	la.read_support_filter_bzip2(archive);
	la.read_support_filter_xz(archive);
}

/* Extracts all entries, and reads the rest after the archive's end, which is hashed too. */
static bool apply_all(Apply *state, gint64 *size, GError **error)
{
	Apply apply = *state;
	ByteSource read = apply.read;
	gpointer data = apply.data;
	if (!archive_load(error))
		return false;
	struct archive *archive = la.read_new();
	struct archive_entry *entry;
	gint64 entries = 0;
	int code;
	bool ok = true;
	apply.buffer = g_malloc(BUFFER);
	apply.dir_times = g_array_new(FALSE, FALSE, sizeof(DirTime));
	g_autoptr(Inflate) inflate = apply.plain ? inflate_new(compressed_input, &apply) : NULL;
	apply.inflate = inflate;
	if (apply.plain)
		other_filters(archive);
	la.read_support_format_tar(archive);
	la.read_support_format_empty(archive);
	la.read_open(archive, &apply, NULL, archive_input, NULL);
	while (ok && (code = la.read_next_header(archive, &entry)) != ARCHIVE_EOF) {
		if (code < ARCHIVE_WARN || code == ARCHIVE_RETRY) /* a header with a wrong sum */
			ok = damaged(&apply, archive, code, error);
		else if (!work_going())
			ok = fail_errno(error, "the archive is not unpacked");
		else if (++entries > MAX_ENTRIES)
			ok = fail(error, BERTH_ERROR_INVALID, "the layer has more than %d files",
				MAX_ENTRIES);
		else
			ok = apply_entry(&apply, archive, entry, error);
	}
	while (ok && apply.read_error == NULL &&
		read(data, apply.buffer, BUFFER, &apply.read_error) > 0)
		;
	if (apply.read_error != NULL && !(apply.plain && apply.ended)) {
		g_clear_error(error);
		g_propagate_error(error, g_steal_pointer(&apply.read_error));
		ok = false;
	}
	g_clear_error(&apply.read_error);
	set_dir_times(&apply);
	la.read_free(archive);
	fd_clear(&apply.parent_fd);
	g_free(apply.parent);
	g_free(apply.buffer);
	g_array_free(apply.dir_times, TRUE);
	*size = apply.size;
	return ok;
}

bool layer_apply(int dir_fd, ByteSource read, gpointer data, gint64 *size, GError **error)
{
	Apply apply = {.root_fd = dir_fd, .read = read, .data = data, .parent_fd = -1};
	return apply_all(&apply, size, error);
}

bool layer_apply_live(int dir_fd, ByteSource read, gpointer data, GError **error)
{
	gint64 size;
	Apply apply = {
		.root_fd = dir_fd, .live = true, .read = read, .data = data, .parent_fd = -1};
	return apply_all(&apply, &size, error);
}

bool archive_unpack(
	int dir_fd, ByteSource read, gpointer data, const UnpackOwner *owner, GError **error)
{
	gint64 size;
	Apply apply = {.root_fd = dir_fd,
		.plain = true,
		.keep_root = true,
		.owner = owner,
		.read = read,
		.data = data,
		.parent_fd = -1};
	return apply_all(&apply, &size, error);
}

bool archive_unpack_into(int dir_fd, ByteSource read, gpointer data, const char *keep_kind,
	const UnpackOwner *owner, UnpackOwner shift, const UnpackMounts *mounts, GError **error)
{
	gint64 size;
	Apply apply = {.root_fd = dir_fd,
		.plain = true,
		.keep_root = true,
		.keep_kind = keep_kind,
		.owner = owner,
		.shift = shift,
		.mounts = mounts,
		.read = read,
		.data = data,
		.parent_fd = -1};
	return apply_all(&apply, &size, error);
}

static ssize_t inflated(gpointer inflate, void *buffer, size_t size, GError **error)
{
	return inflate_read(inflate, buffer, size, error);
}

/* libarchive counts the filter that passes all on as well. */
static bool is_packed_once(struct archive *archive, const Inflate *inflate)
{
	return la.filter_count(archive) <= (*inflate_suffix(inflate) != '\0' ? 1 : 2);
}

bool archive_detect(int fd)
{
	off_t at = lseek(fd, 0, SEEK_CUR);
	if (!archive_load(NULL))
		return false;
	struct archive *archive = la.read_new();
	struct archive_entry *entry;
	g_autoptr(Inflate) inflate = inflate_new(byte_source_fd, &fd);
	g_autofree char *buffer = g_malloc(BUFFER);
	ArchiveSource source = {inflated, inflate, buffer, BUFFER, NULL};
	other_filters(archive);
	la.read_support_format_tar(archive);
	bool found =
		la.read_open(archive, &source, NULL, archive_source_read, NULL) == ARCHIVE_OK &&
		la.read_next_header(archive, &entry) >= ARCHIVE_WARN && la.format(archive) != 0 &&
		is_packed_once(archive, inflate) && la.entry_pathname(entry) != NULL;
	la.read_free(archive);
	g_clear_error(&source.problem);
	lseek(fd, at, SEEK_SET);
	return found;
}
