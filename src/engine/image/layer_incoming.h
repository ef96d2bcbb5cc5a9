/* A layer that comes in: its bytes are written to a blob and, in another thread, unpacked while they come. */
#pragma once
#include "engine/image/layer_unpack.h"

typedef struct Incoming Incoming;
/* extracting (may be NULL) hears how far the unpacker is, once all bytes are there. The blob and the files
 * go again unless they are kept. */
Incoming *incoming_new(Store *store, void (*extracting)(gpointer data, gint64 bytes), gpointer data,
	GError **error);
/* False with error where the blob cannot be written. */
bool incoming_add(Incoming *incoming, const void *bytes, size_t length, GError **error);
bool incoming_is_damaged(Incoming *incoming); /* the unpacker has given up: what came is no layer */
/* No more bytes come, or no more than this (ok false). Waits for the unpacker. */
void incoming_end(Incoming *incoming, bool ok);
void incoming_free(Incoming *incoming);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Incoming, incoming_free)

BlobWriter *incoming_blob(Incoming *incoming);
/* After the end. What is wrong with the bytes, or NULL. */
const GError *incoming_unpack_error(const Incoming *incoming);
/* After the end: what came as a layer (layer_keep), or what is wrong with it. */
Layer *incoming_keep(Incoming *incoming, LayerPins *pins, const char *parent_chain,
	const char *expected_diff_id, GError **error);
Unpacked *incoming_unpacked(Incoming *incoming); /* good where there is no error */
