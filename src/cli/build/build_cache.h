/* --cache-to, --cache-from and contexts of type oci-layout: images loaded from, saved or pushed to other places,
 * through the engine's API. */
#pragma once
#include "cli/common/cli.h"

typedef struct {
	json_t *exports;   /* of --cache-to: [{"type", "ref", "dest"}] */
	json_t *sources;   /* of --cache-from, in the same form */
	char *tag;	   /* name of the image with the cache in the engine, or "" */
	GPtrArray *loaded; /* of char *: images that were loaded for this build only */
} BuildCache;
bool build_cache_read(Cli *cli, BuildCache *cache, GError **error);
/* The images of --cache-from; those in folders are loaded. New reference. */
json_t *build_cache_sources(Cli *cli, BuildCache *cache, GError **error);
/* Loads an OCI layout (or what `save` wrote) from a folder, under a name of its own. */
char *image_load_folder(Cli *cli, BuildCache *cache, const char *folder, GError **error);
/* After the build: to where --cache-to says. */
bool build_cache_finish(Cli *cli, BuildCache *cache, GError **error);
/* Removes the images that were loaded. */
void build_cache_clear(Cli *cli, BuildCache *cache);
