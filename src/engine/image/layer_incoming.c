/* The bytes go to a file that the unpacker reads: so memory does not depend on their number, and an interrupted
 * transfer can be resumed. */
#include "engine/image/layer_incoming.h"

#include "base/error.h"
#include "base/thread.h"

#include <unistd.h>

struct Incoming {
	Store *store;
	void (*extracting)(gpointer data, gint64 bytes);
	gpointer data;
	BlobWriter *blob;
	GThread *unpacker;
	GMutex lock; /* guards the following fields */
	GCond more;
	gint64 written;
	bool complete, broken; /* the bytes */
	GError *unpack_error;
	/* Used by the unpacker: */
	gint64 followed;
	Unpacked unpacked;
};

/* The unpacker's source: waits for the blob to grow. */
static ssize_t follow(gpointer data, void *buffer, size_t size, GError **error)
{
	Incoming *incoming = data;
	g_mutex_lock(&incoming->lock);
	while (incoming->written == incoming->followed && !incoming->complete && !incoming->broken)
		g_cond_wait(&incoming->more, &incoming->lock);
	gint64 ready = incoming->written - incoming->followed;
	bool broken = incoming->broken, complete = incoming->complete;
	g_mutex_unlock(&incoming->lock);
	if (broken) {
		fail(error, BERTH_ERROR_SYSTEM, "the layer did not come whole");
		return -1;
	}
	ssize_t n = pread(blob_writer_fd(incoming->blob), buffer, MIN(size, (size_t)ready),
		incoming->followed);
	if (n < 0)
		fail_errno(error, "cannot read the layer");
	incoming->followed += MAX(n, 0);
	if (complete && n > 0 && incoming->extracting != NULL)
		incoming->extracting(incoming->data, incoming->followed);
	return n;
}

static gpointer unpack(gpointer data)
{
	Incoming *incoming = data;
	g_autoptr(GError) error = NULL;
	if (layer_unpack(incoming->store, follow, incoming, &incoming->unpacked, &error))
		return NULL;
	g_mutex_lock(&incoming->lock);
	incoming->unpack_error = g_steal_pointer(&error);
	g_mutex_unlock(&incoming->lock);
	return NULL;
}

Incoming *incoming_new(Store *store, void (*extracting)(gpointer data, gint64 bytes), gpointer data,
	GError **error)
{
	BlobWriter *blob = blob_writer_new(store, error);
	if (blob == NULL)
		return NULL;
	Incoming *incoming = g_new0(Incoming, 1);
	incoming->store = store;
	incoming->extracting = extracting;
	incoming->data = data;
	incoming->blob = blob;
	g_mutex_init(&incoming->lock);
	g_cond_init(&incoming->more);
	incoming->unpacker = thread_start("unpack", unpack, incoming, error);
	if (incoming->unpacker != NULL)
		return incoming;
	incoming_free(incoming);
	return NULL;
}

bool incoming_add(Incoming *incoming, const void *bytes, size_t length, GError **error)
{
	if (!blob_writer_add(incoming->blob, bytes, length, error))
		return false;
	g_mutex_lock(&incoming->lock);
	incoming->written += (gint64)length;
	g_cond_signal(&incoming->more);
	g_mutex_unlock(&incoming->lock);
	return true;
}

bool incoming_is_damaged(Incoming *incoming)
{
	g_mutex_lock(&incoming->lock);
	bool damaged = incoming->unpack_error != NULL;
	g_mutex_unlock(&incoming->lock);
	return damaged;
}

void incoming_end(Incoming *incoming, bool ok)
{
	if (incoming->unpacker == NULL)
		return;
	g_mutex_lock(&incoming->lock);
	incoming->complete = ok;
	incoming->broken = !ok;
	g_cond_signal(&incoming->more);
	g_mutex_unlock(&incoming->lock);
	g_thread_join(g_steal_pointer(&incoming->unpacker));
}

void incoming_free(Incoming *incoming)
{
	incoming_end(incoming, false);
	blob_writer_free(incoming->blob);
	unpacked_clear(&incoming->unpacked);
	g_clear_error(&incoming->unpack_error);
	g_mutex_clear(&incoming->lock);
	g_cond_clear(&incoming->more);
	g_free(incoming);
}

BlobWriter *incoming_blob(Incoming *incoming)
{
	return incoming->blob;
}

const GError *incoming_unpack_error(const Incoming *incoming)
{
	return incoming->unpack_error;
}

Unpacked *incoming_unpacked(Incoming *incoming)
{
	return &incoming->unpacked;
}

Layer *incoming_keep(Incoming *incoming, LayerPins *pins, const char *parent_chain,
	const char *expected_diff_id, GError **error)
{
	if (incoming->unpack_error == NULL)
		return layer_keep(pins, incoming->blob, &incoming->unpacked, parent_chain,
			expected_diff_id, error);
	g_propagate_error(error, g_error_copy(incoming->unpack_error));
	return NULL;
}
