/* An incoming layer: its bytes are written to a blob while another thread unpacks them. */
#pragma once
#include "engine/image/layer_unpack.h"

typedef struct Incoming Incoming;
/* extracting (may be NULL) reports the unpacker's progress once all bytes have arrived. Blob and files are removed
 * unless they are kept. */
Incoming *incoming_new(Store *store, void (*extracting)(gpointer data, gint64 bytes), gpointer data,
	GError **error);
/* False with error where the blob cannot be written. */
bool incoming_add(Incoming *incoming, const void *bytes, size_t length, GError **error);
bool incoming_is_damaged(
	Incoming *incoming); /* whether the unpacker has failed: the bytes are no layer */
/* The bytes are complete, or broken off (ok false). Waits for the unpacker. */
void incoming_end(Incoming *incoming, bool ok);
void incoming_free(Incoming *incoming);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Incoming, incoming_free)

BlobWriter *incoming_blob(Incoming *incoming);
/* After the end. The error in the bytes, or NULL. */
const GError *incoming_unpack_error(const Incoming *incoming);
/* After the end: keeps the layer (layer_keep), or fails with the error in the bytes. */
Layer *incoming_keep(Incoming *incoming, LayerPins *pins, const char *parent_chain,
	const char *expected_diff_id, GError **error);
Unpacked *incoming_unpacked(Incoming *incoming); /* keeps it where there is no error */
