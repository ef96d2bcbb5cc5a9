/* References to images on the command line. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* The ":" of the tag in an image's name; NULL if it has none. */
const char *reference_tag(const char *reference);
/* Where a tag or digest begins; NULL if there is none. */
const char *reference_version(const char *reference);
/* The name without it, and the tag (or fallback), escaped for a query; the caller frees them. */
void reference_escape(const char *reference, const char *fallback, char **name, char **tag);
/* Whether it is a valid name or reference (an id or a digest, too). false with Docker's words. */
bool reference_check_name(const char *text, GError **error);
bool reference_check_any(const char *text, GError **error);
/* For the name of a new image: a digest is refused. */
bool reference_check_new(const char *text, GError **error);
