/* Names of images. */
#pragma once
#include <glib.h>

/* The ":" of the tag in an image's name; NULL if it has none. */
const char *reference_tag(const char *reference);
/* Where a tag or digest begins; NULL if there is none. */
const char *reference_version(const char *reference);
/* The name without it, and the tag (or fallback), escaped for a query; the caller frees them. */
void reference_escape(const char *reference, const char *fallback, char **name, char **tag);
