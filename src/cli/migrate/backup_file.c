#include "cli/migrate/backup_file.h"

#include "base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	BLOCK = 512,
	NAME = 100,
	SIZE_AT = 124,
	SIZE = 12,
	TYPE_AT = 156,
	MAGIC_AT = 257,
	SUM_AT = 148,
	SUM = 8
};

struct BackupReader {
	ByteSource source;
	gpointer data;
	char member[NAME + 1]; /* the current member; "": none has been read */
	gint64 left, padding;
	char stream[NAME + 1]; /* the part of member in front of the piece's number */
	bool pending;	       /* the stream has begun, and backup_next has not returned it */
	GError *error;	       /* error of backup_read */
};

BackupReader *backup_reader_new(ByteSource source, gpointer data)
{
	BackupReader *reader = g_new0(BackupReader, 1);
	reader->source = source;
	reader->data = data;
	return reader;
}

void backup_reader_free(BackupReader *reader)
{
	g_clear_error(&reader->error);
	g_free(reader);
}

static bool read_whole(BackupReader *reader, void *buffer, size_t size, GError **error)
{
	for (size_t used = 0; used < size;) {
		ssize_t n = reader->source(reader->data, (char *)buffer + used, size - used, error);
		if (n < 0)
			return false;
		if (n == 0)
			return fail(error, BERTH_ERROR_INVALID, "the archive ends too early");
		used += (size_t)n;
	}
	return true;
}

static gint64 octal(const char *field, size_t size)
{
	g_autofree char *text = g_strndup(field, size);
	char *end;
	gint64 value = (gint64)g_ascii_strtoull(text, &end, 8);
	return end != text && (*end == '\0' || *end == ' ') ? value : -1;
}

static bool sum_fits(const char *head)
{
	gint64 sum = 0;
	for (int i = 0; i < BLOCK; i++)
		sum += i >= SUM_AT && i < SUM_AT + SUM ? ' ' : (guint8)head[i];
	return octal(head + SUM_AT, SUM) == sum;
}

/* "images/000007", "volumes/3/000000": valid members beside the list and the end. */
static bool name_fits(const char *name)
{
	static GRegex *pattern;
	if (pattern == NULL)
		pattern = g_regex_new(
			"^(backup\\.json|end|(images|(volumes|layers)/[0-9]{1,6})/[0-9]{6,9})$", 0,
			0, NULL);
	return g_regex_match(pattern, name, 0, NULL);
}

static void set_stream(BackupReader *reader)
{
	const char *slash = strrchr(reader->member, '/');
	g_strlcpy(reader->stream, reader->member,
		slash != NULL ? (gsize)(slash - reader->member) + 1 : sizeof reader->stream);
}

/* Reads the next member's head, after skipping the rest of the current one. */
static bool next_member(BackupReader *reader, GError **error)
{
	char head[BLOCK];
	for (gint64 rest = reader->left + reader->padding; rest > 0;) {
		size_t part = (size_t)MIN(rest, BLOCK);
		if (!read_whole(reader, head, part, error))
			return false;
		rest -= (gint64)part;
	}
	if (!read_whole(reader, head, BLOCK, error))
		return false;
	g_autofree char *name = g_strndup(head, NAME);
	gint64 size = octal(head + SIZE_AT, SIZE);
	bool list = strcmp(name, "backup.json") == 0;
	if (memcmp(head + MAGIC_AT, "ustar", 5) != 0 || !sum_fits(head) || head[TYPE_AT] != '0' ||
		size < 0 || size > (list ? BACKUP_LIST_LIMIT : BACKUP_PIECE) || !name_fits(name))
		return fail(error, BERTH_ERROR_INVALID,
			"this is no archive of 'system backup', or it is damaged");
	g_strlcpy(reader->member, name, sizeof reader->member);
	reader->left = size;
	reader->padding = -size & (BLOCK - 1);
	return true;
}

json_t *backup_read_list(BackupReader *reader, GError **error)
{
	if (!next_member(reader, error))
		return NULL;
	g_autofree char *text = g_malloc((gsize)reader->left + 1);
	gint64 length = reader->left;
	g_autoptr(json_t) list = NULL;
	if (strcmp(reader->member, "backup.json") == 0 &&
		read_whole(reader, text, (size_t)length, error)) {
		reader->left = 0;
		list = json_parse(text, (size_t)length, error);
	}
	if (json_int(list, "Version") == BACKUP_VERSION)
		return g_steal_pointer(&list);
	if (error != NULL && *error == NULL)
		fail(error, BERTH_ERROR_INVALID,
			"this is no archive of 'system backup', or of a later version");
	return NULL;
}

const char *backup_next(BackupReader *reader, GError **error)
{
	g_autofree char *before = g_strdup(reader->stream);
	if (reader->error != NULL) {
		g_propagate_error(error, g_steal_pointer(&reader->error));
		return NULL;
	}
	/* The rest of an unread stream is skipped. */
	while (!reader->pending && strcmp(reader->stream, before) == 0) {
		if (!next_member(reader, error))
			return NULL;
		set_stream(reader);
	}
	reader->pending = false;
	return reader->stream;
}

ssize_t backup_read(gpointer data, void *buffer, size_t size)
{
	BackupReader *reader = data;
	while (!reader->pending && reader->left == 0) {
		g_autofree char *before = g_strdup(reader->stream);
		if (!next_member(reader, &reader->error)) {
			errno = EIO;
			return -1;
		}
		set_stream(reader);
		reader->pending = strcmp(before, reader->stream) != 0;
	}
	if (reader->pending)
		return 0;
	size_t part = (size_t)MIN((gint64)size, reader->left);
	if (!read_whole(reader, buffer, part, &reader->error)) {
		errno = EIO;
		return -1;
	}
	reader->left -= (gint64)part;
	return (ssize_t)part;
}
