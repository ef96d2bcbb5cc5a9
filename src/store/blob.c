#include "store/store.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct BlobWriter {
	Store *store;
	int fd;
	char *name; /* below tmp/; NULL once kept */
	gint64 size;
	struct sha256_ctx hash;
	char digest[72];
};

static void format_digest(struct sha256_ctx *hash, char digest[72])
{
	guint8 raw[SHA256_DIGEST_SIZE];
	sha256_digest(hash, sizeof raw, raw);
	strcpy(digest, "sha256:");
	for (size_t i = 0; i < sizeof raw; i++)
		sprintf(digest + 7 + 2 * i, "%02x", raw[i]);
}

char *digest_of(const void *data, size_t length)
{
	struct sha256_ctx hash;
	char digest[72];
	sha256_init(&hash);
	sha256_update(&hash, length, data);
	format_digest(&hash, digest);
	return g_strdup(digest);
}

bool digest_is_valid(const char *digest)
{
	enum { HEX = 64 };
	if (!g_str_has_prefix(digest, "sha256:") || strlen(digest) != 7 + HEX)
		return false;
	return strspn(digest + 7, "0123456789abcdef") == HEX;
}

BlobWriter *blob_writer_new(Store *store, GError **error)
{
	static gint counter;
	g_autoptr(BlobWriter) writer = g_new0(BlobWriter, 1);
	writer->store = store;
	writer->name = g_strdup_printf("blob-%d", g_atomic_int_add(&counter, 1));
	writer->fd =
		openat(store->tmp_fd, writer->name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	sha256_init(&writer->hash);
	if (writer->fd < 0) {
		fail_errno(error, "cannot make a file in %s/tmp", store->root);
		return NULL;
	}
	return g_steal_pointer(&writer);
}

bool blob_writer_add(BlobWriter *writer, const void *data, size_t length, GError **error)
{
	sha256_update(&writer->hash, length, data);
	writer->size += (gint64)length;
	return fd_write_all(writer->fd, data, length) ||
	       fail_errno(error, "cannot write to %s/tmp", writer->store->root);
}

int blob_writer_fd(const BlobWriter *writer)
{
	return writer->fd;
}

gint64 blob_writer_size(const BlobWriter *writer)
{
	return writer->size;
}

const char *blob_writer_digest(BlobWriter *writer)
{
	if (*writer->digest == '\0')
		format_digest(&writer->hash, writer->digest);
	return writer->digest;
}

bool blob_writer_keep(BlobWriter *writer, GError **error)
{
	const char *name = blob_writer_digest(writer) + strlen("sha256:");
	if (writer->name == NULL)
		return true; /* kept already: two layers of an image may be the same */
	if (fsync(writer->fd) < 0 ||
		renameat(writer->store->tmp_fd, writer->name, writer->store->blobs_fd, name) < 0)
		return fail_errno(error, "cannot keep blob %s", name);
	g_clear_pointer(&writer->name, g_free);
	return true;
}

void blob_writer_free(BlobWriter *writer)
{
	if (writer->name != NULL)
		unlinkat(writer->store->tmp_fd, writer->name, 0);
	fd_clear(&writer->fd);
	g_free(writer->name);
	g_free(writer);
}

int blob_open(Store *store, const char *digest, gint64 *size, GError **error)
{
	struct stat st;
	if (!digest_is_valid(digest)) {
		fail(error, BERTH_ERROR_INVALID, "invalid digest \"%s\"", digest);
		return -1;
	}
	autofd fd = openat(store->blobs_fd, digest + 7, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		fail_errno(error, "blob %s", digest);
		return -1;
	}
	if (size != NULL)
		*size = st.st_size;
	return fd_steal(&fd);
}

bool blob_keep_text(Store *store, const char *text, char **digest, GError **error)
{
	g_autoptr(BlobWriter) writer = blob_writer_new(store, error);
	if (writer == NULL || !blob_writer_add(writer, text, strlen(text), error) ||
		!blob_writer_keep(writer, error))
		return false;
	*digest = g_strdup(writer->digest);
	return true;
}

void blob_remove(Store *store, const char *digest)
{
	if (digest_is_valid(digest))
		unlinkat(store->blobs_fd, digest + 7, 0);
}
