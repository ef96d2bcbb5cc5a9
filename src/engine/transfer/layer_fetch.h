/* The layers of one image, downloaded and unpacked in parallel, for image_pull.c. */
#pragma once
#include "engine/transfer/transfer.h"

typedef struct {
	Transfer *transfer;
	Repository *repository;
	const char *source; /* "docker.io/library/busybox": the repository of these blobs */
	LayerPins *pins;
	const json_t *descriptors; /* of a checked manifest */
	const json_t *diff_ids;	   /* as many, valid */
} LayersWanted;
/* Layer rows, lowest first; NULL with the first error. Existing layers are skipped, and those of other transfers
 * waited for. */
GPtrArray *layers_fetch(const LayersWanted *wanted, GError **error);
