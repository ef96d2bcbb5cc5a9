/* Totals of /system/df: number, size, active and reclaimable objects. */
#pragma once
#include "base/json.h"

typedef struct {
	const char *type, *prune; /* "Images", and the command that removes unused ones */
	size_t total;
	int active;
	gint64 size, reclaimable; /* bytes */
} DiskUsage;

enum { DISK_USAGES = 4 };
/* Images, containers, volumes and build cache, in this order. */
void disk_usage(const json_t *answer, DiskUsage usage[DISK_USAGES]);
/* The bytes of build records not shared with an image or another record; in_use: of those in use only. count: their
 * number. */
gint64 disk_cache_size(const json_t *records, bool in_use, int *count);
