#include "cli/common/disk_usage.h"

#include <string.h>

static DiskUsage images_usage(const json_t *images, gint64 layers)
{
	DiskUsage usage = {"Images", "image prune -a", json_array_size(images), 0, layers, 0};
	gint64 used = 0;
	size_t i;
	json_t *image;
	json_array_foreach (images, i, image) {
		if (json_int(image, "Containers") <= 0)
			continue;
		used += json_int(image, "Size") - MAX(json_int(image, "SharedSize"), 0);
		usage.active++;
	}
	usage.reclaimable = MAX(layers - used, 0);
	return usage;
}

static DiskUsage containers_usage(const json_t *containers)
{
	DiskUsage usage = {"Containers", "container prune", json_array_size(containers), 0, 0, 0};
	size_t i;
	json_t *container;
	json_array_foreach (containers, i, container) {
		const char *state = json_str(container, "State");
		bool runs = strcmp(state, "running") == 0 || strcmp(state, "paused") == 0 ||
			    strcmp(state, "restarting") == 0;
		usage.size += json_int(container, "SizeRw");
		usage.reclaimable += runs ? 0 : json_int(container, "SizeRw");
		usage.active += runs;
	}
	return usage;
}

static DiskUsage volumes_usage(const json_t *volumes)
{
	DiskUsage usage = {"Local Volumes", "volume prune -a", json_array_size(volumes), 0, 0, 0};
	size_t i;
	json_t *volume;
	json_array_foreach (volumes, i, volume) {
		bool used = json_int(volume, "UsageData.RefCount") > 0;
		usage.size += json_int(volume, "UsageData.Size");
		usage.reclaimable += used ? 0 : json_int(volume, "UsageData.Size");
		usage.active += used;
	}
	return usage;
}

gint64 disk_cache_size(const json_t *records, bool in_use, int *count)
{
	gint64 size = 0;
	size_t i;
	json_t *record;
	*count = 0;
	json_array_foreach (records, i, record) {
		if (in_use && !json_bool(record, "InUse"))
			continue;
		(*count)++;
		size += json_bool(record, "Shared") ? 0 : json_int(record, "Size");
	}
	return size;
}

static DiskUsage cache_usage(const json_t *records)
{
	DiskUsage usage = {"Build Cache", "builder prune", 0, 0, 0, 0};
	int all;
	usage.size = disk_cache_size(records, false, &all);
	usage.reclaimable = usage.size - disk_cache_size(records, true, &usage.active);
	usage.total = (size_t)all;
	return usage;
}

void disk_usage(const json_t *answer, DiskUsage usage[DISK_USAGES])
{
	usage[0] = images_usage(json_object_get(answer, "Images"), json_int(answer, "LayersSize"));
	usage[1] = containers_usage(json_object_get(answer, "Containers"));
	usage[2] = volumes_usage(json_object_get(answer, "Volumes"));
	usage[3] = cache_usage(json_object_get(answer, "BuildCache"));
}
