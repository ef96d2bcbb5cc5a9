/* Downloads layers: several in parallel, each unpacked while it arrives. */
#include "engine/transfer/layer_fetch.h"
#include "engine/image/layer_incoming.h"
#include "engine/transfer/batch.h"

#include "base/error.h"

#include <string.h>

enum { SHORT_ID = 12, NEAR_END = 4 << 20 /* bytes */ };

typedef struct LayerFetch LayerFetch;

/* All layers of an image. */
typedef struct {
	Batch batch;
	const LayersWanted *wanted;
	GPtrArray *layers; /* of Layer, by position */
} Fetching;

struct LayerFetch {
	PoolTask task;
	Fetching *fetching;
	size_t position;
	char *parent, *chain, *short_id; /* parent: chain id or NULL */
	const char *digest, *diff_id;
	gint64 size;
	Incoming *incoming;
	gint64 received;
	bool given_up; /* cancels the transfer, as the bytes are no layer */
};

static void layer_fetch_free(LayerFetch *fetch)
{
	g_free(fetch->parent);
	g_free(fetch->chain);
	g_free(fetch->short_id);
	g_clear_pointer(&fetch->incoming, incoming_free);
	g_free(fetch);
}

static void say_progress(LayerFetch *fetch, const char *status, gint64 current)
{
	transfer_progress(
		fetch->fetching->wanted->transfer, fetch->short_id, status, current, fetch->size);
}

static bool receive(gpointer data, const void *bytes, size_t length, GError **error)
{
	LayerFetch *fetch = data;
	if (!batch_going(&fetch->fetching->batch))
		return fail(error, BERTH_ERROR_SYSTEM, "context canceled");
	if (!incoming_add(fetch->incoming, bytes, length, error))
		return false;
	fetch->received += (gint64)length;
	say_progress(fetch, "Downloading", fetch->received);
	/* After such an error the download is broken off, unless it is nearly complete: then the digest tells whether
	 * the registry or the layer is at fault. */
	fetch->given_up =
		fetch->size - fetch->received > NEAR_END && incoming_is_damaged(fetch->incoming);
	return !fetch->given_up || fail(error, BERTH_ERROR_INVALID, "the layer is damaged");
}

static void extracting(gpointer data, gint64 bytes)
{
	say_progress(data, "Extracting", bytes);
}

static void retrying(gpointer data, int seconds)
{
	LayerFetch *fetch = data;
	g_autofree char *status =
		g_strdup_printf("Retrying in %d second%s", seconds, seconds == 1 ? "" : "s");
	transfer_say(fetch->fetching->wanted->transfer, fetch->short_id, status);
}

static bool download(LayerFetch *fetch, GError **error)
{
	Fetching *fetching = fetch->fetching;
	json_t *descriptor = json_array_get(fetching->wanted->descriptors, fetch->position);
	g_auto(GStrv) urls = layer_is_foreign(json_str(descriptor, "mediaType"))
				     ? json_strv(json_object_get(descriptor, "urls"))
				     : NULL;
	BlobFetch blob = {.digest = fetch->digest,
		.size = fetch->size,
		.foreign_urls = urls,
		.sink = receive,
		.retrying = retrying,
		.data = fetch};
	if (!repository_get_blob(fetching->wanted->repository, &blob, &fetching->batch.stop, error))
		return false;
	transfer_say(fetching->wanted->transfer, fetch->short_id, "Verifying Checksum");
	if (strcmp(blob_writer_digest(incoming_blob(fetch->incoming)), fetch->digest) != 0)
		return fail(error, BERTH_ERROR_SYSTEM,
			"filesystem layer verification failed for digest %s", fetch->digest);
	transfer_say(fetching->wanted->transfer, fetch->short_id, "Download complete");
	return true;
}

static Layer *fetch_layer(LayerFetch *fetch, GError **error)
{
	Transfer *transfer = fetch->fetching->wanted->transfer;
	Store *store = transfer_engine(transfer)->store;
	fetch->incoming = incoming_new(store, extracting, fetch, error);
	if (fetch->incoming == NULL)
		return NULL;
	g_autoptr(GError) problem = NULL;
	bool ok = download(fetch, &problem);
	incoming_end(fetch->incoming, ok);
	/* The error that broke the transfer is reported, not its consequences. */
	const GError *damage = incoming_unpack_error(fetch->incoming);
	if (damage != NULL && (ok || fetch->given_up)) {
		g_propagate_prefixed_error(
			error, g_error_copy(damage), "failed to register layer: ");
		return NULL;
	}
	if (!ok) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return NULL;
	}
	Layer *layer = layer_keep(fetch->fetching->wanted->pins, incoming_blob(fetch->incoming),
		incoming_unpacked(fetch->incoming), fetch->parent, fetch->diff_id, error);
	if (layer != NULL) {
		blob_source_add(store, layer->blob, fetch->fetching->wanted->source);
		transfer_say(transfer, fetch->short_id, "Pull complete");
	}
	return layer;
}

/* True: this thread downloads the layer; else it exists (*layer), possibly after waiting for another transfer. */
static bool claim(LayerFetch *fetch, Layer **layer)
{
	enum { LOOK_AGAIN = G_USEC_PER_SEC / 5 };
	Engine *engine = transfer_engine(fetch->fetching->wanted->transfer);
	Registries *registries = engine->registries;
	g_mutex_lock(&registries->lock);
	while (g_hash_table_contains(registries->fetching, fetch->chain) &&
		batch_going(&fetch->fetching->batch))
		g_cond_wait_until(&registries->fetched, &registries->lock,
			g_get_monotonic_time() + LOOK_AGAIN);
	*layer = layer_find(engine->store, fetch->chain);
	bool ours = *layer == NULL && batch_going(&fetch->fetching->batch);
	if (ours)
		g_hash_table_add(registries->fetching, g_strdup(fetch->chain));
	g_mutex_unlock(&registries->lock);
	return ours;
}

static void unclaim(LayerFetch *fetch)
{
	Registries *registries = transfer_engine(fetch->fetching->wanted->transfer)->registries;
	g_mutex_lock(&registries->lock);
	g_hash_table_remove(registries->fetching, fetch->chain);
	g_cond_broadcast(&registries->fetched);
	g_mutex_unlock(&registries->lock);
}

static void run(PoolTask *task)
{
	LayerFetch *fetch = (LayerFetch *)task;
	Fetching *fetching = fetch->fetching;
	g_autoptr(GError) error = NULL;
	Layer *layer = NULL;
	if (claim(fetch, &layer)) {
		layer = fetch_layer(fetch, &error);
		unclaim(fetch);
	} else if (layer != NULL) {
		transfer_say(fetching->wanted->transfer, fetch->short_id, "Already exists");
	}
	fetching->layers->pdata[fetch->position] = layer;
	layer_fetch_free(fetch);
	batch_done(&fetching->batch, layer != NULL, error);
}

static void start(Fetching *fetching, size_t position, const char *parent, const char *chain)
{
	const LayersWanted *wanted = fetching->wanted;
	const json_t *descriptor = json_array_get(wanted->descriptors, position);
	LayerFetch *fetch = g_new0(LayerFetch, 1);
	*fetch = (LayerFetch){.task = {run},
		.fetching = fetching,
		.position = position,
		.parent = g_strdup(parent),
		.chain = g_strdup(chain),
		.digest = json_str(descriptor, "digest"),
		.size = json_int(descriptor, "size"),
		.diff_id = json_elem(wanted->diff_ids, position)};
	fetch->short_id = g_strndup(fetch->digest + strlen("sha256:"), SHORT_ID);
	transfer_say(wanted->transfer, fetch->short_id, "Pulling fs layer");
	batch_push(&fetching->batch, transfer_engine(wanted->transfer)->registries->downloads,
		&fetch->task);
	/* cppcheck-suppress memleak ; run frees it */
}

static bool start_all(Fetching *fetching, GError **error)
{
	const LayersWanted *wanted = fetching->wanted;
	Store *store = transfer_engine(wanted->transfer)->store;
	g_autofree char *parent = NULL;
	for (size_t i = 0; i < json_array_size(wanted->diff_ids); i++) {
		g_autofree char *chain = layer_chain_id(parent, json_elem(wanted->diff_ids, i));
		if (!layer_pins_add(wanted->pins, chain, error))
			return false;
		Layer *there = layer_find(store, chain);
		if (there != NULL) {
			g_autofree char *id = g_strndup(
				json_str(json_array_get(wanted->descriptors, i), "digest") + 7,
				SHORT_ID);
			transfer_say(wanted->transfer, id, "Already exists");
			fetching->layers->pdata[i] = there;
		} else {
			start(fetching, i, parent, chain);
		}
		g_free(parent);
		parent = g_steal_pointer(&chain);
	}
	return true;
}

GPtrArray *layers_fetch(const LayersWanted *wanted, GError **error)
{
	g_autoptr(GPtrArray) layers = g_ptr_array_new_with_free_func((GDestroyNotify)layer_free);
	Fetching fetching = {.wanted = wanted, .layers = layers};
	g_ptr_array_set_size(layers, (gint)json_array_size(wanted->diff_ids));
	batch_init(&fetching.batch, wanted->transfer);
	g_autoptr(GError) problem = NULL;
	if (!start_all(&fetching, &problem))
		g_atomic_int_set(&fetching.batch.stop, 1);
	bool ok = batch_end(&fetching.batch, problem == NULL ? error : NULL);
	if (problem != NULL)
		g_propagate_error(error, g_steal_pointer(&problem));
	return ok ? g_steal_pointer(&layers) : NULL;
}
