#include "base/tar.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

enum { BLOCK = 512, BUFFER = 128 * 1024, MAX_EXTENDED = 1 << 20 };

typedef struct {
	int root_fd;
	ByteSource source;
	gpointer data;
	bool owners;
	const char *from, *to; /* a topmost name, and its replacement; or NULL */
	char *buffer;
	char *path, *link;     /* from an extended header, for the next entry; or NULL */
	gint64 size, uid, gid; /* the same; -1: none */
	GArray *folders;       /* of Folder: mode and times are set last */
} Tar;

typedef struct {
	char *path;
	mode_t mode;
	time_t time;
} Folder;

/* A decoded header. */
typedef struct {
	char *path, *link;
	char type;
	gint64 size, time, uid, gid;
	guint mode, major, minor;
} Entry;

static void entry_clear(Entry *entry)
{
	g_free(entry->path);
	g_free(entry->link);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Entry, entry_clear)

/* Reads exactly length bytes. *ended: the source ended before the first of them. */
static bool read_all(Tar *tar, char *bytes, size_t length, bool *ended, GError **error)
{
	size_t used = 0;
	*ended = false;
	while (used < length) {
		ssize_t n = tar->source(tar->data, bytes + used, length - used, error);
		if (n < 0)
			return false;
		if (n == 0 && used == 0) {
			*ended = true;
			return true;
		}
		if (n == 0)
			return fail(error, BERTH_ERROR_INVALID, "the archive ends too early");
		used += (size_t)n;
	}
	return true;
}

/* Octal, or base-256 where the first bit is set (GNU). */
static gint64 number(const char *field, size_t size)
{
	if ((field[0] & 0x80) == 0) {
		g_autofree char *text = g_strndup(field, size);
		return strtoll(text, NULL, 8);
	}
	gint64 value = 0;
	for (size_t i = size > 8 ? size - 8 : 1; i < size; i++)
		value = (gint64)((guint64)value << 8 | (guint8)field[i]);
	return value;
}

static bool is_zero(const char *block)
{
	for (int i = 0; i < BLOCK; i++)
		if (block[i] != '\0')
			return false;
	return true;
}

static bool checksum_fits(const char *block)
{
	guint sum = 0;
	for (int i = 0; i < BLOCK; i++)
		sum += i >= 148 && i < 156 ? ' ' : (guint8)block[i];
	return (gint64)sum == number(block + 148, 8);
}

/* "LENGTH key=value\n"... */
static bool take_records(Tar *tar, const char *text, size_t length, GError **error)
{
	for (size_t at = 0; at < length;) {
		char *blank;
		unsigned long record = strtoul(text + at, &blank, 10);
		const char *equals = *blank == ' ' ? strchr(blank, '=') : NULL;
		if (equals == NULL || record < 4 || record > length - at ||
			equals >= text + at + record)
			return fail(error, BERTH_ERROR_INVALID,
				"an extended header of the archive is damaged");
		g_autofree char *key = g_strndup(blank + 1, (gsize)(equals - blank - 1)),
				*value = g_strndup(
					equals + 1, (gsize)(text + at + record - 1 - (equals + 1)));
		gint64 *count = strcmp(key, "size") == 0  ? &tar->size
				: strcmp(key, "uid") == 0 ? &tar->uid
				: strcmp(key, "gid") == 0 ? &tar->gid
							  : NULL;
		if (count != NULL)
			*count = g_ascii_strtoll(value, NULL, 10);
		char **place = strcmp(key, "path") == 0	      ? &tar->path
			       : strcmp(key, "linkpath") == 0 ? &tar->link
							      : NULL;
		if (place != NULL) {
			g_free(*place);
			*place = g_steal_pointer(&value);
		}
		at += record;
	}
	return true;
}

static bool skip_padding(Tar *tar, gint64 size, GError **error)
{
	bool ended;
	size_t rest = (size_t)(-size & (BLOCK - 1));
	return rest == 0 || read_all(tar, tar->buffer, rest, &ended, error);
}

/* The content of an extended header, or of GNU's long names. */
static char *read_extended(Tar *tar, gint64 size, GError **error)
{
	bool ended;
	if (size < 0 || size > MAX_EXTENDED) {
		fail(error, BERTH_ERROR_INVALID, "an extended header of the archive is too long");
		return NULL;
	}
	g_autofree char *text = g_malloc0((size_t)size + 1);
	return read_all(tar, text, (size_t)size, &ended, error) && skip_padding(tar, size, error)
		       ? g_steal_pointer(&text)
		       : NULL;
}

static void decode(Tar *tar, const char *block, Entry *entry)
{
	g_autofree char *name = g_strndup(block, 100), *prefix = g_strndup(block + 345, 155);
	bool ustar = memcmp(block + 257, "ustar", 5) == 0 && block[262] == '\0';
	entry->path = tar->path != NULL		 ? g_steal_pointer(&tar->path)
		      : ustar && *prefix != '\0' ? g_strconcat(prefix, "/", name, NULL)
						 : g_strdup(name);
	entry->link = tar->link != NULL ? g_steal_pointer(&tar->link) : g_strndup(block + 157, 100);
	entry->type = block[156];
	entry->size = tar->size >= 0 ? tar->size : number(block + 124, 12);
	entry->uid = tar->uid >= 0 ? tar->uid : number(block + 108, 8);
	entry->gid = tar->gid >= 0 ? tar->gid : number(block + 116, 8);
	tar->size = tar->uid = tar->gid = -1;
	entry->time = number(block + 136, 12);
	entry->mode = (guint)number(block + 100, 8);
	entry->major = (guint)number(block + 329, 8);
	entry->minor = (guint)number(block + 337, 8);
}

static bool copy_content(Tar *tar, int fd, gint64 size, GError **error)
{
	bool ended = false;
	for (gint64 left = size; left > 0;) {
		size_t part = (size_t)MIN(left, BUFFER);
		if (!read_all(tar, tar->buffer, part, &ended, error))
			return false;
		if (ended)
			return fail(error, BERTH_ERROR_INVALID, "the archive ends too early");
		if (fd >= 0 && !fd_write_all(fd, tar->buffer, part))
			return fail_errno(error, "cannot write a file");
		left -= (gint64)part;
	}
	return skip_padding(tar, size, error);
}

static bool make_link(Tar *tar, const Entry *entry, int parent, const char *name)
{
	if (entry->type == '2')
		return symlinkat(entry->link, parent, name) == 0;
	g_autofree char *folder = g_path_get_dirname(entry->link),
			*base = g_path_get_basename(entry->link);
	autofd from = path_open_in_root(tar->root_fd, folder, O_PATH | O_DIRECTORY, 0);
	return from >= 0 && linkat(from, base, parent, name, 0) == 0;
}

/* Of the file that fd has open, or (-1) of what was just made under its name. */
static bool set_facts(
	Tar *tar, const Entry *entry, int fd, int parent, const char *name, GError **error)
{
	static const struct {
		char type;
		mode_t kind;
	} kinds[] = {{'2', S_IFLNK}, {'3', S_IFCHR}, {'4', S_IFBLK}, {'6', S_IFIFO}};
	struct timespec times[2] = {{.tv_sec = entry->time}, {.tv_sec = entry->time}};
	/* An owner of -1 is unchanged (chown(2)). */
	struct stat as = {.st_mode = S_IFREG | (entry->mode & 07777),
		.st_uid = tar->owners ? (uid_t)entry->uid : (uid_t)-1,
		.st_gid = tar->owners ? (gid_t)entry->gid : (gid_t)-1};
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (kinds[i].type == entry->type)
			as.st_mode = kinds[i].kind | (entry->mode & 07777);
	return (fd >= 0 ? fd_set_facts(fd, &as, times)
			: node_set_facts(parent, name, &as, times)) ||
	       !tar->owners || /* a user's file system may not support modes */
	       fail_errno(error, "cannot set owner, mode and time of \"%s\"", entry->path);
}

/* No folder is replaced by a file, nor a file by a folder: its content would be lost. Docker's words (moby's
 * archive.NoOverwriteDirNonDir). */
static bool same_kind(const Tar *tar, const Entry *entry, const struct stat *there, GError **error)
{
	bool folder = entry->type == '5';
	if (S_ISDIR(there->st_mode) == folder)
		return true;
	g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", tar->root_fd),
			*target = g_file_read_link(link, NULL);
	return fail(error, BERTH_ERROR_UNAVAILABLE,
		folder ? "cannot overwrite non-directory \"%s\" with directory \"%s\""
		       : "cannot overwrite directory \"%s\" with non-directory \"%s\"",
		entry->path, target != NULL ? target : ".");
}

/* Cut to 32 bits, an id would be another's. */
static bool owner_fits(const Tar *tar, const Entry *entry, GError **error)
{
	return !tar->owners ||
	       (entry->uid >= 0 && entry->uid < G_MAXUINT32 && entry->gid >= 0 &&
		       entry->gid < G_MAXUINT32) ||
	       fail(error, BERTH_ERROR_INVALID,
		       "the owner %" G_GINT64_FORMAT ":%" G_GINT64_FORMAT
		       " of \"%s\" in the archive is none that a file can have",
		       entry->uid, entry->gid, entry->path);
}

static bool make_node(Tar *tar, const Entry *entry, int parent, const char *name, GError **error)
{
	struct stat st;
	bool there = fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (!owner_fits(tar, entry, error) || (there && !same_kind(tar, entry, &st, error)))
		return false;
	if (entry->type == '5') {
		Folder folder = {g_strdup(entry->path), entry->mode & 07777, (time_t)entry->time};
		g_array_append_val(tar->folders, folder);
		if (there)
			return true;
	}
	if (there && unlinkat(parent, name, 0) < 0)
		return fail_errno(error, "cannot replace \"%s\"", entry->path);
	if (entry->type == '5')
		return (mkdirat(parent, name, 0700) == 0 &&
			       (!tar->owners ||
				       fchownat(parent, name, (uid_t)entry->uid, (gid_t)entry->gid,
					       AT_SYMLINK_NOFOLLOW) == 0)) ||
		       fail_errno(error, "cannot make \"%s\"", entry->path);
	if (entry->type == '0' || entry->type == '\0' || entry->type == '7') {
		autofd fd = openat(
			parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0)
			return fail_errno(error, "cannot make \"%s\"", entry->path);
		return copy_content(tar, fd, entry->size, error) &&
		       set_facts(tar, entry, fd, parent, name, error);
	}
	bool made = entry->type == '1' || entry->type == '2' ? make_link(tar, entry, parent, name)
		    : entry->type == '3' || entry->type == '4'
			    ? mknodat(parent, name, (entry->type == '3' ? S_IFCHR : S_IFBLK) | 0600,
				      makedev(entry->major, entry->minor)) == 0
		    : entry->type == '6' ? mknodat(parent, name, S_IFIFO | 0600, 0) == 0
					 : true;
	/* Only root can make devices: others skip them. */
	if (!made && errno == EPERM && (entry->type == '3' || entry->type == '4'))
		return true;
	if (!made)
		return fail_errno(error, "cannot make \"%s\"", entry->path);
	return entry->type == '1' || set_facts(tar, entry, -1, parent, name, error);
}

/* "old/a" becomes "new/a". */
static char *renamed(const Tar *tar, const char *path)
{
	g_autofree char *whole = g_canonicalize_filename(path, "/");
	size_t length = tar->from != NULL ? strlen(tar->from) : 0;
	const char *clean = whole[1] != '\0' ? whole + 1 : ".";
	if (tar->from == NULL)
		return g_strdup(clean);
	if (strcmp(tar->from, ".") == 0)
		return strcmp(clean, ".") == 0 ? g_strdup(tar->to)
					       : g_build_filename(tar->to, clean, NULL);
	if (strncmp(clean, tar->from, length) == 0 &&
		(clean[length] == '/' || clean[length] == '\0'))
		return g_strconcat(tar->to, clean + length, NULL);
	return g_strdup(clean);
}

static bool take_entry(Tar *tar, Entry *entry, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(entry->path, "/", -1);
	if (g_strv_contains((const char *const *)parts, ".."))
		return fail(error, BERTH_ERROR_INVALID, "invalid name \"%s\" in the archive",
			entry->path);
	char *path = renamed(tar, entry->path);
	g_free(entry->path);
	entry->path = path;
	if (entry->type == '1') {
		char *link = renamed(tar, entry->link);
		g_free(entry->link);
		entry->link = link;
	}
	if (strcmp(entry->path, ".") == 0)
		return true;
	g_autofree char *folder = g_path_get_dirname(entry->path),
			*name = g_path_get_basename(entry->path);
	autofd parent = path_make_in_root(tar->root_fd, folder, 0755);
	if (parent < 0)
		return fail_errno(error, "cannot make the folder of \"%s\"", entry->path);
	return make_node(tar, entry, parent, name, error);
}

/* Reads an entry, or an extended header for the next one. */
static bool take_block(Tar *tar, const char *block, GError **error)
{
	g_auto(Entry) entry = {0};
	if (!checksum_fits(block))
		return fail(error, BERTH_ERROR_INVALID, "the archive is damaged");
	char type = block[156];
	if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
		gint64 size = number(block + 124, 12);
		char *text = read_extended(tar, size, error);
		if (text == NULL)
			return false;
		if (type == 'L' || type == 'K') {
			char **place = type == 'L' ? &tar->path : &tar->link;
			g_free(*place);
			*place = text;
			return true;
		}
		bool ok = type == 'g' || take_records(tar, text, (size_t)size, error);
		g_free(text);
		return ok;
	}
	decode(tar, block, &entry);
	bool file = type == '0' || type == '\0' || type == '7';
	if (entry.size < 0)
		return fail(error, BERTH_ERROR_INVALID, "the archive is damaged");
	return take_entry(tar, &entry, error) &&
	       (file || type == '1' || type == '2' || copy_content(tar, -1, entry.size, error));
}

static void finish_folders(Tar *tar)
{
	for (guint i = tar->folders->len; i-- > 0;) {
		Folder *folder = &g_array_index(tar->folders, Folder, i);
		struct timespec times[2] = {{.tv_sec = folder->time}, {.tv_sec = folder->time}};
		autofd fd = path_open_in_root(
			tar->root_fd, folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
		if (fd >= 0) {
			fchmod(fd, folder->mode);
			futimens(fd, times);
		}
		g_free(folder->path);
	}
}

bool tar_unpack(int root_fd, ByteSource source, gpointer data, bool owners, GError **error)
{
	return tar_unpack_as(root_fd, source, data, owners, NULL, NULL, error);
}

bool tar_unpack_as(int root_fd, ByteSource source, gpointer data, bool owners, const char *from,
	const char *to, GError **error)
{
	char block[BLOCK];
	bool ok = true, ended = false;
	Tar tar = {.root_fd = root_fd,
		.source = source,
		.data = data,
		.owners = owners,
		.from = from,
		.to = to,
		.buffer = g_malloc(BUFFER),
		.size = -1,
		.uid = -1,
		.gid = -1,
		.folders = g_array_new(FALSE, FALSE, sizeof(Folder))};
	while (ok && !ended) {
		ok = read_all(&tar, block, sizeof block, &ended, error);
		if (ok && !ended && !is_zero(block))
			ok = take_block(&tar, block, error);
	}
	finish_folders(&tar);
	g_free(tar.path);
	g_free(tar.link);
	g_free(tar.buffer);
	g_array_unref(tar.folders);
	return ok;
}
