#include "engine/image/layer_pack.h"

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
