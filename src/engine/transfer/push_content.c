/* What a push sends before a name: layers that the registry does not have, configurations, other blobs. */
#include "engine/transfer/push_content.h"
#include "engine/image/images.h"
#include "engine/image/layer_pack.h"
#include "engine/transfer/batch.h"

#include "base/error.h"
#include "base/fd.h"

#include <string.h>

enum { SHORT_ID = 12, BLOCK = 256 * 1024 };

/* The layers of one image on their way. */
typedef struct {
	Batch batch;
	Repository *repository;
	const char *target; /* "localhost:5000/x" */
} Sending;

typedef struct {
	PoolTask task;
	Sending *sending;
	Layer *layer; /* borrowed; its blob may become a compressed one */
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

static bool is_compressed(const Layer *layer)
{
	return g_str_has_suffix(layer->media_type, "gzip") ||
	       g_str_has_suffix(layer->media_type, "zstd");
}

/* A tar becomes a gzip file, and stays one: the next push, and `save`, take it as it is. */
static bool compress(Store *store, Layer *layer, Stop *stop, GError **error)
{
	autofd fd = blob_open(store, layer->blob, NULL, error);
	g_autoptr(LayerPack) pack = fd >= 0 ? layer_pack_new(store, error) : NULL;
	g_autofree char *block = g_malloc(BLOCK);
	ssize_t n = pack != NULL ? 1 : -1;
	while (n > 0) {
		n = byte_source_fd(&fd, block, BLOCK, error);
		if (g_atomic_int_get(stop))
			return fail(error, BERTH_ERROR_SYSTEM, "context canceled");
		if (n > 0 && !layer_pack_add(pack, block, (size_t)n, error))
			return false;
	}
	g_autoptr(BlobWriter) blob = n == 0 ? layer_pack_end(pack, error) : NULL;
	if (blob == NULL || !blob_writer_keep(blob, true, error) ||
		!layer_set_blob(store, layer, blob_writer_digest(blob), layer_pack_type, error))
		return false;
	g_free(layer->blob);
	layer->blob = g_strdup(blob_writer_digest(blob));
	g_free(layer->media_type);
	layer->media_type = g_strdup(layer_pack_type);
	return true;
}

/* Another repository of the same registry that has the blob: its path, or NULL. */
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

static bool send_layer(LayerSend *send, GError **error)
{
	Sending *sending = send->sending;
	Store *store = transfer_engine(sending->batch.transfer)->store;
	g_autoptr(GError) problem = NULL;
	if (!is_compressed(send->layer) &&
		!compress(store, send->layer, &sending->batch.stop, error))
		return false;
	if (repository_has_blob(
		    sending->repository, send->layer->blob, &sending->batch.stop, &problem))
		transfer_say(sending->batch.transfer, send->short_id, "Layer already exists");
	else if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	} else if (!put_blob(send, error))
		return false;
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
	/* An image may have one layer twice. */
	for (guint i = 0; i < layers->len; i++)
		if (g_hash_table_add(begun, ((Layer *)layers->pdata[i])->diff_id))
			start(&sending, layers->pdata[i]);
	return batch_end(&sending.batch, error);
}

/* The one that the image came with, as long as it names the blobs that we have: its digest stays. */
static char *known_manifest(Engine *engine, const char *id, char **media_type)
{
	g_autofree char *text = manifest_store_get(engine->store, id, media_type);
	return text != NULL && image_manifest_fits(engine, id, text) ? g_steal_pointer(&text) : NULL;
}

static char *new_manifest(
	Store *store, const ImageRow *row, GPtrArray *layers, char **media_type, GError **error)
{
	json_t *descriptors = json_array();
	g_autoptr(json_t) manifest = json_pack("{s:i, s:s, s:{s:s, s:I, s:s}, s:o}",
		"schemaVersion", 2, "mediaType", "application/vnd.oci.image.manifest.v1+json",
		"config", "mediaType", "application/vnd.oci.image.config.v1+json", "size",
		(json_int_t)strlen(row->config), "digest", row->id, "layers", descriptors);
	for (guint i = 0; i < layers->len; i++) {
		const Layer *layer = layers->pdata[i];
		gint64 size;
		autofd fd = blob_open(store, layer->blob, &size, error);
		if (fd < 0)
			return NULL;
		json_array_append_new(
			descriptors, json_pack("{s:s, s:I, s:s}", "mediaType", layer->media_type,
					     "size", (json_int_t)size, "digest", layer->blob));
	}
	g_free(*media_type);
	*media_type = g_strdup("application/vnd.oci.image.manifest.v1+json");
	return json_text(manifest);
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
	char *text = known_manifest(transfer_engine(transfer), id, media_type);
	return text != NULL ? text : new_manifest(store, row, layers, media_type, error);
}
