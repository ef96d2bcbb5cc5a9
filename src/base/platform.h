/* Platforms as OCI and Go name them: linux/arm64/v8 (github.com/containerd/platforms). */
#pragma once
#include "base/json.h"

/* The platform of an image; "" means any, or unknown. Variants are normalised as by containerd. */
typedef struct {
	char *os, *architecture, *variant;
} Platform;
void platform_clear(Platform *platform);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Platform, platform_clear)
const char *platform_architecture(void); /* this host's, as Go names it: "amd64" */
/* "linux/arm64/v8", "amd64", "linux", or the JSON that clients send. */
bool platform_parse(const char *text, Platform *platform, GError **error);
bool platform_is_architecture(const char *word); /* as people or Go name one */
void platform_complete(Platform *platform);	 /* this host's architecture, where none is said */
void platform_read(const json_t *json, Platform *platform); /* {"os", "architecture", "variant"} */
char *platform_text(const Platform *platform);		    /* "linux/arm64/v8" */
/* How well an offered platform matches a wanted one: 0 not at all. A lower variant matches, too. */
int platform_suits(const Platform *offered, const Platform *wanted);
