#include "base/tar.h"

#include "base/error.h"
#include "base/fd.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

enum {
	BLOCK = 512,
	BUFFER = 128 * 1024,
	LARGE = 64 * 1024,
	MAX_NAME = 100,
	MAX_OCTAL_ID = 07777777
};
static const gint64 max_octal_size = 077777777777;

struct TarWriter {
	ByteSink sink;
	gpointer data;
	char *buffer; /* of BUFFER bytes, of which used are not handed over yet: small files go many at a time */
	size_t used;
	int pipe; /* where sink writes to, or -1 */
	gint64 moved;
};

/* POSIX.1-1988 ustar. */
struct head {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100],
		magic[6], version[2], uname[32], gname[32], major[8], minor[8], prefix[155],
		rest[12];
};

TarWriter *tar_writer_new(ByteSink sink, gpointer data)
{
	TarWriter *writer = g_new(TarWriter, 1);
	*writer = (TarWriter){.sink = sink, .data = data, .buffer = g_malloc(BUFFER), .pipe = -1};
	return writer;
}

void tar_writer_free(TarWriter *writer)
{
	g_free(writer->buffer);
	g_free(writer);
}

void tar_writer_set_pipe(TarWriter *writer, int pipe)
{
	writer->pipe = pipe;
}

gint64 tar_writer_moved(const TarWriter *writer)
{
	return writer->moved;
}

static bool flush(TarWriter *writer, GError **error)
{
	size_t length = writer->used;
	writer->used = 0;
	return length == 0 || writer->sink(writer->data, writer->buffer, length, error);
}

static bool put(TarWriter *writer, const void *bytes, size_t length, GError **error)
{
	if (length > BUFFER - writer->used && !flush(writer, error))
		return false;
	if (length > BUFFER)
		return writer->sink(writer->data, bytes, length, error);
	memcpy(writer->buffer + writer->used, bytes, length);
	writer->used += length;
	return true;
}

static void put_octal(char *field, size_t size, guint64 value)
{
	snprintf(field, size, "%0*" G_GINT64_MODIFIER "o", (int)size - 1, value);
}

static bool put_head(TarWriter *writer, const char *path, const char *link, char type, gint64 size,
	const struct stat *st, GError **error)
{
	struct head head = {.type = type, .magic = "ustar", .version = {'0', '0'}};
	unsigned sum = 0;
	memcpy(head.name, path, MIN(strlen(path), sizeof head.name));
	memcpy(head.link, link, MIN(strlen(link), sizeof head.link));
	put_octal(head.mode, sizeof head.mode, st->st_mode & 07777);
	put_octal(head.uid, sizeof head.uid, MIN(st->st_uid, MAX_OCTAL_ID));
	put_octal(head.gid, sizeof head.gid, MIN(st->st_gid, MAX_OCTAL_ID));
	put_octal(head.size, sizeof head.size, (guint64)MIN(size, max_octal_size));
	put_octal(head.mtime, sizeof head.mtime,
		(guint64)CLAMP(st->st_mtim.tv_sec, 0, max_octal_size));
	put_octal(head.major, sizeof head.major, major(st->st_rdev) & MAX_OCTAL_ID);
	put_octal(head.minor, sizeof head.minor, minor(st->st_rdev) & MAX_OCTAL_ID);
	memset(head.checksum, ' ', sizeof head.checksum);
	for (size_t i = 0; i < sizeof head; i++)
		sum += ((guint8 *)&head)[i];
	snprintf(head.checksum, sizeof head.checksum, "%06o", sum);
	return put(writer, &head, sizeof head, error);
}

static bool put_padding(TarWriter *writer, gint64 size, GError **error)
{
	static const char zeros[BLOCK];
	size_t rest = (size_t)(-size & (BLOCK - 1));
	return rest == 0 || put(writer, zeros, rest, error);
}

/* "LENGTH key=value\n", where the length counts itself. */
static void put_record(GString *records, const char *key, const char *value)
{
	size_t body = strlen(key) + strlen(value) + 3, length = body + 1;
	for (size_t digits = 1;; length = body + digits) {
		g_autofree char *number = g_strdup_printf("%zu", length);
		if (strlen(number) == digits)
			break;
		digits = strlen(number);
	}
	g_string_append_printf(records, "%zu %s=%s\n", length, key, value);
}

/* Values that do not fit into the header go before it (pax, "Extended Header"). */
static bool put_extended(TarWriter *writer, const char *path, const char *link, gint64 size,
	const struct stat *st, GError **error)
{
	g_autoptr(GString) records = g_string_new("");
	struct stat own = {.st_mode = S_IFREG | 0644};
	char number[32];
	if (strlen(path) > MAX_NAME)
		put_record(records, "path", path);
	if (strlen(link) > MAX_NAME)
		put_record(records, "linkpath", link);
	if (size > max_octal_size) {
		snprintf(number, sizeof number, "%" G_GINT64_FORMAT, size);
		put_record(records, "size", number);
	}
	if (st->st_uid > MAX_OCTAL_ID || st->st_gid > MAX_OCTAL_ID) {
		snprintf(number, sizeof number, "%u", st->st_uid);
		put_record(records, "uid", number);
		snprintf(number, sizeof number, "%u", st->st_gid);
		put_record(records, "gid", number);
	}
	if (records->len == 0)
		return true;
	return put_head(writer, "PaxHeaders/entry", "", 'x', (gint64)records->len, &own, error) &&
	       put(writer, records->str, records->len, error) &&
	       put_padding(writer, (gint64)records->len, error);
}

/* What of a file the kernel moves into the pipe by itself: pages, not copies of them (splice(2)). */
static gint64 move_content(TarWriter *writer, int fd, gint64 size)
{
	gint64 left = size;
	for (ssize_t n; left > 0; left -= n)
		if ((n = splice(fd, NULL, writer->pipe, NULL, (size_t)left, 0)) <= 0)
			break;
	writer->moved += size - left;
	return size - left;
}

/* As many bytes as the head says, whatever happens to the file meanwhile. */
static bool put_content(TarWriter *writer, int fd, const char *path, gint64 size, GError **error)
{
	gint64 left = size;
	if (writer->pipe >= 0 && size >= LARGE) {
		if (!flush(writer, error))
			return false;
		left -= move_content(writer, fd, size);
	}
	/* Where it cannot, and where the file has become shorter. */
	while (left > 0) {
		if (BUFFER - writer->used < (size_t)MIN(left, LARGE) && !flush(writer, error))
			return false;
		size_t room = (size_t)MIN(left, (gint64)(BUFFER - writer->used));
		char *place = writer->buffer + writer->used;
		ssize_t n = read(fd, place, room);
		if (n < 0)
			return fail_errno(error, "cannot read %s", path);
		if (n == 0)
			memset(place, 0, (size_t)(n = (ssize_t)room));
		writer->used += (size_t)n;
		left -= n;
	}
	return put_padding(writer, size, error);
}

bool tar_write_node(TarWriter *writer, const char *path, int parent_fd, const char *name,
	const struct stat *st, GError **error)
{
	char target[PATH_MAX] = "";
	static const struct {
		mode_t type;
		char letter;
	} types[] = {{S_IFREG, '0'}, {S_IFLNK, '2'}, {S_IFCHR, '3'}, {S_IFBLK, '4'}, {S_IFDIR, '5'},
		{S_IFIFO, '6'}};
	char letter = '\0';
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if ((st->st_mode & S_IFMT) == types[i].type)
			letter = types[i].letter;
	if (letter == '\0')
		return true; /* a socket: no archive holds one */
	if (letter == '2' && readlinkat(parent_fd, name, target, sizeof target - 1) < 0)
		return fail_errno(error, "cannot read %s", path);
	autofd fd = letter == '0' ? openat(parent_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
	if (letter == '0' && fd < 0)
		return fail_errno(error, "cannot read %s", path);
	g_autofree char *whole = g_strconcat(path, letter == '5' ? "/" : "", NULL);
	gint64 size = letter == '0' ? st->st_size : 0;
	return put_extended(writer, whole, target, size, st, error) &&
	       put_head(writer, whole, target, letter, size, st, error) &&
	       (letter != '0' || put_content(writer, fd, path, size, error));
}

bool tar_write_text(
	TarWriter *writer, const char *path, const char *text, size_t length, GError **error)
{
	return tar_write_memory(writer, path, text, length, 0644, 0, 0, error);
}

bool tar_write_memory(TarWriter *writer, const char *path, const char *text, size_t length,
	mode_t mode, uid_t uid, gid_t gid, GError **error)
{
	struct stat st = {.st_mode = S_IFREG | mode, .st_uid = uid, .st_gid = gid};
	return put_extended(writer, path, "", (gint64)length, &st, error) &&
	       put_head(writer, path, "", '0', (gint64)length, &st, error) &&
	       (length == 0 || put(writer, text, length, error)) &&
	       put_padding(writer, (gint64)length, error);
}

/* Counts the bytes passed to the writer's sink. */
typedef struct {
	TarWriter *writer;
	gint64 left;
} Filling;

static bool put_counted(gpointer data, const void *bytes, size_t length, GError **error)
{
	Filling *filling = data;
	filling->left -= (gint64)length;
	return filling->left >= 0 ? put(filling->writer, bytes, length, error)
				  : fail(error, BERTH_ERROR_UNAVAILABLE,
					    "a file of the archive is longer than it was");
}

bool tar_write_filled(TarWriter *writer, const char *path, gint64 size, TarFill fill, gpointer data,
	GError **error)
{
	struct stat st = {.st_mode = S_IFREG | 0644};
	Filling filling = {writer, size};
	return put_extended(writer, path, "", size, &st, error) &&
	       put_head(writer, path, "", '0', size, &st, error) &&
	       fill(data, put_counted, &filling, error) &&
	       (filling.left == 0 || fail(error, BERTH_ERROR_UNAVAILABLE,
					     "a file of the archive is shorter than it was")) &&
	       put_padding(writer, size, error);
}

bool tar_write_end(TarWriter *writer, GError **error)
{
	static const char zeros[2 * BLOCK];
	return put(writer, zeros, sizeof zeros, error) && flush(writer, error);
}
