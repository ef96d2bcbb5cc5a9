/* A layer being unpacked: into a folder of its own, then kept with its blob. */
#include "engine/image/layer_unpack.h"
#include "engine/image/images.h"

#include "base/error.h"
#include "base/fd.h"

#include <string.h>

void unpacked_clear(Unpacked *unpacked)
{
	if (unpacked->folder != NULL)
		store_discard(unpacked->store, unpacked->store->tmp_fd, unpacked->folder);
	g_free(unpacked->folder);
	g_free(unpacked->diff_id);
	g_free(unpacked->media_type);
}

/* Hashes the tar's bytes on the way to the unpacker, unless they are the blob's, which are hashed already. */
typedef struct {
	Inflate *inflate;
	struct sha256_ctx hash;
} Passage;

static ssize_t read_hashed(gpointer data, void *buffer, size_t size, GError **error)
{
	Passage *passage = data;
	ssize_t n = inflate_read(passage->inflate, buffer, size, error);
	if (n > 0 && *inflate_suffix(passage->inflate) != '\0')
		sha256_update(&passage->hash, (size_t)n, buffer);
	return n;
}

bool layer_unpack(
	Store *store, ByteSource source, gpointer data, Unpacked *unpacked, GError **error)
{
	int dir;
	unpacked->store = store;
	unpacked->folder = layer_begin(store, &dir, error);
	if (unpacked->folder == NULL)
		return false;
	autofd dir_fd = dir;
	g_autoptr(Inflate) inflate = inflate_new(source, data);
	Passage passage = {.inflate = inflate};
	sha256_init(&passage.hash);
	/* Inflating and hashing take as long as writing the files: each has a thread. */
	ReadAhead *ahead = read_ahead_new(read_hashed, &passage);
	bool ok = layer_apply(dir_fd, read_ahead_read, ahead, &unpacked->size, error);
	read_ahead_free(ahead);
	if (!ok)
		return false;
	if (*inflate_suffix(inflate) != '\0')
		unpacked->diff_id = digest_end(&passage.hash);
	unpacked->media_type = g_strconcat(
		"application/vnd.oci.image.layer.v1.tar", inflate_suffix(inflate), NULL);
	return true;
}

Layer *layer_keep(LayerPins *pins, BlobWriter *blob, Unpacked *unpacked, const char *parent_chain,
	const char *expected_diff_id, GError **error)
{
	if (unpacked->diff_id == NULL)
		unpacked->diff_id = g_strdup(blob_writer_digest(blob));
	if (expected_diff_id != NULL && strcmp(unpacked->diff_id, expected_diff_id) != 0) {
		fail(error, BERTH_ERROR_INVALID,
			"invalid diffID for layer: expected \"%s\", got \"%s\"", expected_diff_id,
			unpacked->diff_id);
		return NULL;
	}
	g_autofree char *chain = layer_chain_id(parent_chain, unpacked->diff_id);
	Layer facts = {.chain_id = chain,
		.diff_id = unpacked->diff_id,
		.size = unpacked->size,
		.blob = (char *)blob_writer_digest(blob),
		.media_type = unpacked->media_type};
	if (!layer_pins_add(pins, chain, error))
		return NULL;
	/* An existing layer may have another (compressed) blob: a second one would never be used. */
	Layer *there = layer_find(unpacked->store, chain);
	if (there != NULL)
		return there;
	/* Both are synced with the rest of the image (image_store_add). */
	if (!blob_writer_keep(blob, false, error))
		return NULL;
	Layer *layer = layer_finish(unpacked->store, unpacked->folder, &facts, error);
	if (layer != NULL)
		g_clear_pointer(&unpacked->folder, g_free);
	return layer;
}

Layer *layer_restack(
	Store *store, LayerPins *pins, const Layer *layer, const char *parent_chain, GError **error)
{
	g_autofree char *chain = layer_chain_id(parent_chain, layer->diff_id);
	if (!layer_pins_add(pins, chain, error))
		return NULL;
	Layer *there = layer_find(store, chain);
	if (there != NULL)
		return there;
	g_auto(Unpacked) unpacked = {0};
	int fd = blob_open(store, layer->blob, NULL, error);
	autofd owned = fd;
	(void)owned;
	if (fd < 0 || !layer_unpack(store, byte_source_fd, &fd, &unpacked, error))
		return NULL;
	Layer facts = *layer;
	facts.chain_id = chain;
	facts.size = unpacked.size;
	there = layer_finish(store, unpacked.folder, &facts, error);
	if (there != NULL)
		g_clear_pointer(&unpacked.folder, g_free);
	return there;
}
