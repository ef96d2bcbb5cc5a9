/* What image_pull.c asks of layer_fetch.c: the layers of one image, fetched and unpacked side by side. */
#pragma once
#include "engine/transfer/transfer.h"

typedef struct {
	Transfer *transfer;
	Repository *repository;
	const char *source; /* "docker.io/library/busybox": who has these blobs */
	LayerPins *pins;
	const json_t *descriptors; /* of a checked manifest */
	const json_t *diff_ids;	   /* as many, valid */
} LayersWanted;
/* Layer rows, lowest first; NULL with the first failure. What is there is not fetched, and what another
 * transfer fetches is waited for. */
GPtrArray *layers_fetch(const LayersWanted *wanted, GError **error);
