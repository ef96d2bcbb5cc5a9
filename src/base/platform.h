/* Platforms as OCI and Go name them: linux/arm64/v8 (github.com/containerd/platforms). */
#pragma once
#include "base/json.h"

/* What an image is for; "" is any, or not said. Variants are as containerd normalises them. */
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
/* How well what is offered suits what is wanted: 0 not at all. What runs beneath a variant suits, too. */
int platform_suits(const Platform *offered, const Platform *wanted);
