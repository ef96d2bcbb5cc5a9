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
#include <sys/xattr.h>

enum { BLOCK = 256 * 1024, MAX_DEPTH = 2000, MAX_XATTR = 64 * 1024 };

typedef struct {
	struct archive *archive;
	TreeKind kind;
	const char *const *skip;
	const char *as;	 /* the topmost name in the archive; NULL: unchanged */
	uid_t first_uid; /* the id that is 0 in the archive */
	gid_t first_gid;
	const TreeGrafts *grafts; /* or NULL */
	const ArchiveSink *sink;
	GError *problem;
	GHashTable *links; /* "device:inode" -> path of its first name */
	dev_t device;	   /* of the root, or of the graft */
	char *block;
	char *gathered; /* what the library has written, BLOCK bytes at most, and is not handed over yet */
	size_t gathered_length;
	int moved_fd; /* block's content is that of this file, from its position on; or -1 */
	size_t moved; /* how much of it has been handed over */
	int depth;
} Tree;

static bool flush(Tree *tree)
{
	size_t length = tree->gathered_length;
	tree->gathered_length = 0;
	return length == 0 ||
	       tree->sink->bytes(tree->sink->data, tree->gathered, length, &tree->problem);
}

static bool gather(Tree *tree, const void *bytes, size_t length)
{
	if (length > BLOCK - tree->gathered_length && !flush(tree))
		return false;
	if (length >= BLOCK)
		return tree->sink->bytes(tree->sink->data, bytes, length, &tree->problem);
	memcpy(tree->gathered + tree->gathered_length, bytes, length);
	tree->gathered_length += length;
	return true;
}

static bool put_moved(Tree *tree, size_t length)
{
	tree->moved += length;
	return flush(tree) &&
	       tree->sink->file(tree->sink->data, tree->moved_fd, length, &tree->problem);
}

/* The library writes unbuffered: it hands on what it is given. */
static la_ssize_t output(struct archive *archive, void *data, const void *buffer, size_t length)
{
	Tree *tree = data;
	if (tree->moved_fd >= 0 && buffer == tree->block ? put_moved(tree, length)
							 : gather(tree, buffer, length))
		return (la_ssize_t)length;
	la.set_error(archive, EIO, "%s", tree->problem != NULL ? tree->problem->message : "");
	return -1;
}

static bool archive_fail(Tree *tree, GError **error)
{
	if (tree->problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&tree->problem));
		return false;
	}
	return fail(error, BERTH_ERROR_SYSTEM, "cannot write the archive: %s",
		la.error_string(tree->archive));
}

static bool put_head(Tree *tree, struct archive_entry *entry, GError **error)
{
	/* Warnings concern names that are not UTF-8, which are written unchanged. */
	return la.write_header(tree->archive, entry) >= ARCHIVE_WARN || archive_fail(tree, error);
}

/* A whiteout: an empty file whose name marks a deleted one (OCI image-spec, layer.md, "Whiteouts"). */
static bool put_whiteout(Tree *tree, const char *folder, const char *name, GError **error)
{
	g_autofree char *path = g_strconcat(folder, ".wh.", name, NULL);
	struct archive_entry *entry = la.entry_new();
	la.entry_set_pathname(entry, path);
	la.entry_set_filetype(entry, AE_IFREG);
	la.entry_set_perm(entry, 0);
	la.entry_set_size(entry, 0);
	bool ok = put_head(tree, entry, error);
	la.entry_free(entry);
	return ok;
}

/* O_PATH; a name "" is what fd itself is open on. */
static int node_find(int fd, const char *name)
{
	return *name == '\0' ? fcntl(fd, F_DUPFD_CLOEXEC, 0)
			     : openat(fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

/* Attributes of the file, not of this host: capabilities, and user attributes. */
static void put_xattrs(struct archive_entry *entry, int parent_fd, const char *name)
{
	char path[64];
	g_autofree char *names = g_malloc(MAX_XATTR), *value = g_malloc(MAX_XATTR);
	autofd fd = node_find(parent_fd, name);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	ssize_t length = fd < 0 ? -1 : listxattr(path, names, MAX_XATTR);
	for (ssize_t at = 0; at < length; at += (ssize_t)strlen(names + at) + 1) {
		const char *key = names + at;
		if (!g_str_has_prefix(key, "user.") && strcmp(key, "security.capability") != 0)
			continue;
		ssize_t size = getxattr(path, key, value, MAX_XATTR);
		if (size >= 0)
			la.entry_xattr_add_entry(entry, key, value, (size_t)size);
	}
}

/* Of a large file the library sees a block that holds nothing, and hands it on: its bytes go to the sink without it. */
static bool move_content(Tree *tree, int fd, gint64 size, GError **error)
{
	bool ok = true;
	tree->moved_fd = fd;
	for (gint64 left = size; ok && left > 0;) {
		size_t n = (size_t)MIN(left, BLOCK);
		tree->moved = 0;
		if (!work_going())
			ok = fail_errno(error, "cannot read the file");
		else if (la.write_data(tree->archive, tree->block, n) < 0)
			ok = archive_fail(tree, error);
		else if (tree->moved != n)
			ok = fail(error, BERTH_ERROR_SYSTEM, "the archive's library copies");
		left -= (gint64)n;
	}
	tree->moved_fd = -1;
	return ok;
}

/* Exactly as many bytes as the header says: a file that shrinks meanwhile is padded with zeros. */
static bool put_content(Tree *tree, int parent_fd, const char *name, gint64 size, GError **error)
{
	/* A container may replace it by a device meanwhile. */
	autofd node = node_find(parent_fd, name), fd = fd_open_regular(node);
	if (fd < 0)
		return fail_errno(error, "cannot read \"%s\"", name);
	if (tree->sink->file != NULL && size >= BLOCK)
		return move_content(tree, fd, size, error);
	for (gint64 left = size; left > 0;) {
		ssize_t n = !work_going() ? -1 : read(fd, tree->block, (size_t)MIN(left, BLOCK));
		if (n < 0)
			return fail_errno(error, "cannot read \"%s\"", name);
		if (n == 0)
			memset(tree->block, 0, (size_t)(n = (ssize_t)MIN(left, BLOCK)));
		if (la.write_data(tree->archive, tree->block, (size_t)n) < 0)
			return archive_fail(tree, error);
		left -= n;
	}
	return true;
}

/* The first name of a hard-linked file that is in the archive already; NULL for the first one. */
static const char *known_link(Tree *tree, const struct stat *st, const char *path)
{
	if (S_ISDIR(st->st_mode) || st->st_nlink < 2)
		return NULL;
	g_autofree char *key = g_strdup_printf("%lu:%lu", (gulong)st->st_dev, (gulong)st->st_ino);
	const char *known = g_hash_table_lookup(tree->links, key);
	if (known == NULL)
		g_hash_table_insert(tree->links, g_steal_pointer(&key), g_strdup(path));
	return known;
}

static bool put_node(Tree *tree, int parent_fd, const char *name, const char *path,
	const struct stat *st, GError **error)
{
	struct archive_entry *entry = la.entry_new();
	const char *link = known_link(tree, st, path);
	char target[PATH_MAX];
	bool regular = S_ISREG(st->st_mode) && link == NULL;
	la.entry_copy_stat(entry, st);
	la.entry_set_uid(entry, st->st_uid - tree->first_uid);
	la.entry_set_gid(entry, st->st_gid - tree->first_gid);
	la.entry_unset_atime(entry);
	la.entry_unset_ctime(entry);
	la.entry_set_pathname(entry, path);
	la.entry_set_size(entry, regular ? st->st_size : 0);
	if (link != NULL)
		la.entry_set_hardlink(entry, link);
	ssize_t n =
		S_ISLNK(st->st_mode) ? readlinkat(parent_fd, name, target, sizeof target - 1) : 0;
	if (S_ISLNK(st->st_mode) && link == NULL) {
		target[MAX(n, 0)] = '\0';
		la.entry_set_symlink(entry, target);
	}
	if (link == NULL)
		put_xattrs(entry, parent_fd, name);
	bool ok = put_head(tree, entry, error) &&
		  (!regular || put_content(tree, parent_fd, name, st->st_size, error));
	la.entry_free(entry);
	return ok;
}

static bool is_opaque(int fd)
{
	char value;
	return fgetxattr(fd, "trusted.overlay.opaque", &value, 1) == 1 && value == 'y';
}

static bool put_folder(Tree *tree, int fd, const char *prefix, GError **error);

/* The graft at a folder whose name in the archive is plain. */
static int graft_open(Tree *tree, const char *plain, GError **error)
{
	if (tree->grafts == NULL)
		return -1;
	const char *behind = plain + strlen(tree->as);
	g_autofree char *path = strcmp(tree->grafts->at, "/") == 0 && *behind == '/'
					? g_strdup(behind)
					: g_strconcat(tree->grafts->at, behind, NULL);
	return tree->grafts->open(tree->grafts->data, path, error);
}

/* The mount belongs to the tree. */
static bool put_graft(Tree *tree, int fd, const char *plain, GError **error)
{
	g_autofree char *path = g_strconcat(plain, "/", NULL);
	dev_t outer = tree->device;
	struct stat st;
	if (fstat(fd, &st) < 0)
		return fail_errno(error, "cannot read \"%s\"", path);
	tree->device = st.st_dev;
	bool ok = put_node(tree, fd, ".", path, &st, error) && put_folder(tree, fd, path, error);
	tree->device = outer;
	return ok;
}

static bool put_name(Tree *tree, int fd, const char *prefix, const char *name, GError **error)
{
	struct stat st;
	if (!work_going() || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0)
		return errno == ENOENT || fail_errno(error, "cannot read \"%s%s\"", prefix, name);
	g_autofree char *plain =
		g_strconcat(prefix, *prefix == '\0' && tree->as != NULL ? tree->as : name, NULL);
	if (S_ISSOCK(st.st_mode) || (tree->skip != NULL && g_strv_contains(tree->skip, plain)))
		return true;
	if (tree->kind == TREE_UPPER && S_ISCHR(st.st_mode) && st.st_rdev == 0)
		return put_whiteout(tree, prefix, name, error);
	bool folder = S_ISDIR(st.st_mode);
	g_autoptr(GError) problem = NULL;
	autofd graft = folder ? graft_open(tree, plain, &problem) : -1;
	if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	if (graft >= 0)
		return put_graft(tree, graft, plain, error);
	g_autofree char *path = g_strconcat(plain, folder ? "/" : "", NULL);
	if (!put_node(tree, fd, name, path, &st, error))
		return false;
	/* The mount does not belong to the tree. */
	if (!folder || st.st_dev != tree->device)
		return true;
	autofd below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (below < 0)
		return fail_errno(error, "cannot read \"%s\"", path);
	if (tree->kind == TREE_UPPER && is_opaque(below) &&
		!put_whiteout(tree, path, ".wh..opq", error))
		return false;
	return put_folder(tree, below, path, error);
}

static bool put_folder(Tree *tree, int fd, const char *prefix, GError **error)
{
	/* Sorted, so that the same tree gives the same archive. */
	g_autoptr(GPtrArray) names = folder_names(fd);
	bool ok = ++tree->depth < MAX_DEPTH ||
		  fail(error, BERTH_ERROR_INVALID, "\"%s\": folders lie too deep", prefix);
	for (guint i = 0; ok && i < names->len; i++)
		ok = put_name(tree, fd, prefix, names->pdata[i], error);
	tree->depth--;
	return ok;
}

/* The whole folder (name NULL), or one name in it. */
static bool archive_of(Tree start, int root_fd, const char *name, GError **error)
{
	struct stat st;
	Tree tree = start;
	if (!archive_load(error))
		return false;
	tree.archive = la.write_new();
	tree.links = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	tree.block = g_malloc(BLOCK);
	tree.gathered = g_malloc(BLOCK);
	tree.moved_fd = -1;
	la.write_set_format_pax(tree.archive);
	la.write_set_options(tree.archive, "xattrheader=SCHILY");
	la.write_set_bytes_per_block(tree.archive, 0);
	la.write_open(tree.archive, &tree, NULL, output, NULL);
	bool ok = fstatat(root_fd, name != NULL ? name : "", &st,
			  AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) == 0 ||
		  fail(error, BERTH_ERROR_NOT_FOUND, "cannot read the tree: %s", g_strerror(errno));
	tree.device = st.st_dev;
	ok = ok &&
	     (name != NULL ? put_name(&tree, root_fd, "", name, error)
			   : put_folder(&tree, root_fd, "", error)) &&
	     ((la.write_close(tree.archive) == ARCHIVE_OK && flush(&tree)) ||
		     archive_fail(&tree, error));
	/* Else the library fills up what is missing of a file, be it hundreds of GB, and says that the archive ends here. */
	if (!ok)
		la.write_fail(tree.archive);
	la.write_free(tree.archive);
	g_clear_error(&tree.problem);
	g_hash_table_unref(tree.links);
	g_free(tree.block);
	g_free(tree.gathered);
	return ok;
}

bool tree_archive(int root_fd, TreeKind kind, const char *const *skip, const ArchiveSink *sink,
	GError **error)
{
	Tree tree = {.kind = kind, .skip = skip, .sink = sink};
	return archive_of(tree, root_fd, NULL, error);
}

bool tree_archive_name(int parent_fd, const char *name, const char *as, uid_t first_uid,
	gid_t first_gid, const TreeGrafts *grafts, const ArchiveSink *sink, GError **error)
{
	Tree tree = {.kind = TREE_WHOLE,
		.as = as,
		.grafts = grafts,
		.first_uid = first_uid,
		.first_gid = first_gid,
		.sink = sink};
	return archive_of(tree, parent_fd, name, error);
}
