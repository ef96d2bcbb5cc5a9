/* Compresses a layer's tar to a gzip blob: of a container's changes, or loaded as a tar. */
#pragma once
#include "image/image.h"
#include "store/store.h"

extern const char layer_pack_type[]; /* the media type of the result */
typedef struct LayerPack LayerPack;
LayerPack *layer_pack_new(Store *store, GError **error);
void layer_pack_free(LayerPack *pack);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LayerPack, layer_pack_free)
bool layer_pack_add(
	gpointer pack, const void *bytes, size_t length, GError **error); /* a ByteSink */
/* The complete blob, not kept yet; the caller's. */
BlobWriter *layer_pack_end(LayerPack *pack, GError **error);
/* How much of the blob there is to be read of layer_pack_fd, which stays the pack's. */
gint64 layer_pack_size(const LayerPack *pack);
int layer_pack_fd(LayerPack *pack);
bool layer_is_compressed(const Layer *layer);
/* Packs all that is left of a tar's file. grown (may be NULL) is called after each piece. stop: NULL, or what ends it once it
 * is not 0. */
BlobWriter *layer_pack_file(LayerPack *pack, int fd, const gint *stop, void (*grown)(gpointer data),
	gpointer data, GError **error);
/* The layer's blob is this gzip file from now on, on disk; its fields follow. */
bool layer_repack(Store *store, Layer *layer, BlobWriter *blob, GError **error);
/* Replaces a layer's tar blob by a compressed one, which pushes and `save` then use. Updates the layer's fields.
 * stop: NULL, or a flag that cancels it. */
bool layer_compress(Store *store, Layer *layer, const gint *stop, GError **error);
