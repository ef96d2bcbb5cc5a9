/* What /system/df says, summed up: what is there, what of it is used, and what could go. */
#pragma once
#include "base/json.h"

typedef struct {
	const char *type, *prune; /* "Images", and the command that frees what nobody uses */
	size_t total;
	int active;
	gint64 size, reclaimable; /* bytes */
} DiskUsage;

enum { DISK_USAGES = 4 };
/* Images, containers, volumes and build cache, in this order. */
void disk_usage(const json_t *answer, DiskUsage usage[DISK_USAGES]);
/* The bytes of build records that no image and no other record holds; in_use: of those in use only. count: how many. */
gint64 disk_cache_size(const json_t *records, bool in_use, int *count);
