/* Shared by image_make.c and image_pull.c: a layer being unpacked. */
#pragma once
#include "image/image.h"
#include "store/store.h"

/* The files of a layer, in a folder that is removed unless layer_keep takes it. */
typedef struct {
	Store *store;
	char *folder, *diff_id,
		*media_type; /* diff_id: of the tar that came compressed; NULL: the blob's digest */
	gint64 size;
} Unpacked;
void unpacked_clear(Unpacked *unpacked);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Unpacked, unpacked_clear)
bool layer_unpack(
	Store *store, ByteSource source, gpointer data, Unpacked *unpacked, GError **error);
/* The layer, pinned, whole and on disk. expected_diff_id may be NULL. */
Layer *layer_keep(LayerPins *pins, BlobWriter *blob, Unpacked *unpacked, const char *parent_chain,
	const char *expected_diff_id, GError **error);
