/* A layer on its way to a registry while it is compressed: the compressed file grows, and the request follows it. */
#include "engine/transfer/layer_stream.h"
#include "engine/image/layer_pack.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/thread.h"

#include <fcntl.h>
#include <unistd.h>

enum { SHORT = 1 << 20 /* bytes */ };

typedef struct {
	Batch *batch;
	Repository *repository;
	Layer *layer; /* the packing thread's until it has ended */
	void (*sent)(gpointer data, gint64 bytes);
	gpointer data;
	int tar_fd,
		packed_fd; /* packed_fd: the reader's own, which the file's new name does not touch */
	LayerPack *pack;
	bool asked, there; /* whether the registry has it */
	GMutex lock;	   /* of what follows */
	GCond more;
	gint64 ready;
	bool ended;   /* all is ready, or error is set */
	char *digest; /* of all */
	GError *error;
} Streaming;

static void grown(gpointer data)
{
	Streaming *streaming = data;
	g_mutex_lock(&streaming->lock);
	streaming->ready = layer_pack_size(streaming->pack);
	g_cond_signal(&streaming->more);
	g_mutex_unlock(&streaming->lock);
}

static void end(Streaming *streaming, gint64 size, const char *digest, GError *error)
{
	g_mutex_lock(&streaming->lock);
	streaming->ready = size;
	streaming->digest = g_strdup(digest);
	streaming->error = error;
	streaming->ended = true;
	g_cond_signal(&streaming->more);
	g_mutex_unlock(&streaming->lock);
}

/* Compresses, and keeps the result: the disk's time passes while the rest is sent. */
static gpointer pack(gpointer data)
{
	Streaming *streaming = data;
	Store *store = transfer_engine(streaming->batch->transfer)->store;
	g_autoptr(GError) error = NULL;
	g_autoptr(BlobWriter) blob = layer_pack_file(streaming->pack, streaming->tar_fd,
		&streaming->batch->stop, grown, streaming, &error);
	if (blob == NULL) {
		end(streaming, 0, NULL, g_steal_pointer(&error));
		return NULL;
	}
	end(streaming, blob_writer_size(blob), blob_writer_digest(blob), NULL);
	layer_repack(store, streaming->layer, blob, &error);
	return g_steal_pointer(&error);
}

/* A registry may have what is only now known by its digest: asked once, where much is left to send. */
static bool is_there(Streaming *streaming, gint64 left, const char *digest)
{
	if (streaming->asked || left < SHORT || digest == NULL)
		return streaming->there;
	streaming->asked = true;
	return streaming->there = repository_has_blob(
		       streaming->repository, digest, &streaming->batch->stop, NULL);
}

/* The request's bytes: waits where the file has not grown further. */
static ssize_t follow(gpointer data, void *room, size_t size, gint64 from, GError **error)
{
	Streaming *streaming = data;
	g_mutex_lock(&streaming->lock);
	while (streaming->ready <= from && !streaming->ended)
		g_cond_wait(&streaming->more, &streaming->lock);
	gint64 left = streaming->ready - from;
	const char *digest = streaming->digest;
	bool broken = streaming->error != NULL;
	g_mutex_unlock(&streaming->lock);
	if (broken || is_there(streaming, left, digest)) {
		fail(error, BERTH_ERROR_SYSTEM, "the layer is not sent to its end");
		return -1;
	}
	if (left <= 0)
		return 0;
	ssize_t n = pread(streaming->packed_fd, room, MIN(size, (size_t)left), from);
	if (n < 0)
		fail_errno(error, "cannot read the layer");
	return n;
}

static const char *digest_of_all(gpointer data)
{
	const Streaming *streaming = data;
	return streaming->digest;
}

static void sent(gpointer data, gint64 bytes)
{
	const Streaming *streaming = data;
	streaming->sent(streaming->data, bytes);
}

/* Both at once. */
static StreamEnd run(Streaming *streaming, const char *where, GError **error)
{
	const BlobStream blob = {
		.read = follow, .digest = digest_of_all, .sent = sent, .data = streaming};
	/* Where no thread can be had, one is done after the other, by the caller. */
	GThread *packing = thread_start("pack", pack, streaming, NULL);
	if (packing == NULL)
		return STREAM_NOT;
	/* What ends a transfer is found again, and told, by whoever sends the file as a whole. */
	bool is_sent = repository_send_stream(
		streaming->repository, where, &blob, &streaming->batch->stop, NULL);
	GError *problem = g_thread_join(packing);
	if (problem == NULL)
		problem = g_steal_pointer(&streaming->error);
	if (problem != NULL) {
		g_propagate_error(error, problem);
		return STREAM_NOT;
	}
	return is_sent ? STREAM_SENT : streaming->there ? STREAM_THERE : STREAM_NOT;
}

bool layer_stream_pays(gint64 size)
{
	return size >= SHORT;
}

StreamEnd layer_stream(Batch *batch, Repository *repository, Layer *layer,
	void (*say_sent)(gpointer data, gint64 bytes), gpointer data, GError **error)
{
	Store *store = transfer_engine(batch->transfer)->store;
	autofd tar = blob_open(store, layer->blob, NULL, error);
	g_autoptr(LayerPack) packed = tar >= 0 ? layer_pack_new(store, error) : NULL;
	autofd packed_fd = packed != NULL ? fcntl(layer_pack_fd(packed), F_DUPFD_CLOEXEC, 0) : -1;
	if (packed != NULL && packed_fd < 0)
		fail_errno(error, "cannot compress the layer");
	/* Before the work is done: it may be for nothing. */
	g_autofree char *where =
		packed_fd >= 0 ? repository_begin_upload(repository, &batch->stop, error) : NULL;
	if (where == NULL)
		return STREAM_NOT;
	Streaming streaming = {.batch = batch,
		.repository = repository,
		.layer = layer,
		.sent = say_sent,
		.data = data,
		.tar_fd = tar,
		.packed_fd = packed_fd,
		.pack = packed};
	g_mutex_init(&streaming.lock);
	g_cond_init(&streaming.more);
	StreamEnd how = run(&streaming, where, error);
	g_mutex_clear(&streaming.lock);
	g_cond_clear(&streaming.more);
	g_free(streaming.digest);
	return how;
}
