/* What push_content.c asks of layer_stream.c. */
#pragma once
#include "engine/transfer/batch.h"
#include "store/store.h"

typedef enum { STREAM_SENT, STREAM_THERE, STREAM_NOT } StreamEnd;
/* Sends a layer that is a tar while a second thread compresses it, as a first push spends as long on the one as on the other.
 * The layer's blob is the compressed one afterwards. THERE: the registry turned out to have it. NOT: it is still to be sent,
 * or (with error) cannot be had. sent is called with data, and with the bytes that are on their way. */
StreamEnd layer_stream(Batch *batch, Repository *repository, Layer *layer,
	void (*sent)(gpointer data, gint64 bytes), gpointer data, GError **error);
/* Whether a tar of this size is long enough for that to save time. */
bool layer_stream_pays(gint64 size);
