#include "store/store.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { WRITE_BACK = 8 << 20 };

struct BlobWriter {
	Store *store;
	int fd;
	char *name;	    /* below tmp/; NULL once kept */
	gint64 size, begun; /* begun: bytes whose writeback has been started */
	struct sha256_ctx hash;
	char *digest; /* NULL until it is requested */
};

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
	if (!fd_write_all(writer->fd, data, length))
		return fail_errno(error, "cannot write to %s/tmp", writer->store->root);
	writer->size += (gint64)length;
	/* Writeback starts while more data arrives, so that the final sync has little left to do. */
	if (writer->size - writer->begun >= WRITE_BACK) {
		sync_file_range(writer->fd, writer->begun, writer->size - writer->begun,
			SYNC_FILE_RANGE_WRITE);
		writer->begun = writer->size;
	}
	return true;
}

int blob_writer_fd(BlobWriter *writer)
{
	if (writer->fd >= 0)
		return writer->fd;
	bool kept = writer->name == NULL;
	writer->fd = openat(kept ? writer->store->blobs_fd : writer->store->tmp_fd,
		kept ? blob_writer_digest(writer) + strlen("sha256:") : writer->name,
		O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	return writer->fd;
}

void blob_writer_rest(BlobWriter *writer)
{
	fd_clear(&writer->fd);
}

gint64 blob_writer_size(const BlobWriter *writer)
{
	return writer->size;
}

const char *blob_writer_digest(BlobWriter *writer)
{
	if (writer->digest == NULL)
		writer->digest = digest_end(&writer->hash);
	return writer->digest;
}

bool blob_writer_keep(BlobWriter *writer, bool sync, GError **error)
{
	const char *name = blob_writer_digest(writer) + strlen("sha256:");
	if (writer->name == NULL)
		return true; /* exists already: two layers of an image may be identical */
	if ((sync && fsync(blob_writer_fd(writer)) < 0) ||
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
	g_free(writer->digest);
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
		!blob_writer_keep(writer, true, error))
		return false;
	*digest = g_strdup(writer->digest);
	return true;
}

void blob_remove(Store *store, const char *digest)
{
	if (digest_is_valid(digest))
		unlinkat(store->blobs_fd, digest + 7, 0);
}

static void drop(Store *store, const char *name)
{
	unlinkat(store->blobs_fd, name, 0);
}

void blob_sweep(Store *store)
{
	store_sweep(store, store->blobs_fd,
		"SELECT substr(blob, 8) FROM layers UNION SELECT substr(id, 8) FROM images UNION "
		"SELECT substr(blob, 8) FROM index_blobs",
		drop);
}
