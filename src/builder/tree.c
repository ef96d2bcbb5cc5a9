/* Copying files from a source to a new layer, or hashing them. Both sides are opened inside their roots: no symbolic
 * link leads out of them, even if it is swapped meanwhile. */
#include "builder/internal.h"

#include "base/work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

enum { MAX_DEPTH = 1000, BLOCK = 128 * 1024, MAX_XATTR = 64 * 1024 };

/* A visitor of all files that would be copied. */
typedef struct Walk Walk;
struct Walk {
	const CopyWhat *what;
	const CopyTo *to;
	struct sha256_ctx *hash; /* or NULL: it copies */
	int root_fd;		 /* the new layer's root */
	char *dest;		 /* the instruction's destination in it */
	GHashTable *links;	 /* "device:inode" -> path in the layer */
	char *block;
	GError **error;
};

static void hash_text(Walk *walk, const char *text)
{
	sha256_update(walk->hash, strlen(text) + 1, (const guint8 *)text);
}

static bool is_excluded(const Walk *walk, const char *name)
{
	return walk->what->exclude != NULL && patterns_match(walk->what->exclude, name);
}

/* The attributes of the copy, --chown and --chmod included. */
static bool wanted(const Walk *walk, const struct stat *st, struct stat *as)
{
	*as = *st;
	if (walk->to->owned) {
		as->st_uid = walk->to->uid;
		as->st_gid = walk->to->gid;
	}
	mode_t mode = st->st_mode & 07777;
	if (walk->to->mode != NULL &&
		!mode_apply(walk->to->mode, &mode, S_ISDIR(st->st_mode), walk->error))
		return false;
	as->st_mode = (st->st_mode & S_IFMT) | mode;
	return true;
}

static bool hash_content(Walk *walk, int fd, const char *name)
{
	ssize_t n;
	while ((n = work_going() ? read(fd, walk->block, BLOCK) : -1) > 0)
		sha256_update(walk->hash, (size_t)n, (guint8 *)walk->block);
	return n == 0 || fail_errno(walk->error, "cannot read \"%s\"", name);
}

static bool hash_node(
	Walk *walk, int parent, const char *name, const char *path, const struct stat *as)
{
	char target[PATH_MAX];
	g_autofree char *head = g_strdup_printf("%o %u %u %lld %lu", as->st_mode, as->st_uid,
		as->st_gid, S_ISREG(as->st_mode) ? (long long)as->st_size : 0, (gulong)as->st_rdev);
	hash_text(walk, path);
	hash_text(walk, head);
	if (S_ISLNK(as->st_mode)) {
		ssize_t n = readlinkat(parent, name, target, sizeof target - 1);
		target[MAX(n, 0)] = '\0';
		hash_text(walk, target);
	}
	if (!S_ISREG(as->st_mode))
		return true;
	autofd fd = file_open_regular(parent, name);
	return fd >= 0 ? hash_content(walk, fd, name)
		       : fail_errno(walk->error, "cannot read \"%s\"", name);
}

static bool write_content(Walk *walk, int from, int to, const char *name)
{
	return fd_copy(from, to) || fail_errno(walk->error, "cannot copy \"%s\"", name);
}

static void copy_xattrs(int from, int to)
{
	g_autofree char *names = g_malloc(MAX_XATTR), *value = g_malloc(MAX_XATTR);
	ssize_t length = flistxattr(from, names, MAX_XATTR);
	for (ssize_t at = 0; at < length; at += (ssize_t)strlen(names + at) + 1) {
		const char *key = names + at;
		ssize_t n =
			g_str_has_prefix(key, "user.") || strcmp(key, "security.capability") == 0
				? fgetxattr(from, key, value, MAX_XATTR)
				: -1;
		if (n >= 0)
			fsetxattr(to, key, value, (size_t)n, 0);
	}
}

/* Sets the attributes of an open file, or (-1) of what was just made under its name. */
static bool set_facts(Walk *walk, int fd, int parent, const char *name, const struct stat *as)
{
	struct timespec times[2] = {as->st_mtim, as->st_mtim};
	return (fd >= 0 ? fd_set_facts(fd, as, times) : node_set_facts(parent, name, as, times)) ||
	       fail_errno(walk->error, "cannot set owner, mode and time of \"%s\"", name);
}

/* A file that was already copied under another name becomes a hard link to it. */
static bool copy_as_link(
	Walk *walk, const struct stat *st, int to, const char *name, const char *path)
{
	if (st->st_nlink < 2 || !S_ISREG(st->st_mode))
		return false;
	g_autofree char *key = g_strdup_printf("%lu:%lu", (gulong)st->st_dev, (gulong)st->st_ino);
	const char *known = g_hash_table_lookup(walk->links, key);
	if (known == NULL) {
		g_hash_table_insert(walk->links, g_steal_pointer(&key), g_strdup(path));
		return false;
	}
	g_autofree char *folder = g_path_get_dirname(known), *base = g_path_get_basename(known);
	autofd from = path_open_in_root(walk->root_fd, folder, O_PATH | O_DIRECTORY, 0);
	return from >= 0 && linkat(from, base, to, name, 0) == 0;
}

static bool make_way(Walk *walk, int to, const char *name, const char *path)
{
	struct stat st;
	if (fstatat(to, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return true;
	if (S_ISDIR(st.st_mode))
		return fail(walk->error, BERTH_ERROR_INVALID,
			"cannot replace to directory /%s with file", path);
	return unlinkat(to, name, 0) == 0 ||
	       fail_errno(walk->error, "cannot replace \"/%s\"", path);
}

/* path: in the layer; name: in the folder `to`. */
static bool copy_node(Walk *walk, int parent, const char *name, int to, const char *as_name,
	const char *path, const struct stat *st, const struct stat *as)
{
	char target[PATH_MAX];
	if (!make_way(walk, to, as_name, path))
		return false;
	if (copy_as_link(walk, st, to, as_name, path))
		return true;
	if (S_ISLNK(st->st_mode)) {
		ssize_t n = readlinkat(parent, name, target, sizeof target - 1);
		target[MAX(n, 0)] = '\0';
		if (n < 0 || symlinkat(target, to, as_name) < 0)
			return fail_errno(walk->error, "cannot copy \"%s\"", name);
	} else if (S_ISREG(st->st_mode)) {
		autofd from = file_open_regular(parent, name);
		autofd fd = openat(
			to, as_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (from < 0 || fd < 0)
			return fail_errno(walk->error, "cannot copy \"%s\"", name);
		if (!write_content(walk, from, fd, name) || !set_facts(walk, fd, to, as_name, as))
			return false;
		copy_xattrs(from, fd);
		return true;
	} else if (S_ISSOCK(st->st_mode)) {
		return true;
	} else if (mknodat(to, as_name, st->st_mode, st->st_rdev) < 0) {
		return fail_errno(walk->error, "cannot copy \"%s\"", name);
	}
	return set_facts(walk, -1, to, as_name, as);
}

/* A path up to and including its first component that is no folder. */
static char *obstacle(const Walk *walk, const char *path)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);
	g_autoptr(GString) done = g_string_new("");
	struct stat st;
	for (int i = 0; parts[i] != NULL; i++) {
		g_string_append_printf(done, "%s%s", i > 0 ? "/" : "", parts[i]);
		autofd fd = path_open_in_root(walk->root_fd, done->str, O_PATH, 0);
		if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
			break;
	}
	return g_strdup(done->str);
}

/* mkdir -p in the layer; new folders belong to --chown's user, and have the mode of an octal --chmod. */
static int make_folders_as(Walk *walk, const char *path, mode_t mode)
{
	const CopyTo *to = walk->to;
	int fd = path_make_in_root_for(
		walk->root_fd, path, mode, to->owned ? to->uid : 0, to->owned ? to->gid : 0);
	if (fd < 0 && errno == ENOTDIR) {
		g_autofree char *at = obstacle(walk, path);
		fail(walk->error, BERTH_ERROR_INVALID, "mkdir /%s: not a directory", at);
	} else if (fd < 0) {
		fail_errno(walk->error, "cannot make the folder /%s", path);
	}
	return fd;
}

static int make_folders(Walk *walk, const char *path)
{
	return make_folders_as(walk, path, walk->to->folder_mode);
}

/* Makes a folder in the layer with the source's attributes, if it does not exist. fresh: whether it was made. */
static int enter_folder(Walk *walk, const char *path, bool *fresh)
{
	g_autofree char *folder = g_path_get_dirname(path), *name = g_path_get_basename(path);
	*fresh = false;
	autofd parent = make_folders(walk, folder);
	if (parent < 0)
		return -1;
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno != ENOENT) {
		fail(walk->error, BERTH_ERROR_INVALID, "cannot copy to non-directory: /%s", path);
		return -1;
	}
	if (mkdirat(parent, name, 0755) < 0) {
		fail_errno(walk->error, "cannot copy a folder to \"/%s\"", path);
		return -1;
	}
	*fresh = true;
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool set_folder(Walk *walk, int fd, const struct stat *as)
{
	struct timespec times[2] = {as->st_mtim, as->st_mtim};
	return fd_set_facts(fd, as, times) ||
	       fail_errno(walk->error, "cannot set owner and mode of a folder");
}

static bool walk_folder(Walk *walk, int fd, const char *source_path, const char *below,
	const char *target, int depth);

/* Copies a folder with its content. A folder that is excluded itself (passing) is made if something in it is
 * included. */
static bool walk_below(Walk *walk, int fd, const char *source_path, const char *below,
	const char *target, int depth, bool passing, const struct stat *as)
{
	bool fresh = false;
	if (walk->hash != NULL)
		return walk_folder(walk, fd, source_path, below, target, depth + 1);
	autofd before = passing ? path_open_in_root(walk->root_fd, target, O_PATH, 0) : -1;
	autofd made = passing ? -1 : enter_folder(walk, target, &fresh);
	if ((!passing && made < 0) || !walk_folder(walk, fd, source_path, below, target, depth + 1))
		return false;
	if (passing && before < 0)
		made = path_open_in_root(walk->root_fd, target, O_RDONLY | O_DIRECTORY, 0);
	return made < 0 || set_folder(walk, made, as);
}

/* Visits one name in a folder. source_path: in the source; below: beneath the item; target: in the layer. */
static bool walk_name(Walk *walk, int fd, const char *name, const char *source_path,
	const char *below, const char *target, int depth)
{
	struct stat st, as;
	if (!work_going() || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return fail_errno(walk->error, "cannot read \"%s\"", source_path);
	bool folder = S_ISDIR(st.st_mode);
	if (copy_hidden(walk->what, source_path, folder) ||
		(is_excluded(walk, below) &&
			!(folder && patterns_may_return(walk->what->exclude, below))))
		return true;
	/* Excluded, but may contain included files: it is made once one is found, like any missing folder. */
	bool passing = copy_ignored(walk->what, source_path) || is_excluded(walk, below);
	if (!wanted(walk, &st, &as))
		return false;
	if (walk->hash != NULL && !passing && !hash_node(walk, fd, name, below, &as))
		return false;
	if (!folder) {
		if (walk->hash != NULL)
			return true;
		g_autofree char *parent = g_path_get_dirname(target);
		autofd to = make_folders(walk, parent);
		g_autofree char *base = g_path_get_basename(target);
		return to >= 0 && copy_node(walk, fd, name, to, base, target, &st, &as);
	}
	autofd next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (next < 0)
		return fail_errno(walk->error, "cannot read \"%s\"", source_path);
	return walk_below(walk, next, source_path, below, target, depth, passing, &as);
}

static bool walk_folder(Walk *walk, int fd, const char *source_path, const char *below,
	const char *target, int depth)
{
	if (depth > MAX_DEPTH)
		return fail(walk->error, BERTH_ERROR_INVALID, "\"%s\": folders lie too deep",
			source_path);
	g_autoptr(GPtrArray) names = folder_names(fd);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *path = copy_join(source_path, names->pdata[i]),
				*part = copy_join(below, names->pdata[i]),
				*at = copy_join(target, names->pdata[i]);
		if (!walk_name(walk, fd, names->pdata[i], path, part, at, depth))
			return false;
	}
	return true;
}

/* Archive entries keep their owners, unless --chown is given. */
static bool unpack(Walk *walk, int fd, const char *target)
{
	const CopyTo *to = walk->to;
	const UnpackOwner owner = {to->uid, to->gid};
	autofd made = make_folders_as(walk, target, 0755);
	autofd readable = made < 0 ? -1 : openat(made, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return readable >= 0 && archive_unpack(readable, byte_source_fd, &fd,
					to->chown ? &owner : NULL, walk->error);
}

static bool is_folder_there(const Walk *walk, const char *path)
{
	autofd fd = path_open_in_root(walk->root_fd, path, O_PATH | O_DIRECTORY, 0);
	return fd >= 0;
}

/* The destination of an item: in the folder dest, or dest itself. */
static char *item_target(const Walk *walk, const CopyItem *item, bool folder)
{
	if (walk->what->parents)
		return copy_join(walk->dest, item->name);
	if (folder || (!walk->to->folder && !is_folder_there(walk, walk->dest)))
		return g_strdup(walk->dest);
	return copy_join(walk->dest, item->name);
}

/* With --parents the folders above an item are made as in the source. */
static bool make_parents(Walk *walk, const CopyItem *item)
{
	size_t cut = strlen(item->path) - strlen(item->name);
	for (const char *slash = strchr(item->name, '/'); slash != NULL;
		slash = strchr(slash + 1, '/')) {
		g_autofree char *source = g_strndup(item->path, cut + (size_t)(slash - item->name)),
				*part = g_strndup(item->name, (gsize)(slash - item->name)),
				*target = copy_join(walk->dest, part);
		struct stat st, as;
		bool fresh;
		autofd from = path_open_in_root(walk->what->source->root_fd, source, O_PATH, 0);
		if (from < 0 || fstat(from, &st) < 0 || !wanted(walk, &st, &as))
			return fail_errno(walk->error, "cannot read \"%s\"", source);
		autofd made = enter_folder(walk, target, &fresh);
		if (made < 0 || (fresh && !set_folder(walk, made, &as)))
			return false;
	}
	return true;
}

/* Makes the destination if it is a folder; otherwise the folders above it are made with each item. */
static bool make_dest(Walk *walk)
{
	autofd made = walk->to->folder ? make_folders(walk, walk->dest) : -1;
	return !walk->to->folder || made >= 0;
}

static bool walk_file(
	Walk *walk, const CopyItem *item, int fd, const struct stat *st, const struct stat *as)
{
	autofd readable = fd_open_regular(fd);
	if (walk->to->unpack && readable >= 0 && archive_detect(readable))
		return unpack(walk, readable, walk->dest);
	if (!make_dest(walk))
		return false;
	g_autofree char *target = item_target(walk, item, false);
	g_autofree char *folder = g_path_get_dirname(target), *name = g_path_get_basename(target);
	g_autofree char *source_folder = g_path_get_dirname(item->path),
			*source_name = g_path_get_basename(item->path);
	autofd to = make_folders(walk, folder);
	autofd parent = path_open_in_root(
		walk->what->source->root_fd, source_folder, O_PATH | O_DIRECTORY, 0);
	if (to < 0 || parent < 0)
		return fail_errno(walk->error, "cannot copy \"%s\"", item->path);
	/* A path that is a link is copied as its target. */
	struct stat named;
	if (fstatat(parent, source_name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
		!S_ISLNK(named.st_mode))
		return copy_node(walk, parent, source_name, to, name, target, st, as);
	if (!make_way(walk, to, name, target) || readable < 0)
		return fail_errno(walk->error, "cannot copy \"%s\"", item->path);
	autofd out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return out >= 0 ? write_content(walk, readable, out, item->path) &&
				  set_facts(walk, out, to, name, as)
			: fail_errno(walk->error, "cannot copy \"%s\"", item->path);
}

static bool hash_file(Walk *walk, const CopyItem *item, int fd, const struct stat *as)
{
	g_autofree char *head = g_strdup_printf("%o %u %u %lld", as->st_mode, as->st_uid,
		as->st_gid, S_ISREG(as->st_mode) ? (long long)as->st_size : 0);
	hash_text(walk, head);
	autofd readable = fd_open_regular(fd);
	return readable < 0 || hash_content(walk, readable, item->path);
}

/* The destination folder only gets the source's time; its content is copied completely. */
static bool walk_top(Walk *walk, const CopyItem *item, int fd, const struct stat *st)
{
	g_autofree char *target = walk->hash == NULL ? item_target(walk, item, true) : g_strdup("");
	struct stat there;
	autofd old = walk->hash == NULL ? path_open_in_root(walk->root_fd, target, O_PATH, 0) : -1;
	if (old >= 0 && fstat(old, &there) == 0 && !S_ISDIR(there.st_mode))
		return fail(walk->error, BERTH_ERROR_INVALID, "cannot copy to non-directory: /%s",
			target);
	autofd made = walk->hash == NULL ? make_folders(walk, target) : -1;
	autofd readable = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (walk->hash == NULL && made < 0)
		return false;
	if (readable < 0)
		return fail_errno(walk->error, "cannot read \"%s\"", item->path);
	const char *below = walk->what->parents ? item->name : ".";
	if (!walk_folder(walk, readable, item->path, below, target, 0))
		return false;
	struct timespec times[2] = {st->st_mtim, st->st_mtim};
	if (walk->hash == NULL)
		utimensat(made, "", times, AT_EMPTY_PATH);
	return true;
}

static bool walk_item(Walk *walk, const CopyItem *item)
{
	struct stat st, as;
	autofd fd = path_open_in_root(walk->what->source->root_fd, item->path, O_PATH, 0);
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_errno(walk->error, "cannot read \"%s\"", item->path);
	if (!wanted(walk, &st, &as))
		return false;
	bool folder = S_ISDIR(st.st_mode);
	/* The path of the instruction itself is never excluded, except for the part that --parents keeps. */
	if (!folder && walk->what->parents && is_excluded(walk, item->name))
		return true;
	if (walk->hash != NULL)
		hash_text(walk, item->name);
	if (!folder && walk->hash != NULL)
		return hash_file(walk, item, fd, &as);
	if (walk->hash == NULL && walk->what->parents && !make_parents(walk, item))
		return false;
	if (!folder)
		return walk_file(walk, item, fd, &st, &as);
	return walk_top(walk, item, fd, &st);
}

static bool walk_all(Walk *walk, GArray *items)
{
	walk->links = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	walk->block = g_malloc(BLOCK);
	bool ok = true;
	for (guint i = 0; ok && i < items->len; i++)
		ok = walk_item(walk, &g_array_index(items, CopyItem, i));
	g_hash_table_unref(walk->links);
	g_free(walk->block);
	return ok;
}

bool copy_hash(const CopyWhat *what, GArray *items, const CopyTo *to, struct sha256_ctx *hash,
	GError **error)
{
	Walk walk = {.what = what, .to = to, .hash = hash, .root_fd = -1, .error = error};
	for (int i = 0; what->names != NULL && what->names[i] != NULL; i++) {
		hash_text(&walk, what->names[i]);
		hash_text(&walk, what->contents[i]);
	}
	return walk_all(&walk, items);
}

/* Writes a heredoc as a file: 0644, or by --chmod. */
static bool write_heredoc(Walk *walk, const char *heredoc, const char *content)
{
	CopyItem item = {(char *)heredoc, (char *)heredoc};
	struct stat st = {.st_mode = S_IFREG | 0644}, as;
	const gint64 now =
		walk->to->epoch >= 0 ? walk->to->epoch : g_get_real_time() / G_USEC_PER_SEC;
	st.st_mtim.tv_sec = now;
	if (strchr(heredoc, '/') != NULL)
		return fail(walk->error, BERTH_ERROR_INVALID, "open /%s: no such file or directory",
			heredoc);
	g_autofree char *target = item_target(walk, &item, false),
			*folder = g_path_get_dirname(target), *name = g_path_get_basename(target);
	if (!wanted(walk, &st, &as))
		return false;
	autofd to = make_folders(walk, folder);
	if (to < 0 || !make_way(walk, to, name, target))
		return false;
	autofd fd = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd >= 0 && fd_write_all(fd, content, strlen(content))
		       ? set_facts(walk, fd, to, name, &as)
		       : fail_errno(walk->error, "cannot write \"%s\"", target);
}

bool copy_into(const CopyWhat *what, GArray *items, const CopyTo *to, int root_fd, GError **error)
{
	bool heredocs = what->names != NULL && what->names[0] != NULL;
	if (items->len == 0 && !heredocs)
		return true;
	g_autofree char *dest = path_resolve_in_root(root_fd, to->dest);
	if (dest == NULL)
		return fail(error, BERTH_ERROR_INVALID, "too many links");
	Walk walk = {.what = what, .to = to, .root_fd = root_fd, .dest = dest, .error = error};
	if (!walk_all(&walk, items) || (heredocs && !make_dest(&walk)))
		return false;
	for (int i = 0; heredocs && what->names[i] != NULL; i++)
		if (!write_heredoc(&walk, what->names[i], what->contents[i]))
			return false;
	return true;
}
