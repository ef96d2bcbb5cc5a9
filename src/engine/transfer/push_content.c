/* Content sent before a manifest: missing layers, configurations, other blobs. */
#include "engine/transfer/push_content.h"
#include "engine/image/images.h"
#include "engine/image/layer_pack.h"
#include "engine/transfer/batch.h"
#include "engine/transfer/layer_stream.h"

#include "base/error.h"
#include "base/fd.h"

#include <string.h>

enum { SHORT_ID = 12 };

/* Layers of one image being sent. */
typedef struct {
	Batch batch;
	Repository *repository;
	const char *target; /* "localhost:5000/x" */
} Sending;

typedef struct {
	PoolTask task;
	Sending *sending;
	Layer *layer; /* borrowed; its blob may be replaced by a compressed one */
	char *short_id;
	gint64 size;
} LayerSend;

static void sent(gpointer data, gint64 bytes)
{
	LayerSend *send = data;
	if (bytes > 0)
		transfer_progress(send->sending->batch.transfer, send->short_id, "Pushing", bytes,
			MAX(send->size, 1));
}

/* The path of another repository in the same registry that has the blob, or NULL. */
static char *mount_source(const Sending *sending, const Layer *layer)
{
	g_auto(GStrv) sources =
		blob_sources(transfer_engine(sending->batch.transfer)->store, layer->blob);
	size_t domain = strcspn(sending->target, "/") + 1;
	for (int i = 0; sources[i] != NULL; i++)
		if (strncmp(sources[i], sending->target, domain) == 0 &&
			strcmp(sources[i], sending->target) != 0)
			return g_strdup(sources[i] + domain);
	return NULL;
}

static bool put_blob(LayerSend *send, GError **error)
{
	Sending *sending = send->sending;
	Store *store = transfer_engine(sending->batch.transfer)->store;
	bool mounted;
	autofd fd = blob_open(store, send->layer->blob, &send->size, error);
	if (fd < 0)
		return false;
	g_autofree char *from = mount_source(sending, send->layer);
	BlobSend blob = {.digest = send->layer->blob,
		.fd = fd,
		.size = send->size,
		.mount_from = from,
		.sent = sent,
		.data = send};
	if (!repository_put_blob(sending->repository, &blob, &mounted, &sending->batch.stop, error))
		return false;
	g_autofree char *status =
		mounted ? g_strconcat("Mounted from ", from, NULL) : g_strdup("Pushed");
	transfer_say(sending->batch.transfer, send->short_id, status);
	return true;
}

/* Asks for a layer that is compressed, and sends it. */
static bool send_whole(LayerSend *send, GError **error)
{
	Sending *sending = send->sending;
	Store *store = transfer_engine(sending->batch.transfer)->store;
	g_autoptr(GError) problem = NULL;
	if (!layer_compress(store, send->layer, &sending->batch.stop, error))
		return false;
	if (repository_has_blob(
		    sending->repository, send->layer->blob, &sending->batch.stop, &problem))
		transfer_say(sending->batch.transfer, send->short_id, "Layer already exists");
	else if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	} else if (!put_blob(send, error))
		return false;
	return true;
}

/* Sends a layer while it is compressed, where that pays. NOT without error: by send_whole. */
static StreamEnd send_stream(LayerSend *send, GError **error)
{
	static const char *const said[] = {
		[STREAM_SENT] = "Pushed", [STREAM_THERE] = "Layer already exists"};
	Sending *sending = send->sending;
	Store *store = transfer_engine(sending->batch.transfer)->store;
	if (layer_is_compressed(send->layer))
		return STREAM_NOT;
	autofd fd = blob_open(store, send->layer->blob, &send->size, error);
	if (fd < 0 || !layer_stream_pays(send->size))
		return STREAM_NOT;
	StreamEnd end =
		layer_stream(&sending->batch, sending->repository, send->layer, sent, send, error);
	if (end != STREAM_NOT)
		transfer_say(sending->batch.transfer, send->short_id, said[end]);
	return end;
}

static bool send_layer(LayerSend *send, GError **error)
{
	Sending *sending = send->sending;
	Store *store = transfer_engine(sending->batch.transfer)->store;
	g_autoptr(GError) problem = NULL;
	if (send_stream(send, &problem) == STREAM_NOT &&
		(problem != NULL || !send_whole(send, error))) {
		if (problem != NULL)
			g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	blob_source_add(store, send->layer->blob, sending->target);
	return true;
}

static void run(PoolTask *task)
{
	LayerSend *send = (LayerSend *)task;
	Batch *batch = &send->sending->batch;
	g_autoptr(GError) error = NULL;
	bool ok = batch_going(batch) && send_layer(send, &error);
	g_free(send->short_id);
	g_free(send);
	batch_done(batch, ok, error);
}

static void start(Sending *sending, Layer *layer)
{
	Transfer *transfer = sending->batch.transfer;
	LayerSend *send = g_new0(LayerSend, 1);
	*send = (LayerSend){.task = {run},
		.sending = sending,
		.layer = layer,
		.short_id = g_strndup(layer->diff_id + strlen("sha256:"), SHORT_ID)};
	transfer_say(transfer, send->short_id, "Preparing");
	batch_push(&sending->batch, transfer_engine(transfer)->registries->uploads, &send->task);
	/* cppcheck-suppress memleak ; run frees it */
}

static bool send_layers(Transfer *transfer, Repository *repository, const char *target,
	GPtrArray *layers, GError **error)
{
	Sending sending = {.repository = repository, .target = target};
	g_autoptr(GHashTable) begun = g_hash_table_new(g_str_hash, g_str_equal);
	batch_init(&sending.batch, transfer);
	/* An image may contain the same layer twice. */
	for (guint i = 0; i < layers->len; i++)
		if (g_hash_table_add(begun, ((Layer *)layers->pdata[i])->diff_id))
			start(&sending, layers->pdata[i]);
	return batch_end(&sending.batch, error);
}

bool push_blob(Transfer *transfer, Repository *repository, const char *digest, GError **error)
{
	g_autoptr(GError) problem = NULL;
	bool mounted;
	gint64 size;
	if (repository_has_blob(repository, digest, transfer_stop(transfer), &problem))
		return true;
	autofd fd = problem == NULL
			    ? blob_open(transfer_engine(transfer)->store, digest, &size, error)
			    : -1;
	if (problem != NULL)
		g_propagate_error(error, g_steal_pointer(&problem));
	BlobSend blob = {.digest = digest, .fd = fd, .size = size};
	return fd >= 0 &&
	       repository_put_blob(repository, &blob, &mounted, transfer_stop(transfer), error);
}

char *push_image(Transfer *transfer, Repository *repository, const char *target, const char *id,
	char **media_type, GError **error)
{
	Store *store = transfer_engine(transfer)->store;
	g_autoptr(ImageRow) row = image_store_get(store, id);
	g_autoptr(GPtrArray) layers = image_store_layers(store, id);
	if (row == NULL) {
		fail(error, BERTH_ERROR_NOT_FOUND, "No such image: %s", id);
		return NULL;
	}
	if (!send_layers(transfer, repository, target, layers, error) ||
		!push_blob(transfer, repository, id, error))
		return NULL;
	return image_manifest(transfer_engine(transfer), id, media_type, error);
}
