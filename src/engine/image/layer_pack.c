#include "engine/image/layer_pack.h"

#include "base/error.h"
#include "base/fd.h"

enum { BLOCK = 256 * 1024 };

const char layer_pack_type[] = "application/vnd.oci.image.layer.v1.tar+gzip";

struct LayerPack {
	BlobWriter *blob;
	Deflate *deflate;
	char *block;
};

LayerPack *layer_pack_new(Store *store, GError **error)
{
	BlobWriter *blob = blob_writer_new(store, error);
	if (blob == NULL)
		return NULL;
	LayerPack *pack = g_new(LayerPack, 1);
	*pack = (LayerPack){blob, deflate_new(), g_malloc(BLOCK)};
	return pack;
}

void layer_pack_free(LayerPack *pack)
{
	g_clear_pointer(&pack->blob, blob_writer_free);
	deflate_free(pack->deflate);
	g_free(pack->block);
	g_free(pack);
}

bool layer_pack_add(gpointer data, const void *bytes, size_t length, GError **error)
{
	LayerPack *pack = data;
	deflate_give(pack->deflate, bytes, length);
	for (size_t made; (made = deflate_take(pack->deflate, pack->block, BLOCK)) > 0;)
		if (!blob_writer_add(pack->blob, pack->block, made, error))
			return false;
	return true;
}

BlobWriter *layer_pack_end(LayerPack *pack, GError **error)
{
	return layer_pack_add(pack, "", 0, error) ? g_steal_pointer(&pack->blob) : NULL;
}

gint64 layer_pack_size(const LayerPack *pack)
{
	return blob_writer_size(pack->blob);
}

int layer_pack_fd(LayerPack *pack)
{
	return blob_writer_fd(pack->blob);
}

bool layer_is_compressed(const Layer *layer)
{
	return g_str_has_suffix(layer->media_type, "gzip") ||
	       g_str_has_suffix(layer->media_type, "zstd");
}

BlobWriter *layer_pack_file(LayerPack *pack, int fd, const gint *stop, void (*grown)(gpointer data),
	gpointer data, GError **error)
{
	g_autofree char *block = g_malloc(BLOCK);
	for (ssize_t n; (n = byte_source_fd(&fd, block, BLOCK, error)) != 0;) {
		if (n > 0 && stop != NULL && g_atomic_int_get(stop)) {
			fail(error, BERTH_ERROR_SYSTEM, "context canceled");
			return NULL;
		}
		if (n < 0 || !layer_pack_add(pack, block, (size_t)n, error))
			return NULL;
		if (grown != NULL)
			grown(data);
	}
	return layer_pack_end(pack, error);
}

bool layer_repack(Store *store, Layer *layer, BlobWriter *blob, GError **error)
{
	if (!blob_writer_keep(blob, true, error) ||
		!layer_set_blob(store, layer, blob_writer_digest(blob), layer_pack_type, error))
		return false;
	g_free(layer->blob);
	layer->blob = g_strdup(blob_writer_digest(blob));
	g_free(layer->media_type);
	layer->media_type = g_strdup(layer_pack_type);
	return true;
}

bool layer_compress(Store *store, Layer *layer, const gint *stop, GError **error)
{
	if (layer_is_compressed(layer))
		return true;
	autofd fd = blob_open(store, layer->blob, NULL, error);
	g_autoptr(LayerPack) pack = fd >= 0 ? layer_pack_new(store, error) : NULL;
	g_autoptr(BlobWriter) blob =
		pack != NULL ? layer_pack_file(pack, fd, stop, NULL, NULL, error) : NULL;
	return blob != NULL && layer_repack(store, layer, blob, error);
}
