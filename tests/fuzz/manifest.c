/* Any JSON as a manifest, an index, or an image's configuration. */
#include "image/image.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_auto(Platform) platform = {0};
	g_autoptr(json_t) json = json_parse((const char *)data, size, NULL);
	if (json == NULL || !platform_parse("linux/amd64", &platform, NULL))
		return 0;
	manifest_check(json, NULL);
	index_choose(json, &platform);
	image_config_check(json, json_array_size(json_at(json, "rootfs.diff_ids")), NULL);
	g_autofree char *text = json_text(json);
	return 0;
}
